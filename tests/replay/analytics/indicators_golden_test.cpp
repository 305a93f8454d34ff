// Every indicator over whole series, against TA-Lib and, where TA-Lib cancels badly, against exact values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/golden_csv.hpp"
#include "tests/support/indicator_series.hpp"

namespace tickplant::analytics::this_file {
namespace {

using tests::GoldenCsv;
using tests::IndicatorSeries;

std::vector<Bar> bars_of(const std::filesystem::path& folder) {
  const GoldenCsv input(folder / "input.csv");
  std::vector<Bar> bars(input.rows.size());
  for (std::size_t row = 0; row < bars.size(); ++row) {
    bars[row].open = input.scaled(row, "open", 4);
    bars[row].high = input.scaled(row, "high", 4);
    bars[row].low = input.scaled(row, "low", 4);
    bars[row].close = input.scaled(row, "close", 4);
    bars[row].volume = static_cast<std::uint64_t>(input.integer(row, "volume"));
    bars[row].price_unit = 100'000;
  }
  return bars;
}

struct Tolerance {
  double relative, absolute;
};

/// Section 1.3 of the definitions.
Tolerance tolerance_of(const std::string& file, double price_level) {
  if (file.find(".exact.") != std::string::npos) return {1e-9, 1e-12};
  if (file.starts_with("wma")) return {0, 1e-8 * std::max(1.0, price_level / 1e4)};
  return {1e-9, 1e-9};
}

bool is_same(std::optional<double> found, std::optional<double> expected, Tolerance tolerance) {
  if (!found || !expected) return found.has_value() == expected.has_value();
  return std::abs(*expected - *found) <= std::max(tolerance.absolute, tolerance.relative * std::abs(*expected));
}

bool is_cancelling(const std::string& stem) { return stem.starts_with("stddev") || stem.starts_with("bbands"); }

void expect_golden(const std::string& set) {
  TP_GOLDEN_SET(one_of_them, set + "/sma_20.csv");  // of some sets, only the input is committed
  const std::filesystem::path folder = one_of_them.parent_path();
  const std::vector<Bar> bars = bars_of(folder);
  double price_level = 0;
  for (const Bar& bar : bars) price_level = std::max(price_level, to_double(bar.close, bar.price_unit));

  IndicatorSeries series(tests::golden_functions(), 3);
  const auto outputs = series.graph.outputs();
  std::vector<std::vector<std::optional<double>>> ours(outputs.size());
  for (const Bar& bar : bars) {
    series.add(bar);
    for (std::size_t i = 0; i < outputs.size(); ++i) ours[i].push_back(series.value(i));
  }

  std::set<std::string> compared;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string file = outputs[i].file_stem + (is_cancelling(outputs[i].file_stem) ? ".exact.csv" : ".csv");
    const GoldenCsv golden(folder / file);
    const std::size_t column = golden.column(outputs[i].column);
    const Tolerance tolerance = tolerance_of(file, price_level);
    ASSERT_EQ(golden.rows.size(), bars.size()) << file;
    std::size_t wrong = 0;
    for (std::size_t row = 0; row < bars.size() && wrong < 3; ++row) {
      const auto expected = golden.number(row, column);
      const auto& found = ours[i][row];
      const bool same = is_same(found, expected, tolerance);
      if (!same) {
        ADD_FAILURE() << set << '/' << file << ' ' << outputs[i].column << " of bar " << row << ": expected "
                      << (expected ? testing::PrintToString(*expected) : "nothing") << ", is "
                      << (found ? testing::PrintToString(*found) : "nothing");
        ++wrong;
      }
      if (row == static_cast<std::size_t>(outputs[i].first)) {
        EXPECT_TRUE(expected.has_value()) << file << ": the first value is said to be at " << row;
      }
    }
    compared.insert(file);
  }

  // No file of the set was left out: a new one needs its function in the list above.
  const std::set<std::string> others{"input.csv", "signals.csv", "volume_anomalies.csv", "cep_matches.csv"};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    const std::string exact = entry.path().stem().string() + ".exact.csv";
    EXPECT_TRUE(compared.contains(file) || others.contains(file) || compared.contains(exact)) << file;
  }
}

TEST(IndicatorsGolden, SamplesOfTheSyntheticBarsWhichEveryCloneHas) {
  TP_GOLDEN_SET(samples_file, "indicators/synth_a/samples.csv");
  TP_GOLDEN_SET(input_file, "indicators/synth_a/input.csv");
  const GoldenCsv samples(samples_file);
  IndicatorSeries series(tests::golden_functions());
  const auto outputs = series.graph.outputs();
  std::set<std::string> compared;
  std::size_t bar_index = 0;
  for (const Bar& bar : bars_of(input_file.parent_path())) {
    series.add(bar);
    for (std::size_t row = 0; row < samples.rows.size(); ++row) {
      if (static_cast<std::size_t>(samples.integer(row, "i")) != bar_index) continue;
      const std::string file = samples.text(row, "file"), column = samples.text(row, "column");
      const auto output = std::find_if(outputs.begin(), outputs.end(), [&](const IndicatorOutput& each) {
        return each.file_stem == file.substr(0, file.find('.')) && each.column == column;
      });
      ASSERT_NE(output, outputs.end()) << file << ' ' << column;
      const auto found = series.value(static_cast<std::size_t>(output - outputs.begin()));
      const auto expected = samples.number(row, samples.column("value"));
      EXPECT_TRUE(is_same(found, expected, tolerance_of(file, 100)))
          << file << ' ' << column << " of bar " << bar_index << ": expected " << testing::PrintToString(expected)
          << ", is " << testing::PrintToString(found);
      compared.insert(file + column);
    }
    ++bar_index;
  }
  EXPECT_EQ(compared.size(), outputs.size());
}

TEST(IndicatorsGolden, SyntheticBarsWithFlatAndTrendingStretches) { expect_golden("indicators/synth_a"); }
TEST(IndicatorsGolden, TheRegressionSeriesOfTaLib) { expect_golden("indicators/talib252"); }
TEST(IndicatorsGolden, DailyBarsOfAnIndexFund) { expect_golden("indicators/spy_daily502"); }
TEST(IndicatorsGolden, MinuteBarsOfAShare) { expect_golden("indicators/aig_1m_2013"); }

}  // namespace
}  // namespace tickplant::analytics::this_file
