// The clock of all benchmarks: raw TSC reads on the measured path, turned into nanoseconds afterwards.
#pragma once

#include "platform/clock.hpp"
#include "platform/cpu_pause.hpp"
#include "platform/latency_histogram.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::bench {

class BenchClock {
 public:
  /// Throws SetupError where the TSC is not usable: figures in nanoseconds would be guesses.
  BenchClock() : line_(platform::TscClock{}.parameters()) {
    if (line_.source != platform::ClockSource::tsc) {
      throw platform::SetupError{"the time stamp counter of this machine is not usable",
                                 "run the benchmarks elsewhere"};
    }
  }
  [[nodiscard]] std::int64_t nanos(std::uint64_t earlier, std::uint64_t later) const noexcept {
    return platform::nanos_between(line_, earlier, later);
  }
  [[nodiscard]] std::uint64_t ticks(double nanoseconds) const noexcept {
    const auto per_second = static_cast<double>(nanos(0, 1'000'000'000)) / 1e9;
    return static_cast<std::uint64_t>(nanoseconds / per_second);
  }

 private:
  platform::ClockParameters line_;
};

/// Open-loop load: record i is due at start + i x interval. Latency counts from there, so a stall is charged to every
/// record it delayed.
class LoadSchedule {
 public:
  LoadSchedule(std::uint64_t start, std::uint64_t interval_ticks) noexcept : due_(start), interval_(interval_ticks) {}
  /// Spins until the next record is due and returns when that was.
  std::uint64_t wait() noexcept {
    while (platform::read_tsc() < due_) {
    }
    const std::uint64_t due = due_;
    due_ += interval_;
    return due;
  }

 private:
  std::uint64_t due_;
  std::uint64_t interval_;
};

}  // namespace tickplant::bench
