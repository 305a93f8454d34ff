// The order of everything: written by the sequencer, followed by shards, picked up by a successor.
#include "ringbuf/sequencer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/sequenced_reader.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kSlots = 128;
constexpr RingId kFirst{4}, kSecond{7};

/// What somebody was told, in order: "7:2@3" is record 2 of ring 7 at place 3.
struct Told {
  std::vector<std::string> all;

  void on_record(CauseSequence place, RingId ring, const Record& record) {
    all.push_back(std::to_string(ring.value) + ":" + std::to_string(record.header.stamp) + "@" +
                  std::to_string(place.value));
  }
  void on_command(CauseSequence place, const CommandBody& command) {
    all.push_back("command " + std::to_string(command.command) + "@" + std::to_string(place.value));
  }
  void on_lost(CauseSequence first, std::uint64_t count) {
    all.push_back("lost " + std::to_string(count) + "@" + std::to_string(first.value));
  }
  void on_pause(CauseSequence place) { all.push_back("pause@" + std::to_string(place.value)); }
  void on_skipped(CauseSequence next, RingId ring, SequenceRange range) {
    all.push_back("skipped " + std::to_string(ring.value) + ":" + std::to_string(range.first) + "-" +
                  std::to_string(range.last) + "@" + std::to_string(next.value));
  }
  void on_order_lost(SequenceRange runs) {
    all.push_back("lost runs " + std::to_string(runs.first) + "-" + std::to_string(runs.last));
  }
};

struct RingInMemory {
  explicit RingInMemory(std::uint64_t slot_count) : slots(slot_count) {}
  void publish(int count) {
    for (int i = 0; i < count; ++i) {
      const Record record = make_record({1}, {100}, {100}, QuoteBody{});
      writer.publish(&record);
    }
    writer.flush();
  }
  [[nodiscard]] TickReader reader(std::uint64_t next = 1) {
    return TickReader::over(std::as_const(bytes).bytes(), slots, {next});
  }
  [[nodiscard]] GatingReader gating_reader(std::size_t line, std::uint64_t next = 1) {
    return {object_at<GatingPage<>>(gating.bytes(), 0), line, {next}};
  }
  [[nodiscard]] Gate gate() { return {object_at<GatingPage<>>(gating.bytes(), 0), slots}; }

  std::uint64_t slots;
  PrivatePayload bytes{sizeof(TickWriter::Control) + kTickSlotBytes * slots};
  PrivatePayload gating{sizeof(GatingPage<>)};
  TickWriter writer = TickWriter::over(bytes.bytes(), slots);
};

class SequencerTest : public testing::Test {
 protected:
  Sequencer make(std::uint64_t first_next = 1, std::uint64_t second_next = 1, std::uint64_t last_run = 0,
                 CauseSequence next = {1}) {
    return {SequencerWriter(TickWriter::over(order_.bytes.bytes(), kSlots, {last_run}), next),
            {{kFirst, first_.reader(first_next), first_.gating_reader(0, first_next)},
             {kSecond, second_.reader(second_next), second_.gating_reader(0, second_next)}}};
  }
  std::size_t turn(Sequencer& sequencer) {
    return sequencer.turn(
        [](RingId, std::span<const Record> run) { return run.back().header.ts_event; },
        [this](CauseSequence place, RingId ring, const Record& r) { fused_.on_record(place, ring, r); },
        [this](RingId ring, SequenceRange lost) { lost_.emplace_back(ring, lost); });
  }
  SequencedReader follower(std::size_t line = 1) {
    return {order_.reader(),
            order_.gating_reader(line),
            {{kFirst, first_.reader(), first_.gating_reader(line)},
             {kSecond, second_.reader(), second_.gating_reader(line)}}};
  }

  RingInMemory first_{kSlots}, second_{kSlots}, order_{kSlots};
  Told fused_;
  std::vector<std::pair<RingId, SequenceRange>> lost_;
};

TEST_F(SequencerTest, GivesEveryRecordOneNumberWhicheverRingItCameFrom) {
  Sequencer sequencer = make();
  first_.publish(2);
  second_.publish(1);
  EXPECT_EQ(turn(sequencer), 3u);
  first_.publish(1);
  EXPECT_EQ(turn(sequencer), 1u);
  EXPECT_EQ(turn(sequencer), 0u);
  EXPECT_THAT(fused_.all, ElementsAre("4:1@1", "4:2@2", "7:1@3", "4:3@4"));
}

TEST_F(SequencerTest, TellsAFollowerTheSameAsWhoComputesInItsThread) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  Told told;
  for (int i = 1; i <= 5; ++i) {
    first_.publish(i);
    second_.publish(7 - i);
    turn(sequencer);
    CommandBody command;
    command.command = static_cast<std::uint16_t>(i);
    const CauseSequence place = sequencer.command(command, {1});
    fused_.on_command(place, command);
    shard.poll(told);
  }
  EXPECT_EQ(told.all, fused_.all);
  EXPECT_EQ(told.all.size(), 15u + 20u + 5u);
}

TEST_F(SequencerTest, TakesTheRingsInTurnsSoThatNoneStarves) {
  Sequencer sequencer = make();
  first_.publish(100);
  second_.publish(1);
  turn(sequencer);
  ASSERT_EQ(fused_.all.size(), Sequencer::kRunMax + 1);
  EXPECT_EQ(fused_.all.back(), "7:1@65");
}

TEST_F(SequencerTest, HoldsUpWritersThatWaitUntilARecordHasItsPlace) {
  Sequencer sequencer = make();
  first_.publish(100);
  EXPECT_EQ(first_.gate().room({100}), 28u);
  turn(sequencer);
  EXPECT_EQ(first_.gate().room({100}), 28u + Sequencer::kRunMax);
}

TEST_F(SequencerTest, SaysWhatWasOverwrittenBeforeItHadAPlace) {
  Sequencer sequencer = make();
  first_.publish(3);
  turn(sequencer);
  first_.publish(2 * kSlots);
  EXPECT_GT(turn(sequencer), 0u);
  ASSERT_EQ(lost_.size(), 1u);
  EXPECT_EQ(lost_[0].first, kFirst);
  EXPECT_EQ(lost_[0].second.first, 4u);
  EXPECT_EQ(fused_.all[3], "4:" + std::to_string(lost_[0].second.last + 1) + "@4") << "places have no holes";
}

TEST_F(SequencerTest, SaysWhatIsMissingBehindWhatAPredecessorGaveAPlace) {
  first_.publish(20);
  Sequencer sequencer(SequencerWriter(TickWriter::over(order_.bytes.bytes(), kSlots, {0}), {1}),
                      {{kFirst, first_.reader(11), first_.gating_reader(0, 11), Sequence{8}}});
  EXPECT_EQ(turn(sequencer), 10u);
  EXPECT_THAT(lost_, ElementsAre(std::pair(kFirst, SequenceRange{8, 10})));
  first_.publish(1);
  EXPECT_EQ(turn(sequencer), 1u);
  EXPECT_EQ(lost_.size(), 1u);
}

TEST_F(SequencerTest, TellsAFollowerThatWasLappedWhatItLost) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  first_.publish(50);
  turn(sequencer);
  first_.publish(100);  // 128 slots: the first 22 are gone, the follower has not looked yet
  Told told;
  shard.poll(told);
  ASSERT_FALSE(told.all.empty());
  EXPECT_EQ(told.all.front(), "lost 50@1") << "to newest - half a ring, which lies behind the whole run";
}

TEST_F(SequencerTest, TellsAFollowerThatLostRuns) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  for (std::uint64_t i = 0; i < 2 * kSlots; ++i) {
    first_.publish(1);
    turn(sequencer);
  }
  Told told;
  while (shard.poll(told) != 0) continue;
  ASSERT_FALSE(told.all.empty());
  EXPECT_EQ(told.all.front(), "lost runs 1-192");
  EXPECT_EQ(told.all.back(), "4:256@256");
}

TEST_F(SequencerTest, TellsAFollowerWhatNeverGotAPlace) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  Told told;
  first_.publish(3);
  turn(sequencer);
  shard.poll(told);
  told.all.clear();
  first_.publish(2 * kSlots);
  turn(sequencer);
  ASSERT_EQ(lost_.size(), 1u);
  shard.poll(told);
  ASSERT_FALSE(told.all.empty());
  EXPECT_EQ(told.all.front(), "skipped 4:4-" + std::to_string(lost_[0].second.last) + "@4");
}

TEST_F(SequencerTest, GivesAPauseAPlaceOfItsOwn) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  first_.publish(2);
  turn(sequencer);
  EXPECT_EQ(sequencer.pause({9}), CauseSequence{3});
  EXPECT_EQ(sequencer.pause({9}), CauseSequence{4});
  first_.publish(1);
  turn(sequencer);
  Told told;
  shard.poll(told);
  EXPECT_THAT(told.all, ElementsAre("4:1@1", "4:2@2", "pause@3", "pause@4", "4:3@5"));
  EXPECT_EQ(find_sequencer_remains(std::as_const(order_.bytes).bytes(), kSlots).next, CauseSequence{6});
}

TEST_F(SequencerTest, KnowsHowFarItAndItsFollowersAreBehind) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  EXPECT_EQ(sequencer.backlog(), 0u);
  first_.publish(Sequencer::kRunMax + 3);
  second_.publish(2);
  EXPECT_EQ(sequencer.backlog(), Sequencer::kRunMax + 5);
  turn(sequencer);
  EXPECT_EQ(sequencer.backlog(), 3u);
  EXPECT_EQ(shard.backlog(), 2u);
  Told told;
  shard.poll(told);
  EXPECT_EQ(shard.backlog(), 0u);
}

TEST_F(SequencerTest, HoldsNobodyUpAnyMoreOnceItHasStopped) {
  Sequencer sequencer = make();
  SequencedReader shard = follower();
  first_.publish(100);
  EXPECT_EQ(first_.gate().room({100}), 28u);
  sequencer.stop();
  EXPECT_EQ(first_.gate().room({100}), 28u) << "the follower has not read them";
  shard.stop();
  EXPECT_EQ(first_.gate().room({100}), kSlots);
}

TEST_F(SequencerTest, IsPickedUpBySomebodyElseWhereItStopped) {
  {
    Sequencer sequencer = make();
    first_.publish(3);
    second_.publish(2);
    turn(sequencer);
    sequencer.command({}, {1});
  }
  first_.publish(1);
  const SequencerRemains remains = find_sequencer_remains(std::as_const(order_.bytes).bytes(), kSlots);
  EXPECT_EQ(remains.last, Sequence{3});
  EXPECT_EQ(remains.next, CauseSequence{7});
  EXPECT_EQ(remains.done_of(kFirst), Sequence{3});
  EXPECT_EQ(remains.done_of(kSecond), Sequence{2});
  EXPECT_EQ(remains.done_of({99}), Sequence{0});
  Sequencer successor =
      make(remains.done_of(kFirst).value + 1, remains.done_of(kSecond).value + 1, remains.last.value, remains.next);
  fused_.all.clear();
  turn(successor);
  EXPECT_THAT(fused_.all, ElementsAre("4:4@7"));
}

TEST_F(SequencerTest, LeavesNothingToPickUpBeforeItsFirstRun) {
  const SequencerRemains remains = find_sequencer_remains(std::as_const(order_.bytes).bytes(), kSlots);
  EXPECT_EQ(remains.last, Sequence{0});
  EXPECT_EQ(remains.next, CauseSequence{1});
}

TEST_F(SequencerTest, IsPickedUpFromARingThatWentAround) {
  Sequencer sequencer = make();
  for (std::uint64_t i = 0; i < 3 * kSlots; ++i) {
    first_.publish(1);
    turn(sequencer);
  }
  const SequencerRemains remains = find_sequencer_remains(std::as_const(order_.bytes).bytes(), kSlots);
  EXPECT_EQ(remains.last, Sequence{3 * kSlots});
  EXPECT_EQ(remains.done_of(kFirst), Sequence{3 * kSlots});
}

TEST(ShardTest, TakesEachInstrumentOnceAndWhatIsAboutNoneEverywhere) {
  for (std::uint32_t id = 1; id < 100; ++id) {
    int takers = 0;
    for (std::uint32_t index = 0; index < 3; ++index) takers += Shard{index, 3}.takes({id}) ? 1 : 0;
    EXPECT_EQ(takers, 1);
  }
  for (std::uint32_t index = 0; index < 3; ++index) EXPECT_TRUE((Shard{index, 3}.takes(kNoInstrument)));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
