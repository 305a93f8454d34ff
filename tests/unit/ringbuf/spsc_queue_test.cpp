#include "ringbuf/spsc_queue.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <tuple>
#include <vector>

#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/interrupted_atomic.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 4;
using Producer = SpscProducer<std::uint64_t>;
using Consumer = SpscConsumer<std::uint64_t>;

class SpscQueueTest : public testing::Test {
 protected:
  Producer producer() { return Producer::over(memory_.bytes(), kSlots); }
  Consumer consumer() { return Consumer::over(memory_.bytes(), kSlots); }
  QueueControl<>& control() { return object_at<QueueControl<>>(memory_.bytes(), 0); }
  std::uint64_t& cell(std::uint64_t position) {
    return object_at<std::uint64_t>(memory_.bytes(), sizeof(QueueControl<>) + 8 * (position % kSlots));
  }
  static std::vector<std::uint64_t> numbers(std::uint64_t first, std::size_t count) {
    std::vector<std::uint64_t> out(count);
    std::iota(out.begin(), out.end(), first);
    return out;
  }
  static std::size_t push_up_to(Producer& out, const std::vector<std::uint64_t>& values) {
    return out.try_push(std::span(values));
  }
  static std::vector<std::uint64_t> pop_up_to(Consumer& in, std::size_t count) {
    std::vector<std::uint64_t> out(count);
    out.resize(in.try_pop(std::span(out)));
    return out;
  }

  PrivatePayload memory_{sizeof(QueueControl<>) + 8 * kSlots};
};

TEST_F(SpscQueueTest, ZeroedMemoryIsAnEmptyQueue) {
  Consumer in = consumer();
  std::uint64_t value = 99;
  EXPECT_EQ(in.try_pop(value), PopResult::empty);
  EXPECT_EQ(value, 99u);
}

TEST_F(SpscQueueTest, HandsOverOneElementOnce) {
  Producer out = producer();
  Consumer in = consumer();
  std::uint64_t value = 0;
  EXPECT_EQ(out.try_push(7), PushResult::ok);
  EXPECT_EQ(in.try_pop(value), PopResult::ok);
  EXPECT_EQ(value, 7u);
  EXPECT_EQ(in.try_pop(value), PopResult::empty);
}

TEST_F(SpscQueueTest, HoldsExactlyItsSlotCountAndRefusesOneMore) {
  Producer out = producer();
  Consumer in = consumer();
  for (std::uint64_t i = 0; i < kSlots; ++i) ASSERT_EQ(out.try_push(i), PushResult::ok);
  EXPECT_EQ(out.try_push(99), PushResult::full);
  EXPECT_EQ(out.try_push(99), PushResult::full);
  std::uint64_t value = 0;
  ASSERT_EQ(in.try_pop(value), PopResult::ok);
  EXPECT_EQ(out.try_push(kSlots), PushResult::ok);
  EXPECT_EQ(out.try_push(99), PushResult::full);
  for (std::uint64_t i = 1; i <= kSlots; ++i) {
    ASSERT_EQ(in.try_pop(value), PopResult::ok);
    EXPECT_EQ(value, i);
  }
  EXPECT_EQ(in.try_pop(value), PopResult::empty);
}

TEST_F(SpscQueueTest, KeepsOrderLapAfterLap) {
  Producer out = producer();
  Consumer in = consumer();
  for (std::uint64_t i = 0; i < 10 * kSlots; ++i) {
    ASSERT_EQ(out.try_push(2 * i), PushResult::ok);
    ASSERT_EQ(out.try_push(2 * i + 1), PushResult::ok);
    std::uint64_t value = 0;
    ASSERT_EQ(in.try_pop(value), PopResult::ok);
    EXPECT_EQ(value, 2 * i);
    ASSERT_EQ(in.try_pop(value), PopResult::ok);
    EXPECT_EQ(value, 2 * i + 1);
  }
}

TEST_F(SpscQueueTest, PushesAsMuchOfABatchAsFits) {
  Producer out = producer();
  Consumer in = consumer();
  EXPECT_EQ(out.try_push(std::span<const std::uint64_t>()), 0u);
  EXPECT_EQ(push_up_to(out, numbers(0, 3)), 3u);
  EXPECT_EQ(push_up_to(out, numbers(3, 5)), 1u);
  EXPECT_EQ(push_up_to(out, numbers(4, 5)), 0u);
  EXPECT_EQ(pop_up_to(in, 9), numbers(0, kSlots));
}

TEST_F(SpscQueueTest, PopsBatchesAcrossTheEndOfTheMemory) {
  Producer out = producer();
  Consumer in = consumer();
  EXPECT_TRUE(pop_up_to(in, 3).empty());
  for (std::uint64_t first = 0; first < 30; first += 3) {
    ASSERT_EQ(push_up_to(out, numbers(first, 3)), 3u);
    EXPECT_TRUE(pop_up_to(in, 0).empty());
    EXPECT_EQ(pop_up_to(in, 2), numbers(first, 2));
    EXPECT_EQ(pop_up_to(in, 2), numbers(first + 2, 1));
  }
}

TEST_F(SpscQueueTest, SeesWhatTheCachedCursorDoesNotShowYet) {
  Producer out = producer();
  Consumer in = consumer();
  ASSERT_EQ(out.try_push(0), PushResult::ok);
  EXPECT_EQ(pop_up_to(in, 1), numbers(0, 1));
  for (std::uint64_t i = 1; i <= kSlots; ++i) ASSERT_EQ(out.try_push(i), PushResult::ok);
  EXPECT_EQ(pop_up_to(in, kSlots), numbers(1, kSlots));
}

TEST_F(SpscQueueTest, ASuccessorGoesOnWhereTheQueueStands) {
  {
    Producer out = producer();
    Consumer in = consumer();
    ASSERT_EQ(push_up_to(out, numbers(0, 4)), 4u);
    EXPECT_EQ(pop_up_to(in, 1), numbers(0, 1));
  }
  Producer out = producer();
  Consumer in = consumer();
  EXPECT_EQ(out.try_push(4), PushResult::ok);
  EXPECT_EQ(out.try_push(5), PushResult::full);
  EXPECT_EQ(pop_up_to(in, 9), numbers(1, 4));
}

TEST_F(SpscQueueTest, AProducerThatDiedBeforeItMovedTheTailPushedNothing) {
  ASSERT_EQ(producer().try_push(1), PushResult::ok);
  cell(1) = 0xdead;  // the element was written, the tail not moved
  Consumer in = consumer();
  EXPECT_EQ(pop_up_to(in, 9), numbers(1, 1));
  Producer successor = producer();
  ASSERT_EQ(successor.try_push(2), PushResult::ok);
  EXPECT_EQ(pop_up_to(in, 9), numbers(2, 1));
}

TEST_F(SpscQueueTest, AnElementWhosePopDidNotReturnIsPoppedAgain) {
  ASSERT_EQ(producer().try_push(1), PushResult::ok);
  const std::uint64_t read_by_the_dead = cell(0);  // the element was read, the head not moved
  Consumer successor = consumer();
  EXPECT_EQ(pop_up_to(successor, 9), std::vector{read_by_the_dead});
}

TEST_F(SpscQueueTest, CarriesTheLargestElement) {
  using Large = tests::Sample<kQueueElementBytesMax>;
  PrivatePayload memory(sizeof(QueueControl<>) + sizeof(Large));
  auto out = SpscProducer<Large>::over(memory.bytes(), 1);
  auto in = SpscConsumer<Large>::over(memory.bytes(), 1);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_EQ(out.try_push(Large(i)), PushResult::ok);
    EXPECT_EQ(out.try_push(Large(99)), PushResult::full);
    Large value;
    ASSERT_EQ(in.try_pop(value), PopResult::ok);
    EXPECT_EQ(value.number, i);
    EXPECT_TRUE(value.is_whole());
  }
}

TEST_F(SpscQueueTest, RefusesSlotCountsThatAreNoPowerOfTwoAndMemoryTooSmall) {
  for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{1024}, std::uint64_t{1} << 61}) {
    EXPECT_DEATH(std::ignore = Producer::over(memory_.bytes(), bad), "slot_count|payload") << bad;
    EXPECT_DEATH(std::ignore = Consumer::over(memory_.bytes(), bad), "slot_count|payload") << bad;
  }
}

/// One push and one pop inside each other, at every step: nothing lost, nothing twice, nothing half.
TEST(SpscInterleaving, APushInsideAPopAndAPopInsideAPushKeepTheOrder) {
  for (std::uint64_t waiting = 0; waiting <= kSlots; ++waiting) {
    for (const bool push_is_inside : {false, true}) {
      bool more = true;
      for (int step = 0; more; ++step) {
        PrivatePayload memory(sizeof(QueueControl<>) + 8 * kSlots);
        auto out = SpscProducer<std::uint64_t, tests::InterruptedAtomic>::over(memory.bytes(), kSlots);
        auto in = SpscConsumer<std::uint64_t, tests::InterruptedAtomic>::over(memory.bytes(), kSlots);
        for (std::uint64_t i = 0; i < waiting; ++i) ASSERT_EQ(out.try_push(i), PushResult::ok);
        std::uint64_t pushed = waiting;
        std::vector<std::uint64_t> popped;
        const auto push = [&] { pushed += out.try_push(pushed) == PushResult::ok ? 1 : 0; };
        const auto pop = [&] {
          std::uint64_t value = 0;
          if (in.try_pop(value) == PopResult::ok) popped.push_back(value);
        };
        if (push_is_inside) {
          more = tests::Interruption::run(step, push, pop);
        } else {
          more = tests::Interruption::run(step, pop, push);
        }
        if (more) {
          EXPECT_GE(pushed + popped.size(), waiting + 1) << "one of the two must succeed";
        }
        for (std::uint64_t i = 0; i < kSlots + 2; ++i) pop();
        ASSERT_EQ(popped.size(), pushed);
        for (std::uint64_t i = 0; i < pushed; ++i) EXPECT_EQ(popped[i], i);
      }
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
