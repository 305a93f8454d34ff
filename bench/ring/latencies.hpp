// What a latency run found: percentiles, and how many records came later than a microsecond.
//
// Threads: one.
#pragma once

#include <span>

#include "bench/harness/bench_clock.hpp"

namespace tickplant::bench {

struct Latencies {
  double p50 = 0, p90 = 0, p99 = 0, p999 = 0;
  double late_share = 0;      // of all: later than 1 us
  double second_quarter = 0;  // medians of the second and of the last quarter of the run: a candidate that cannot keep
  double last_quarter = 0;    // up with the schedule falls behind for good

  [[nodiscard]] bool fell_behind() const noexcept { return last_quarter > 20'000 && last_quarter > 5 * second_quarter; }
};

/// The first tenth is warm-up and dropped.
[[nodiscard]] inline Latencies summarise(const BenchClock& clock, std::span<const std::uint64_t> ticks) {
  const std::size_t quarter = ticks.size() / 4;
  platform::LatencyHistogram all, second, last;
  std::uint64_t late = 0;
  for (std::size_t i = ticks.size() / 10; i < ticks.size(); ++i) {
    const std::int64_t nanos = clock.nanos(0, ticks[i]);
    all.record(nanos);
    if (i >= quarter && i < 2 * quarter) second.record(nanos);
    if (i >= 3 * quarter) last.record(nanos);
    if (nanos > 1'000) ++late;
  }
  const auto of = [](const platform::LatencyHistogram& histogram, double percent) {
    return static_cast<double>(histogram.percentile(percent));
  };
  return {.p50 = of(all, 50),
          .p90 = of(all, 90),
          .p99 = of(all, 99),
          .p999 = of(all, 99.9),
          .late_share = static_cast<double>(late) / static_cast<double>(all.count()),
          .second_quarter = of(second, 50),
          .last_quarter = of(last, 50)};
}

}  // namespace tickplant::bench
