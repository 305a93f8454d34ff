#include "ringbuf/broadcast_reader.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 8;
using Tick = tests::Sample<kTickSlotBytes>;

class BroadcastReaderTest : public testing::Test {
 protected:
  TickWriter writer(std::uint64_t last = 0) { return TickWriter::over(memory_.bytes(), kSlots, {last}); }
  TickReader reader(std::uint64_t next) { return TickReader::over(memory_.bytes(), kSlots, {next}); }
  TickWriter::Slot& slot(std::uint64_t sequence) {
    return object_at<TickWriter::Slot>(memory_.bytes(),
                                       sizeof(TickWriter::Control) + kTickSlotBytes * (sequence % kSlots));
  }

  static void publish(TickWriter& ring, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const Tick tick(ring.last().value + 1);
      ring.publish(&tick);
    }
  }
  static void expect_record(TickReader& ring, std::uint64_t sequence) {
    Tick out;
    ASSERT_EQ(ring.poll(&out), ReadStatus::record);
    EXPECT_EQ(out.number, sequence);
    EXPECT_TRUE(out.is_whole()) << "sequence " << sequence;
  }
  static void expect_empty(TickReader& ring) {
    const Sequence next = ring.next();
    Tick untouched;
    EXPECT_EQ(ring.poll(&untouched), ReadStatus::empty);
    EXPECT_EQ(ring.next(), next);
    EXPECT_EQ(untouched.number, 0u);
  }
  static void expect_overrun(TickReader& ring, SequenceRange lost) {
    Tick untouched;
    EXPECT_EQ(ring.poll(&untouched), ReadStatus::overrun);
    EXPECT_EQ(ring.lost(), lost) << "lost " << ring.lost().first << ".." << ring.lost().last;
    EXPECT_EQ(ring.next(), Sequence{lost.last + 1});
    EXPECT_EQ(untouched.number, 0u);
  }

  PrivatePayload memory_{sizeof(TickWriter::Control) + kTickSlotBytes * kSlots};
};

TEST_F(BroadcastReaderTest, SaysEmptyOnARingWithoutRecords) {
  writer();
  TickReader ring = reader(1);
  expect_empty(ring);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, ReadsOneRecordOnce) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, 1);
  expect_record(ring, 1);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, ReadsExactlyARingWithoutLoss) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, kSlots);
  for (std::uint64_t q = 1; q <= kSlots; ++q) expect_record(ring, q);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, ReadsLapAfterLap) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  for (std::uint64_t q = 1; q <= 5 * kSlots; ++q) {
    publish(out, 1);
    expect_record(ring, q);
    expect_empty(ring);
  }
}

TEST_F(BroadcastReaderTest, ReportsWhichRecordsItLostWhenLappedByOne) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, kSlots + 1);
  expect_overrun(ring, {1, 4});  // record 9 is in the slot of 1, so 8 is complete: 8 - 4 + 1
  for (std::uint64_t q = 5; q <= 9; ++q) expect_record(ring, q);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, ResumesHalfARingBehindTheNewestPublishedRecord) {
  TickWriter out = writer();
  TickReader ring = reader(3);
  publish(out, 1000);
  out.flush();
  expect_overrun(ring, {3, 996});
  EXPECT_EQ(ring.lost().count(), 994u);
  for (std::uint64_t q = 997; q <= 1000; ++q) expect_record(ring, q);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, SeesTheLapWhenTheWriterIsInTheMiddleOfItsSlot) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, kSlots);
  slot(9).stamp.store(writing(9));
  expect_overrun(ring, {1, 4});
}

TEST_F(BroadcastReaderTest, SaysEmptyWhileItsRecordIsBeingWritten) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, kSlots);
  for (std::uint64_t q = 1; q <= kSlots; ++q) expect_record(ring, q);
  slot(9).stamp.store(writing(9));
  expect_empty(ring);
  publish(out, 1);
  expect_record(ring, 9);
}

TEST_F(BroadcastReaderTest, NeverReadsWhatADeadWriterLeftHalfDone) {
  TickWriter dead = writer();
  TickReader ring = reader(1);
  publish(dead, 3);
  slot(4).stamp.store(writing(4));
  slot(4).word[0].store(0xdead);
  for (std::uint64_t q = 1; q <= 3; ++q) expect_record(ring, q);
  for (int i = 0; i < 100; ++i) expect_empty(ring);

  TickWriter successor = writer(3);
  expect_empty(ring);
  publish(successor, 2);
  expect_record(ring, 4);
  expect_record(ring, 5);
}

TEST_F(BroadcastReaderTest, JoinsBehindThePublishedRecord) {
  TickWriter out = writer();
  publish(out, 32);
  publish(out, 5);
  TickReader ring = reader(1);
  EXPECT_EQ(ring.published(), Sequence{32});
  ring.seek(ring.published() + 1);
  for (std::uint64_t q = 33; q <= 37; ++q) expect_record(ring, q);
  expect_empty(ring);
}

TEST_F(BroadcastReaderTest, SeesHowFarTheTablesAre) {
  TickWriter out = writer();
  const TickReader ring = reader(1);
  publish(out, 5);
  EXPECT_EQ(ring.image_complete_through(), Sequence{0});
  out.complete_image();
  EXPECT_EQ(ring.image_complete_through(), Sequence{5});
}

TEST_F(BroadcastReaderTest, SeekingLosesNothing) {
  TickWriter out = writer();
  publish(out, 6);
  TickReader ring = reader(1);
  ring.seek({5});
  EXPECT_EQ(ring.lost(), SequenceRange{});
  expect_record(ring, 5);
}

TEST_F(BroadcastReaderTest, ReportsWhatWasBeforeTheRingsFirstSequenceAsLost) {
  TickWriter out = writer(1000);
  TickReader ring = reader(500);
  expect_overrun(ring, {500, 1000});
  expect_empty(ring);
  publish(out, 1);
  expect_record(ring, 1001);
}

TEST_F(BroadcastReaderTest, ReportsItAlsoWhenItsSlotIsInUse) {
  TickWriter out = writer(1000);
  publish(out, 2);
  TickReader ring = reader(1001 - kSlots);  // the slot of 1001
  expect_overrun(ring, {1001 - kSlots, 1000});
  expect_record(ring, 1001);
}

TEST_F(BroadcastReaderTest, WorksUpToTheLastSequence) {
  constexpr std::uint64_t kLast = kWritingBit - 1;
  TickWriter out = writer(kLast - 20);
  TickReader ring = reader(kLast - 19);
  publish(out, 3);
  for (std::uint64_t q = kLast - 19; q <= kLast - 17; ++q) expect_record(ring, q);
  expect_empty(ring);
  publish(out, 17);
  out.flush();
  expect_overrun(ring, {kLast - 16, kLast - 4});
  for (std::uint64_t q = kLast - 3; q <= kLast; ++q) expect_record(ring, q);
}

TEST_F(BroadcastReaderTest, RefusesARingThatClaimsMoreThanThereIs) {
  for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{6}, 2 * kSlots,
                                  std::uint64_t{1} << 58 /* times 64 is 0 */, std::uint64_t{1} << 63}) {
    EXPECT_THROW(std::ignore = TickReader::over(memory_.bytes(), bad, {1}), platform::SetupError) << bad;
  }
  EXPECT_THROW(std::ignore = TickReader::over({}, kSlots, {1}), platform::SetupError);
}

TEST_F(BroadcastReaderTest, RefusesToStartBeforeTheFirstSequence) { EXPECT_DEATH(reader(0), "next"); }

TEST(BroadcastRing, WorksWithDerivedSlotsAndTheSmallestRing) {
  using Derived = tests::Sample<kDerivedSlotBytes>;
  PrivatePayload memory(sizeof(DerivedWriter::Control) + 2 * kDerivedSlotBytes);
  DerivedWriter out = DerivedWriter::over(memory.bytes(), 2);
  DerivedReader ring = DerivedReader::over(memory.bytes(), 2, {1});
  for (std::uint64_t q = 1; q <= 3; ++q) {
    const Derived value(q);
    out.publish(&value);
  }
  Derived got;
  ASSERT_EQ(ring.poll(&got), ReadStatus::overrun);
  EXPECT_EQ(ring.lost(), (SequenceRange{1, 1}));
  for (std::uint64_t q = 2; q <= 3; ++q) {
    ASSERT_EQ(ring.poll(&got), ReadStatus::record);
    EXPECT_EQ(got.number, q);
    EXPECT_TRUE(got.is_whole());
  }
  EXPECT_EQ(ring.poll(&got), ReadStatus::empty);
}

TEST_F(BroadcastReaderTest, ReadsManyAtOnce) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, 5);
  std::array<Tick, 3> ticks;
  TickReader::Batch batch = ring.poll(std::span(ticks));
  EXPECT_EQ(batch.count, 3u);
  EXPECT_EQ(batch.status, ReadStatus::record) << "there may be more";
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(ticks[i].number, i + 1);
  batch = ring.poll(std::span(ticks));
  EXPECT_EQ(batch.count, 2u);
  EXPECT_EQ(batch.status, ReadStatus::empty);
  EXPECT_EQ(ticks[1].number, 5u);
  EXPECT_EQ(ring.poll(std::span(ticks)).count, 0u);
}

TEST_F(BroadcastReaderTest, EndsABatchWhereItIsOverrun) {
  TickWriter out = writer();
  TickReader ring = reader(1);
  publish(out, 2 * kSlots);
  out.flush();
  std::array<Tick, 2 * kSlots> ticks;
  TickReader::Batch batch = ring.poll(std::span(ticks));
  EXPECT_EQ(batch.count, 0u);
  EXPECT_EQ(batch.status, ReadStatus::overrun);
  EXPECT_EQ(ring.lost(), (SequenceRange{1, kSlots + kSlots / 2}));
  batch = ring.poll(std::span(ticks));
  EXPECT_EQ(batch.count, kSlots / 2);
  EXPECT_EQ(batch.status, ReadStatus::empty);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
