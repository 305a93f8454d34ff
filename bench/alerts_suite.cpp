// Suite `alerts`: what do ten thousand rules cost a tick?
//
// The baseline is what somebody would write by hand for one instrument and ten fixed thresholds: ten comparisons with
// the price, and whether each was true before. Both are what they add: to an engine without rules, to a loop over the
// same records that does nothing with them.
//
// What would change our mind: ten rules an instrument on a thousand instruments that add more than five times that.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "bench/analytics_config.hpp"
#include "bench/analytics_load.hpp"
#include "bench/analytics_path.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "platform/cpu_affinity.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::bench {
namespace {

constexpr std::uint32_t kInstruments = 1'000;
constexpr std::size_t kRulesEach = 10;
constexpr std::size_t kAheadOfEngine = 1;  // it is told a run before its first record

/// A record is looked at, and that is all.
struct Bare {
  void on_record(ringbuf::CauseSequence, const ringbuf::Record& record) noexcept {
    sum += record.header.ts_event.value;
  }
  void prefetch(const ringbuf::Record&) const noexcept {}
  std::int64_t sum = 0;
};

/// Ten thresholds by hand.
struct ByHand {
  struct Instrument {
    std::array<std::int64_t, kRulesEach> threshold{};
    std::array<bool, kRulesEach> was_above{};
  };
  ByHand() : instruments(kInstruments + 1) {}
  void on_record(ringbuf::CauseSequence, const ringbuf::Record& record) noexcept {
    sum += record.header.ts_event.value;
    if (record.header.type != ringbuf::RecordType::trade) return;
    const std::int64_t price = record.as<ringbuf::TradeBody>().price.value;
    Instrument& own = instruments[record.header.instrument.value];
    for (std::size_t i = 0; i < kRulesEach; ++i) {
      const bool is_above = price > own.threshold[i];
      if (is_above && !own.was_above[i]) ++alerts;
      own.was_above[i] = is_above;
    }
  }
  void prefetch(const ringbuf::Record&) const noexcept {}

  std::vector<Instrument> instruments;
  std::uint64_t alerts = 0;
  std::int64_t sum = 0;
};

enum class Rules : std::uint8_t { thresholds, mixed, everything };

std::string text_of(double price) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", price);
  return text.data();
}

class AlertsSuite {
 public:
  AlertsSuite(const Options& options, Report& report)
      : options_(options), report_(report), before_(platform::affinity_of_this_thread()) {
    const Cores cores = choose_cores();
    if (cores.pinned) platform::pin_this_thread(cores.reader);
    LoadShape shape;
    shape.instruments = kInstruments;
    shape.trades_per_minute = options_.smoke ? 20'000 : 1'000'000;
    shape.trades = 3 * shape.trades_per_minute;
    load_ = make_load(shape);
    last_.resize(kInstruments + 1);
    for (const ringbuf::Record& record : load_) {
      last_[record.header.instrument.value] = record.as<ringbuf::TradeBody>().price.value;
    }
  }
  ~AlertsSuite() { platform::set_affinity_of_this_thread(before_); }
  AlertsSuite(const AlertsSuite&) = delete;
  AlertsSuite& operator=(const AlertsSuite&) = delete;

  void run() {
    measure(Rules::thresholds, "10,000 rules: ten thresholds on the price of each of 1,000 instruments");
    measure(Rules::mixed, "10,000 rules: ten of all kinds on each of 1,000 instruments");
    measure(Rules::everything, "one rule, change(5m) > 2%, on each of 1,000 instruments");
  }

 private:
  /// Around where the price ends, so that some of them come true.
  [[nodiscard]] double threshold(std::uint32_t id, std::size_t rule) const {
    const double price = static_cast<double>(last_[id]) / 1e9;
    return price * (0.99 + 0.002 * static_cast<double>(rule));
  }
  [[nodiscard]] config::AnalyticsConfig config_with(Rules what) const {
    config::AnalyticsConfig config = windows_config();
    const auto add = [&](const std::string& name, const std::string& when, const std::string& symbol) {
      config::AlertRuleConfig& rule = config.alerts.emplace_back();
      rule.name = name;
      rule.when = when;
      if (!symbol.empty()) rule.symbols = {symbol};
    };
    if (what == Rules::everything) {
      add("everything", "change(5m) > 2%", "");
      return config;
    }
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      const std::string symbol = "S" + std::to_string(id);
      for (std::size_t rule = 0; rule < kRulesEach; ++rule) {
        const std::string price = text_of(threshold(id, rule));
        const std::array<std::string, kRulesEach> mixed{"price > " + price,
                                                        "price < " + price,
                                                        "price crosses_above " + price,
                                                        "price crosses_above sma(5m)",
                                                        "price crosses_below sma(5m)",
                                                        "change(5m) > 2%",
                                                        "swing(1m) > 5%",
                                                        "volume(1m) > 1e6",
                                                        "price > " + price + " and quality ok",
                                                        "price < " + price + " and change(5m) < -1%"};
        const std::string name = symbol + '_' + std::to_string(rule);
        add(name, what == Rules::mixed ? mixed.at(rule) : "price > " + price, symbol);
      }
    }
    return config;
  }

  template <class Consumer>
  [[nodiscard]] double cost(const FilledRing& ring, std::size_t ahead, Consumer& consumer) const {
    const std::uint64_t warm = load_.size() / 3;
    ringbuf::TickReader reader = ring.reader();
    consume(reader, warm, ahead, consumer);
    const std::int64_t begin = core_nanos();
    consume(reader, load_.size() - warm, ahead, consumer);
    return static_cast<double>(core_nanos() - begin) / static_cast<double>(load_.size() - warm);
  }

  void measure(Rules what, const std::string& name) {
    const FilledRing ring(load_);
    const analytics::Program without(windows_config(), kLoadFeeds), with(config_with(what), kLoadFeeds);
    const LoadInstruments instruments(kInstruments);
    std::vector<Pair> added;
    std::uint64_t alerts = 0;
    std::vector<double> bare_engine;
    for (int round = 0; round < options_.rounds; ++round) {
      Bare bare;
      ByHand by_hand;
      for (std::uint32_t id = 1; id <= kInstruments; ++id) {
        for (std::size_t rule = 0; rule < kRulesEach; ++rule) {
          by_hand.instruments[id].threshold.at(rule) = static_cast<std::int64_t>(threshold(id, rule) * 1e9);
        }
      }
      const double loop = cost(ring, 0, bare), hand = cost(ring, 0, by_hand);
      RingOutput plain, told;
      analytics::Engine quiet(without, {}, instruments, plain), telling(with, {}, instruments, told);
      const double engine = cost(ring, kAheadOfEngine, quiet), rules = cost(ring, kAheadOfEngine, telling);
      added.push_back({rules - engine, std::max(hand - loop, 0.01)});
      bare_engine.push_back(engine);
      alerts = told.count(ringbuf::DerivedType::alert);
      if (by_hand.alerts == 0 || (what != Rules::everything && alerts == 0)) {
        throw platform::SetupError{"benchmark alerts: no rule came true", "this is a bug: run the tests of analytics"};
      }
    }
    const Pair middle = median_pair(added);
    report_.add({.suite = "alerts",
                 .name = name,
                 .metric = "added",
                 .unit = "ns/tick",
                 .value = middle.value,
                 .baseline = "ten comparisons by hand, what they add to a loop",
                 .baseline_value = middle.baseline,
                 .conditions = "two windows are computed, too: " + text_of(median(bare_engine)) +
                               " ns/tick without rules; " + std::to_string(alerts) + " alerts in " +
                               std::to_string(load_.size()) + " trades; time of the core; " + spread(added)});
  }

  const Options& options_;
  Report& report_;
  platform::CpuList before_;
  std::vector<ringbuf::Record> load_;
  std::vector<std::int64_t> last_;  // price by instrument
};

}  // namespace

void run_alerts_suite(const Options& options, Report& report) { AlertsSuite(options, report).run(); }

}  // namespace tickplant::bench
