#include "analytics/signals/cross.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "analytics/signals/tick_cross.hpp"

namespace tickplant::analytics::this_file {
namespace {

/// Feeds a against b = 100 and writes down each bar: '.' nothing, 'G' golden, 'D' death.
std::string story(const CrossRule& rule, const std::vector<double>& a) {
  CrossState state;
  std::string text;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Cross cross = state.on_bar(rule, a[i], 100, i);
    text += cross == Cross::golden ? 'G' : cross == Cross::death ? 'D' : '.';
  }
  return text;
}

CrossRule rule_of(std::uint32_t confirm, std::uint32_t cooldown, std::int64_t bps = 0) {
  return CrossRule::of(config::whole(bps), confirm, cooldown);
}

TEST(CrossState, SaysNothingOnTheFirstSideItSees) {
  EXPECT_EQ(story({}, {101}), ".");
  EXPECT_EQ(story({}, {99}), ".");
  EXPECT_EQ(story({}, {100, 100, 101}), "...");
}

TEST(CrossState, SaysGoldenWhenComingToLieAboveAndDeathWhenBelow) {
  EXPECT_EQ(story({}, {99, 101, 99, 99, 101}), ".GD.G");
}

TEST(CrossState, TakesATouchThatReturnsForNothing) { EXPECT_EQ(story({}, {99, 100, 99, 100, 100, 99}), "......"); }

TEST(CrossState, ReportsATouchThatGoesThroughOnTheBarThatLeavesTheBand) {
  EXPECT_EQ(story({}, {99, 100, 100, 101}), "...G");
}

TEST(CrossState, CallsTheEdgeOfTheBandATouch) {
  const CrossRule rule = rule_of(1, 0, 5);  // 0.05 of 100
  EXPECT_EQ(rule.band, 5e-4);
  const double edge = 100 + rule.band * 100;
  EXPECT_EQ(story(rule, {99, edge, std::nextafter(edge, 200)}), "..G");
  EXPECT_EQ(story(rule, {101, 99.95, std::nextafter(100 - rule.band * 100, 0)}), "..D");
}

TEST(CrossState, HasABandOfABillionthWithoutHysteresis) {
  EXPECT_EQ(rule_of(1, 0).band, 1e-9);
  EXPECT_EQ(story({}, {99, 100 + 0.9e-7, 100 + 1.1e-7}), "..G");
}

TEST(CrossState, ReportsOnTheBarThatConfirms) {
  EXPECT_EQ(story(rule_of(3, 0), {99, 101, 101, 101, 101}), "...G.");
  EXPECT_EQ(story(rule_of(2, 0), {99, 101, 101, 99, 99}), "..G.D");
}

TEST(CrossState, StartsAnewWhenTheOldSideInterruptsAConfirmation) {
  EXPECT_EQ(story(rule_of(3, 0), {99, 101, 101, 99, 101, 101, 101}), "......G");
}

TEST(CrossState, NeitherCountsNorCancelsATouchWhileConfirming) {
  EXPECT_EQ(story(rule_of(3, 0), {99, 101, 100, 101, 100, 100, 101}), "......G");
}

TEST(CrossState, IsQuietForExactlyTheBarsOfItsCooldown) {
  EXPECT_EQ(story(rule_of(1, 2), {99, 101, 99, 101}), ".G..");        // 2 bars after the report: suppressed
  EXPECT_EQ(story(rule_of(1, 2), {99, 101, 101, 101, 99}), ".G..D");  // 3 bars after it
}

TEST(CrossState, FollowsTheSideWhileItIsQuiet) {
  // The death cross at bar 2 is suppressed, yet seen: the next report is golden again, not a second death.
  EXPECT_EQ(story(rule_of(1, 2), {99, 101, 99, 99, 99, 101}), ".G...G");
}

TEST(CrossState, CountsTheCooldownFromWhatWasReportedNotFromWhatWasSuppressed) {
  EXPECT_EQ(story(rule_of(1, 3), {99, 101, 99, 101, 99, 101}), ".G...G");
}

TEST(CrossState, TakesWhatIsNotANumberForATouch) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(story({}, {99, none, 99, none, 101}), "....G");
  EXPECT_EQ(side_of(1, none, 1e-9), 0);
  EXPECT_EQ(side_of(none, 1, 1e-9), 0);
}

TEST(CrossState, WorksAroundZeroAndBelowIt) {
  EXPECT_EQ(side_of(1e-300, 0, 1e-9), 1);
  EXPECT_EQ(side_of(0, 0, 1e-9), 0);
  EXPECT_EQ(side_of(-99, -100, 1e-9), 1);
  EXPECT_EQ(side_of(-101, -100, 1e-9), -1);
  EXPECT_EQ(side_of(-100.04, -100, 5e-4), 0);
}

// ---- on ticks

constexpr std::int64_t kCent = 10'000'000;

TEST(TickCross, HasNoSideBeforeTheFirstAverage) {
  TickCross cross;
  EXPECT_EQ(cross.on_tick({}, 1, 0), Cross::none);
  EXPECT_EQ(cross.on_tick({}, std::numeric_limits<std::int64_t>::max() - 1, 1), Cross::none);
  EXPECT_EQ(cross.state, CrossState{});
}

TEST(TickCross, ReportsTheTickThatCrosses) {
  TickCross cross;
  cross.on_average({}, 100, kCent);
  EXPECT_EQ(cross.on_tick({}, 9'999, 0), Cross::none);
  EXPECT_EQ(cross.on_tick({}, 10'000, 1), Cross::none);
  EXPECT_EQ(cross.on_tick({}, 10'001, 2), Cross::golden);
  EXPECT_EQ(cross.on_tick({}, 10'002, 3), Cross::none);
  cross.on_average({}, 100.03, kCent);
  EXPECT_EQ(cross.on_tick({}, 10'002, 4), Cross::death);
}

TEST(TickCross, ConfirmsInTicks) {
  TickCross cross;
  const CrossRule rule = rule_of(2, 0);
  cross.on_average(rule, 100, kCent);
  EXPECT_EQ(cross.on_tick(rule, 9'999, 0), Cross::none);
  EXPECT_EQ(cross.on_tick(rule, 10'001, 1), Cross::none);
  EXPECT_EQ(cross.on_tick(rule, 9'999, 2), Cross::none);  // interrupts
  EXPECT_EQ(cross.on_tick(rule, 10'001, 3), Cross::none);
  EXPECT_EQ(cross.on_tick(rule, 10'001, 4), Cross::golden);
}

TEST(CrossThresholds, LieAtTheFirstPriceOutsideTheBand) {
  EXPECT_EQ(CrossThresholds::around(100, 1e-9, kCent), (CrossThresholds{10'001, 9'999}));
  EXPECT_EQ(CrossThresholds::around(100.005, 1e-9, kCent), (CrossThresholds{10'001, 10'000}));
  EXPECT_EQ(CrossThresholds::around(-100, 5e-4, kCent), (CrossThresholds{-9'994, -10'006}));
  EXPECT_EQ(CrossThresholds::around(0, 1e-9, kCent), (CrossThresholds{1, -1}));
}

TEST(CrossThresholds, LeaveNoSideToPricesThatDoNotReachAnAverageOutOfRange) {
  const CrossThresholds far_above = CrossThresholds::around(1e300, 1e-9, kCent);
  EXPECT_EQ(far_above.above, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(far_above.side(10'000), -1);
  EXPECT_EQ(CrossThresholds::around(-1e300, 1e-9, kCent).side(10'000), 1);
  EXPECT_EQ(CrossThresholds::around(-1e300, 1e-9, kCent).below, std::numeric_limits<std::int64_t>::min());
}

TEST(CrossThresholds, KnowNoSideOfWhatIsNotAnAverage) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(CrossThresholds::around(std::numeric_limits<double>::quiet_NaN(), 1e-9, kCent), CrossThresholds{});
  EXPECT_EQ(CrossThresholds::around(infinite, 1e-9, kCent), CrossThresholds{});
  EXPECT_EQ(CrossThresholds::around(-infinite, 1e-9, kCent), CrossThresholds{});
  EXPECT_EQ(CrossThresholds::around(100, 1e-9, 0), CrossThresholds{});
}

}  // namespace
}  // namespace tickplant::analytics::this_file
