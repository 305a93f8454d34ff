// The promise behind every shared time stamp: the counter never goes back, also from one core to another.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/cpu_affinity.hpp"
#include "platform/tsc.hpp"

namespace tickplant::platform::this_file {
namespace {

TEST(TscStress, NeverGoesBackFromCoreToCore) {
  const TscVerdict verdict = tsc_verdict();
  if (!verdict.usable) GTEST_SKIP() << verdict.reason;
  const CpuList cpus = allowed_cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "one processor only";
  constexpr int kTurns = 20'000;

  // Two threads hand one reading to and fro; whoever has the turn must read more than it was given.
  std::atomic<std::uint64_t> reading{0};
  std::atomic<int> turn{0};
  std::atomic<int> backwards{0};
  const auto play = [&](int mine, int cpu) {
    pin_this_thread(cpu);
    for (int i = 0; i < kTurns; ++i) {
      while (turn.load(std::memory_order_acquire) != mine) std::this_thread::yield();
      const std::uint64_t now = read_tsc_ordered();
      if (now < reading.load(std::memory_order_relaxed)) backwards.fetch_add(1, std::memory_order_relaxed);
      reading.store(now, std::memory_order_relaxed);
      turn.store(1 - mine, std::memory_order_release);
    }
  };
  std::thread first(play, 0, cpus.front());
  std::thread second(play, 1, cpus.back());
  first.join();
  second.join();
  EXPECT_EQ(backwards.load(), 0);
}

}  // namespace
}  // namespace tickplant::platform::this_file
