// Several threads count, each in its own counters, while one reader lists and another set is still being registered.
#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <vector>

#include "ringbuf/counters.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint32_t kCapacity = 256;
constexpr int kWriters = 3;
constexpr int kCountersEach = 11;  // more than a line
constexpr std::uint64_t kAdditions = 50'000;

TEST(CountersStress, NoCountIsLostAndNoneGoesBackwards) {
  PrivatePayload memory(CountersWriter::payload_bytes(kCapacity));
  CountersWriter registry(memory.bytes(), kCapacity);
  std::vector<std::vector<Counter>> counters(kWriters);
  for (int i = 0; i < kCountersEach; ++i) {
    for (int writer = 0; writer < kWriters; ++writer) {
      counters[static_cast<std::size_t>(writer)].push_back(
          registry.add("writer" + std::to_string(writer), {"count" + std::to_string(i), "meaning", "units"}));
    }
  }

  std::vector<std::thread> writers;
  for (auto& own : counters) {
    writers.emplace_back([&own] {
      for (std::uint64_t i = 0; i < kAdditions; ++i) {
        for (Counter& counter : own) counter.add(1);
      }
    });
  }
  std::atomic<bool> is_done{false};
  std::uint64_t problems = 0;
  std::thread reader([&] {
    const CountersReader table(std::as_const(memory).bytes());
    std::map<std::size_t, std::uint64_t> seen;
    do {
      for (std::size_t i = 0; i < table.size(); ++i) {
        const CounterReading reading = table.read(i);
        if (reading.meaning != "meaning" || reading.unit != "units") ++problems;
        if (reading.value < seen[i]) ++problems;
        seen[i] = reading.value;
      }
    } while (!is_done.load());
  });
  for (int i = 0; i < 200; ++i) registry.add("late", {"late" + std::to_string(i), "meaning", "units"});
  for (std::thread& writer : writers) writer.join();
  is_done = true;
  reader.join();

  EXPECT_EQ(problems, 0u);
  const CountersReader table(std::as_const(memory).bytes());
  EXPECT_EQ(table.size(), kWriters * kCountersEach + 200u);
  for (int writer = 0; writer < kWriters; ++writer) {
    for (int i = 0; i < kCountersEach; ++i) {
      EXPECT_EQ(table.find("writer" + std::to_string(writer), "count" + std::to_string(i)), kAdditions);
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
