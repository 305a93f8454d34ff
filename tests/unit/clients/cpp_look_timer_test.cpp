#include "clients/cpp/look_timer.hpp"

#include <gtest/gtest.h>

namespace tickplant::clients::this_file {
namespace {

constexpr std::int64_t kStart = 1'000'000'000'000;

/// Calls the timer every `step` nanoseconds for two seconds.
struct Caller {
  explicit Caller(std::int64_t step) {
    LookTimer timer;
    for (std::int64_t now = kStart; now < kStart + 2'000'000'000; now += step) {
      if (timer.is_due([&] { return ++asked, now; })) ++looks;
    }
  }
  int asked = 0;
  int looks = 0;
};

TEST(LookTimer, ASpinningCallerLooksTenTimesASecondAndHardlyAsksTheClock) {
  const Caller spinning(1'000);
  EXPECT_GE(spinning.looks, 16);
  EXPECT_LE(spinning.looks, 20);
  EXPECT_LE(spinning.asked, 2'000'000 / 64 + 64);
}

TEST(LookTimer, ACallerThatSleepsIsNotLate) {
  EXPECT_GE(Caller(50'000'000).looks, 19);
  EXPECT_GE(Caller(3'000'000).looks, 18);
  EXPECT_EQ(Caller(1'000'000'000).looks, 2);
}

TEST(LookTimer, NoticesACallerThatStopsSpinning) {
  LookTimer timer;
  std::int64_t now = kStart;
  const auto clock = [&] { return now; };
  for (int i = 0; i < 1'000; ++i, now += 10) (void)timer.is_due(clock);
  int calls = 1;
  for (now += LookTimer::kPeriodNanos; !timer.is_due(clock); ++calls) {
  }
  EXPECT_LE(calls, 64);
}

TEST(LookTimer, LooksAtTheFirstCallAndWhenHastened) {
  LookTimer timer;
  const auto now = [] { return kStart; };
  EXPECT_TRUE(timer.is_due(now));
  EXPECT_FALSE(timer.is_due(now));
  EXPECT_FALSE(timer.is_due(now));
  timer.hasten();
  EXPECT_TRUE(timer.is_due(now));
  EXPECT_FALSE(timer.is_due(now));
}

}  // namespace
}  // namespace tickplant::clients::this_file
