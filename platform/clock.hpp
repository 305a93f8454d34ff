// Clocks that say what time it is in UTC. Whatever needs the time takes a Clock as a template argument, so that tests
// own time with a FixedClock. Protocols and analytics take no clock at all: time comes to them with the data.
//
//   TscClock     the plant's: half the price of clock_gettime, calibrated to it, with an error bound
//   SystemClock  clock_gettime
//   FixedClock   stands still until told
//
// Threads: now() of a SystemClock from any; a TscClock and a FixedClock belong to one thread. Other threads and
// processes convert by the parameters in the clock page.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "platform/clock_calibrator.hpp"
#include "platform/clock_parameters.hpp"
#include "platform/tsc.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::platform {

template <class T>
concept Clock = requires(const T& clock) {
  { clock.now() }
  noexcept->std::same_as<UnixNanos>;
};

/// CLOCK_REALTIME, as the operating system has it.
[[nodiscard]] UnixNanos system_now() noexcept;

/// UTC by published parameters: the TSC where it is good, otherwise clock_gettime.
[[nodiscard]] inline UnixNanos now_by(const ClockParameters& line) noexcept {
  return line.source == ClockSource::tsc ? to_unix_nanos(line, read_tsc()) : system_now();
}

struct SystemClock {
  [[nodiscard]] UnixNanos now() const noexcept { return system_now(); }
};

class FixedClock {
 public:
  explicit FixedClock(UnixNanos start = {}) noexcept : now_(start) {}
  [[nodiscard]] UnixNanos now() const noexcept { return now_; }
  void set(UnixNanos time) noexcept { now_ = time; }
  void advance(std::int64_t nanos) noexcept { now_ = now_ + nanos; }

 private:
  UnixNanos now_;
};

class TscClock {
 public:
  /// Calibrates for about 20 ms; on a machine without a usable TSC becomes a system clock and says so in verdict().
  explicit TscClock(CalibrationOptions options = {});
  TscClock(TscVerdict verdict, ClockSampler sampler, CalibrationOptions options = {});

  /// Never goes back, also across calibrate(), when used by one thread.
  [[nodiscard]] UnixNanos now() const noexcept { return now_by(line_); }
  /// Draws the line anew, 32 looks at the clocks (a few microseconds). Call about once per second, off the data path.
  Calibration calibrate();

  [[nodiscard]] const ClockParameters& parameters() const noexcept { return line_; }
  [[nodiscard]] const TscVerdict& verdict() const noexcept { return verdict_; }

 private:
  TscVerdict verdict_;
  std::optional<ClockCalibrator> calibrator_;  // none: system clock
  ClockParameters line_;
};

static_assert(Clock<SystemClock> && Clock<FixedClock> && Clock<TscClock>);

}  // namespace tickplant::platform
