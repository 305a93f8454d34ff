#include "feedhandlers/sources/card_clock.hpp"

#include <gtest/gtest.h>

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::CardClock;
using platform::kNoTime;
using platform::UnixNanos;

constexpr UnixNanos kStart{1'700'000'000'000'000'000};

/// One window of packets whose stamps are `way` apart, the kernel's being the later one.
void pass_window(CardClock& clock, std::int64_t way) {
  for (unsigned i = 0; i < CardClock::kWindow; ++i) (void)clock.choose(kStart + i, kStart + i + way);
}
bool is_believed(CardClock& clock, std::int64_t way = 3'000) { return clock.choose(kStart, kStart + way) == kStart; }

TEST(CardClock, GoesByTheKernelWhereTheCardDoesNotStamp) {
  CardClock clock;
  EXPECT_EQ(clock.choose(kNoTime, kStart), kStart);
  EXPECT_EQ(clock.choose(kStart, kNoTime), kNoTime) << "nothing to compare it with";
  EXPECT_EQ(clock.believed() + clock.refused(), 0u);
}

TEST(CardClock, IsBelievedAfterAWindowInStepAndNotBefore) {
  CardClock clock;
  for (unsigned i = 0; i + 1 < CardClock::kWindow; ++i)
    EXPECT_EQ(clock.choose(kStart + i, kStart + i + 3'000), kStart + i + 3'000);
  EXPECT_TRUE(is_believed(clock));
  EXPECT_TRUE(is_believed(clock));
  EXPECT_EQ(clock.believed(), 2u);
  EXPECT_EQ(clock.refused(), CardClock::kWindow - 1);
}

TEST(CardClock, CountsEachOfThePacketsThatShareAStamp) {
  CardClock clock;
  pass_window(clock, 3'000);
  EXPECT_EQ(clock.choose(kStart, kStart + 3'000, 64), kStart);
  EXPECT_EQ(clock.believed(), 1u + 64u) << "the last one of the window, and those";
  EXPECT_EQ(clock.refused(), CardClock::kWindow - 1);
}

TEST(CardClock, IsNotBelievedWhenItTellsTai) {
  CardClock clock;
  pass_window(clock, -37'000'000'000);
  EXPECT_FALSE(is_believed(clock, -37'000'000'000));
}

TEST(CardClock, IsNotBelievedWhenItRunsFreeSinceItsStart) {
  CardClock clock;
  for (unsigned i = 0; i < 2 * CardClock::kWindow; ++i)
    EXPECT_EQ(clock.choose(UnixNanos{1'000'000 + i}, kStart + i), kStart + i);
  EXPECT_EQ(clock.believed(), 0u);
}

TEST(CardClock, IsNotBelievedWhenEvenTheFastestPacketWasLate) {
  CardClock clock;
  pass_window(clock, CardClock::kLongestFastWay + 1);
  EXPECT_FALSE(is_believed(clock));
  pass_window(clock, CardClock::kLongestFastWay);
  EXPECT_TRUE(is_believed(clock));
}

TEST(CardClock, IsBelievedThroughAStallOfTheHost) {
  CardClock clock;
  pass_window(clock, 3'000);
  for (unsigned i = 0; i < CardClock::kWindow / 2; ++i) EXPECT_TRUE(is_believed(clock, 50'000'000));
  pass_window(clock, 3'000);
  EXPECT_TRUE(is_believed(clock));
}

TEST(CardClock, LosesBeliefAtOnceWhenAPacketComesBeforeItWasReceived) {
  CardClock clock;
  pass_window(clock, 3'000);
  EXPECT_TRUE(is_believed(clock, -CardClock::kSlack));
  EXPECT_FALSE(is_believed(clock, -CardClock::kSlack - 1));
  EXPECT_FALSE(is_believed(clock)) << "and gets it back by a window in step only";
  pass_window(clock, 3'000);
  pass_window(clock, 3'000);
  EXPECT_TRUE(is_believed(clock));
}

TEST(CardClock, LosesBeliefWhenItFallsBehind) {
  CardClock clock;
  pass_window(clock, 3'000);
  pass_window(clock, 40'000'000);
  pass_window(clock, 40'000'000);
  EXPECT_FALSE(is_believed(clock, 40'000'000));
}

}  // namespace
}  // namespace tickplant::tests::this_file
