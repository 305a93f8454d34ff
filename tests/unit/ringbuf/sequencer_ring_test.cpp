#include "ringbuf/sequencer_ring.hpp"

#include <gtest/gtest.h>

#include "ringbuf/private_payload.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 8;

class SequencerRingTest : public testing::Test {
 protected:
  SequencerWriter writer(std::uint64_t last = 0, CauseSequence next = {1}) {
    return SequencerWriter(TickWriter::over(memory_.bytes(), kSlots, {last}), next);
  }
  SequencerRun read() {
    SequencerRun run;
    EXPECT_EQ(reader_.poll(&run), ReadStatus::record);
    return run;
  }

  PrivatePayload memory_{sizeof(TickWriter::Control) + kTickSlotBytes * kSlots};
  SequencerReader reader_ = SequencerReader::over(memory_.bytes(), kSlots, {1});
};

TEST_F(SequencerRingTest, SaysWhichRecordsOfWhichRingComeNext) {
  SequencerWriter out = writer();
  out.append_records({3}, {10, 14}, {777});
  const SequencerRun run = read();
  EXPECT_EQ(run.stamp, 1u);
  EXPECT_EQ(run.kind, RunKind::records);
  EXPECT_EQ(run.ring, RingId{3});
  EXPECT_EQ(run.range(), (SequenceRange{10, 14}));
  EXPECT_EQ(run.watermark, platform::UnixNanos{777});
  EXPECT_EQ(run.count(), 5u);
  SequencerRun none;
  EXPECT_EQ(reader_.poll(&none), ReadStatus::empty);
}

TEST_F(SequencerRingTest, PutsCommandsInOrderWithTheRecords) {
  SequencerWriter out = writer();
  CommandBody command;
  command.command = 4;
  command.argument = 99;
  command.text_generation = 7;
  out.append_command(command, {5});
  const SequencerRun run = read();
  EXPECT_EQ(run.kind, RunKind::command);
  EXPECT_EQ(run.ring, RingId{0});
  EXPECT_EQ(run.count(), 1u);
  EXPECT_EQ(run.command().command, 4u);
  EXPECT_EQ(run.command().argument, 99u);
  EXPECT_EQ(run.command().text_generation, 7u);
}

TEST_F(SequencerRingTest, NumbersEverythingWithoutHoles) {
  SequencerWriter out = writer();
  EXPECT_EQ(out.append_records({1}, {1, 1}, {}), CauseSequence{1});
  EXPECT_EQ(out.append_records({2}, {100, 149}, {}), CauseSequence{2});
  EXPECT_EQ(out.append_command({}, {}), CauseSequence{52});
  EXPECT_EQ(out.append_records({1}, {2, 3}, {}), CauseSequence{53});
  std::uint64_t expected = 1;
  for (int i = 0; i < 4; ++i) {
    const SequencerRun run = read();
    EXPECT_EQ(run.cause_seq, CauseSequence{expected});
    expected += run.count();
  }
  EXPECT_EQ(expected, 55u);
}

TEST_F(SequencerRingTest, ASuccessorGoesOnBehindTheNewestRun) {
  {
    SequencerWriter dead = writer();
    dead.append_records({1}, {1, 10}, {});
  }
  const SequencerRun newest = read();
  SequencerWriter successor = writer(newest.stamp, {newest.cause_seq.value + newest.count()});
  EXPECT_EQ(successor.append_records({1}, {11, 11}, {}), CauseSequence{11});
  EXPECT_EQ(successor.last(), Sequence{2});
  EXPECT_EQ(read().stamp, 2u);
}

TEST_F(SequencerRingTest, TellsJoinersWhenFlushed) {
  SequencerWriter out = writer();
  out.append_command({}, {});
  EXPECT_EQ(reader_.published(), Sequence{0});
  out.flush();
  EXPECT_EQ(reader_.published(), Sequence{1});
}

#ifndef NDEBUG
TEST_F(SequencerRingTest, RefusesRunsWithoutRingOrRecords) {
  SequencerWriter out = writer();
  EXPECT_DEATH(out.append_records({0}, {1, 2}, {}), "ring");
  EXPECT_DEATH(out.append_records({1}, {2, 1}, {}), "range");
  EXPECT_DEATH(out.append_records({1}, {0, 1}, {}), "range");
}
#endif

}  // namespace
}  // namespace tickplant::ringbuf::this_file
