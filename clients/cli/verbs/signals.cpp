// tickplant signals: crosses, price changes, swings, volume anomalies and patterns, in the order they were told.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "clients/cli/live/derived_context.hpp"
#include "clients/cli/live/derived_csv.hpp"
#include "clients/cli/live/derived_reading.hpp"
#include "clients/cli/live/derived_text.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/stream_table.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::FunctionKind;
using ringbuf::SignalBody;

struct SignalsArguments {
  std::string plant;
  std::vector<std::string> symbols;
  std::string name;         // pattern; empty: all
  std::uint64_t last = 20;  // 0: all
  std::int64_t since_ns = 0;
  std::int64_t for_ns = 0;
  bool follow = false;
  bool golden = false;
};

/// Keeps what was told, then prints that and what comes.
class Signals {
 public:
  Signals(clients::Plant& plant, const clients::DerivedSubscriber& results, const SignalsArguments& arguments,
          const Common& common)
      : context_(plant, results),
        results_(&results),
        arguments_(&arguments),
        json_(common.json),
        style_(style_for(STDOUT_FILENO, common.color)),
        table_({{"time", true},
                {"symbol", true},
                {"signal", true},
                {"value", true},
                {"price"},
                {"basis", true},
                {"status", true}}) {}

  void operator()(const DerivedRecord& record) { is_live_ ? print(record) : past_.push_back(record); }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { say_lost(ring, range); }
  void on_attached(std::string_view ring, ringbuf::Sequence first) { say_attached(ring, first); }
  [[nodiscard]] static bool is_done() noexcept { return false; }
  void flush() {
    if (is_table() && is_live_) std::fputs(table_.take(style_).c_str(), stdout);
    std::fflush(stdout);
  }

  /// `newest_event`: where --since counts from.
  void print_past(std::optional<platform::UnixNanos> newest_event) {
    // In the order of their causes, whichever shard told them.
    std::stable_sort(past_.begin(), past_.end(), [](const DerivedRecord& a, const DerivedRecord& b) {
      return a.header.cause_seq < b.header.cause_seq;
    });
    if (arguments_->since_ns != 0) keep_since(newest_event);
    if (arguments_->last != 0 && past_.size() > arguments_->last) {
      past_.erase(past_.begin(), past_.end() - static_cast<std::ptrdiff_t>(arguments_->last));
    }
    is_live_ = true;
    if (past_.empty() && !arguments_->golden) {
      std::fprintf(stderr, "tickplant: no signal yet%s\n", arguments_->follow ? "; waiting for one" : "");
    }
    if (arguments_->golden) std::puts(kSignalColumns);
    if (json_ && !arguments_->golden && !arguments_->follow) {
      Json out = Json::array();
      for (const DerivedRecord& record : past_) out.push_back(context_.json(record));
      return print_json(out);
    }
    for (const DerivedRecord& record : past_) print(record);
    flush();
    past_ = {};
  }

 private:
  [[nodiscard]] bool is_table() const noexcept { return !json_ && !arguments_->golden; }

  void keep_since(std::optional<platform::UnixNanos> newest_event) {
    if (past_.empty()) return;
    const std::int64_t newest = newest_event.value_or(past_.back().header.ts_event).value;
    const std::int64_t bound = newest - std::min(newest, arguments_->since_ns);
    const DerivedRecord& oldest = past_.front();
    if (oldest.header.ts_event.value > bound) {
      WallClock& clock = *context_.instrument(oldest.header.instrument).clock;
      std::fprintf(stderr, "tickplant: the oldest in the plant's ring is of %s; those before come with the journal\n",
                   DerivedContext::date_time_text(clock, oldest.header.ts_event).c_str());
    }
    std::erase_if(past_, [&](const DerivedRecord& record) { return record.header.ts_event.value <= bound; });
  }

  void print(const DerivedRecord& record) {
    const ringbuf::FunctionsReader& functions = results_->functions();
    const DerivedContext::Instrument& whose = context_.instrument(record.header.instrument);
    if (arguments_->golden) {
      const std::string_view name = clients::own_name_of(functions, record.header.function);
      std::puts(signal_csv(record, name, whose.bare_symbol).c_str());
    } else if (json_) {
      std::puts(json_line(context_.json(record)).c_str());
    } else {
      add_to_table(record, whose, std::string(functions.name_of(record.header.function)));
    }
  }

  void add_to_table(const DerivedRecord& record, const DerivedContext::Instrument& whose, const std::string& name) {
    const auto signal = record.as<SignalBody>();
    table_.add({DerivedContext::date_time_text(*whose.clock, record.header.ts_event),
                printable(whose.symbol),
                printable(name),
                {signal_text(signal, whose.size_scale), look_of(signal.what)},
                price_text(signal.price),
                std::string(word_of(record.header.basis)),
                std::string(word_of(signal.status))},
               quality_text(record.header.quality));
  }

  DerivedContext context_;
  const clients::DerivedSubscriber* results_;
  const SignalsArguments* arguments_;
  bool json_;
  Style style_;
  StreamTable table_;
  std::vector<DerivedRecord> past_;
  bool is_live_ = false;
};

ExitCode signals(const SignalsArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, arguments.follow ? Wanted::live_data : Wanted::last_state);
  check_computes(plant);
  clients::DerivedSubscription wanted{.types = {ringbuf::DerivedType::signal}, .join = clients::DerivedJoin::oldest};
  for (const std::string& symbol : arguments.symbols)
    wanted.symbols.push_back(plant.symbol_of(plant.instrument(symbol)));
  if (!arguments.name.empty()) {
    wanted.functions = {arguments.name};
    check_function_named(clients::AttachedFunctions(plant).functions, arguments.name, "signal",
                         {FunctionKind::signal, FunctionKind::pattern});
  }
  clients::DerivedSubscriber results(plant, std::move(wanted));

  Signals printer(plant, results, arguments, common);
  read_held(results, printer);
  printer.print_past(newest_event_of(plant));
  if (arguments.follow) follow(plant, results, printer, arguments.for_ns);
  return exit_code_of(results);
}

}  // namespace

void add_signals(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<SignalsArguments>();
  CLI::App* verb = app.add_subcommand("signals", "crosses, price changes, swings, volume anomalies, patterns");
  verb->footer(
      "Examples:\n"
      "  tickplant signals\n"
      "  tickplant signals AAPL --name price_x_ma_5min --follow\n"
      "  tickplant signals --name 'T60.*' --since 10m --json\n"
      "In the order they were told. What the plant's ring still holds, not more. --golden: the columns of tickplant\n"
      "compute's provisional_signals files.");
  verb->add_option("symbols", arguments->symbols, "AAPL, or AAPL@XNAS; default: all")->type_name("SYMBOL");
  add_plant_option(*verb, arguments->plant);
  verb->add_option("--name", arguments->name, "which, as the analytics file calls it; * and ? stand for anything")
      ->type_name("FUNCTION");
  CLI::Option* last = verb->add_option("--last", arguments->last, "so many, the newest; 0: all")
                          ->type_name("N")
                          ->capture_default_str()
                          ->check(CLI::NonNegativeNumber.description(""));
  CLI::Option* since = add_duration(*verb, "--since", arguments->since_ns, "those of this time")->default_str("");
  CLI::Option* follow = verb->add_flag("--follow", arguments->follow, "go on with each that comes");
  add_duration(*verb, "--for", arguments->for_ns, "end following after this time")->default_str("")->needs(follow);
  verb->add_flag("--golden", arguments->golden, "CSV for comparison");
  verb->callback([arguments, last, since, &common, &run] {
    const bool is_all = last->count() == 0 && (since->count() != 0 || arguments->golden);
    if (is_all) arguments->last = 0;
    run = [arguments, &common] { return signals(*arguments, common); };
  });
}

}  // namespace tickplant::cli
