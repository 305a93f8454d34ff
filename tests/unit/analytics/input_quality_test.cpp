#include "analytics/input_quality.hpp"

#include <gtest/gtest.h>

namespace tickplant::analytics::this_file {
namespace {

using ringbuf::Quality;

TEST(InputQuality, IsPartialForAWindowThatBeganBeforeTheFirstTick) {
  InputQuality feed;
  feed.on_tick(100, 1);
  EXPECT_EQ(feed.of(99, 200, 1), Quality::partial_window);
  EXPECT_EQ(feed.of(100, 200, 1), Quality::none);
}

TEST(InputQuality, HasAGapFromTheLastTickBeforeToTheFirstAfter) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.on_tick(100, 2);
  feed.begin(Quality::gap_inside, 3);
  feed.on_tick(200, 4);
  EXPECT_EQ(feed.of(0, 100, 5), Quality::none);
  EXPECT_EQ(feed.of(0, 101, 5), Quality::gap_inside);
  EXPECT_EQ(feed.of(150, 160, 5), Quality::gap_inside);
  EXPECT_EQ(feed.of(200, 300, 5), Quality::gap_inside) << "what is missing may be of that very time";
  EXPECT_EQ(feed.of(201, 300, 5), Quality::none);
}

TEST(InputQuality, IsOfAnOpenGapForAllThatComes) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.begin(Quality::gap_inside, 2);
  EXPECT_EQ(feed.of(1'000, 2'000, 3), Quality::gap_inside);
}

TEST(InputQuality, IsNotMendedByATickFromBeforeTheGap) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.on_tick(100, 2);
  feed.begin(Quality::gap_inside, 3);
  feed.on_tick(50, 4);
  EXPECT_EQ(feed.of(150, 160, 5), Quality::gap_inside);
  feed.on_tick(170, 6);
  EXPECT_EQ(feed.of(171, 180, 7), Quality::none);
}

TEST(InputQuality, IsAskedAsOfAnInput) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.on_tick(100, 2);
  feed.begin(Quality::stale_input, 10);
  feed.on_tick(200, 20);
  EXPECT_EQ(feed.of(50, 150, 9), Quality::none) << "nobody knew";
  EXPECT_EQ(feed.of(300, 400, 10), Quality::stale_input) << "nobody knew when it would end";
  EXPECT_EQ(feed.of(300, 400, 20), Quality::none);
}

TEST(InputQuality, TellsKindsOfTroubleApart) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.begin(Quality::gap_inside, 2);
  feed.on_tick(100, 3);
  feed.begin(Quality::stale_input, 4);
  feed.begin(Quality::stale_input, 5);
  EXPECT_EQ(feed.stretches(), 2u) << "told twice, it is still one";
  EXPECT_EQ(feed.of(90, 110, 6), Quality::gap_inside | Quality::stale_input);
  EXPECT_EQ(feed.of(101, 110, 6), Quality::stale_input);
}

TEST(InputQuality, ForgetsWhatNoWindowAsksAboutAndNothingElse) {
  InputQuality feed;
  feed.on_tick(0, 1);
  feed.begin(Quality::gap_inside, 2);
  feed.on_tick(100, 3);
  feed.begin(Quality::stale_input, 4);
  feed.forget_before(100);
  EXPECT_EQ(feed.stretches(), 2u);
  feed.forget_before(101);
  EXPECT_EQ(feed.stretches(), 1u);
  EXPECT_EQ(feed.of(101, 110, 5), Quality::stale_input) << "an open one stays";
}

}  // namespace
}  // namespace tickplant::analytics::this_file
