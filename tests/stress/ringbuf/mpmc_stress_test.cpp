// The MPMC queue between threads, and with producers or consumers killed at any point and repaired.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "ringbuf/mpmc_queue.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 16;
constexpr std::uint64_t kProducers = 2;
using Value = tests::Sample<64>;
using Queue = MpmcQueue<Value>;
constexpr std::size_t kBytes = sizeof(QueueControl<>) + sizeof(Queue::Cell) * kSlots;

// Element numbers: producer p pushes p, p + kProducers, p + 2 kProducers, ...

TEST(MpmcStress, DeliversEveryElementOnceAndEachProducersInOrder) {
  constexpr std::uint64_t kEach = 1'000'000 / tests::kStressDivisor;
  constexpr std::size_t kConsumers = 2;
  PrivatePayload memory(kBytes);
  std::atomic<std::uint64_t> remaining{kProducers * kEach};
  std::vector<std::vector<std::uint64_t>> popped(kConsumers);
  std::atomic<std::uint64_t> torn{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t producer = 0; producer < kProducers; ++producer) {
      threads.emplace_back([&, producer] {
        Queue queue = Queue::over(memory.bytes(), kSlots);
        for (std::uint64_t i = 0; i < kEach;) {
          if (queue.try_push(Value(producer + kProducers * i)) == PushResult::ok) {
            ++i;
          } else {
            std::this_thread::yield();
          }
        }
      });
    }
    for (std::size_t consumer = 0; consumer < kConsumers; ++consumer) {
      popped[consumer].reserve(kProducers * kEach);
      threads.emplace_back([&, consumer] {
        Queue queue = Queue::over(memory.bytes(), kSlots);
        Value value;
        while (remaining.load(std::memory_order_relaxed) != 0) {
          if (queue.try_pop(value) == PopResult::ok) {
            popped[consumer].push_back(value.number);
            if (!value.is_whole()) torn.fetch_add(1);
            remaining.fetch_sub(1, std::memory_order_relaxed);
          } else {
            std::this_thread::yield();
          }
        }
      });
    }
  }
  EXPECT_EQ(torn.load(), 0u);
  std::vector<std::uint8_t> times(kProducers * kEach);
  std::uint64_t out_of_order = 0;
  for (const auto& numbers : popped) {
    std::vector<std::uint64_t> next(kProducers, 0);
    for (const std::uint64_t number : numbers) {
      ++times[number];
      std::uint64_t& lowest = next[number % kProducers];
      out_of_order += number < lowest ? 1 : 0;
      lowest = number + 1;
    }
  }
  EXPECT_EQ(out_of_order, 0u);
  EXPECT_EQ(std::count(times.begin(), times.end(), 1), static_cast<std::ptrdiff_t>(times.size()));
}

/// Shared with the children, beside the queue.
struct Progress {
  std::atomic<std::uint64_t> done[kProducers];  // elements whose push or pop has returned
};

TEST(MpmcStress, KilledProducersLeaveHolesThatRepairPassesOver) {
  const unsigned seed = 11;
  std::mt19937 random(seed);
  const tests::MemoryFile file(kBytes + sizeof(Progress));
  const auto mapping = file.map_writable();
  auto& progress = *reinterpret_cast<Progress*>(mapping.bytes().data() + kBytes);
  Queue queue = Queue::over(mapping.bytes().first(kBytes), kSlots);
  std::uint64_t popped[kProducers] = {};
  std::uint64_t wrong = 0;
  std::uint64_t holes = 0;
  for (int round = 0; round < 60; ++round) {
    const auto produce = [&](std::uint64_t producer) {
      for (std::uint64_t i = popped[producer];;) {
        if (queue.try_push(Value(producer + kProducers * i)) != PushResult::ok) continue;
        progress.done[producer].store(++i, std::memory_order_relaxed);
      }
    };
    for (std::uint64_t producer = 0; producer < kProducers; ++producer) progress.done[producer] = popped[producer];
    tests::ChildProcess first([&] { produce(0); });
    tests::ChildProcess second([&] { produce(1); });
    const auto pop_all = [&] {
      Value value;
      while (queue.try_pop(value) == PopResult::ok) {
        const std::uint64_t producer = value.number % kProducers;
        wrong += value.is_whole() && value.number / kProducers == popped[producer] ? 0 : 1;
        ++popped[producer];
      }
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300 + random() % 500);
    while (std::chrono::steady_clock::now() < end) pop_all();
    first.kill();
    second.kill();
    const QueueRepair repair = queue.repair([](const Value&) { FAIL() << "no consumer died"; });
    holes += repair.never_pushed;
    EXPECT_LE(repair.never_pushed, kProducers);
    pop_all();
    for (std::uint64_t producer = 0; producer < kProducers; ++producer) {
      const std::uint64_t acknowledged = progress.done[producer].load();
      // The last push may have been done and its return not.
      EXPECT_GE(popped[producer], acknowledged) << "round " << round << ", seed " << seed;
      EXPECT_LE(popped[producer], acknowledged + 1) << "round " << round << ", seed " << seed;
    }
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(popped[0] + popped[1], 0u);
  RecordProperty("holes", static_cast<int>(holes));
}

TEST(MpmcStress, WhatAKilledConsumerHadClaimedIsHandedOverByRepair) {
  const unsigned seed = 12;
  std::mt19937 random(seed);
  const tests::MemoryFile file(kBytes + sizeof(Progress));
  const auto mapping = file.map_writable();
  auto& progress = *reinterpret_cast<Progress*>(mapping.bytes().data() + kBytes);
  Queue queue = Queue::over(mapping.bytes().first(kBytes), kSlots);
  std::uint64_t pushed = 0;
  std::uint64_t due = 0;
  std::uint64_t wrong = 0;
  for (int round = 0; round < 60; ++round) {
    progress.done[0] = due;
    progress.done[1] = 0;
    tests::ChildProcess consumer([&, due]() mutable {
      Value value;
      for (;;) {
        if (queue.try_pop(value) != PopResult::ok) continue;
        if (value.number != due || !value.is_whole()) progress.done[1].fetch_add(1);
        progress.done[0].store(++due, std::memory_order_relaxed);
      }
    });
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(300 + random() % 500);
    while (std::chrono::steady_clock::now() < end) pushed += queue.try_push(Value(pushed)) == PushResult::ok ? 1 : 0;
    consumer.kill();
    wrong += progress.done[1].load();
    std::vector<std::uint64_t> rest;
    const QueueRepair repair = queue.repair([&](const Value& value) {
      wrong += value.is_whole() ? 0 : 1;
      rest.push_back(value.number);
    });
    EXPECT_EQ(repair.never_delivered, rest.size());
    EXPECT_LE(rest.size(), 1u);
    EXPECT_EQ(repair.never_pushed, 0u);
    Value value;
    while (queue.try_pop(value) == PopResult::ok) rest.push_back(value.number);
    // The last pop may have been done and its return not.
    const std::uint64_t acknowledged = progress.done[0].load();
    due = rest.empty() ? pushed : rest.front();
    EXPECT_GE(due, acknowledged) << "round " << round << ", seed " << seed;
    EXPECT_LE(due, acknowledged + 1) << "round " << round << ", seed " << seed;
    for (const std::uint64_t number : rest) wrong += number == due++ ? 0 : 1;
    EXPECT_EQ(due, pushed);
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(pushed, 0u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
