#include "bench/analytics_signal_delay.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "bench/analytics_config.hpp"
#include "bench/analytics_load.hpp"
#include "bench/analytics_path.hpp"
#include "bench/harness/hiccup_meter.hpp"

namespace tickplant::bench {
namespace {

using analytics::Engine;
using analytics::Program;
using platform::LatencyHistogram;
using platform::read_tsc;

/// Results into a ring, and when the signal that a trade made was there.
class SignalClock final : public analytics::EngineOutput {
 public:
  explicit SignalClock(std::uint64_t trades) : seen_at(trades + 1) {}
  void publish(const ringbuf::DerivedRecord& record) noexcept override {
    ring_.publish(record);
    if (record.header.type == ringbuf::DerivedType::signal && record.header.basis == ringbuf::Basis::tick) {
      seen_at[record.header.cause_seq.value] = read_tsc();
    }
  }
  std::vector<std::uint64_t> seen_at;  // by cause; 0: no signal

 private:
  RingOutput ring_;
};

struct Delays {
  LatencyHistogram late;            // signals: from when the trade was due
  std::vector<std::int64_t> steps;  // how long the engine took, trade by trade
};

/// A way to run it.
struct Way {
  const Program& program;
  const FilledRing& ring;
  bool is_paced = true;  // and the sweep goes on while nothing is due, as in the plant; else one after the other
};

class SignalDelay {
 public:
  SignalDelay(const Options& options, const BenchClock& clock, Report& report)
      : options_(options), clock_(clock), report_(report) {
    shape_.instruments = options.smoke ? 500 : 10'000;
    shape_.trades_per_minute = options.smoke ? 5'000 : 100'000;
    warm_ = 7 * shape_.trades_per_minute;
    measured_ = (options.smoke ? 2 : 4) * shape_.trades_per_minute;
    shape_.trades = warm_ + measured_;
  }

  void run() {
    std::vector<ringbuf::Record> records = make_load(shape_);
    const FilledRing crossing(records);
    // The same trades from there on within one minute: no window ends.
    const std::int64_t calm = records[warm_ - 1].header.ts_event.value;
    for (std::uint64_t i = warm_; i < records.size(); ++i) {
      records[i].header.ts_event = records[i].header.ts_recv = {calm + static_cast<std::int64_t>(i - warm_)};
    }
    const FilledRing within(records);
    const Program full(crosses_config(Bars::everything), kLoadFeeds), bare(crosses_config(Bars::windows), kLoadFeeds);
    for (const double interval : {10'000.0, 4'000.0}) {
      interval_ = interval;
      paced({full, crossing}, {bare, crossing}, {full, within});
    }
    steps({full, crossing, false}, {full, within, false});
  }

 private:
  Delays measure(const Way& way) const {
    const LoadInstruments instruments(shape_.instruments);
    SignalClock output(shape_.trades);
    Engine engine(way.program, {}, instruments, output);
    ringbuf::TickReader reader = way.ring.reader();
    consume(reader, warm_, 16, engine);
    while (engine.is_sweeping()) engine.on_pause({warm_});
    Delays delays;
    delays.steps.reserve(measured_);
    std::vector<std::uint64_t> due(measured_);
    const std::uint64_t interval = clock_.ticks(interval_);
    std::uint64_t next = read_tsc() + clock_.ticks(100'000);
    ringbuf::Record record;
    for (std::uint64_t i = 0; i < measured_; ++i) {
      if (way.is_paced) {
        while (read_tsc() < next) {
          if (engine.is_sweeping()) engine.on_pause({warm_ + i});
        }
        due[i] = next;
        next += interval;
      }
      const std::uint64_t begin = read_tsc();
      (void)reader.poll(&record);
      engine.on_record({warm_ + i + 1}, record);
      if (!way.is_paced) delays.steps.push_back(clock_.nanos(begin, read_tsc()));
    }
    for (std::uint64_t i = 0; way.is_paced && i < measured_; ++i) {
      const std::uint64_t seen = output.seen_at[warm_ + i + 1];
      if (seen != 0) delays.late.record(clock_.nanos(due[i], seen));
    }
    return delays;
  }

  void paced(const Way& crossing, const Way& without_functions, const Way& calm) {
    struct Percentile {
      const char* name;
      double percent;
    };
    constexpr Percentile kPercentiles[] = {{"p50", 50}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}, {"max", 100}};
    constexpr std::size_t kCount = std::size(kPercentiles);
    std::vector<double> of_crossing[kCount], of_bare[kCount], of_calm[kCount], of_host[kCount];
    std::uint64_t signals = 0;
    for (int round = 0; round < options_.rounds; ++round) {
      const LatencyHistogram calmly = measure(calm).late, bare = measure(without_functions).late,
                             late = measure(crossing).late, host = measure_hiccups(clock_, interval_, measured_);
      signals = late.count();
      if (late.count() == 0 || calmly.count() == 0 || bare.count() == 0) {
        throw platform::SetupError{"benchmark analytics: no trade crossed its mean", "this is a bug"};
      }
      for (std::size_t i = 0; i < kCount; ++i) {
        const auto add = [&](std::vector<double>& to, const LatencyHistogram& from) {
          to.push_back(static_cast<double>(from.percentile(kPercentiles[i].percent)));
        };
        add(of_crossing[i], late);
        add(of_bare[i], bare);
        add(of_calm[i], calmly);
        add(of_host[i], host);
      }
    }
    const std::string rate = std::to_string(static_cast<int>(1e6 / interval_)) + ",000 trades/s";
    const std::string conditions =
        std::to_string(shape_.instruments) + " instruments, open loop, " + rate + ", a minute of event time every " +
        std::to_string(shape_.trades_per_minute) + " trades, " + std::to_string(signals) +
        " signals from when the trade was due until it is in the ring; all functions of config/golden/bars.yaml; "
        "median of " +
        std::to_string(options_.rounds) + " rounds";
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::string metric = std::string("latency ") + kPercentiles[i].name;
      add("trade to signal across minutes, " + rate, metric, median(of_crossing[i]), "the same within a minute",
          median(of_calm[i]), conditions);
      add("trade to signal across minutes, windows alone, " + rate, metric, median(of_bare[i]),
          "the same within a minute", median(of_calm[i]), conditions);
      add("hiccup meter, " + rate, metric, median(of_host[i]), "", 0,
          "a loop on the same core that only looks at the clock, same schedule");
    }
  }

  /// What the host takes hits another trade in each round: the fastest of the rounds is what the trade itself takes.
  void steps(const Way& crossing, const Way& calm) {
    const auto fastest = [&](const Way& way) {
      std::vector<std::int64_t> steps(measured_, std::int64_t{1} << 40);
      for (int round = 0; round < std::max(options_.rounds, 3); ++round) {
        const Delays delays = measure(way);
        for (std::uint64_t i = 0; i < measured_; ++i) steps[i] = std::min(steps[i], delays.steps[i]);
      }
      std::sort(steps.begin(), steps.end());
      return steps;
    };
    const std::vector<std::int64_t> across = fastest(crossing), within = fastest(calm);
    const std::string conditions = std::to_string(shape_.instruments) + " instruments; each trade's fastest of " +
                                   std::to_string(std::max(options_.rounds, 3)) +
                                   " rounds, one after the other; a step of the sweep after every 2nd trade";
    const auto row = [&](const char* metric, std::size_t index) {
      add("one trade in the engine, across minutes", metric, static_cast<double>(across[index]),
          "the same within a minute", static_cast<double>(within[index]), conditions);
    };
    row("p50", measured_ / 2);
    row("p99.9", measured_ - measured_ / 1'000 - 1);
    row("max", measured_ - 1);
    add("worst extra delay of a trade because bars close", "max", static_cast<double>(across.back() - within.back()),
        "20 us", 20'000, conditions);
  }

  void add(const std::string& name, const std::string& metric, double value, const char* baseline,
           double baseline_value, const std::string& conditions) {
    report_.add({"analytics", name, metric, "ns", value, baseline, baseline_value, conditions});
  }

  Options options_;
  const BenchClock& clock_;
  Report& report_;
  LoadShape shape_;
  std::uint64_t warm_ = 0, measured_ = 0;
  double interval_ = 0;
};

}  // namespace

void measure_signal_delay(const Options& options, const BenchClock& clock, Report& report) {
  SignalDelay(options, clock, report).run();
}

}  // namespace tickplant::bench
