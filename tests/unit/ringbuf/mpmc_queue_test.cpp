#include "ringbuf/mpmc_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/interrupted_atomic.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kSlots = 4;
using Queue = MpmcQueue<std::uint64_t>;

class MpmcQueueTest : public testing::Test {
 protected:
  MpmcQueueTest() : queue_(Queue::over(memory_.bytes(), kSlots)) {}

  std::vector<std::uint64_t> pop_all() {
    std::vector<std::uint64_t> out;
    std::uint64_t value = 0;
    while (queue_.try_pop(value) == PopResult::ok) out.push_back(value);
    return out;
  }
  void push(std::uint64_t value) { ASSERT_EQ(queue_.try_push(value), PushResult::ok); }
  void pop(std::uint64_t expected) {
    std::uint64_t value = 0;
    ASSERT_EQ(queue_.try_pop(value), PopResult::ok);
    EXPECT_EQ(value, expected);
  }
  QueueRepair repair() {
    undelivered_.clear();
    return queue_.repair([this](std::uint64_t value) { undelivered_.push_back(value); });
  }

  // A producer or consumer that dies half-way, step by step.
  QueueControl<>& control() { return object_at<QueueControl<>>(memory_.bytes(), 0); }
  Queue::Cell& cell(std::uint64_t position) {
    return object_at<Queue::Cell>(memory_.bytes(), sizeof(QueueControl<>) + sizeof(Queue::Cell) * (position % kSlots));
  }
  std::uint64_t claim_push() { return control().tail.fetch_add(1); }
  void die_after_claiming_a_push() { claim_push(); }
  void die_after_writing_the_element() { cell(claim_push()).value = 0xdead; }
  std::uint64_t die_after_claiming_a_pop() { return cell(control().head.fetch_add(1)).value; }

  PrivatePayload memory_{sizeof(QueueControl<>) + sizeof(Queue::Cell) * kSlots};
  Queue queue_;
  std::vector<std::uint64_t> undelivered_;
};

TEST_F(MpmcQueueTest, ZeroedMemoryIsAnEmptyQueue) {
  std::uint64_t value = 99;
  EXPECT_EQ(queue_.try_pop(value), PopResult::empty);
  EXPECT_EQ(value, 99u);
  EXPECT_EQ(repair(), QueueRepair{});
}

TEST_F(MpmcQueueTest, HandsOverOneElementOnce) {
  push(7);
  pop(7);
  EXPECT_THAT(pop_all(), IsEmpty());
}

TEST_F(MpmcQueueTest, HoldsExactlyItsSlotCountAndRefusesOneMore) {
  for (std::uint64_t i = 0; i < kSlots; ++i) push(i);
  EXPECT_EQ(queue_.try_push(99), PushResult::full);
  pop(0);
  push(4);
  EXPECT_EQ(queue_.try_push(99), PushResult::full);
  EXPECT_THAT(pop_all(), ElementsAre(1, 2, 3, 4));
}

TEST_F(MpmcQueueTest, KeepsOrderLapAfterLap) {
  for (std::uint64_t i = 0; i < 10 * kSlots; ++i) {
    push(3 * i);
    push(3 * i + 1);
    push(3 * i + 2);
    EXPECT_THAT(pop_all(), ElementsAre(3 * i, 3 * i + 1, 3 * i + 2));
  }
}

TEST_F(MpmcQueueTest, AnotherObjectOverTheSameBytesIsTheSameQueue) {
  push(1);
  Queue other = Queue::over(memory_.bytes(), kSlots);
  std::uint64_t value = 0;
  ASSERT_EQ(other.try_pop(value), PopResult::ok);
  EXPECT_EQ(value, 1u);
  ASSERT_EQ(other.try_push(2), PushResult::ok);
  pop(2);
}

TEST_F(MpmcQueueTest, AStoppedProducerHoldsUpWhatCameBehindIt) {
  const std::uint64_t claimed = claim_push();
  push(2);
  EXPECT_THAT(pop_all(), IsEmpty());
  cell(claimed).value = 1;
  cell(claimed).turn.store(1);  // it wakes up and commits
  EXPECT_THAT(pop_all(), ElementsAre(1, 2));
}

TEST_F(MpmcQueueTest, RepairOfASoundQueueChangesNothing) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    push(i);
    if (i < 3) pop(i);
  }
  EXPECT_EQ(repair(), QueueRepair{});
  EXPECT_THAT(undelivered_, IsEmpty());
  EXPECT_THAT(pop_all(), ElementsAre(3, 4, 5));
}

TEST_F(MpmcQueueTest, RepairPassesOverWhatADeadProducerClaimed) {
  push(1);
  die_after_claiming_a_push();
  push(2);
  die_after_writing_the_element();
  pop(1);
  EXPECT_THAT(pop_all(), IsEmpty());
  EXPECT_EQ(repair(), (QueueRepair{.never_pushed = 2, .never_delivered = 0}));
  EXPECT_EQ(repair(), QueueRepair{}) << "the second time there is nothing left to mend";
  EXPECT_THAT(pop_all(), ElementsAre(2));
  for (std::uint64_t i = 10; i < 10 + kSlots; ++i) push(i);
  EXPECT_EQ(queue_.try_push(99), PushResult::full);
  EXPECT_THAT(pop_all(), ElementsAre(10, 11, 12, 13));
}

TEST_F(MpmcQueueTest, RepairHandsOverWhatADeadConsumerClaimed) {
  for (std::uint64_t i = 1; i <= kSlots; ++i) push(i);
  EXPECT_EQ(die_after_claiming_a_pop(), 1u);
  pop(2);
  EXPECT_EQ(die_after_claiming_a_pop(), 3u);
  EXPECT_EQ(queue_.try_push(99), PushResult::full) << "the cell of 1 was never freed";
  EXPECT_EQ(repair(), (QueueRepair{.never_pushed = 0, .never_delivered = 2}));
  EXPECT_THAT(undelivered_, ElementsAre(1, 3));
  EXPECT_EQ(repair(), QueueRepair{});
  for (std::uint64_t i = 5; i <= 7; ++i) push(i);
  EXPECT_EQ(queue_.try_push(99), PushResult::full);
  EXPECT_THAT(pop_all(), ElementsAre(4, 5, 6, 7));
}

TEST_F(MpmcQueueTest, RepairMendsBothSidesInAnyLap) {
  for (std::uint64_t shift = 0; shift <= 2 * kSlots; ++shift) {
    SCOPED_TRACE(shift);
    push(1);
    push(2);
    die_after_claiming_a_push();
    push(3);
    die_after_claiming_a_pop();
    EXPECT_EQ(repair(), (QueueRepair{.never_pushed = 1, .never_delivered = 1}));
    EXPECT_THAT(undelivered_, ElementsAre(1));
    EXPECT_THAT(pop_all(), ElementsAre(2, 3));
    push(0);  // moves the next round on by one cell
    pop(0);
  }
}

TEST_F(MpmcQueueTest, RepairFreesACellThatAConsumerWasPassingOver) {
  die_after_claiming_a_push();
  push(2);
  EXPECT_EQ(repair(), (QueueRepair{.never_pushed = 1, .never_delivered = 0}));
  die_after_claiming_a_pop();
  EXPECT_EQ(repair(), QueueRepair{});
  EXPECT_THAT(undelivered_, IsEmpty());
  EXPECT_THAT(pop_all(), ElementsAre(2));
  for (std::uint64_t i = 0; i < kSlots; ++i) push(i);
}

TEST_F(MpmcQueueTest, ProducersMayAllDieInAFullRing) {
  for (std::uint64_t i = 0; i < kSlots; ++i) die_after_claiming_a_push();
  EXPECT_EQ(repair(), (QueueRepair{.never_pushed = kSlots, .never_delivered = 0}));
  EXPECT_EQ(queue_.try_push(99), PushResult::full);
  EXPECT_THAT(pop_all(), IsEmpty());
  for (std::uint64_t i = 0; i < kSlots; ++i) push(i);
  EXPECT_THAT(pop_all(), ElementsAre(0, 1, 2, 3));
}

TEST_F(MpmcQueueTest, CarriesTheLargestElementThroughASingleCell) {
  using Large = tests::Sample<kQueueElementBytesMax>;
  PrivatePayload memory(sizeof(QueueControl<>) + sizeof(MpmcCell<Large>));
  auto queue = MpmcQueue<Large>::over(memory.bytes(), 1);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_EQ(queue.try_push(Large(i)), PushResult::ok);
    EXPECT_EQ(queue.try_push(Large(99)), PushResult::full);
    Large value;
    ASSERT_EQ(queue.try_pop(value), PopResult::ok);
    EXPECT_EQ(value.number, i);
    EXPECT_TRUE(value.is_whole());
    EXPECT_EQ(queue.try_pop(value), PopResult::empty);
  }
}

TEST_F(MpmcQueueTest, RefusesSlotCountsThatAreNoPowerOfTwoAndMemoryTooSmall) {
  for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{128}, std::uint64_t{1} << 58}) {
    EXPECT_DEATH(std::ignore = Queue::over(memory_.bytes(), bad), "slot_count|payload") << bad;
  }
}

/// An operation that another one interrupts, at every step and from every fill level.
class MpmcInterleaving : public testing::TestWithParam<std::tuple<std::uint64_t, bool, bool>> {};

TEST_P(MpmcInterleaving, LosesNothingAndDeliversNothingTwice) {
  const auto [waiting, outer_pushes, inner_pushes] = GetParam();
  bool more = true;
  for (int step = 0; more; ++step) {
    SCOPED_TRACE(step);
    PrivatePayload memory(sizeof(QueueControl<>) + sizeof(Queue::Cell) * kSlots);
    auto queue = MpmcQueue<std::uint64_t, tests::InterruptedAtomic>::over(memory.bytes(), kSlots);
    std::vector<std::uint64_t> pushed;
    std::vector<std::uint64_t> popped;
    const auto push = [&](std::uint64_t value) {
      if (queue.try_push(value) == PushResult::ok) pushed.push_back(value);
    };
    const auto pop = [&] {
      std::uint64_t value = 0;
      if (queue.try_pop(value) == PopResult::ok) popped.push_back(value);
    };
    for (std::uint64_t i = 0; i < waiting; ++i) push(i);
    const auto act = [&](bool pushes, std::uint64_t value) { pushes ? push(value) : pop(); };
    more = tests::Interruption::run(
        step, [&, inner = inner_pushes] { act(inner, 101); }, [&, outer = outer_pushes] { act(outer, 100); });
    if (more) {
      const std::uint64_t pushes = std::uint64_t{outer_pushes} + std::uint64_t{inner_pushes};
      EXPECT_GE(pushed.size(), waiting + std::min(pushes, kSlots - waiting)) << "full, though there was room";
      EXPECT_GE(popped.size(), std::min(2 - pushes, waiting)) << "empty, though there was something";
    }
    for (std::uint64_t i = 0; i < kSlots + 2; ++i) pop();
    EXPECT_THAT(popped, testing::UnorderedElementsAreArray(pushed));
    for (std::uint64_t i = 0; i < kSlots; ++i) push(200 + i);
    EXPECT_EQ(pushed.size(), popped.size() + kSlots) << "every cell is free again";
  }
}

INSTANTIATE_TEST_SUITE_P(AllFillLevels, MpmcInterleaving,
                         testing::Combine(testing::Range(std::uint64_t{0}, kSlots + 1), testing::Bool(),
                                          testing::Bool()));

}  // namespace
}  // namespace tickplant::ringbuf::this_file
