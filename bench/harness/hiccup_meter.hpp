// What the host takes from a core that does nothing but look at the clock: the tail that no program on it can be
// better than.
//
// Threads: the caller's, pinned where the measured program polls. Not here: removing the stalls.
#pragma once

#include <algorithm>

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

struct Hiccups {
  platform::LatencyHistogram late;  // how late each moment was noticed
  double lost_share = 0;            // of the time: in which the loop did not look at the clock for 200 ns or longer
};

/// The same, and what share of the core's time is missing.
[[nodiscard]] inline Hiccups measure_lost_time(const BenchClock& clock, double interval_nanos, std::uint64_t count) {
  Hiccups hiccups;
  const std::uint64_t gap = clock.ticks(200);
  const std::uint64_t interval = clock.ticks(interval_nanos);
  const std::uint64_t begin = platform::read_tsc();
  std::uint64_t due = begin + clock.ticks(10'000), before = begin, now = begin, lost = 0;
  for (std::uint64_t i = 0; i < count; ++i, due += interval) {
    while (now < due) {
      now = platform::read_tsc();
      if (now - before > gap) lost += now - before;
      before = now;
    }
    hiccups.late.record(clock.nanos(due, now));
    // Not charged to the core: counting takes a cache miss at times.
    before = std::max(now, platform::read_tsc());
    now = before;
  }
  hiccups.lost_share = static_cast<double>(lost) / static_cast<double>(now - begin);
  return hiccups;
}

}  // namespace tickplant::bench
