// tickplant bars: the windows of an instrument, each as its newest row says.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "clients/cli/compute/row_columns.hpp"
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
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::FunctionKind;
using ringbuf::RowKind;
using ringbuf::WindowRowBody;

struct BarsArguments {
  std::string plant;
  std::string symbol;
  std::string window;       // empty: the first one; --golden: all
  std::uint64_t last = 20;  // 0: all
  std::int64_t since_ns = 0;
  std::int64_t for_ns = 0;
  bool follow = false;
  bool golden = false;
};

std::string remark_of(const DerivedRecord& record, const WindowRowBody& row) {
  std::string text = quality_text(record.header.quality);
  const auto add = [&](const char* word) { text += (text.empty() ? "" : ", ") + std::string(word); };
  if (row.kind == RowKind::carried) add("carried");
  if (row.is_volatile != 0) add("volatile");
  return text;
}

/// "5 min", "30 s": as the file has it.
std::string span_text(std::int64_t nanos) {
  for (const auto& [unit, name] : {std::pair{3'600 * platform::kNanosPerSecond, " h"},
                                   {60 * platform::kNanosPerSecond, " min"},
                                   {platform::kNanosPerSecond, " s"}}) {
    if (nanos % unit == 0) return std::to_string(nanos / unit) + name;
  }
  return duration_text(nanos);
}

/// Keeps the rows of the past, then prints them and what comes.
class Bars {
 public:
  Bars(clients::Plant& plant, const clients::DerivedSubscriber& results, ringbuf::InstrumentId id,
       const BarsArguments& arguments, const Common& common, std::string window)
      : plant_(&plant),
        id_(id),
        context_(plant, results),
        results_(&results),
        instrument_(context_.instrument(id)),
        arguments_(&arguments),
        window_(std::move(window)),
        json_(common.json),
        style_(style_for(STDOUT_FILENO, common.color)),
        table_({{"time", true},
                {"open"},
                {"high"},
                {"low"},
                {"close"},
                {"volume"},
                {"vwap"},
                {"ma_5min"},
                {"trend", true},
                {"trades"},
                {"rev"}}) {}

  void operator()(const DerivedRecord& record) {
    if (is_live_) return print(record);
    const auto row = record.as<WindowRowBody>();
    if (arguments_->golden) {
      every_.push_back(record);
      return;
    }
    DerivedRecord& known = newest_[{row.start.value, row.index, record.header.function.value}];
    if (known.header.function.value == 0 || known.header.revision <= record.header.revision) known = record;
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { say_lost(ring, range); }
  void on_attached(std::string_view ring, ringbuf::Sequence first) {
    say_attached(ring, first);
    if (window_is_gone_ || window_.empty() || results_->functions().find(window_)) return;
    window_is_gone_ = true;
    std::fprintf(stderr, "tickplant: the plant does not compute %s any more\n", printable(window_).c_str());
  }
  [[nodiscard]] bool is_done() const noexcept { return window_is_gone_; }
  void flush() {
    if (is_table() && is_live_ && is_titled_) std::fputs(table_.take(style_).c_str(), stdout);
    std::fflush(stdout);
  }

  /// `newest_event`: where --since counts from.
  void print_past(const ringbuf::FunctionEntry& window, std::optional<platform::UnixNanos> newest_event) {
    std::vector<DerivedRecord> rows = std::move(every_);
    for (auto& [key, record] : newest_) rows.push_back(record);
    newest_.clear();
    if (arguments_->since_ns != 0) keep_since(rows, newest_event);
    if (arguments_->last != 0 && rows.size() > arguments_->last) {
      rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(arguments_->last));
    }
    if (rows.empty() && !arguments_->golden) say_none(window);
    is_live_ = true;
    if (arguments_->golden) {
      std::puts(emission_columns().c_str());
    } else if (json_ && !arguments_->follow) {
      Json out = Json::array();
      for (const DerivedRecord& record : rows) out.push_back(context_.json(record));
      return print_json(out);
    } else if (!json_) {
      print_title(window, rows);
    }
    for (const DerivedRecord& record : rows) print(record);
    if (!is_table()) return;
    std::fputs(table_.take(style_).c_str(), stdout);
    is_titled_ = true;
  }

 private:
  [[nodiscard]] bool is_table() const noexcept { return !json_ && !arguments_->golden; }

  void keep_since(std::vector<DerivedRecord>& rows, std::optional<platform::UnixNanos> newest_event) {
    if (rows.empty()) return;
    const std::int64_t newest = newest_event.value_or(rows.back().header.ts_event).value;
    const std::int64_t bound = newest - std::min(newest, arguments_->since_ns);
    const auto oldest = std::min_element(rows.begin(), rows.end(), [](const DerivedRecord& a, const DerivedRecord& b) {
      return a.header.ts_event < b.header.ts_event;
    });
    const auto start = oldest->as<WindowRowBody>().start;
    if (start.value > bound) {
      std::fprintf(stderr, "tickplant: the plant's ring reaches back to %s; bars before that come with the journal\n",
                   DerivedContext::date_time_text(*instrument_.clock, start).c_str());
    }
    std::erase_if(rows, [&](const DerivedRecord& row) { return row.header.ts_event.value <= bound; });
  }

  void say_none(const ringbuf::FunctionEntry& window) const {
    const std::string name = printable(std::string(ringbuf::text_of(window.name)));
    const std::string symbol = printable(instrument_.symbol);
    const char* const more = arguments_->follow ? "; waiting for the next" : "";
    if (was_told_before(window)) {
      std::fprintf(stderr,
                   "tickplant: the plant's ring has no %s of %s any more, newer results took their places: tickplant "
                   "image %s has the newest one, a larger analytics.ring_slots keeps more%s\n",
                   name.c_str(), symbol.c_str(), symbol.c_str(), more);
    } else {
      std::fprintf(stderr, "tickplant: no %s of %s yet: the first is written when its window has ended%s\n",
                   name.c_str(), symbol.c_str(), more);
    }
  }
  /// The derived image has one.
  [[nodiscard]] bool was_told_before(const ringbuf::FunctionEntry& window) const {
    ringbuf::DerivedImageEntry entry;
    if (clients::DerivedView(*plant_).read(id_, entry) != ringbuf::TableRead::value) return false;
    return std::any_of(entry.window.begin(), entry.window.end(), [&](const ringbuf::DerivedWindow& each) {
      return each.function.value != 0 && results_->functions().name_of(each.function) == ringbuf::text_of(window.name);
    });
  }

  /// "AAPL@XNAS  T60, 60 s  2026-11-22 America/New_York".
  void print_title(const ringbuf::FunctionEntry& window, const std::vector<DerivedRecord>& rows) {
    std::string title = printable(instrument_.symbol) + "  " + printable(std::string(ringbuf::text_of(window.name)));
    if (window.size > 0) title += ", " + span_text(window.size);
    if (window.slide > 0 && window.slide != window.size) title += " every " + span_text(window.slide);
    if (!rows.empty()) date_ = date_of(rows.front().as<WindowRowBody>().start);
    std::printf(
        "%s\n",
        style_.dim(title + "  " + (date_.empty() ? "" : date_ + ' ') + instrument_.zone + ", time: start of the window")
            .c_str());
  }
  [[nodiscard]] std::string date_of(platform::UnixNanos time) const {
    return instrument_.clock->date_time_text(time).substr(0, 10);
  }

  void print(const DerivedRecord& record) {
    if (arguments_->golden) {
      const std::string_view window = results_->functions().name_of(record.header.function);
      std::puts(emission_csv(record, printed_++, window, instrument_.bare_symbol).c_str());
    } else if (json_) {
      std::puts(json_line(context_.json(record)).c_str());
    } else {
      add_to_table(record);
    }
  }

  void add_to_table(const DerivedRecord& record) {
    const auto row = record.as<WindowRowBody>();
    if (date_.empty()) date_ = date_of(row.start);
    const bool is_same_day = date_of(row.start) == date_;  // as the title has it
    const bool has_average = row.average_5min == row.average_5min;
    table_.add({is_same_day ? DerivedContext::time_text(*instrument_.clock, row.start)
                            : DerivedContext::date_time_text(*instrument_.clock, row.start),
                price_text(row.open),
                price_text(row.high),
                price_text(row.low),
                price_text(row.close),
                size_text(row.volume, instrument_.size_scale),
                number_text(row.vwap),
                number_text(row.average_5min),
                {has_average ? std::string(word_of(row.trend)) : "-", look_of(row.trend)},
                count_text(row.count),
                std::to_string(record.header.revision)},
               remark_of(record, row));
  }

  using Key = std::tuple<std::int64_t, std::uint64_t, std::uint16_t>;  // start, index, function

  clients::Plant* plant_;
  ringbuf::InstrumentId id_;
  DerivedContext context_;
  const clients::DerivedSubscriber* results_;
  DerivedContext::Instrument instrument_;
  const BarsArguments* arguments_;
  std::string window_;  // empty: all
  bool json_;
  Style style_;
  StreamTable table_;
  std::map<Key, DerivedRecord> newest_;  // highest revision of each window
  std::vector<DerivedRecord> every_;     // in the order of the ring
  std::string date_;
  std::uint64_t printed_ = 0;
  bool is_live_ = false;
  bool is_titled_ = false;
  bool window_is_gone_ = false;  // a successor computes something else
};

/// The first window of the instrument's set; of one that nothing was computed of, the first of all.
std::string usual_window(clients::Plant& plant, const ringbuf::FunctionsReader& functions, ringbuf::InstrumentId id) {
  ringbuf::DerivedImageEntry entry;
  if (clients::DerivedView(plant).read(id, entry) == ringbuf::TableRead::value) {
    for (const ringbuf::DerivedWindow& window : entry.window) {
      if (window.function.value != 0) return std::string(functions.name_of(window.function));
    }
  }
  const std::vector<std::string> windows = clients::names_of(functions, FunctionKind::window);
  if (windows.empty()) refuse_function_name(functions, "", "window", {FunctionKind::window});
  return windows.front();
}

ExitCode bars(const BarsArguments& arguments, const Common& common) {
  clients::Plant plant = attach_chosen(arguments.plant, arguments.follow ? Wanted::live_data : Wanted::last_state);
  check_computes(plant);
  const ringbuf::InstrumentId id = plant.instrument(arguments.symbol);
  const clients::AttachedFunctions attached(plant);
  const ringbuf::FunctionsReader& functions = attached.functions;
  const std::vector<std::string> windows = clients::names_of(functions, FunctionKind::window);
  const std::string window = arguments.window.empty() ? usual_window(plant, functions, id) : arguments.window;
  if (std::find(windows.begin(), windows.end(), window) == windows.end()) {
    refuse_function_name(functions, window, "window", {FunctionKind::window});
  }
  clients::DerivedSubscription wanted{.symbols = {plant.symbol_of(id)},
                                      .types = {ringbuf::DerivedType::window_row},
                                      .join = clients::DerivedJoin::oldest};
  const bool wants_all = arguments.golden && arguments.window.empty();
  if (!wants_all) wanted.functions = {window};
  clients::DerivedSubscriber results(plant, std::move(wanted));

  Bars printer(plant, results, id, arguments, common, wants_all ? "" : window);
  read_held(results, printer);
  printer.print_past(*functions.find(*functions.find(window)), newest_event_of(plant));
  if (arguments.follow) follow(plant, results, printer, arguments.for_ns);
  return printer.is_done() ? ExitCode::check_failed : exit_code_of(results);
}

}  // namespace

void add_bars(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<BarsArguments>();
  CLI::App* verb = app.add_subcommand("bars", "windows of an instrument: open, high, low, close, volume, averages");
  verb->footer(
      "Examples:\n"
      "  tickplant bars AAPL\n"
      "  tickplant bars AAPL --window S300_60 --last 5\n"
      "  tickplant bars AAPL --since 1h --follow\n"
      "  tickplant bars AAPL --golden > emissions.csv\n"
      "Each window once, as its newest revision says; with --follow every row as it comes. --golden: every row, in "
      "the\n"
      "columns of tickplant compute. What the plant's ring still holds, not more.");
  verb->add_option("symbol", arguments->symbol, "AAPL, or AAPL@XNAS")->type_name("SYMBOL")->required();
  add_plant_option(*verb, arguments->plant);
  verb->add_option("--window", arguments->window, "which, as the analytics file calls it; default: its first")
      ->type_name("WINDOW");
  CLI::Option* last = verb->add_option("--last", arguments->last, "so many, the newest; 0: all")
                          ->type_name("N")
                          ->capture_default_str()
                          ->check(CLI::NonNegativeNumber.description(""));
  CLI::Option* since =
      add_duration(*verb, "--since", arguments->since_ns, "those that ended within this time")->default_str("");
  CLI::Option* follow = verb->add_flag("--follow", arguments->follow, "go on with each row that comes");
  add_duration(*verb, "--for", arguments->for_ns, "end following after this time")->default_str("")->needs(follow);
  verb->add_flag("--golden", arguments->golden, "CSV for comparison; default: of all windows");
  verb->callback([arguments, last, since, &common, &run] {
    const bool is_all = last->count() == 0 && (since->count() != 0 || arguments->golden);
    if (is_all) arguments->last = 0;
    run = [arguments, &common] { return bars(*arguments, common); };
  });
}

}  // namespace tickplant::cli
