// Patterns over real and made bars: every match of the reference matcher, in order, from conditions written as users
// write them.
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/patterns/pattern_runs.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::analytics::this_file {
namespace {

using config::AfterMatch;
using config::kNoMaximum;
using config::PatternConfig;
using config::StepLink;
using tests::GoldenCsv;

const PatternConfig kDipReversal{
    .name = "dip_reversal",
    .steps = {{.name = "d", .times_min = 3, .times_max = 3, .consecutive = true, .where = "close < open"},
              {.name = "r", .link = StepLink::next, .where = "close > d[0].open"}}};
const PatternConfig kBreakoutFollow{
    .name = "breakout_follow",
    .within_bars = 10,
    .steps = {{.name = "a", .where = "close > open and (high - low) * 1000 >= 5 * low"},
              {.name = "c", .where = "close > a[0].high", .unless = "close < a[0].low"}}};
PatternConfig breakout_follow_noskip() {
  PatternConfig config = kBreakoutFollow;
  config.name = "breakout_follow_noskip";
  config.after_match = AfterMatch::no_skip;
  return config;
}
const PatternConfig kRiseThenBreak{
    .name = "rise_then_break",
    .within_bars = 20,
    .steps = {{.name = "u", .times_min = 2, .times_max = kNoMaximum, .consecutive = true, .where = "close > open"},
              {.name = "x", .where = "close < u[0].low"}}};

struct Found {
  std::uint64_t last, first;
  std::string pattern, binding;

  friend bool operator==(const Found&, const Found&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Found& found) {
    return out << found.pattern << ' ' << found.first << ".." << found.last << ' ' << found.binding;
  }
};

std::vector<Found> matches(const PatternConfig& config, const GoldenCsv& bars) {
  const PatternProgram program = PatternProgram::compile(config, bar_events(), "golden");
  PatternRuns runs(program);
  std::vector<std::uint64_t> state(program.state_words());
  std::vector<Found> found;
  for (std::size_t row = 0; row < bars.rows.size(); ++row) {
    const auto price = [&](std::string_view column) { return bars.scaled(row, column, 4); };
    const Bar bar{.start = {static_cast<std::int64_t>(row) * 60'000'000'000},
                  .open = price("open"),
                  .high = price("high"),
                  .low = price("low"),
                  .close = price("close"),
                  .price_unit = 100'000};
    const auto values = bar_values(bar);
    runs.on_event(state, {.index = row, .ts = bar.start, .values = values}, [&](const PatternMatch& match) {
      found.push_back({match.last_index, match.first_index(), config.name, binding_text(match)});
    });
  }
  EXPECT_EQ(runs.counters().undefined, 0u);
  EXPECT_EQ(runs.counters().dropped, 0u);
  return found;
}

void expect_golden(const std::filesystem::path& folder) {
  const GoldenCsv golden(folder / "cep_matches.csv"), bars(folder / "input.csv");
  std::size_t found_count = 0;
  for (const PatternConfig& config : {kDipReversal, kBreakoutFollow, breakout_follow_noskip(), kRiseThenBreak}) {
    std::vector<Found> expected;
    for (std::size_t row = 0; row < golden.rows.size(); ++row) {
      if (golden.text(row, "pattern") != config.name) continue;
      expected.push_back({static_cast<std::uint64_t>(golden.integer(row, "last_i")),
                          static_cast<std::uint64_t>(golden.integer(row, "first_i")), config.name,
                          golden.text(row, "binding")});
    }
    const std::vector<Found> found = matches(config, bars);
    EXPECT_EQ(found, expected) << config.name;
    found_count += found.size();
  }
  EXPECT_EQ(found_count, golden.rows.size()) << "a pattern in the golden file is not tested";
}

TEST(GoldenPatterns, EveryMatchInSyntheticBars) {
  TP_GOLDEN_SET(folder, "indicators/synth_a");
  expect_golden(folder);
}

TEST(GoldenPatterns, EveryMatchInTheRegressionSeries) {
  TP_GOLDEN_SET(folder, "indicators/talib252");
  expect_golden(folder);
}

TEST(GoldenPatterns, EveryMatchInDailyBars) {
  TP_GOLDEN_SET(folder, "indicators/spy_daily502");
  expect_golden(folder);
}

TEST(GoldenPatterns, EveryMatchInMinuteBars) {
  TP_GOLDEN_SET(folder, "indicators/aig_1m_2013");
  expect_golden(folder);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
