#include "feedhandlers/sequencing/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include "tests/support/reorder_harness.hpp"

namespace tickplant::tests {
namespace {

using feedhandlers::Line;
using feedhandlers::sequencing::Holes;
using feedhandlers::sequencing::ReorderBuffer;
using feedhandlers::sequencing::ReorderOptions;

constexpr std::int64_t kMilli = ReorderHarness::kMilli;

ReorderOptions asking() { return {.can_request = true}; }

TEST(ReorderBuffer, DeliversWhatIsInOrderAtOnceAndWithoutACopy) {
  ReorderHarness harness;
  const Bytes datagram = numbered_packet("S", 7, 3);
  harness.buffer.on_packet({.payload = as_span(datagram), .ts_recv = {harness.now}}, [&](const auto& packet, auto) {
    EXPECT_EQ(packet.payload.data(), as_span(datagram).data());
  });
  harness.receive(10, 2);
  harness.receive(12);
  EXPECT_EQ(harness.taken(), "10-11 12");
  EXPECT_EQ(harness.buffer.counters().held_packets, 0u);
  EXPECT_EQ(harness.buffer.next_deadline(), std::nullopt);
}

TEST(ReorderBuffer, HoldsWhatCameTooEarlyUntilTheHoleIsFilled) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(4);
  harness.receive(3);
  harness.receive(6);
  EXPECT_EQ(harness.taken(), "1");
  EXPECT_EQ(harness.buffer.missing_messages(), 2u);
  harness.receive(2, 1, Line::b);
  EXPECT_EQ(harness.taken(), "2 3 4");
  harness.receive(5);
  EXPECT_EQ(harness.taken(), "5 6");
  EXPECT_EQ(harness.buffer.missing_messages(), 0u);
  EXPECT_EQ(harness.buffer.held_packets(), 0u);
  EXPECT_EQ(harness.buffer.counters().held_packets, 3u);
  EXPECT_EQ(harness.buffer.counters().released_packets, 3u);
  EXPECT_EQ(harness.buffer.counters().given_up_holes, 0u);
}

TEST(ReorderBuffer, DropsCopiesOfWhatWasDeliveredOrIsHeld) {
  ReorderHarness harness;
  harness.receive(1, 3);
  harness.receive(1, 3, Line::b);
  harness.receive(2, 1, Line::b);
  harness.receive(6, 2);
  harness.receive(6, 2, Line::b);
  harness.receive(7, 1, Line::b);
  harness.receive(4, 2);
  EXPECT_EQ(harness.taken(), "1-3 4-5 6-7");
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 4u);
  EXPECT_EQ(harness.buffer.counters().duplicate_messages, 3u + 1 + 2 + 1);
}

TEST(ReorderBuffer, DeliversOfAnOverlapOnlyWhatIsNew) {
  ReorderHarness harness;
  harness.receive(1, 3);
  harness.receive(2, 4);
  EXPECT_EQ(harness.taken(), "1-3 4-5");
  harness.receive(8, 2);
  harness.receive(7, 2, Line::b);  // held beside the one it overlaps
  harness.receive(6);
  EXPECT_EQ(harness.taken(), "6 7-8 9");
  EXPECT_EQ(harness.buffer.counters().duplicate_messages, 2u + 1);
}

TEST(ReorderBuffer, LeavesOutAHeldPacketThatOthersMadeNeedless) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(4);
  harness.receive(2, 4, Line::b);
  EXPECT_EQ(harness.taken(), "1 2-5");
  EXPECT_EQ(harness.buffer.held_packets(), 0u);
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 1u);
  EXPECT_EQ(harness.buffer.counters().released_packets, 0u);
}

TEST(ReorderBuffer, FillsOneHoleInPieces) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(9);
  harness.receive(5, 1, Line::b);
  harness.receive(7, 1, Line::b);
  EXPECT_EQ(harness.buffer.missing_messages(), 5u);
  harness.receive(2, 3);
  EXPECT_EQ(harness.taken(), "1 2-4 5");
  harness.receive(6, 3);
  EXPECT_EQ(harness.taken(), "6-8 9");
}

TEST(ReorderBuffer, TakesTheIntactPartOfADamagedPacketAndTheRestFromTheOtherLine) {
  ReorderHarness harness;
  harness.receive(1);
  const Bytes whole = numbered_packet("S", 2, 3);
  harness.receive(whole.substr(0, whole.size() - 1));
  harness.receive(whole, Line::b);
  harness.receive(5);
  EXPECT_EQ(harness.taken(), "1 2-3 4 5");
}

// --- giving up ---

TEST(ReorderBuffer, GivesAHoleUpAfterTheWait) {
  ReorderHarness harness({.wait_nanos = 2 * kMilli});
  harness.receive(1);
  harness.receive(3);
  EXPECT_EQ(harness.buffer.next_deadline(), platform::UnixNanos{harness.now + 2 * kMilli});
  harness.pass(2 * kMilli - 1);
  EXPECT_EQ(harness.taken(), "1");
  harness.pass(1);
  EXPECT_EQ(harness.taken(), "3");
  EXPECT_EQ(harness.buffer.counters().given_up_holes, 1u);
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 1u);
  EXPECT_EQ(harness.buffer.next_deadline(), std::nullopt);
}

TEST(ReorderBuffer, GivesUpByTheTimeOfPacketsToo) {
  ReorderHarness harness({.wait_nanos = 2 * kMilli});
  harness.receive(1);
  harness.receive(3);
  harness.now += kMilli;
  harness.receive(5);
  harness.now += kMilli;
  harness.receive(6);
  EXPECT_EQ(harness.taken(), "1 3") << "the second hole is younger";
  harness.now += kMilli;
  harness.receive(4);
  EXPECT_EQ(harness.taken(), "5 6") << "too late: its time was over when it came";
  EXPECT_EQ(harness.buffer.counters().late_packets, 1u);
}

TEST(ReorderBuffer, CountsEachMessageThatCameTooLateOnce) {
  ReorderHarness harness({.wait_nanos = 0});
  harness.receive(1);
  harness.receive(6);
  harness.receive(1, 3);
  harness.receive(4, 3, Line::b);
  EXPECT_EQ(harness.buffer.counters().late_packets, 2u);
  EXPECT_EQ(harness.buffer.counters().late_messages, 4u);
  EXPECT_EQ(harness.buffer.counters().duplicate_messages, 2u);
  harness.receive(1, 3, Line::b);
  EXPECT_EQ(harness.buffer.counters().late_messages, 4u);
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 1u);
  EXPECT_EQ(harness.taken(), "1 6");
}

TEST(ReorderBuffer, WaitsForNothingWithoutAWait) {
  ReorderHarness harness({.wait_nanos = 0});
  harness.receive(1);
  harness.receive(3);
  EXPECT_EQ(harness.taken(), "1 3") << "at once, not with the next packet";
  harness.receive(2);
  EXPECT_EQ(harness.taken(), "");
  EXPECT_EQ(harness.buffer.counters().late_packets, 1u);
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 0u);
  harness.receive(3);
  EXPECT_EQ(harness.buffer.counters().duplicate_packets, 1u);
}

TEST(ReorderBuffer, WaitsOnWhenBothLinesArePastAHole) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.receive(3, 1, Line::b);
  harness.receive(2, 1, Line::b);  // overtaken within its line
  EXPECT_EQ(harness.taken(), "1 2 3");
}

TEST(ReorderBuffer, GivesUpTheOldestHoleWhenItsBytesRunOut) {
  // Each of these packets needs 48 bytes: 20 of header, 2 + 5 of message, 8, rounded.
  ReorderHarness harness({.held_bytes_max = 4 * 40});
  harness.receive(1);
  for (std::uint64_t sequence = 1003; sequence <= 1006; ++sequence) harness.receive(sequence);
  EXPECT_EQ(harness.taken(), "1");
  harness.receive(1008);
  EXPECT_EQ(harness.taken(), "1003 1004 1005 1006");
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 1001u);
  harness.receive(1007);
  EXPECT_EQ(harness.taken(), "1007 1008");
}

TEST(ReorderBuffer, GivesUpTheOldestHoleWhenItHoldsTooManyPackets) {
  ReorderHarness harness({.held_packets_max = 3});
  harness.receive(1);
  for (const std::uint64_t sequence : {3U, 5U, 7U, 9U}) harness.receive(sequence);
  EXPECT_EQ(harness.taken(), "1 3");
  harness.flush();
  EXPECT_EQ(harness.taken(), "5 7 9");
}

TEST(ReorderBuffer, DeliversAPacketThatIsLargerThanAllItsRoom) {
  ReorderHarness harness({.held_bytes_max = 64});
  harness.receive(1);
  harness.receive(3);
  harness.receive(5, 20);
  EXPECT_EQ(harness.taken(), "1 3 5-24");
  harness.receive(25);
  EXPECT_EQ(harness.taken(), "25");
}

TEST(ReorderBuffer, DeliversOnlyTheRestOfAPacketWhoseBeginningWasHeld) {
  ReorderHarness harness({.held_packets_max = 1});
  harness.receive(1);
  harness.receive(3, 3);
  harness.receive(5, 3, Line::b);
  EXPECT_EQ(harness.taken(), "1 3-5 6-7");
}

TEST(ReorderBuffer, GivesUpTheOldestOfTooManyHoles) {
  ReorderHarness harness;
  for (std::uint64_t i = 0; i <= Holes::kMax; ++i) harness.receive(1 + 2 * i);
  EXPECT_EQ(harness.taken(), "1");
  harness.receive(1 + 2 * (Holes::kMax + 1));
  EXPECT_EQ(harness.taken(), "3") << "the hole at 2 had to go";
  EXPECT_EQ(harness.buffer.counters().given_up_holes, 1u);
}

TEST(ReorderBuffer, GivesUpTheOldestOfTooManyHolesWhenOneBecomesTwo) {
  ReorderHarness harness;
  for (std::uint64_t i = 0; i <= Holes::kMax; ++i) harness.receive(1 + 4 * i);
  EXPECT_EQ(harness.taken(), "1");
  harness.receive(7, 1, Line::b);
  EXPECT_EQ(harness.taken(), "5") << "the hole at 2 had to go";
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 3u);
  harness.receive(6, 1, Line::b);
  EXPECT_EQ(harness.taken(), "6 7");
}

TEST(ReorderBuffer, DeliversAllItHoldsWhenTheInputEnds) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.receive(6, 2);
  harness.flush();
  EXPECT_EQ(harness.taken(), "1 3 6-7");
  EXPECT_EQ(harness.buffer.counters().given_up_messages, 3u);
  harness.receive(8);
  EXPECT_EQ(harness.taken(), "8");
}

// --- asking ---

TEST(ReorderBuffer, AsksAfterTheWaitAndGivesUpAfterTheRecoveryWait) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(4);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+2");
  EXPECT_EQ(harness.request(), "-") << "it is on its way";
  EXPECT_EQ(harness.buffer.next_deadline(), platform::UnixNanos{harness.now + 50 * kMilli});
  harness.pass(50 * kMilli);
  EXPECT_EQ(harness.request(), "2+2") << "request or answer was lost";
  harness.pass(950 * kMilli - 1);
  EXPECT_EQ(harness.taken(), "1");
  harness.pass(1);
  EXPECT_EQ(harness.taken(), "4");
  EXPECT_EQ(harness.request(), "-");
  EXPECT_EQ(harness.buffer.counters().requests, 2u);
}

TEST(ReorderBuffer, AsksAtOnceWhenBothLinesArePastAHole) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(1, 1, Line::b);
  harness.receive(3);
  EXPECT_EQ(harness.request(), "-");
  harness.receive(3, 1, Line::b);
  EXPECT_LE(harness.buffer.next_deadline(), platform::UnixNanos{harness.now});
  EXPECT_EQ(harness.request(), "2+1");
}

TEST(ReorderBuffer, TakesAnAnswerAndAsksForTheRest) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(10);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+8");
  harness.receive(2, 5, Line::recovery);
  EXPECT_EQ(harness.taken(), "1 2-6");
  EXPECT_EQ(harness.request(), "7+3") << "at once: the answer covered only some";
  harness.receive(7, 3, Line::recovery);
  EXPECT_EQ(harness.taken(), "7-9 10");
  EXPECT_EQ(harness.request(), "-");
  EXPECT_EQ(harness.buffer.counters().recovered_messages, 8u);
  EXPECT_EQ(harness.buffer.counters().requests, 2u);
}

TEST(ReorderBuffer, DoesNotAskAgainBecauseALineFilledAPart) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(10);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+8");
  harness.receive(5, 1, Line::b);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(50 * kMilli);
  EXPECT_EQ(harness.request(), "2+3");
  EXPECT_EQ(harness.request(), "6+4");
}

TEST(ReorderBuffer, AsksForEachHoleApart) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(3);
  harness.pass(kMilli);
  harness.receive(6);
  harness.pass(kMilli);
  EXPECT_EQ(harness.request(), "2+1");
  EXPECT_EQ(harness.request(), "-");
  harness.pass(kMilli);
  EXPECT_EQ(harness.request(), "4+2");
}

TEST(ReorderBuffer, DoesNotTakeAnAnswerAboutOneHoleForOneAboutAnother) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(5);
  harness.receive(9);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+3");
  EXPECT_EQ(harness.request(), "6+3");
  harness.receive(2, 1, Line::recovery);
  EXPECT_EQ(harness.request(), "3+2");
  EXPECT_EQ(harness.request(), "-") << "the other answer is still on its way";
}

TEST(ReorderBuffer, AsksAgainAlthoughTheClockWasSetBack) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(3);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+1");
  harness.pass(-1'000 * kMilli);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(50 * kMilli);
  EXPECT_EQ(harness.request(), "2+1");
}

TEST(ReorderBuffer, AsksForNoMoreThanARequestCanCount) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(1'000'000);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+65534");
}

TEST(ReorderBuffer, NeverAsksWhereNobodyAnswers) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.pass(2 * kMilli - 1);
  EXPECT_EQ(harness.request(), "-");
}

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
  Bytes nameless = numbered_packet("", 7, 1);
  nameless.replace(0, 10, Bytes(10, '\0'));
  harness.receive(nameless);
  EXPECT_EQ(harness.taken(), "1 :7");
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
  harness.buffer.resume(session_id("S"), 5);
  harness.receive(8);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "5+3");
  harness.receive(5, 3, Line::recovery);
  EXPECT_EQ(harness.taken(), "5-7 8");

  ReorderHarness at_once;
  at_once.buffer.resume(session_id("S"), 5);
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
}  // namespace tickplant::tests
