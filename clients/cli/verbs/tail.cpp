// tickplant tail: records as they are published, one a line.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/history_from.hpp"
#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/market_table.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/plant_watch.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/live/record_types.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/usage.hpp"
#include "clients/cli/verbs/tail_derived.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/cpp/history.hpp"
#include "clients/cpp/subscriber.hpp"
#include "config/nearest.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::Record;

struct TailArguments {
  std::string plant;
  std::vector<std::string> symbols;
  std::vector<std::string> types;
  std::string ring;
  clients::Join join = clients::Join::newest;
  std::string when;         // out of the journal from here on; empty: as `join` says
  std::string until;        // a time; empty: no end
  std::string journal;      // its folder; empty: where it lies by default
  std::uint64_t count = 0;  // 0: no end
  std::int64_t for_ns = 0;  // 0: no end
  bool derived = false;
  std::vector<std::string> functions;  // of derived records
};

class Printer {
 public:
  Printer(clients::Plant& plant, const TailArguments& arguments, bool json)
      : plant_(&plant), context_(plant), most_(arguments.count), json_(json) {}

  void operator()(const Record& record) {
    if (is_done()) return;
    print(json_ ? context_.json(record) : context_.line(record));
  }
  void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) {
    if (is_done()) return;
    if (!json_) return print(context_.image_line(id, image));
    Json out{{"type", "image"}, {"symbol", plant_->symbol_of(id)}};
    out.update(image_json(image));
    print(json_line(out));
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { say_lost(ring, range); }
  void on_attached(std::string_view ring, ringbuf::Sequence first) { say_attached(ring, first); }

  [[nodiscard]] bool is_done() const noexcept { return most_ != 0 && printed_ == most_; }

 private:
  void print(const std::string& line) {
    std::puts(line.c_str());
    ++printed_;
  }

  clients::Plant* plant_;
  RecordContext context_;
  std::uint64_t most_;
  std::uint64_t printed_ = 0;
  bool json_;
};

void check_past_options(const TailArguments& arguments) {
  if (!arguments.when.empty() || (arguments.until.empty() && arguments.journal.empty())) return;
  throw Failure(ExitCode::usage, "--until and --journal are for what was: they need --from WHEN",
                "tickplant tail --from -10min --until 2026-11-22T09:30");
}

ExitCode tail_results(const TailArguments& arguments, const Common& common) {
  check_past_options(arguments);
  if (arguments.join == clients::Join::image) {
    throw Failure(ExitCode::usage, "--from image hands over images of ticks, and --derived asks for results",
                  "--from oldest, or for where they are now: tickplant image");
  }
  return tail_derived({arguments.plant, arguments.symbols, arguments.types, arguments.functions, arguments.ring,
                       arguments.join == clients::Join::oldest, arguments.when, arguments.until, arguments.journal,
                       arguments.count, arguments.for_ns},
                      common);
}

/// Of what is read from memory alone, all that there will be has come when nothing comes.
bool has_all(const clients::Subscriber&) noexcept { return true; }
bool has_all(const clients::History& records) noexcept { return records.is_joined(); }
bool is_done(const clients::Subscriber&) noexcept { return false; }
bool is_done(const clients::History& records) noexcept { return records.is_done(); }

template <class Records>
ExitCode print_records(Records& records, clients::Plant& plant, const TailArguments& arguments, const Common& common) {
  using Clock = std::chrono::steady_clock;
  const Interrupt interrupt;
  Printer printer(plant, arguments, common.json);
  PlantWatch watch(plant);
  const bool was_going = watch.may_go_on();
  const auto end =
      arguments.for_ns == 0 ? Clock::time_point::max() : Clock::now() + std::chrono::nanoseconds(arguments.for_ns);
  auto next_look = Clock::now();
  while (!printer.is_done() && !is_done(records) && !interrupt.came()) {
    const std::size_t count = records.poll(printer);
    if (count == 0 && !was_going && has_all(records)) break;  // nothing more will come
    const auto now = Clock::now();
    if (now >= end) break;
    if (count > 0) continue;
    std::fflush(stdout);
    if (now >= next_look) {
      watch.look();
      next_look = now + std::chrono::milliseconds(200);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (records.lost_count() == 0) return ExitCode::ok;
  std::fprintf(stderr, "tickplant: %s lost in all\n", count_text(records.lost_count(), "record").c_str());
  return ExitCode::data_lost;
}

ExitCode tail_history(const TailArguments& arguments, const Common& common) {
  clients::HistoryWish wish{.from = parse_history_from("--from", arguments.when),
                            .symbols = arguments.symbols,
                            .types = types_of(arguments.types)};
  clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  check_ring(plant, arguments.ring);
  warn_of_unknown(plant, arguments.symbols);
  if (!arguments.ring.empty()) wish.rings = {arguments.ring};
  if (!arguments.journal.empty()) wish.journal = arguments.journal;
  if (!arguments.until.empty()) wish.until = parse_when("--until", arguments.until, plant.now());
  clients::History records(plant, std::move(wish));
  say_missing_journal(plant, records.journal());
  const ExitCode code = print_records(records, plant, arguments, common);
  if (records.unknown_count() != 0) {
    std::fprintf(stderr, "tickplant: %s of instruments that the plant does not know any more were left out\n",
                 count_text(records.unknown_count(), "record").c_str());
  }
  return code;
}

ExitCode tail(const TailArguments& arguments, const Common& common) {
  if (!arguments.when.empty()) return tail_history(arguments, common);
  check_past_options(arguments);
  const bool wants_past = arguments.join != clients::Join::newest;
  clients::Plant plant = attach_chosen(arguments.plant, wants_past ? Wanted::last_state : Wanted::live_data);
  check_ring(plant, arguments.ring);
  warn_of_unknown(plant, arguments.symbols);
  clients::Subscription subscription{
      .symbols = arguments.symbols, .types = types_of(arguments.types), .join = arguments.join};
  if (!arguments.ring.empty()) subscription.rings = {arguments.ring};
  clients::Subscriber records(plant, std::move(subscription));
  return print_records(records, plant, arguments, common);
}

std::vector<std::string> join_words() { return {"image", "newest", "oldest"}; }

}  // namespace

void add_tail(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<TailArguments>();
  CLI::App* verb = app.add_subcommand("tail", "records as they are published, one a line");
  verb->footer(
      "Examples:\n"
      "  tickplant tail AAPL\n"
      "  tickplant tail --type trade,quote --from image AAPL@XNAS MSFT\n"
      "  tickplant tail --json --from oldest --count 1000 > records.jsonl\n"
      "  tickplant tail --from -10min AAPL\n"
      "  tickplant tail --from 2026-11-22T09:30 --until 2026-11-22T10:00 --json > records.jsonl\n"
      "  tickplant tail --derived --type window_row,signal AAPL\n"
      "  tickplant tail --derived --from -2h --function T60 AAPL\n"
      "Times are of the event, on the wall of its exchange. Without --type: all but source_position and heartbeat.\n"
      "WHEN is a receive time in UTC, so long before now, or a sequence of each ring: out of the journal, then live.\n"
      "Exit code 4: records were overwritten before we read them, and are not in the journal; stderr says which.");
  verb->add_option("symbols", arguments->symbols, "AAPL, or AAPL@XNAS; default: all")->type_name("SYMBOL");
  add_plant_option(*verb, arguments->plant);
  verb->add_option("--type", arguments->types, "record types, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TYPES|RESULTS");
  CLI::Option* derived =
      verb->add_flag("--derived", arguments->derived, "what is computed instead: rows, values, signals");
  verb->add_option("--function", arguments->functions, "of what is computed, these: T60, 'T60.*', price_x_ma_5min")
      ->allow_extra_args(false)
      ->type_name("FUNCTION")
      ->needs(derived);
  verb->add_option("--ring", arguments->ring, "this ring alone")->type_name("RING");
  static const std::map<std::string, clients::Join> kJoins{
      {"image", clients::Join::image}, {"newest", clients::Join::newest}, {"oldest", clients::Join::oldest}};
  verb->add_option_function<std::string>(
          "--from",
          [arguments](const std::string& word) {
            const auto known = kJoins.find(word);
            const std::string meant = known == kJoins.end() ? config::nearest(word, join_words()) : "";
            if (!meant.empty()) {
              throw Misuse("'" + printable(word) + "' is no value of --from", "did you mean '" + meant + "'?");
            }
            if (known == kJoins.end()) arguments->when = word;
            if (known != kJoins.end()) arguments->join = known->second;
          },
          "image: where each is, then what follows; newest: what follows; oldest: what the ring still holds, too; "
          "WHEN: "
          "everything since then")
      ->type_name("image|newest|oldest|WHEN")
      ->default_str("newest");
  verb->add_option("--until", arguments->until, "end before this time; with --from WHEN")->type_name("TIME");
  verb->add_option("--journal", arguments->journal, "the plant's journal, where it is not found by itself")
      ->type_name("FOLDER");
  verb->add_option("--count", arguments->count, "end after so many lines")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, ~std::uint64_t{0}).description(""));
  add_duration(*verb, "--for", arguments->for_ns, "end after this time")->default_str("");
  verb->callback([arguments, &common, &run] {
    run = [arguments, &common] {
      return arguments->derived ? tail_results(*arguments, common) : tail(*arguments, common);
    };
  });
}

}  // namespace tickplant::cli
