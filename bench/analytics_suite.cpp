// Suite `analytics`: what does a trade cost from the ring to the state of its windows, what does a bar cost at its
// close, how long do trades wait when ten thousand bars close at once, and what does an instrument take?
//
// Baselines in the same run: every window updated with every trade (analytics_naive_windows.hpp), and every indicator
// again from its history at each close (analytics_batch_indicators.hpp). Both must say the same as the engine, or the
// run ends.
//
// What would change our mind: a trade above 60 ns or a quarter of the naive way at 10,000 instruments; a bar of the
// full set above 150 ns; a trade that waits 20 us longer because bars close; more than 4 KB an instrument.
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "bench/analytics_batch_indicators.hpp"
#include "bench/analytics_config.hpp"
#include "bench/analytics_load.hpp"
#include "bench/analytics_naive_windows.hpp"
#include "bench/analytics_path.hpp"
#include "bench/analytics_signal_delay.hpp"
#include "bench/harness/bench_clock.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "platform/cpu_affinity.hpp"

namespace tickplant::bench {
namespace {

using analytics::Engine;
using analytics::Program;
using ringbuf::DerivedType;

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw platform::SetupError{"benchmark analytics: " + what, "this is a bug: run the tests of analytics"};
  }
}

/// A stretch of records; quiet: no window ends in it.
struct Stretch {
  std::uint64_t count;
  bool is_quiet;
};

/// What is left of a load behind its first minute, cut where the watermark crosses a minute. The sweep is over long
/// before ten seconds of event time have passed.
std::vector<Stretch> stretches_of(const std::vector<ringbuf::Record>& records, std::uint64_t& warm) {
  std::vector<Stretch> stretches;
  std::int64_t newest = 0;
  warm = 0;
  for (const ringbuf::Record& record : records) {
    newest = std::max(newest, record.header.ts_event.value);
    if (newest < kLoadStart + kMinute + 10 * kSecond) {
      ++warm;
      continue;
    }
    const bool is_quiet = (newest - kLoadStart) % kMinute >= 10 * kSecond;
    if (stretches.empty() || stretches.back().is_quiet != is_quiet) stretches.push_back({0, is_quiet});
    ++stretches.back().count;
  }
  return stretches;
}

struct TickCost {
  double quiet = 0, all = 0;  // ns a trade
};

class AnalyticsSuite {
 public:
  AnalyticsSuite(const Options& options, Report& report)
      : options_(options), report_(report), before_(platform::affinity_of_this_thread()) {
    const Cores cores = choose_cores();
    if (cores.pinned) platform::pin_this_thread(cores.reader);
  }
  ~AnalyticsSuite() { platform::set_affinity_of_this_thread(before_); }
  AnalyticsSuite(const AnalyticsSuite&) = delete;
  AnalyticsSuite& operator=(const AnalyticsSuite&) = delete;

  void run() {
    check_windows();
    if (wants("trades")) trades();
    if (wants("bars")) bar_close();
    if (wants("memory")) memory();
    if (wants("delay")) measure_signal_delay(options_, clock_, report_);
  }

 private:
  [[nodiscard]] bool wants(const std::string& part) const {
    return options_.only.empty() || std::find(options_.only.begin(), options_.only.end(), part) != options_.only.end();
  }

  void trades() {
    for (const Delays delays : {Delays::none, Delays::mixed}) {
      for (const Popularity popularity : {Popularity::uniform, Popularity::zipf}) {
        for (const std::uint32_t instruments : {100u, 1'000u, 10'000u}) ticks(shape(instruments, popularity, delays));
      }
    }
    expecting();
  }

  [[nodiscard]] LoadShape shape(std::uint32_t instruments, Popularity popularity, Delays delays) const {
    LoadShape shape;
    shape.instruments = instruments;
    shape.popularity = popularity;
    shape.delays = delays;
    shape.trades_per_minute = options_.smoke ? 20'000 : 1'000'000;
    shape.trades = 3 * shape.trades_per_minute;
    return shape;
  }

  // ---- a trade

  static NaiveWindows naive(const Program& program, std::uint32_t instruments, analytics::EngineOutput& output) {
    const config::WatermarkConfig& watermark = program.config().default_watermark;
    const auto function = [&](std::size_t spec) { return program.sets().front()->window_function(spec); };
    return {instruments, watermark.bound_ns, watermark.lateness_ns, {function(0), function(1)}, output};
  }

  /// Both ways write the same rows, bit for bit.
  void check_windows() {
    const Program program(windows_config(), kLoadFeeds);
    for (const Delays delays : {Delays::none, Delays::mixed}) {
      LoadShape small = shape(100, Popularity::zipf, delays);
      small.trades_per_minute = 5'000;
      small.trades = 10 * small.trades_per_minute;
      const FilledRing ring(make_load(small));
      RowSum ours, theirs;
      const LoadInstruments instruments(small.instruments);
      Engine engine(program, {}, instruments, ours);
      NaiveWindows naive_windows = naive(program, small.instruments, theirs);
      ringbuf::TickReader reader = ring.reader();
      consume(reader, small.trades, 0, engine);
      while (engine.is_sweeping()) engine.on_pause({small.trades});
      reader = ring.reader();
      consume(reader, small.trades, 0, naive_windows);
      require(ours.rows == theirs.rows && ours.sum == theirs.sum && ours.rows > 10 * small.instruments,
              "the two ways to keep windows wrote different rows: " + std::to_string(ours.rows) + " and " +
                  std::to_string(theirs.rows) + ", " + name_of(small));
    }
  }

  template <class Consumer>
  static TickCost tick_cost(const FilledRing& ring, std::uint64_t warm, const std::vector<Stretch>& stretches,
                            std::size_t ahead, Consumer& consumer) {
    ringbuf::TickReader reader = ring.reader();
    consume(reader, warm, ahead, consumer);
    double quiet = 0, all = 0;
    std::uint64_t quiet_count = 0, count = 0;
    for (const Stretch& stretch : stretches) {
      const std::int64_t begin = core_nanos();
      consume(reader, stretch.count, ahead, consumer);
      const auto nanos = static_cast<double>(core_nanos() - begin);
      all += nanos;
      count += stretch.count;
      if (!stretch.is_quiet) continue;
      quiet += nanos;
      quiet_count += stretch.count;
    }
    return {quiet / static_cast<double>(quiet_count), all / static_cast<double>(count)};
  }

  void ticks(const LoadShape& shape) {
    const std::vector<ringbuf::Record> records = make_load(shape);
    std::uint64_t warm = 0;
    const std::vector<Stretch> stretches = stretches_of(records, warm);
    const FilledRing ring(records);
    const Program program(windows_config(), kLoadFeeds), logging(windows_config(1u << 20), kLoadFeeds);
    const LoadInstruments instruments(shape.instruments);
    std::vector<Pair> quiet, all, logged;
    for (int round = 0; round < options_.rounds; ++round) {
      RingOutput theirs, ours, with_log;
      NaiveWindows windows = naive(program, shape.instruments, theirs);
      const TickCost baseline = tick_cost(ring, warm, stretches, kNaiveAhead, windows);
      Engine engine(program, {}, instruments, ours);
      const TickCost cost = tick_cost(ring, warm, stretches, kAhead, engine);
      Engine logger(logging, {}, instruments, with_log);
      const TickCost log_cost = tick_cost(ring, warm, stretches, kAhead, logger);
      while (engine.is_sweeping()) engine.on_pause({shape.trades});
      require(ours.count(DerivedType::window_row) == theirs.count(DerivedType::window_row),
              "the two ways to keep windows wrote different numbers of rows, " + name_of(shape));
      quiet.push_back({cost.quiet, baseline.quiet});
      all.push_back({cost.all, baseline.all});
      logged.push_back({log_cost.quiet, baseline.quiet});
    }
    const std::string conditions = "records from a ring of 64 B slots in memory, runs of 64, " +
                                   std::to_string(shape.trades_per_minute) +
                                   " trades a minute of event time, bound 5 s, lateness 55 s; time of the core; ";
    add_pair("trade to state, " + name_of(shape), quiet, conditions + "while no window ends");
    add_pair("trade to state and rows, " + name_of(shape), all, conditions + "two minutes with all their rows");
    add_pair("trade to state, kept for corrections, " + name_of(shape), logged,
             conditions + "while no window ends, the newest 2^20 trades kept");
  }

  void add_pair(const std::string& name, const std::vector<Pair>& pairs, const std::string& conditions) {
    const Pair middle = median_pair(pairs);
    add(name, "mean", "ns/trade", middle.value, "1 + 5 windows updated by every trade", middle.baseline,
        conditions + "; " + spread(pairs));
  }

  /// What it is worth to know a run before its first record: state is asked for in time.
  void expecting() {
    const LoadShape load = shape(10'000, Popularity::uniform, Delays::none);
    const std::vector<ringbuf::Record> records = make_load(load);
    std::uint64_t warm = 0;
    const std::vector<Stretch> stretches = stretches_of(records, warm);
    const FilledRing ring(records);
    const Program program(windows_config(), kLoadFeeds);
    const LoadInstruments instruments(load.instruments);
    const auto cost = [&](std::size_t ahead) {
      RingOutput output;
      Engine engine(program, {}, instruments, output);
      return tick_cost(ring, warm, stretches, ahead, engine).quiet;
    };
    std::vector<Pair> pairs;
    for (int round = 0; round < options_.rounds; ++round) {
      const double without = cost(0);
      pairs.push_back({cost(kAhead), without});
    }
    const Pair middle = median_pair(pairs);
    add("trade to state, the run expected, " + name_of(load), "mean", "ns/trade", middle.value, "not expected",
        middle.baseline, "runs of 64; " + spread(pairs));
  }

  // ---- a bar

  /// One trade of each instrument a minute, so that what is measured is the close and nothing else.
  void bar_close() {
    const std::uint32_t count = options_.smoke ? 100 : 10'000;
    const int history = 240, measured = options_.smoke ? 2 : 10;
    const LoadInstruments instruments(count);
    const Program windows(bars_config(Bars::windows), kLoadFeeds), full(bars_config(Bars::indicators), kLoadFeeds),
        all(bars_config(Bars::everything), kLoadFeeds);
    RingOutput outputs[3];
    Engine engines[3]{Engine(windows, {}, instruments, outputs[0]), Engine(full, {}, instruments, outputs[1]),
                      Engine(all, {}, instruments, outputs[2])};
    // The graph by itself, and the baseline.
    const auto& calls = full.config().sets.front().indicators.front().of;
    const analytics::IndicatorGraph graph(calls, "benchmark");
    const std::size_t blocks = (count + analytics::kLanes - 1) / analytics::kLanes;
    struct alignas(64) Line {
      std::byte bytes[64];
    };
    std::vector<Line> states(blocks * graph.state_bytes() / sizeof(Line));
    const auto state = [&](std::size_t block) { return states[block * graph.state_bytes() / sizeof(Line)].bytes; };
    for (std::size_t block = 0; block < blocks; ++block) graph.start(state(block));
    std::vector<analytics::BarBlock> bars(blocks);
    BatchIndicators batch(calls, static_cast<std::size_t>(history + measured));
    std::vector<BarHistory> histories(count);
    for (BarHistory& each : histories) {
      for (auto* column : {&each.high, &each.low, &each.close, &each.volume, &each.notional}) {
        column->reserve(static_cast<std::size_t>(history + measured));
      }
    }

    std::vector<double> graph_nanos, batch_nanos, nanos[3];
    std::uint64_t cause = 0;
    double checksum = 0;
    for (int minute = 0; minute < history + measured; ++minute) {
      const std::vector<ringbuf::Record> trades = make_minute(count, minute);
      for (const ringbuf::Record& trade : trades) {
        ++cause;
        for (Engine& engine : engines) engine.on_record({cause}, trade);
      }
      for (analytics::BarBlock& block : bars) block.mask = 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto body = trades[i].as<ringbuf::TradeBody>();
        analytics::Bar bar;
        bar.open = bar.high = bar.low = bar.close = body.price.value / kLoadUnit;
        bar.volume = body.size.value;
        bar.notional = analytics::Int128{bar.close} * bar.volume;
        bar.price_unit = kLoadUnit;
        bars[i / analytics::kLanes].set(i % analytics::kLanes, bar);
        const double price = analytics::to_double(bar.close, kLoadUnit);
        histories[i].add(price, price, price, static_cast<double>(bar.volume), price * static_cast<double>(bar.volume));
      }
      const auto per_instrument = [&](auto&& work) {
        const std::int64_t begin = core_nanos();
        work();
        return static_cast<double>(core_nanos() - begin) / count;
      };
      const bool counts = minute >= history;
      const double of_graph = per_instrument([&] {
        for (std::size_t block = 0; block < blocks; ++block) {
          for (std::size_t lane = 0; block + 1 < blocks && lane < analytics::kLanes; ++lane) {
            graph.prefetch(state(block + 1), lane);
          }
          graph.update(state(block), bars[block]);
        }
      });
      // The first trade behind the minute closes it; then nothing but the sweep.
      const ringbuf::Record behind = make_minute(1, minute + 1).front();
      ++cause;
      for (std::size_t i = 0; i < 3; ++i) {
        const double of_engine = per_instrument([&] {
          engines[i].on_record({cause}, behind);
          while (engines[i].is_sweeping()) engines[i].on_pause({cause});
        });
        if (counts) nanos[i].push_back(of_engine);
      }
      if (!counts) continue;
      graph_nanos.push_back(of_graph);
      batch_nanos.push_back(per_instrument([&] {
        for (const BarHistory& each : histories) checksum += batch.compute(each).back();
      }));
    }
    require(checksum > 0, "the batch baseline computed nothing");
    check_indicators(graph, state(0), batch, histories.front());
    require(outputs[1].count(DerivedType::indicator_values) != 0 && outputs[2].count(DerivedType::signal) != 0,
            "no indicator or no signal came");

    const std::string conditions = std::to_string(count) + " instruments, bars of a minute, " +
                                   std::to_string(graph.outputs().size()) + " values of config/golden/bars.yaml, " +
                                   std::to_string(history) + " bars before; median of " + std::to_string(measured) +
                                   " closes of all instruments, time of the core";
    const double baseline = median(batch_nanos);
    const auto bar = [&](const char* name, double value) {
      add(name, "mean", "ns/instrument", value, "every indicator from its history", baseline, conditions);
    };
    bar("bar close, indicators alone", median(graph_nanos));
    bar("bar close in the engine, indicators and their records", median(nanos[1]) - median(nanos[0]));
    bar("bar close in the engine, window row, indicators and their records", median(nanos[1]));
    bar("bar close in the engine, the same with 22 signals and a pattern", median(nanos[2]));
    add("bar close in the engine, window row alone", "mean", "ns/instrument", median(nanos[0]), "", 0, conditions);
  }

  static void check_indicators(const analytics::IndicatorGraph& graph, const std::byte* state, BatchIndicators& batch,
                               const BarHistory& history) {
    const std::span<const double> expected = batch.compute(history);
    require(expected.size() == graph.outputs().size(),
            "the two ways to compute indicators have different numbers of them");
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double found = graph.value(state, 0, i);
      require(std::abs(found - expected[i]) <= 1e-8 * std::max(1.0, std::abs(expected[i])),
              graph.outputs()[i].function + " is " + std::to_string(found) + ", from its history " +
                  std::to_string(expected[i]));
    }
  }

  // ---- memory

  static std::size_t allocated() { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; }

  /// What an engine has taken after eight minutes in which everything traded, an instrument.
  double bytes_per_instrument(const config::AnalyticsConfig& config, std::uint32_t count) const {
    const Program program(config, kLoadFeeds);
    const LoadInstruments instruments(count);
    RingOutput output;
    const std::size_t before = allocated();
    const auto engine = std::make_unique<Engine>(program, ringbuf::Shard{}, instruments, output);
    std::uint64_t cause = 0;
    for (int minute = 0; minute < 8; ++minute) {
      for (const ringbuf::Record& trade : make_minute(count, minute)) engine->on_record({++cause}, trade);
    }
    return static_cast<double>(allocated() - before) / count;
  }

  void memory() {
    const std::uint32_t count = options_.smoke ? 2'000 : 10'000;
    const double windows = bytes_per_instrument(windows_config(), count);
    const double indicators = bytes_per_instrument(standard_windows_with(Bars::indicators), count);
    const double all = bytes_per_instrument(standard_windows_with(Bars::everything), count);
    const double log = bytes_per_instrument(windows_config(1u << 20), count) - windows;
    const std::string conditions = std::to_string(count) +
                                   " instruments that all trade each minute, bound 5 s, lateness 55 s, after eight "
                                   "minutes; as malloc counts, with what vectors hold in reserve";
    const auto part = [&](const char* name, double bytes) {
      add(name, "bytes", "B/instrument", bytes, "4 KB", 4'096, conditions);
    };
    part("memory, 1 min and 5 min by 1 min", windows);
    part("memory, indicators of the golden bars added", indicators - windows);
    part("memory, signals and a pattern added", all - indicators);
    part("memory, all of it", all);
    add("memory, newest 2^20 trades kept for corrections, in all", "bytes", "MB", log * count / 1e6, "", 0, conditions);
  }

  void add(const std::string& name, const char* metric, const char* unit, double value, const char* baseline,
           double baseline_value, const std::string& conditions) {
    report_.add({"analytics", name, metric, unit, value, baseline, baseline_value, conditions});
  }

  static constexpr std::size_t kAhead = 16, kNaiveAhead = 4;

  Options options_;
  Report& report_;
  platform::CpuList before_;
  BenchClock clock_;
};

}  // namespace

void run_analytics_suite(const Options& options, Report& report) { AnalyticsSuite(options, report).run(); }

}  // namespace tickplant::bench
