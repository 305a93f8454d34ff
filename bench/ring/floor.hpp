// The floor: one cache line that carries nothing but the time it was due, stored by one process and polled by another,
// on the same cores and with the same clock reads as every candidate.
//
// Threads: the suite's own.
#pragma once

#include "bench/ring/stage.hpp"

namespace tickplant::bench {

inline constexpr const char* kFloor = "bare hand-over of a line";

/// A stamp that was overwritten before the reader looked counts, too: it was seen as late as the one that replaced it.
/// Otherwise a stall would delay every record of a candidate, and one of the floor's.
[[nodiscard]] Latencies measure_floor(Stage& stage, double interval_nanos, std::uint64_t count);

/// Floor for the parts that are not about latency: p50 at one stamp per microsecond.
[[nodiscard]] double floor_nanos(Stage& stage);

}  // namespace tickplant::bench
