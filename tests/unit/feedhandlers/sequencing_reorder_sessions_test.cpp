// The reorder buffer: heartbeats and ends, sessions, wild numbers and clocks.
#include "feedhandlers/sequencing/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include "tests/support/reorder_harness.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sequencing::ReorderBuffer;
using feedhandlers::sequencing::ReorderOptions;

constexpr std::int64_t kMilli = ReorderHarness::kMilli;

ReorderOptions asking() { return {.can_request = true}; }

// --- heartbeats, ends, packets without a number ---

TEST(ReorderBuffer, OpensAHoleWhereAHeartbeatAnnouncesMore) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(mold_heartbeat("S", 2));
  harness.receive(mold_heartbeat("S", 4));
  EXPECT_EQ(harness.taken(), "1 hb2");
  EXPECT_EQ(harness.buffer.missing_messages(), 2u);
  harness.receive(mold_heartbeat("S", 4), Line::b);
  EXPECT_EQ(harness.buffer.held_packets(), 1u) << "one is enough";
  EXPECT_EQ(harness.request(), "2+2") << "both lines are past it";
  harness.receive(2, 2, Line::recovery);
  EXPECT_EQ(harness.taken(), "2-3 hb4");
}

TEST(ReorderBuffer, TellsTheFeedOfAHoleThatOnlyAHeartbeatShowed) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(mold_heartbeat("S", 4));
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.taken(), "1 hb4");
}

TEST(ReorderBuffer, GrowsAHoleThatAHeartbeatShowed) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(mold_heartbeat("S", 4));
  harness.receive(6);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+4") << "in one request";
  harness.receive(2, 4, Line::recovery);
  EXPECT_EQ(harness.taken(), "1 2-5 6") << "the heartbeat is out of date";
}

TEST(ReorderBuffer, LeavesTheEndOfASessionInItsPlace) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(mold_end_of_session("S", 3));
  harness.receive(mold_heartbeat("S", 3));
  EXPECT_EQ(harness.taken(), "1");
  harness.receive(2, 1, Line::b);
  EXPECT_EQ(harness.taken(), "2 end3 hb3");
  harness.receive(mold_end_of_session("S", 3), Line::b);
  EXPECT_EQ(harness.taken(), "end3");
}

TEST(ReorderBuffer, DropsHeartbeatsOfALineThatIsBehind) {
  ReorderHarness harness;
  harness.receive(1, 3);
  harness.receive(mold_heartbeat("S", 2), Line::b);
  EXPECT_EQ(harness.taken(), "1-3");
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 1u);
}

TEST(ReorderBuffer, PassesPacketsWithoutANumberStraightThrough) {
  ReorderHarness harness;
  harness.receive(mold_packet("", 0, {"x"}));
  harness.receive(1);
  harness.receive(3);
  harness.receive(mold_packet("", 0, {"x"}));
  EXPECT_EQ(harness.taken(), ":0 1 :0");
  harness.receive("short");
  EXPECT_EQ(harness.delivered.size(), 4u);
  harness.receive(2);
  EXPECT_EQ(harness.delivered.size(), 6u) << "they changed nothing";
}

// --- sessions ---

TEST(ReorderBuffer, FollowsANewSessionAndLeavesTheOldOneForGood) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.receive(numbered_packet("T", 1, 2));
  EXPECT_EQ(harness.taken(), "1 3 T:1-2");
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 1u);
  harness.receive(2);
  harness.receive(4);
  EXPECT_EQ(harness.taken(), "");
  EXPECT_EQ(harness.buffer.counters().old_session_packets, 2u);
  harness.receive(numbered_packet("T", 4, 1));
  harness.receive(numbered_packet("T", 3, 1));
  EXPECT_EQ(harness.taken(), "T:3 T:4");
  EXPECT_EQ(harness.buffer.counters().sessions, 2u);
}

TEST(ReorderBuffer, WaitsForTheBeginningOfANewSession) {
  ReorderHarness harness(asking());
  harness.receive(5);
  EXPECT_EQ(harness.taken(), "5") << "the first one may be joined in its middle";
  harness.receive(numbered_packet("T", 3, 2));
  EXPECT_EQ(harness.taken(), "");
  harness.receive(numbered_packet("T", 2, 1), Line::b);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "1+1");
  harness.receive(numbered_packet("T", 1, 1), Line::recovery);
  EXPECT_EQ(harness.taken(), "T:1 T:2 T:3-4");

  harness.receive(numbered_packet("U", 3, 1));
  harness.receive(mold_heartbeat("V", 1));
  EXPECT_EQ(harness.taken(), "U:3 V:hb1") << "nobody will send it any more";
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 2u);
}

TEST(ReorderBuffer, KeepsNothingOfASessionInTheNext) {
  ReorderHarness harness(asking());
  harness.receive(1, 100);
  harness.receive(1, 100, Line::b);
  harness.receive(102);
  harness.receive(102, 1, Line::b);
  harness.receive(numbered_packet("T", 1, 100));
  harness.receive(numbered_packet("T", 101, 1));
  harness.receive(numbered_packet("T", 101, 1), Line::b);
  EXPECT_EQ(harness.buffer.counters().late_packets, 0u) << "101 was given up in S, not in T";

  harness.receive(numbered_packet("U", 1, 1));
  harness.receive(numbered_packet("U", 3, 1));
  EXPECT_EQ(harness.request(), "-") << "no line has sent more of U than this one";
}

TEST(ReorderBuffer, FollowsASessionWithoutAName) {
  ReorderHarness harness;
  harness.receive(1);
  Bytes nameless = numbered_packet("", 1, 1);
  nameless.replace(0, 10, Bytes(10, '\0'));
  harness.receive(nameless);
  EXPECT_EQ(harness.taken(), "1 :1");
}

TEST(ReorderBuffer, ReturnsToAnOldSessionWhenTheNewOneIsSilent) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(numbered_packet("T", 1, 1));
  harness.now += ReorderBuffer::kSessionSilenceNanos - 1;
  harness.receive(2);
  EXPECT_EQ(harness.taken(), "1 T:1");
  harness.now += 1;
  harness.receive(3);
  EXPECT_EQ(harness.taken(), "3");
}

TEST(ReorderBuffer, IsNotLedToASessionByAnAnswer) {
  ReorderHarness harness;
  harness.receive(numbered_packet("T", 1, 1), Line::recovery);
  harness.receive(1);
  harness.receive(numbered_packet("T", 1, 1), Line::recovery);
  harness.receive(2);
  EXPECT_EQ(harness.taken(), "1 2");
  EXPECT_EQ(harness.buffer.counters().old_session_packets, 2u);
}

TEST(ReorderBuffer, ResumesWhereAPredecessorStopped) {
  ReorderHarness harness(asking());
  harness.buffer.resume(session_named("S"), 5);
  harness.receive(8);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "5+3");
  harness.receive(5, 3, Line::recovery);
  EXPECT_EQ(harness.taken(), "5-7 8");

  ReorderHarness at_once;
  at_once.buffer.resume(session_named("S"), 5);
  at_once.receive(4, 2);
  EXPECT_EQ(at_once.taken(), "5");
}

// --- wild numbers and clocks ---

TEST(ReorderBuffer, DoesNotBelieveAWildNumberUntilItIsRepeated) {
  constexpr std::uint64_t kWild = ReorderBuffer::kPlausibleAhead + 3;
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(kWild);
  harness.receive(kWild);
  harness.receive(2);
  harness.receive(kWild + 1);
  harness.receive(kWild + 2);
  EXPECT_EQ(harness.taken(), "1 2");
  EXPECT_EQ(harness.buffer.counters().implausible_packets, 4u);
  harness.receive(kWild + 3);
  EXPECT_GT(harness.buffer.missing_messages(), ReorderBuffer::kPlausibleAhead);
  harness.flush();
  EXPECT_EQ(harness.taken(), std::to_string(kWild + 3));
}

TEST(ReorderBuffer, IsNotLedToANewSessionByAWildNumber) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(numbered_packet("T", ReorderBuffer::kPlausibleAhead + 1, 1));
  harness.receive(2);
  EXPECT_EQ(harness.taken(), "1 2");
  EXPECT_EQ(harness.buffer.counters().implausible_packets, 1u);
  EXPECT_EQ(harness.buffer.counters().sessions, 1u);
}

TEST(ReorderBuffer, BelievesANumberThatIsFarButPlausible) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(2 + ReorderBuffer::kPlausibleAhead);
  EXPECT_EQ(harness.buffer.missing_messages(), ReorderBuffer::kPlausibleAhead);
}

TEST(ReorderBuffer, DropsPacketsWhoseNumbersWouldWrap) {
  ReorderHarness harness;
  harness.receive(mold_header("S", ~std::uint64_t{0}, 5));
  harness.receive(1);
  EXPECT_EQ(harness.taken(), "1");
  EXPECT_EQ(harness.buffer.counters().implausible_packets, 1u);
}

TEST(ReorderBuffer, RaisesReceiveTimesThatWouldDecrease) {
  ReorderHarness harness;
  const std::int64_t start = harness.now;
  harness.receive(1);
  harness.now = start + 500;
  harness.receive(3);
  harness.now = start + 800;
  harness.receive(4);
  harness.now = start + 700;  // another socket, emptied later
  harness.receive(2, 1, Line::b);
  harness.now = start + 600;
  harness.receive(5, 1, Line::b);
  std::vector<std::int64_t> times;
  for (const auto& one : harness.delivered) times.push_back(one.ts_recv - start);
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 700, 700, 800, 800}));
}

TEST(ReorderBuffer, LeavesTheTimesOfAClockThatWasSetBack) {
  ReorderHarness harness;
  harness.receive(1);
  const std::int64_t before = harness.now;
  harness.now -= ReorderBuffer::kClockStepNanos + 1;
  harness.receive(2);
  EXPECT_EQ(harness.delivered.back().ts_recv, harness.now);
  harness.now = before - ReorderBuffer::kClockStepNanos;
  harness.receive(3);
  EXPECT_EQ(harness.delivered.back().ts_recv, harness.now);
}

TEST(ReorderBuffer, StillGivesUpWhenTheClockIsSetBackMeanwhile) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.now -= 1'000 * kMilli;
  harness.receive(4);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.taken(), "1 3 4");
}

TEST(ReorderBuffer, TakesAPacketWithoutATimeAsReceivedWithTheOneBefore) {
  ReorderHarness harness;
  harness.receive(1);
  const std::int64_t start = harness.now;
  harness.now = platform::kNoTime.value;
  harness.receive(2);
  harness.receive(4);
  EXPECT_EQ(harness.delivered.back().ts_recv, start);
  harness.now = start + 2 * kMilli;
  harness.receive(5);
  EXPECT_EQ(harness.taken(), "1 2 4 5");
}

}  // namespace
}  // namespace tickplant::tests::this_file
