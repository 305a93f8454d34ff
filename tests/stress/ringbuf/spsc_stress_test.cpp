// The SPSC queue between threads, between processes, and with either side killed.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "ringbuf/private_payload.hpp"
#include "ringbuf/spsc_queue.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 64;
using Value = tests::Sample<64>;
using Producer = SpscProducer<Value>;
using Consumer = SpscConsumer<Value>;
constexpr std::size_t kBytes = sizeof(QueueControl<>) + sizeof(Value) * kSlots;

/// Pushes first..last, sometimes one by one and sometimes in batches.
void push_range(Producer& out, std::uint64_t first, std::uint64_t last) {
  std::vector<Value> batch;
  for (std::uint64_t next = first; next <= last;) {
    if (next % 3 != 0) {
      if (out.try_push(Value(next)) == PushResult::ok) {
        ++next;
      } else {
        std::this_thread::yield();
      }
      continue;
    }
    batch.clear();
    for (std::uint64_t i = next; i <= last && i < next + 20; ++i) batch.emplace_back(i);
    const std::size_t count = out.try_push(std::span<const Value>(batch));
    if (count == 0) std::this_thread::yield();
    next += count;
  }
}

/// Pops until `last` came. Returns how many elements were not the one that was due, or not whole.
std::uint64_t pop_range(Consumer& in, std::uint64_t first, std::uint64_t last) {
  std::uint64_t wrong = 0;
  std::vector<Value> batch(17);
  for (std::uint64_t due = first; due <= last;) {
    std::size_t count = 0;
    if (due % 2 == 0) {
      count = in.try_pop(batch.front()) == PopResult::ok ? 1 : 0;
    } else {
      count = in.try_pop(std::span(batch));
    }
    if (count == 0) std::this_thread::yield();
    for (std::size_t i = 0; i < count; ++i, ++due) wrong += batch[i].number == due && batch[i].is_whole() ? 0 : 1;
  }
  return wrong;
}

TEST(SpscStress, HandsOverEveryElementInOrderBetweenThreads) {
  constexpr std::uint64_t kLast = 2'000'000 / tests::kStressDivisor;
  PrivatePayload memory(kBytes);
  std::jthread producer([&] {
    Producer out = Producer::over(memory.bytes(), kSlots);
    push_range(out, 1, kLast);
  });
  Consumer in = Consumer::over(memory.bytes(), kSlots);
  EXPECT_EQ(pop_range(in, 1, kLast), 0u);
}

TEST(SpscStress, HandsOverEveryElementInOrderBetweenProcesses) {
  constexpr std::uint64_t kLast = 2'000'000 / tests::kStressDivisor;
  const tests::MemoryFile file(kBytes);
  tests::ChildProcess producer([&] {
    const auto mapping = file.map_writable();
    Producer out = Producer::over(mapping.bytes(), kSlots);
    push_range(out, 1, kLast);
  });
  const auto mapping = file.map_writable();
  Consumer in = Consumer::over(mapping.bytes(), kSlots);
  EXPECT_EQ(pop_range(in, 1, kLast), 0u);
  EXPECT_TRUE(producer.wait());
}

TEST(SpscStress, AKilledProducersSuccessorGoesOnWithoutLossOrRepeat) {
  const unsigned seed = 7;
  std::mt19937 random(seed);
  const tests::MemoryFile file(kBytes);
  const auto mapping = file.map_writable();
  Consumer in = Consumer::over(mapping.bytes(), kSlots);
  std::uint64_t due = 1;
  std::uint64_t wrong = 0;
  for (int round = 0; round < 50; ++round) {
    tests::ChildProcess producer([&, due] {
      Producer out = Producer::over(mapping.bytes(), kSlots);
      push_range(out, due, ~std::uint64_t{0} - 100);
    });
    Value value;
    const std::uint64_t first =
        due;  // on a busy machine the child may be late: it is not killed before it did something
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300 + random() % 500);
    const auto pop_all = [&] {
      for (; in.try_pop(value) == PopResult::ok; ++due) wrong += value.number == due && value.is_whole() ? 0 : 1;
    };
    while (due == first || std::chrono::steady_clock::now() < end) pop_all();
    producer.kill();
    pop_all();
  }
  EXPECT_EQ(wrong, 0u) << "seed " << seed;
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
