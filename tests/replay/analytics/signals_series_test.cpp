// Signals over the golden indicator series: every row of signals.csv and volume_anomalies.csv, and no other.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analytics/signals/signal_program.hpp"
#include "tests/support/golden_csv.hpp"
#include "tests/support/signal_series.hpp"

namespace tickplant::tests::this_file {
namespace {

using Lines = std::vector<std::string>;

void expect_golden_signals(const std::string& set, const std::filesystem::path& volumes_file) {
  const GoldenCsv input(golden_file(set, "input.csv"));
  std::vector<analytics::Bar> bars(input.rows.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    bars[i].open = input.scaled(i, "open", 9);
    bars[i].high = input.scaled(i, "high", 9);
    bars[i].low = input.scaled(i, "low", 9);
    bars[i].close = input.scaled(i, "close", 9);
    bars[i].volume = static_cast<std::uint64_t>(input.integer(i, "volume"));
  }
  const SignalRows rows = run_signals(golden_signals({{5, 20}, {50, 200}}), bars);

  Lines signals;
  for (const auto& [bar, name, value] : rows.signals) {
    signals.push_back(name + "," + std::to_string(bar) + "," + input.text(bar, "ts") + "," + value);
  }
  EXPECT_EQ(signals, golden_lines(golden_file(set, "signals.csv")));
  Lines volumes;
  for (const auto& [bar, columns] : rows.volumes) {
    volumes.push_back(std::to_string(bar) + "," + input.text(bar, "ts") + "," + input.text(bar, "volume") + "," +
                      columns);
  }
  EXPECT_EQ(volumes, golden_lines(volumes_file));
  EXPECT_FALSE(signals.empty());
  EXPECT_FALSE(volumes.empty());
}

TEST(GoldenSignals, OfSyntheticBarsAreThoseOfTheReference) {
  TP_GOLDEN_SET(volumes, "indicators/synth_a/volume_anomalies.csv");
  expect_golden_signals("indicators/synth_a", volumes);
}

TEST(GoldenSignals, OfTheRegressionSeriesAreThoseOfTheReference) {
  TP_GOLDEN_SET(volumes, "indicators/talib252/volume_anomalies.csv");
  expect_golden_signals("indicators/talib252", volumes);
}

TEST(GoldenSignals, OfDailyBarsAreThoseOfTheReference) {
  TP_GOLDEN_SET(volumes, "indicators/spy_daily502/volume_anomalies.csv");
  expect_golden_signals("indicators/spy_daily502", volumes);
}

TEST(GoldenSignals, OfRealMinutesAreThoseOfTheReference) {
  TP_GOLDEN_SET(volumes, "indicators/aig_1m_2013/volume_anomalies.csv");
  expect_golden_signals("indicators/aig_1m_2013", volumes);
}

}  // namespace
}  // namespace tickplant::tests::this_file
