// Which schedule a candidate can keep: latency at a rate that overloads it would be slander.
//
// Threads: one.
#pragma once

#include <algorithm>

#include "bench/ring/candidate.hpp"

namespace tickplant::bench {

/// Records per microsecond without losses, roughly; for choosing sizes, not for the report.
[[nodiscard]] inline double rough_rate(Stage& stage, const Candidate& candidate) {
  const double first = candidate.throughput(stage, 2'048);
  if (stage.options().smoke) return first;
  const double wanted = first * 20'000;  // 20 ms
  return candidate.throughput(stage, static_cast<std::uint64_t>(std::clamp(wanted, 4'096.0, 1e6)));
}

/// The shortest of 1, 10 and 100 us that keeps it at most half loaded.
[[nodiscard]] inline double sustained_interval(const Candidate& candidate, double rate) {
  double interval = 1'000;
  while (interval < 100'000 && (interval < 2'000 / rate || interval < candidate.traits.shortest_interval_nanos))
    interval *= 10;
  return interval;
}

}  // namespace tickplant::bench
