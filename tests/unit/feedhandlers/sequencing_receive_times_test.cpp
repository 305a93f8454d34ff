#include "feedhandlers/sequencing/receive_times.hpp"

#include <gtest/gtest.h>

namespace tickplant::feedhandlers::sequencing::this_file {
namespace {

using platform::UnixNanos;

constexpr std::int64_t kHour = 3'600 * platform::kNanosPerSecond;
constexpr UnixNanos kEight{8 * kHour}, kNine{9 * kHour};

TEST(ReceiveTimes, AreThePacketsOwnWhereNoHeartbeatWasLater) {
  ReceiveTimes times;
  EXPECT_EQ(times.told(kNine), kNine);
  times.on_heartbeat(kNine + 5);
  EXPECT_EQ(times.told(kNine + 6), kNine + 6);
  EXPECT_EQ(times.told(kNine + 5), kNine + 5) << "lines differ a little";
}

TEST(ReceiveTimes, OfAPacketThatWaitedIsTheHeartbeatsHoweverLongItWaited) {
  for (const std::int64_t wait : {std::int64_t{1}, ReorderState::kClockStepNanos, kHour}) {
    ReceiveTimes times;
    EXPECT_EQ(times.told(kNine), kNine);
    times.on_heartbeat(kNine + 10 + wait);
    EXPECT_EQ(times.told(kNine + 10), kNine + 10 + wait);
    EXPECT_EQ(times.told(kNine + 11), kNine + 10 + wait);
    EXPECT_EQ(times.told(kNine + 11 + wait), kNine + 11 + wait);
  }
}

TEST(ReceiveTimes, OfAClockThatWasSetBackStayAsTheyAreUntilItHasCaughtUp) {
  ReceiveTimes times;
  times.on_heartbeat(kNine);
  EXPECT_EQ(times.told(kNine + 1), kNine + 1);
  EXPECT_EQ(times.told(kEight), kEight);
  times.on_heartbeat(kEight + 5);
  EXPECT_EQ(times.told(kEight + 2), kEight + 2);
  times.on_heartbeat(kNine + 3);
  EXPECT_EQ(times.told(kNine + 2), kNine + 3);
}

TEST(ReceiveTimes, AHeartbeatMayComeBeforeAnyPacket) {
  ReceiveTimes times;
  times.on_heartbeat(kNine);
  EXPECT_EQ(times.told(kEight), kNine);
}

}  // namespace
}  // namespace tickplant::feedhandlers::sequencing::this_file
