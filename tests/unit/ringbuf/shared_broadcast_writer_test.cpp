#include "ringbuf/shared_broadcast_writer.hpp"

#include <gtest/gtest.h>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using Tick = tests::Sample<kTickSlotBytes>;

constexpr std::uint64_t kSlots = 8;

class SharedBroadcastWriterTest : public testing::Test {
 protected:
  void open(std::uint64_t last) {
    SharedTickWriter::open(control(), {last});
    writers_.clear();
    for (std::size_t i = 0; i < 2; ++i) {
      writers_.push_back(SharedTickWriter::over(ring_.bytes(), kSlots, gating_.bytes(), i, 2));
    }
  }
  Sequence publish(std::size_t writer, std::uint64_t number) {
    const Tick tick(number);
    return writers_[writer].publish(&tick);
  }
  TickReader reader(std::uint64_t next) { return TickReader::over(std::as_const(ring_).bytes(), kSlots, {next}); }
  BroadcastControl<>& control() { return object_at<BroadcastControl<>>(ring_.bytes(), 0); }

  PrivatePayload ring_{sizeof(BroadcastControl<>) + kSlots * kTickSlotBytes};
  PrivatePayload gating_{sizeof(GatingPage<>)};
  std::vector<SharedTickWriter> writers_;
};

TEST_F(SharedBroadcastWriterTest, GivesEachRecordASequenceOfItsOwnWhoeverWritesIt) {
  open(0);
  EXPECT_EQ(publish(0, 1), Sequence{1});
  EXPECT_EQ(publish(1, 2), Sequence{2});
  EXPECT_EQ(publish(1, 3), Sequence{3});
  EXPECT_EQ(publish(0, 4), Sequence{4});
  EXPECT_EQ(writers_[0].last(), Sequence{4});
  EXPECT_EQ(writers_[1].last(), Sequence{3});
  TickReader in = reader(1);
  for (std::uint64_t q = 1; q <= 4; ++q) {
    Tick tick;
    ASSERT_EQ(in.poll(&tick), ReadStatus::record);
    EXPECT_EQ(tick.number, q);
    EXPECT_TRUE(tick.is_whole());
  }
}

TEST_F(SharedBroadcastWriterTest, SaysThatAllIsCompleteOnlyWhenNobodyIsInABatch) {
  open(0);
  publish(0, 1);
  publish(1, 2);
  writers_[1].complete_batch();
  EXPECT_EQ(control().image_complete_through.load(), 0u) << "the first one's record may not be in the tables yet";
  writers_[0].complete_batch();
  EXPECT_EQ(control().image_complete_through.load(), 2u);
  EXPECT_EQ(control().published.load(), 2u);
}

TEST_F(SharedBroadcastWriterTest, SaysWhatIsCompleteBelowTheLowestBatch) {
  open(0);
  publish(1, 1);
  writers_[1].complete_batch();
  publish(0, 2);
  publish(1, 3);
  writers_[1].complete_batch();
  EXPECT_EQ(control().image_complete_through.load(), 1u);
}

TEST_F(SharedBroadcastWriterTest, CompletesABatchWithoutRecords) {
  open(5);
  writers_[0].complete_batch();
  EXPECT_EQ(control().image_complete_through.load(), 5u);
}

TEST_F(SharedBroadcastWriterTest, NeverTakesBackWhatWasSaid) {
  open(0);
  publish(0, 1);
  writers_[0].complete_batch();
  control().image_complete_through.store(7);  // as by a writer that was quicker
  publish(0, 2);
  writers_[0].complete_batch();
  EXPECT_EQ(control().image_complete_through.load(), 7u);
  EXPECT_EQ(control().published.load(), 2u);
}

TEST_F(SharedBroadcastWriterTest, GoesAroundTheRing) {
  open(0);
  for (std::uint64_t q = 1; q <= 5 * kSlots; ++q) EXPECT_EQ(publish(q % 2, q), Sequence{q});
  TickReader in = reader(5 * kSlots - 2);
  Tick tick;
  ASSERT_EQ(in.poll(&tick), ReadStatus::record);
  EXPECT_EQ(tick.number, 5 * kSlots - 2);
}

TEST_F(SharedBroadcastWriterTest, BeginsWhereItIsTold) {
  open(1000);
  EXPECT_EQ(publish(0, 7), Sequence{1001});
  EXPECT_EQ(control().first_sequence.load(), 1001u);
  for (std::uint64_t q = 1002; q <= 1000 + 3 * kSlots; ++q) EXPECT_EQ(publish(1, q), Sequence{q});
}

TEST_F(SharedBroadcastWriterTest, GoesOnWhereOneWriterAloneStopped) {
  TickWriter alone = TickWriter::over(ring_.bytes(), kSlots);
  for (std::uint64_t q = 1; q <= 11; ++q) {
    const Tick tick(q);
    alone.publish(&tick);
  }
  alone.complete_batch();
  open(11);
  for (std::uint64_t q = 12; q <= 30; ++q) EXPECT_EQ(publish(q % 2, q), Sequence{q});
  writers_[0].complete_batch();
  writers_[1].complete_batch();

  TickWriter again = TickWriter::over(ring_.bytes(), kSlots, {30});
  const Tick tick(31);
  EXPECT_EQ(again.publish(&tick), Sequence{31});
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
