#include "daemon/idle_strategy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "platform/unique_fd.hpp"

namespace tickplant::daemon::this_file {
namespace {

using config::IdleStrategy;
using Clock = std::chrono::steady_clock;

TEST(Idle, ReturnsAtOnceUnlessItParks) {
  for (const IdleStrategy strategy : {IdleStrategy::spin, IdleStrategy::pause, IdleStrategy::yield}) {
    EXPECT_FALSE(Idle(strategy, {}).wait(1'000'000'000));
  }
}

TEST(Idle, ParksNotLongerThanAsked) {
  const auto begin = Clock::now();
  EXPECT_TRUE(Idle(IdleStrategy::park, {}).wait(2'000'000));
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(2));
}

TEST(Idle, LooksUpAfterAWhileWhateverWasAsked) {
  Idle idle(IdleStrategy::park, {});
  EXPECT_TRUE(idle.wait(3'600'000'000'000));  // returns at all
}

TEST(Idle, DoesNotSleepForAMomentThatHasPassed) { EXPECT_TRUE(Idle(IdleStrategy::park, {}).wait(-5)); }

TEST(Idle, WakesWhenADescriptorIsReadable) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const platform::UniqueFd out(ends[0]), in(ends[1]);
  Idle idle(IdleStrategy::park, {out.get()});
  ASSERT_EQ(::write(in.get(), "x", 1), 1);
  const auto begin = Clock::now();
  for (int i = 0; i < 50; ++i)
    EXPECT_TRUE(idle.wait(Idle::kParkNanosMax));  // asleep each time, half a second would pass
  EXPECT_LT(Clock::now() - begin, std::chrono::nanoseconds(50 * Idle::kParkNanosMax));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
