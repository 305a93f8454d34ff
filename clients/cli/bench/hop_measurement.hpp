// The short measurement of `tickplant bench`: how long a record takes through the shipped ring to another process,
// against the bare hand-over of one cache line between the same two cores, in turns; and what publishing costs.
//
// The question: does the ring on this machine cost what it should, about a hand-over? Open loop: each record has a time
// when it was due and latency counts from there, so a stall is charged to every record that it delayed.
//
// Threads: the caller's, pinned meanwhile, and a child process that reads; both end by a deadline. Leaves nothing
// behind. Not here: peers, rates, many readers (bench/ of the sources).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tickplant::cli {

struct HopPlan {
  std::uint64_t rounds = 5;
  std::uint64_t records = 40'000;  // a round, each of both
  std::int64_t interval_ns = 5'000;
};

/// One percentile: of the round whose ratio is the middle one.
struct HopFigure {
  std::string percentile;  // "p50"
  double ring_ns = 0;
  double bare_ns = 0;
  [[nodiscard]] double ratio() const noexcept { return bare_ns > 0 ? ring_ns / bare_ns : 0; }
};

struct HopResult {
  HopPlan plan;
  int writer_cpu = 0, reader_cpu = 0;
  bool is_pinned = false;  // false: one core for both, figures say little
  std::vector<HopFigure> hop;
  double publish_ns = 0;     // a record, many in a row, nobody reading; the median of blocks
  double publish_ratio = 0;  // to the bare hand-over's p50
};

/// Throws SetupError: no usable time stamp counter, a side that did not end in time. Throws Failure (check_failed): a
/// record came torn, or not at all.
[[nodiscard]] HopResult measure_hop(const HopPlan& plan);

/// What a figure is worth nothing without.
struct BenchConditions {
  std::string processor, governor, kernel;
  std::uint64_t processors = 0;
  double load_average = 0;  // of the last minute, before we began
};
[[nodiscard]] BenchConditions bench_conditions();

}  // namespace tickplant::cli
