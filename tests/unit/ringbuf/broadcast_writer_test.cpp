#include "ringbuf/broadcast_writer.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 8;
using Tick = tests::Sample<kTickSlotBytes>;

class BroadcastWriterTest : public testing::Test {
 protected:
  TickWriter writer(std::uint64_t last = 0) { return TickWriter::over(memory_.bytes(), kSlots, {last}); }
  TickWriter::Control& control() { return object_at<TickWriter::Control>(memory_.bytes(), 0); }
  TickWriter::Slot& slot(std::uint64_t sequence) {
    return object_at<TickWriter::Slot>(memory_.bytes(),
                                       sizeof(TickWriter::Control) + kTickSlotBytes * (sequence % kSlots));
  }

  PrivatePayload memory_{sizeof(TickWriter::Control) + kTickSlotBytes * kSlots};
};

TEST_F(BroadcastWriterTest, NumbersRecordsFromOne) {
  TickWriter ring = writer();
  EXPECT_EQ(ring.last(), Sequence{0});
  const Tick tick(7);
  EXPECT_EQ(ring.publish(&tick), Sequence{1});
  EXPECT_EQ(ring.publish(&tick), Sequence{2});
  EXPECT_EQ(ring.last(), Sequence{2});
}

TEST_F(BroadcastWriterTest, PutsStampAndWordsIntoTheSlotOfTheSequence) {
  TickWriter ring = writer();
  for (std::uint64_t q = 1; q <= kSlots + 3; ++q) {
    const Tick tick(q + 100);  // its own number is replaced by the sequence
    ring.publish(&tick);
    EXPECT_EQ(slot(q).stamp.load(), q);
    for (std::size_t i = 0; i < tick.word.size(); ++i) EXPECT_EQ(slot(q).word[i].load(), tick.word[i]);
  }
}

TEST_F(BroadcastWriterTest, TellsJoinersEvery32RecordsAndWhenFlushed) {
  static_assert(TickWriter::kPublishEvery == 32);
  TickWriter ring = writer();
  const Tick tick(1);
  for (int i = 0; i < 31; ++i) ring.publish(&tick);
  EXPECT_EQ(control().published.load(), 0u);
  ring.publish(&tick);
  EXPECT_EQ(control().published.load(), 32u);
  ring.publish(&tick);
  EXPECT_EQ(control().published.load(), 32u);
  ring.flush();
  EXPECT_EQ(control().published.load(), 33u);
}

TEST_F(BroadcastWriterTest, CompletesTheImageOnlyWhenTold) {
  TickWriter ring = writer();
  const Tick tick(1);
  ring.publish(&tick);
  ring.flush();
  EXPECT_EQ(control().image_complete_through.load(), 0u);
  ring.complete_image();
  EXPECT_EQ(control().image_complete_through.load(), 1u);
}

TEST_F(BroadcastWriterTest, LeavesTheDurableSequenceToTheJournal) {
  control().durable.store(17);
  TickWriter ring = writer();
  const Tick tick(1);
  for (int i = 0; i < 100; ++i) ring.publish(&tick);
  ring.flush();
  ring.complete_image();
  EXPECT_EQ(control().durable.load(), 17u);
}

TEST_F(BroadcastWriterTest, StartsANewRingBehindASequenceUsedBefore) {
  TickWriter ring = writer(1000);
  EXPECT_EQ(control().first_sequence.load(), 1001u);
  EXPECT_EQ(control().published.load(), 1000u);
  const Tick tick(1);
  EXPECT_EQ(ring.publish(&tick), Sequence{1001});
}

TEST_F(BroadcastWriterTest, GoesOnInThePredecessorsRingWithoutMovingItsFirstSequence) {
  const Tick tick(1);
  {
    TickWriter dead = writer();
    for (int i = 0; i < 5; ++i) dead.publish(&tick);
  }
  TickWriter successor = writer(5);
  EXPECT_EQ(control().first_sequence.load(), 1u);
  EXPECT_EQ(control().published.load(), 5u);
  EXPECT_EQ(successor.publish(&tick), Sequence{6});
}

TEST_F(BroadcastWriterTest, WritesNoSequenceOfThePredecessorAgain) {
  const Tick tick(1);
  TickWriter dead = writer();
  for (int i = 0; i < 5; ++i) dead.publish(&tick);
  dead.flush();
  EXPECT_DEATH(writer(4), "published");
}

TEST_F(BroadcastWriterTest, RefusesSlotCountsThatAreNoPowerOfTwoAndMemoryTooSmall) {
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes(), 0), "slot_count");
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes(), 1), "slot_count");
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes(), 6), "slot_count");
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes(), 128), "payload");
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes(), std::uint64_t{1} << 58), "payload");  // times 64 is 0
  EXPECT_DEATH(std::ignore = TickWriter::over(memory_.bytes().first(100), 1), "payload");
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
