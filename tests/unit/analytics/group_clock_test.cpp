#include "analytics/windows/group_clock.hpp"

#include <gtest/gtest.h>

namespace tickplant::analytics::this_file {
namespace {

constexpr Time kSecond = 1'000'000'000;

GroupClock clock_of(std::size_t feeds, config::WhenAllIdle when_all_idle = config::WhenAllIdle::hold) {
  config::WatermarkConfig config;
  config.bound_ns = 2 * kSecond;
  config.idle_ns = 10 * kSecond;
  config.when_all_idle = when_all_idle;
  return {config, feeds};
}

TEST(GroupClock, StandsBeforeAllUntilAFeedSpeaks) {
  GroupClock clock = clock_of(1);
  EXPECT_EQ(clock.watermark(), kBeforeAll);
  EXPECT_FALSE(clock.on_time(5 * kSecond));
  EXPECT_EQ(clock.watermark(), kBeforeAll);
  EXPECT_EQ(clock.newest(), kBeforeAll);
}

TEST(GroupClock, StaysTheBoundBehindTheNewestTick) {
  GroupClock clock = clock_of(1);
  EXPECT_TRUE(clock.on_tick(0, 100 * kSecond, 100 * kSecond));
  EXPECT_EQ(clock.watermark(), 98 * kSecond);
  EXPECT_EQ(clock.newest(), 100 * kSecond);
}

TEST(GroupClock, NeverGoesBack) {
  GroupClock clock = clock_of(1);
  clock.on_tick(0, 100 * kSecond, 100 * kSecond);
  EXPECT_FALSE(clock.on_tick(0, 50 * kSecond, 101 * kSecond));
  EXPECT_FALSE(clock.on_tick(0, 100 * kSecond, 102 * kSecond)) << "the same time again";
  EXPECT_EQ(clock.watermark(), 98 * kSecond);
}

TEST(GroupClock, WaitsForTheSlowestFeed) {
  GroupClock clock = clock_of(2);
  EXPECT_FALSE(clock.on_tick(0, 100 * kSecond, 100 * kSecond)) << "the other one has not spoken";
  EXPECT_TRUE(clock.on_tick(1, 90 * kSecond, 100 * kSecond));
  EXPECT_EQ(clock.watermark(), 88 * kSecond);
  EXPECT_FALSE(clock.on_tick(0, 120 * kSecond, 101 * kSecond));
  EXPECT_TRUE(clock.on_tick(1, 99 * kSecond, 102 * kSecond));
  EXPECT_EQ(clock.watermark(), 97 * kSecond);
}

TEST(GroupClock, StopsWaitingForAFeedThatIsIdleExactlyThatLong) {
  GroupClock clock = clock_of(2);
  clock.on_tick(0, 100 * kSecond, 100 * kSecond);
  clock.on_tick(1, 90 * kSecond, 100 * kSecond);
  clock.on_tick(0, 109 * kSecond, 109 * kSecond);
  EXPECT_FALSE(clock.on_time(110 * kSecond - 1));
  EXPECT_FALSE(clock.is_idle(1));
  EXPECT_TRUE(clock.on_time(110 * kSecond));
  EXPECT_TRUE(clock.is_idle(1));
  EXPECT_FALSE(clock.is_idle(0));
  EXPECT_EQ(clock.watermark(), 107 * kSecond);
}

TEST(GroupClock, IsHeldByAFeedThatNeverSpeaksOnlyUntilThatCountsAsIdle) {
  GroupClock clock = clock_of(2);
  clock.on_tick(0, 100 * kSecond, 100 * kSecond);
  EXPECT_FALSE(clock.on_tick(0, 109 * kSecond, 109 * kSecond));
  EXPECT_TRUE(clock.on_tick(0, 110 * kSecond, 110 * kSecond));
  EXPECT_EQ(clock.watermark(), 108 * kSecond);
}

TEST(GroupClock, CountsTicksOfAnyTimeAsALivingFeed) {
  GroupClock clock = clock_of(1, config::WhenAllIdle::advance);
  clock.on_tick(0, 100 * kSecond, 100 * kSecond);
  clock.on_tick(0, 40 * kSecond, 109 * kSecond);  // old, but it came
  EXPECT_FALSE(clock.on_time(118 * kSecond));
  EXPECT_FALSE(clock.is_idle(0));
  EXPECT_EQ(clock.watermark(), 98 * kSecond);
}

TEST(GroupClock, HoldsWhenAllAreIdleAndGoesOnByTheClockWhereItShall) {
  GroupClock holds = clock_of(1), advances = clock_of(1, config::WhenAllIdle::advance);
  for (GroupClock* clock : {&holds, &advances}) clock->on_tick(0, 100 * kSecond, 100 * kSecond);
  EXPECT_FALSE(holds.on_time(150 * kSecond));
  EXPECT_EQ(holds.watermark(), 98 * kSecond);
  EXPECT_TRUE(advances.on_time(150 * kSecond));
  EXPECT_EQ(advances.watermark(), 138 * kSecond);
  EXPECT_FALSE(advances.on_time(140 * kSecond)) << "the clock went back";
  EXPECT_FALSE(advances.on_tick(0, 101 * kSecond, 151 * kSecond)) << "a feed that comes back is late, and holds it";
  EXPECT_EQ(advances.watermark(), 138 * kSecond);
}

TEST(GroupClock, PassesEverythingAtTheEnd) {
  GroupClock clock = clock_of(1);
  clock.on_tick(0, 100 * kSecond, 100 * kSecond);
  clock.finish();
  EXPECT_EQ(clock.watermark(), kAfterAll);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
