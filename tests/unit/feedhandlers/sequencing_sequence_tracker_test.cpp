#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/sequencing/sequence_tracker.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sequencing::Arrival;
using feedhandlers::sequencing::Position;
using feedhandlers::sequencing::SequenceRange;
using feedhandlers::sequencing::SequenceTracker;

using Ranges = std::vector<SequenceRange>;

Ranges copy(std::span<const SequenceRange> ranges) { return {ranges.begin(), ranges.end()}; }

TEST(SequenceTracker, StartsWhereItJoins) {
  SequenceTracker tracker;
  const auto arrival = tracker.on_packet({500, 503});
  EXPECT_EQ(arrival.position, Position::expected);
  EXPECT_EQ(copy(arrival.unseen), (Ranges{{500, 503}}));
  EXPECT_EQ(tracker.first(), 500U);
  EXPECT_EQ(tracker.next_expected(), 503U);
  EXPECT_EQ(tracker.counters().gaps, 0U);
}

TEST(SequenceTracker, DeliversTheFirstCopyOfEachLine) {
  SequenceTracker tracker;
  for (std::uint64_t first = 1; first < 100; first += 3) {
    EXPECT_EQ(tracker.on_packet({first, first + 3}).position, Position::expected);
    const auto copy_b = tracker.on_packet({first, first + 3});
    EXPECT_EQ(copy_b.position, Position::duplicate);
    EXPECT_TRUE(copy_b.unseen.empty());
  }
  EXPECT_EQ(tracker.counters().messages, 99U);
  EXPECT_EQ(tracker.counters().duplicate_messages, 99U);
  EXPECT_EQ(tracker.counters().packets, 66U);
}

TEST(SequenceTracker, DeliversTheUnseenPartOfAnOverlap) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  const auto arrival = tracker.on_packet({3, 8});
  EXPECT_EQ(arrival.position, Position::overlap);
  EXPECT_EQ(copy(arrival.unseen), (Ranges{{5, 8}}));
  EXPECT_EQ(tracker.next_expected(), 8U);
  EXPECT_EQ(tracker.counters().duplicate_messages, 2U);
}

TEST(SequenceTracker, ReportsAGapAndGoesOn) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  const auto arrival = tracker.on_packet({8, 9});
  EXPECT_EQ(arrival.position, Position::ahead);
  EXPECT_EQ(arrival.gap, (SequenceRange{5, 8}));
  EXPECT_EQ(copy(arrival.unseen), (Ranges{{8, 9}}));
  EXPECT_EQ(copy(tracker.open_gaps()), (Ranges{{5, 8}}));
  EXPECT_EQ(tracker.on_packet({9, 10}).position, Position::expected);
  EXPECT_EQ(tracker.counters().gaps, 1U);
  EXPECT_EQ(tracker.counters().missed_messages, 3U);
}

TEST(SequenceTracker, LearnsOfLossFromAHeartbeat) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  EXPECT_EQ(tracker.on_packet({5, 5}).position, Position::expected);
  const auto arrival = tracker.on_packet({6, 6});
  EXPECT_EQ(arrival.position, Position::ahead);
  EXPECT_EQ(arrival.gap, (SequenceRange{5, 6}));
  EXPECT_TRUE(arrival.unseen.empty());
  EXPECT_EQ(tracker.on_packet({5, 5}).position, Position::duplicate) << "the slower line's heartbeat";
  EXPECT_EQ(tracker.counters().messages, 4U);
}

TEST(SequenceTracker, ExtendsTheGapAHeartbeatOpened) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  (void)tracker.on_packet({6, 6});
  EXPECT_EQ(tracker.on_packet({8, 9}).gap, (SequenceRange{6, 8})) << "only what is newly missing";
  EXPECT_EQ(copy(tracker.open_gaps()), (Ranges{{5, 8}}));
}

TEST(SequenceTracker, JoinsOnAHeartbeat) {
  SequenceTracker tracker;
  EXPECT_EQ(tracker.on_packet({7, 7}).position, Position::expected);
  EXPECT_EQ(tracker.first(), 7U);
  EXPECT_EQ(tracker.on_packet({7, 8}).position, Position::expected);
}

TEST(SequenceTracker, RecognisesLateCopiesAsNewOnce) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  (void)tracker.on_packet({10, 12});
  const auto middle = tracker.on_packet({6, 8});
  EXPECT_EQ(middle.position, Position::late);
  EXPECT_EQ(copy(middle.unseen), (Ranges{{6, 8}}));
  EXPECT_EQ(copy(tracker.open_gaps()), (Ranges{{5, 6}, {8, 10}}));
  EXPECT_EQ(tracker.on_packet({6, 8}).position, Position::duplicate);
  EXPECT_EQ(tracker.counters().late_messages, 2U);
}

TEST(SequenceTracker, FillsSeveralGapsAndTheTailWithOnePacket) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 5});
  (void)tracker.on_packet({6, 8});
  (void)tracker.on_packet({10, 11});
  const auto arrival = tracker.on_packet({4, 13});
  EXPECT_EQ(arrival.position, Position::late);
  EXPECT_EQ(copy(arrival.unseen), (Ranges{{5, 6}, {8, 10}, {11, 13}}));
  EXPECT_TRUE(tracker.open_gaps().empty());
  EXPECT_EQ(tracker.counters().duplicate_messages, 4U);
  EXPECT_EQ(tracker.counters().late_messages, 3U);
  EXPECT_EQ(tracker.next_expected(), 13U);
}

TEST(SequenceTracker, GivesUpTheOldestGapWhenThereAreTooMany) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 2});
  std::uint64_t next = 4;
  for (std::size_t i = 0; i < SequenceTracker::kMaxOpenGaps; ++i, next += 10) (void)tracker.on_packet({next, next + 1});
  EXPECT_EQ(tracker.open_gaps().size(), SequenceTracker::kMaxOpenGaps);
  EXPECT_EQ(tracker.counters().lost_messages, 0U);
  (void)tracker.on_packet({next, next + 1});
  EXPECT_EQ(tracker.open_gaps().size(), SequenceTracker::kMaxOpenGaps);
  EXPECT_EQ(tracker.counters().lost_messages, 2U);
  EXPECT_EQ(tracker.on_packet({2, 3}).position, Position::duplicate) << "given up";
  (void)tracker.on_packet({8, 9});
  EXPECT_EQ(tracker.open_gaps().size(), SequenceTracker::kMaxOpenGaps);
  EXPECT_EQ(tracker.counters().lost_messages, 2U + 3U) << "a split gives up the oldest, too";
}

TEST(SequenceTracker, ClosesItsGapsWhenNobodyWillFillThem) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 2});
  (void)tracker.on_packet({4, 5});
  (void)tracker.on_packet({9, 10});
  tracker.close_gaps();
  EXPECT_TRUE(tracker.open_gaps().empty());
  EXPECT_EQ(tracker.counters().lost_messages, 6U);
  EXPECT_EQ(tracker.on_packet({2, 4}).position, Position::duplicate);
}

TEST(SequenceTracker, WorksUpToTheLastSequence) {
  SequenceTracker tracker;
  (void)tracker.on_packet({1, 2});
  const auto arrival = tracker.on_packet({UINT64_MAX - 1, UINT64_MAX});
  EXPECT_EQ(arrival.gap, (SequenceRange{2, UINT64_MAX - 1}));
  EXPECT_EQ(tracker.next_expected(), UINT64_MAX);
}

}  // namespace
}  // namespace tickplant::tests::this_file
