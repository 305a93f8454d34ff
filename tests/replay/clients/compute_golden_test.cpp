// `tickplant compute` over the golden sets: every signal file byte for byte, every indicator within its tolerance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/support/compute_folder.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::tests::this_file {
namespace {

/// `exact`: name of the result, and of the golden file.
void expect_same(const ComputeFolder& folder, const std::filesystem::path& set, const std::string& file) {
  EXPECT_EQ(folder.result(file), text_of(set / file)) << set << ' ' << file;
}

void expect_window_signals(const std::string& relative_path, const std::string& profile) {
  TP_GOLDEN_SET(set, relative_path);
  ComputeFolder folder;
  (void)folder.run(set / "input.csv", ComputeFolder::shipped("golden/" + profile + ".yaml"));
  for (const char* file : {"signals_T60.csv", "volume_anomalies_T60.csv", "window_signals.csv"}) {
    expect_same(folder, set, file);
  }
  if (profile == "P3") expect_same(folder, set, "swing_on_tick_P3.csv");
}

TEST(ComputeGolden, SignalsOfTradesAtEveryBoundary) {
  for (const char* profile : {"P1", "P2", "P3"}) expect_window_signals("windows/edge", profile);
}
TEST(ComputeGolden, SignalsOfMadeUpTradesWhateverBoundAndLatenessShare) {
  for (const char* profile : {"P1", "P2", "P3"}) expect_window_signals("windows/synth_1", profile);
}
TEST(ComputeGolden, SignalsOfADayOfSharesWhateverBoundAndLatenessShare) {
  for (const char* profile : {"P1", "P2", "P3"}) expect_window_signals("windows/us_20131008", profile);
}

/// Of columns that TA-Lib computes in doubles, and of those that were computed exactly.
void expect_indicator(const std::filesystem::path& found_file, const std::filesystem::path& golden_file,
                      const std::string& stem) {
  const GoldenCsv found(found_file), golden(golden_file);
  ASSERT_EQ(found.header, golden.header) << stem;
  ASSERT_EQ(found.rows.size(), golden.rows.size()) << stem;
  const bool is_exact = golden_file.string().find(".exact.") != std::string::npos;
  for (std::size_t row = 0; row < golden.rows.size(); ++row) {
    ASSERT_EQ(found.rows[row][0], golden.rows[row][0]) << stem;
    for (std::size_t column = 1; column < golden.header.size(); ++column) {
      const auto expected = golden.number(row, column), value = found.number(row, column);
      ASSERT_EQ(expected.has_value(), value.has_value()) << stem << " row " << row;
      if (!expected) continue;
      const double absolute = is_exact ? 1e-12 : stem.starts_with("wma") ? 1e-8 : 1e-9;
      ASSERT_LE(std::abs(*expected - *value), std::max(absolute, 1e-9 * std::abs(*expected)))
          << stem << " row " << row << ' ' << golden.header[column];
    }
  }
}

void expect_bars(const std::string& relative_path) {
  TP_GOLDEN_SET(one_of_them, relative_path + "/sma_20.csv");  // of some sets, only the input is committed
  const std::filesystem::path set = one_of_them.parent_path();
  ComputeFolder folder;
  const cli::ComputeSummary summary = folder.run(set / "input.csv", ComputeFolder::shipped("golden/bars.yaml"));
  EXPECT_EQ(summary.format, "bars");
  const std::set<std::string> exact{"signals.csv", "volume_anomalies.csv", "cep_matches.csv"};
  for (const std::string& file : exact) expect_same(folder, set, file);
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(set)) {
    const std::string file = entry.path().filename().string();
    if (exact.contains(file) || file == "input.csv") continue;
    const std::string stem = file.substr(0, file.find('.'));
    // Where TA-Lib cancels, the exact file is what counts.
    if (file == stem + ".csv" && std::filesystem::exists(set / (stem + ".exact.csv"))) continue;
    ASSERT_TRUE(folder.has(stem + ".csv")) << stem;
    expect_indicator(folder.out() / (stem + ".csv"), entry.path(), stem);
    ++compared;
  }
  EXPECT_EQ(compared, 34u);
}

TEST(ComputeGolden, SyntheticBars) { expect_bars("indicators/synth_a"); }
TEST(ComputeGolden, TheRegressionSeriesOfTaLib) { expect_bars("indicators/talib252"); }
TEST(ComputeGolden, DailyBarsOfAnIndexFund) { expect_bars("indicators/spy_daily502"); }
TEST(ComputeGolden, MinuteBarsOfAShare) { expect_bars("indicators/aig_1m_2013"); }

TEST(ComputeGolden, SignalsOfBarsThatEveryCloneHas) {
  TP_GOLDEN_SET(input, "indicators/synth_a/input.csv");
  ComputeFolder folder;
  (void)folder.run(input, ComputeFolder::shipped("golden/bars.yaml"));
  for (const char* file : {"signals.csv", "volume_anomalies.csv", "cep_matches.csv"}) {
    expect_same(folder, input.parent_path(), file);
  }
}

TEST(ComputeGolden, ShardsWriteTheSameFiles) {
  TP_GOLDEN_SET(input, "windows/synth_1/input.csv");
  const std::string config = ComputeFolder::shipped("analytics/standard.yaml");
  ComputeFolder one, eight;
  (void)one.run(input, config);
  (void)eight.run(input, config, {.shards = 8});
  EXPECT_EQ(one.results(), eight.results());
}

}  // namespace
}  // namespace tickplant::tests::this_file
