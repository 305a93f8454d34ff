// The engine against windows that keep their trades and are summed up anew each time: every row and revision, every
// final row, every counter, over random windows, groups of feeds and streams.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/analytics_scenario.hpp"

namespace tickplant::tests::this_file {
namespace {

void expect_equals_slow_windows(std::uint64_t seed, ScenarioMaker::Wish wish) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", TICKPLANT_TEST_SEED runs it again");
  const auto scenario = ScenarioMaker(seed, wish).make();
  SCOPED_TRACE(scenario->yaml());
  AnalyticsRun run(scenario->yaml(), scenario->instruments, 1, scenario->feed_names());
  Random random(seed + 1);
  for (const ringbuf::Record& record : scenario->records) {
    run.on(record);
    if (random.chance(1, 10)) run.pause();
  }
  run.finish();

  std::vector<SlowRow> rows, finals;
  SlowWindows::Counts sum;
  sum.fully_dropped.resize(scenario->specs.size());
  for (const SlowWindows& model : scenario->run_slowly()) {
    rows.insert(rows.end(), model.rows.begin(), model.rows.end());
    finals.insert(finals.end(), model.finals.begin(), model.finals.end());
    sum.trades += model.counts.trades;
    sum.late_trades += model.counts.late_trades;
    sum.late_updates += model.counts.late_updates;
    sum.dropped += model.counts.dropped;
    sum.quarantined += model.counts.quarantined;
    for (std::size_t i = 0; i < sum.fully_dropped.size(); ++i) sum.fully_dropped[i] += model.counts.fully_dropped[i];
  }
  std::sort(rows.begin(), rows.end());
  std::sort(finals.begin(), finals.end());
  const auto expect_same = [](const std::vector<SlowRow>& ours, const std::vector<SlowRow>& theirs, const char* what) {
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
      const auto text = [](const SlowRow& row) {
        return "cause " + std::to_string(row.cause) + " window " + std::to_string(row.spec) + " of " +
               std::to_string(row.instrument) + " from " + std::to_string(row.start) + (row.fires ? " " : " late ") +
               row.text;
      };
      ASSERT_EQ(text(ours[i]), text(theirs[i])) << what << ' ' << i;
    }
    ASSERT_EQ(ours.size(), theirs.size()) << what;
  };
  expect_same(as_slow_rows(run.rows()), rows, "row");
  expect_same(as_slow_rows(run.finals()), finals, "final row");

  const analytics::EngineCounts counts = run.counts();
  EXPECT_EQ(counts.trades, sum.trades);
  EXPECT_EQ(counts.late_trades, sum.late_trades);
  EXPECT_EQ(counts.late_updates, sum.late_updates);
  EXPECT_EQ(counts.dropped, sum.dropped);
  EXPECT_EQ(counts.quarantined, sum.quarantined);
  EXPECT_EQ(counts.final_windows, finals.size());
  EXPECT_EQ(counts.rows_on_time + counts.late_updates, rows.size());
  EXPECT_EQ(counts.overflows + counts.off_unit + counts.unknown_instruments, 0u);
  for (std::size_t i = 0; i < sum.fully_dropped.size(); ++i) {
    EXPECT_EQ(run.fully_dropped(scenario->specs[i].name), sum.fully_dropped[i]);
  }
}

void expect_all_equal_slow_windows(ScenarioMaker::Wish wish, std::uint64_t salt, int scenarios = 150) {
  for (int i = 0; i < scenarios && !testing::Test::HasFailure(); ++i) {
    expect_equals_slow_windows(test_seed() + salt + static_cast<std::uint64_t>(i), wish);
  }
}

TEST(WindowsLaw, OneFeedInWhateverOrderGivesTheRowsOfTheDefinition) {
  expect_all_equal_slow_windows({.corrections = false, .several_feeds = false, .wrong_clocks = false}, 0);
}

TEST(WindowsLaw, SeveralFeedsInGroupsAndOnTheirOwnGiveTheRowsOfTheDefinition) {
  expect_all_equal_slow_windows({.corrections = false, .wrong_clocks = true}, 10'000);
}

TEST(WindowsLaw, TradesTakenBackAndCorrectedGiveTheRowsOfTheDefinition) {
  expect_all_equal_slow_windows({.corrections = true}, 20'000);
}

TEST(WindowsLaw, ManyInstrumentsAtOneBoundaryGiveTheRowsOfTheDefinition) {
  expect_all_equal_slow_windows({.most_records = 900, .most_instruments = 200}, 30'000, 60);
}

}  // namespace
}  // namespace tickplant::tests::this_file
