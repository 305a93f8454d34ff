// Runs that a follower cannot follow, and an order that nobody began.
#include <gtest/gtest.h>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/sequenced_reader.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 16;

struct Counter {
  void on_record(CauseSequence, RingId, const Record&) { ++records; }
  void on_command(CauseSequence, const CommandBody&) { ++commands; }
  void on_lost(CauseSequence, std::uint64_t) { ++losses; }
  void on_pause(CauseSequence) {}
  void on_skipped(CauseSequence, RingId, SequenceRange) {}
  void on_order_lost(SequenceRange) { ++losses; }
  int records = 0, commands = 0, losses = 0;
};

class SequencerBounds : public testing::Test {
 protected:
  PrivatePayload order_{sizeof(BroadcastControl<>) + kTickSlotBytes * kSlots};
  PrivatePayload ticks_{sizeof(BroadcastControl<>) + kTickSlotBytes * kSlots};
  GatingPage<> page_{};
};

TEST_F(SequencerBounds, AnOrderThatNobodyBeganLeavesNothing) {
  const SequencerRemains remains = find_sequencer_remains(std::as_const(order_).bytes(), kSlots);
  EXPECT_EQ(remains.last, Sequence{0});
  EXPECT_EQ(remains.next.value, 1u);
  EXPECT_TRUE(remains.done.empty());
}

TEST_F(SequencerBounds, RunsOfARingThatWasGivenUpAndRunsOfNoKindArePassedOver) {
  TickWriter ticks = TickWriter::over(ticks_.bytes(), kSlots);
  const Record record = make_record({1}, {100}, {100}, QuoteBody{});
  ticks.publish(&record);
  ticks.publish(&record);
  SequencerWriter order(TickWriter::over(order_.bytes(), kSlots), {1});
  order.append_records({4}, {1, 2}, UnixNanos{100});
  order.flush();
  TickWriter raw = TickWriter::over(order_.bytes(), kSlots, {1});
  const SequencerRun of_no_kind{};
  raw.publish(&of_no_kind);
  raw.flush();

  Counter told;
  SequencedReader without(SequencerReader::over(std::as_const(order_).bytes(), kSlots, {1}), {page_, 0, {1}}, {});
  EXPECT_EQ(without.poll(told), 2u);
  EXPECT_EQ(told.records + told.commands + told.losses, 0);
  EXPECT_EQ(without.next(), Sequence{3});

  SequencedReader with(
      SequencerReader::over(std::as_const(order_).bytes(), kSlots, {1}), {page_, 1, {1}},
      {{RingId{4}, TickReader::over(std::as_const(ticks_).bytes(), kSlots, {1}), GatingReader(page_, 2, {1})}});
  EXPECT_EQ(with.poll(told, 1), 1u) << "no more runs than asked for";
  EXPECT_EQ(told.records, 2);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
