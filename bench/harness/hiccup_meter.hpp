// What the host takes from a core that does nothing but look at the clock: the tail that no program on it can be
// better than.
//
// Threads: the caller's, pinned where the measured program polls. Not here: removing the stalls.
#pragma once

#include "bench/harness/bench_clock.hpp"

namespace tickplant::bench {

/// How late each of `count` moments, `interval_nanos` apart, was noticed by a loop that waits for them: open loop, so a
/// stall is charged to every moment it delayed.
[[nodiscard]] inline platform::LatencyHistogram measure_hiccups(const BenchClock& clock, double interval_nanos,
                                                                std::uint64_t count) {
  platform::LatencyHistogram late;
  LoadSchedule schedule(platform::read_tsc() + clock.ticks(10'000), clock.ticks(interval_nanos));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t due = schedule.wait();
    late.record(clock.nanos(due, platform::read_tsc()));
  }
  return late;
}

}  // namespace tickplant::bench
