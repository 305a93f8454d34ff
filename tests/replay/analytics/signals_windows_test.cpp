// Signals over the final content of windows, and swings tick by tick: every row of signals_T60.csv,
// volume_anomalies_T60.csv, window_signals.csv and swing_on_tick_P3.csv, and no other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "analytics/signals/signal_program.hpp"
#include "tests/support/golden_csv.hpp"
#include "tests/support/signal_series.hpp"

namespace tickplant::tests::this_file {
namespace {

using Lines = std::vector<std::string>;

constexpr std::int64_t kPriceUnit = 100'000;  // four decimals

analytics::Bar bar_of(const GoldenCsv& windows, std::size_t row) {
  analytics::Bar bar;
  bar.start = platform::UnixNanos{windows.integer(row, "start")};
  bar.end = platform::UnixNanos{windows.integer(row, "end")};
  bar.open = windows.integer(row, "open");
  bar.high = windows.integer(row, "high");
  bar.low = windows.integer(row, "low");
  bar.close = windows.integer(row, "close");
  bar.volume = static_cast<std::uint64_t>(windows.integer(row, "volume"));
  bar.price_unit = kPriceUnit;
  return bar;
}

void expect_golden_bar_signals(const std::string& set) {
  const GoldenCsv windows(golden_file(set, "final_BL60.csv"));
  std::map<std::string, std::vector<analytics::Bar>> bars;
  for (std::size_t i = 0; i < windows.rows.size(); ++i) {
    if (windows.text(i, "spec") == "T60") bars[windows.text(i, "symbol")].push_back(bar_of(windows, i));
  }
  std::vector<std::tuple<std::int64_t, std::string, std::string, std::string, std::size_t>> signals;
  std::vector<std::tuple<std::int64_t, std::string, std::size_t, std::string>> volumes;
  for (auto& [symbol, of_symbol] : bars) {
    std::sort(of_symbol.begin(), of_symbol.end(),
              [](const analytics::Bar& a, const analytics::Bar& b) { return a.start < b.start; });
    const SignalRows rows = run_signals(golden_signals({{5, 20}}), of_symbol);
    for (const auto& [bar, name, value] : rows.signals) {
      signals.emplace_back(of_symbol[bar].start.value, symbol, name, value, bar);
    }
    for (const auto& [bar, columns] : rows.volumes) {
      volumes.emplace_back(of_symbol[bar].start.value, symbol, bar,
                           std::to_string(of_symbol[bar].volume) + "," + columns);
    }
  }
  std::sort(signals.begin(), signals.end());
  std::sort(volumes.begin(), volumes.end());
  Lines signal_lines, volume_lines;
  for (const auto& [start, symbol, name, value, bar] : signals) {
    signal_lines.push_back(symbol + "," + name + "," + std::to_string(bar) + "," + std::to_string(start) + "," + value);
  }
  for (const auto& [start, symbol, bar, columns] : volumes) {
    volume_lines.push_back(symbol + "," + std::to_string(bar) + "," + std::to_string(start) + "," + columns);
  }
  EXPECT_EQ(signal_lines, golden_lines(golden_file(set, "signals_T60.csv")));
  EXPECT_EQ(volume_lines, golden_lines(golden_file(set, "volume_anomalies_T60.csv")));
}

struct NoIndicators {
  [[nodiscard]] bool ready(std::size_t) const { return false; }
  [[nodiscard]] double value(std::size_t) const { return 0; }
  [[nodiscard]] double average() const { return std::numeric_limits<double>::quiet_NaN(); }
};

void expect_golden_window_signals(const std::string& set) {
  std::vector<config::SignalConfig> signals(3);
  signals[0].name = "swing_2pct";
  signals[0].kind = config::SignalKind::swing;
  for (const std::size_t i : {1u, 2u}) {
    signals[i].name = i == 1 ? "pchg_100bps" : "pchg_200bps";
    signals[i].kind = config::SignalKind::price_change;
    signals[i].bps = config::whole(i == 1 ? 100 : 200);
  }
  for (config::SignalConfig& signal : signals) signal.on = "any";
  const analytics::SignalProgram program(signals, "any", nullptr);
  std::map<std::pair<std::string, std::string>, std::vector<std::byte>> states;
  std::vector<analytics::SignalEvent> memory(signals.size());

  const GoldenCsv windows(golden_file(set, "final_BL60.csv"));
  Lines lines;
  for (std::size_t i = 0; i < windows.rows.size(); ++i) {
    const std::string &spec = windows.text(i, "spec"), &symbol = windows.text(i, "symbol");
    if (spec != "T60" && spec != "S300_60") continue;
    std::vector<std::byte>& state = states[{spec, symbol}];
    state.resize(program.state_bytes());
    analytics::SignalOutput out(memory);
    program.on_final(i, bar_of(windows, i), NoIndicators{}, state.data(), out);
    for (const analytics::SignalEvent& event : out.events()) {
      lines.push_back(spec + "," + symbol + "," + windows.text(i, "start") + "," + windows.text(i, "end") + "," +
                      signals[event.rule].name + "," + to_text(event));
    }
  }
  EXPECT_EQ(lines, golden_lines(golden_file(set, "window_signals.csv")));
}

/// Windows of 1 minute, and of 5 by 1, five seconds of disorder allowed and 55 of lateness (profile P3).
void expect_golden_swings_on_tick(const std::string& set, const std::filesystem::path& swings) {
  struct Spec {
    const char* name;
    std::int64_t size;
  };
  constexpr std::int64_t kMinute = 60'000'000'000, kBound = 5'000'000'000, kLateness = 55'000'000'000;
  const analytics::SwingRule rule{config::whole(2)};
  std::map<std::tuple<std::string, std::string, std::int64_t>, analytics::SwingWatch> watches;
  const GoldenCsv ticks(golden_file(set, "input.csv"));
  const std::size_t time_column = ticks.column("ts_ns"), symbol_column = ticks.column("symbol"),
                    price_column = ticks.column("px"), sequence_column = ticks.column("seq");
  std::int64_t latest = 0;
  bool any = false;
  Lines lines;
  for (const std::vector<std::string>& tick : ticks.rows) {
    const std::int64_t time = GoldenCsv::decimal(tick[time_column], 0),
                       price = GoldenCsv::decimal(tick[price_column], 0);
    for (const Spec& spec : {Spec{"T60", kMinute}, Spec{"S300_60", 5 * kMinute}}) {
      const std::int64_t into = (time % kMinute + kMinute) % kMinute;
      for (std::int64_t start = time - into; start > time - spec.size; start -= kMinute) {
        const std::int64_t end = start + spec.size;
        if (any && end + kLateness <= latest - kBound) continue;
        analytics::SwingWatch& watch = watches[{spec.name, tick[symbol_column], start}];
        if (!watch.on_price(rule, price)) continue;
        char percent[32];
        std::snprintf(percent, sizeof percent, "%.12g", analytics::swing_percent(watch.high, watch.low));
        lines.push_back(tick[sequence_column] + "," + spec.name + "," + tick[symbol_column] + "," +
                        std::to_string(start) + "," + std::to_string(end) + "," + percent);
      }
    }
    latest = any ? std::max(latest, time) : time;
    any = true;
  }
  Lines golden = golden_lines(swings);
  std::sort(lines.begin(), lines.end());  // windows of one tick come in no particular order
  std::sort(golden.begin(), golden.end());
  EXPECT_EQ(lines, golden);
}

void expect_all(const std::string& set, const std::filesystem::path& swings) {
  expect_golden_bar_signals(set);
  expect_golden_window_signals(set);
  expect_golden_swings_on_tick(set, swings);
}

TEST(GoldenWindowSignals, OfSyntheticTradesAreThoseOfTheReference) {
  TP_GOLDEN_SET(swings, "windows/synth_1/swing_on_tick_P3.csv");
  expect_all("windows/synth_1", swings);
}

TEST(GoldenWindowSignals, OfTradesAtEveryBoundaryAreThoseOfTheReference) {
  TP_GOLDEN_SET(swings, "windows/edge/swing_on_tick_P3.csv");
  expect_all("windows/edge", swings);
}

TEST(GoldenWindowSignals, OfARealDayAreThoseOfTheReferenceAndHaveNoSwing) {
  TP_GOLDEN_SET(swings, "windows/us_20131008/swing_on_tick_P3.csv");
  expect_all("windows/us_20131008", swings);
  EXPECT_TRUE(GoldenCsv(swings).rows.empty());
}

}  // namespace
}  // namespace tickplant::tests::this_file
