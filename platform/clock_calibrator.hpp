// Finds the line from TSC ticks to UTC and how wrong it may be, from samples "counter, system clock, counter".
//
// The system clock was read somewhere between the two counter readings, so a sample is wrong by half the bracket at
// most; of many samples the tightest is kept. The rate comes from two samples 20 ms (at start) to 32 s (later) apart.
// Between calibrations the bound grows by the uncertainty of the rate plus what NTP may steer meanwhile.
//
// UTC never goes back: where the new line is behind what the old one has already handed out, the new one starts there
// and runs slower until it is caught up by the next calibration; after a step back of more than one interval it stands
// still. Forward it jumps.
//
// Threads: one. Its result is a value that others may read through the clock page.
// Not here: reading the counter (tsc.hpp), when to calibrate (the owner: about once per `interval_nanos`).
#pragma once

#include <cstdint>
#include <functional>

#include "platform/clock_parameters.hpp"

namespace tickplant::platform {

/// One look at both clocks. `utc` was read after `tsc_before` and before `tsc_after`.
struct ClockSample {
  std::uint64_t tsc_before = 0;
  UnixNanos utc;
  std::uint64_t tsc_after = 0;
};

using ClockSampler = std::function<ClockSample()>;

/// The real sampler: TSC and CLOCK_REALTIME of this machine.
[[nodiscard]] ClockSample sample_this_machine() noexcept;

struct CalibrationOptions {
  int samples = 32;                                    // looks per calibration, of which the tightest counts
  std::int64_t interval_nanos = kNanosPerSecond;       // expected time between calibrations
  std::int64_t first_baseline_nanos = 20'000'000;      // how long the first calibration samples to know the rate
  std::int64_t baseline_nanos = 16 * kNanosPerSecond;  // the rate is measured over one to two of these
  std::uint64_t wander_ppb = 10'000;                   // how much the rate of CLOCK_REALTIME may change (NTP steering)
};

enum class ClockStep : std::uint8_t { none, forward, backward };

struct Calibration {
  ClockStep step = ClockStep::none;  // the system clock left the promised bound, in this direction
  std::int64_t offset_nanos = 0;     // system clock minus our line before this calibration
  std::int64_t held_nanos = 0;       // how far our time is ahead of the system clock now, so as not to go back
};

class ClockCalibrator {
 public:
  /// Samples for `first_baseline_nanos`. Throws SetupError when the system clock does not advance.
  explicit ClockCalibrator(ClockSampler sampler, CalibrationOptions options = {});

  /// Takes new samples and draws the line anew. Conversions of later ticks never go below conversions already made.
  Calibration calibrate();

  [[nodiscard]] const ClockParameters& parameters() const noexcept { return line_; }

 private:
  struct Point {
    std::uint64_t tsc = 0;         // middle of the bracket
    std::uint64_t half_ticks = 0;  // how far from the middle the clock may have been read
    UnixNanos utc;
  };

  Point tightest_of(int count);
  void measure_rate(const Point& newest) noexcept;
  void start_line_at(std::uint64_t tsc, std::int64_t nanos, std::int64_t error_nanos, std::int64_t held_nanos) noexcept;
  std::int64_t half_bracket_nanos(const Point& point) const noexcept;

  ClockSampler sampler_;
  CalibrationOptions options_;
  ClockParameters line_;
  Point anchor_;       // the rate is measured from here
  Point next_anchor_;  // takes over when it is one baseline old
  std::uint64_t last_tsc_ = 0;
  std::uint64_t rate_ = 0;        // nanoseconds per tick << kShift, as measured
  std::uint64_t rate_error_ = 0;  // bound on how far the present rate is from it, same scale, wander included
};

}  // namespace tickplant::platform
