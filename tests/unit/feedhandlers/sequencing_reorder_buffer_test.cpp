#include "feedhandlers/sequencing/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include "tests/support/reorder_harness.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sequencing::Holes;

constexpr std::int64_t kMilli = ReorderHarness::kMilli;

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

}  // namespace
}  // namespace tickplant::tests::this_file
