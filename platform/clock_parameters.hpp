// The straight line that turns TSC ticks into UTC, with the promise how wrong it may be. A plain block of seven words,
// so that it can be published in shared memory and readers convert without a system call.
//
//   unix_nanos(tsc) = unix_nanos_base + (tsc - tsc_base) * multiplier / 2^shift
//   |unix_nanos(tsc) - CLOCK_REALTIME| <= error_nanos + |tsc - tsc_base| * error_multiplier / 2^shift
//
// The second line holds until the system clock is stepped or slewed faster than the calibrator allows for; the next
// calibration then notices, and `step_count` grows.
//
// Threads: a value; whoever shares it guards it (the clock page puts it under a stamp).
// Not here: how the line is found (clock_calibrator.hpp).
#pragma once

#include <cstdint>
#include <type_traits>

#include "platform/unix_nanos.hpp"

namespace tickplant::platform {

__extension__ using Int128 = __int128;

enum class ClockSource : std::uint32_t {
  tsc = 1,     // convert read_tsc() by the line
  system = 2,  // the TSC is no good here: ask clock_gettime; the line is not valid
};

struct ClockParameters {
  std::uint64_t tsc_base = 0;
  std::int64_t unix_nanos_base = 0;
  std::uint64_t multiplier = 0;  // nanoseconds per tick, times 2^shift, below 2^63. 0: time is held after a step back
  std::uint32_t shift = 0;
  ClockSource source = ClockSource::system;
  std::int64_t error_nanos = 0;        // bound at tsc_base
  std::uint64_t error_multiplier = 0;  // growth of the bound: nanoseconds per tick, times 2^shift
  std::uint64_t step_count = 0;        // calibrations that found the system clock outside the promised bound
};

static_assert(sizeof(ClockParameters) == 56, "seven words: with a stamp, one cache line of the clock page");
static_assert(std::is_trivially_copyable_v<ClockParameters> && std::is_standard_layout_v<ClockParameters>);

/// ticks * multiplier / 2^shift, rounded down. 128 bits inside: exact for any distance.
[[nodiscard]] constexpr std::int64_t scale_ticks(std::int64_t ticks, std::uint64_t multiplier,
                                                 std::uint32_t shift) noexcept {
  return static_cast<std::int64_t>((static_cast<Int128>(ticks) * static_cast<std::int64_t>(multiplier)) >> shift);
}

/// Nanoseconds between two TSC readings; negative when `later` is the smaller one.
[[nodiscard]] constexpr std::int64_t nanos_between(const ClockParameters& line, std::uint64_t earlier,
                                                   std::uint64_t later) noexcept {
  return scale_ticks(static_cast<std::int64_t>(later - earlier), line.multiplier, line.shift);
}

/// UTC at a TSC reading, before or after the base. Only for `source == ClockSource::tsc`.
[[nodiscard]] constexpr UnixNanos to_unix_nanos(const ClockParameters& line, std::uint64_t tsc) noexcept {
  return {line.unix_nanos_base + nanos_between(line, line.tsc_base, tsc)};
}

/// How far to_unix_nanos(line, tsc) may be from CLOCK_REALTIME at that reading, in nanoseconds.
[[nodiscard]] constexpr std::int64_t error_nanos_at(const ClockParameters& line, std::uint64_t tsc) noexcept {
  const auto ticks = static_cast<std::int64_t>(tsc - line.tsc_base);
  return line.error_nanos + scale_ticks(ticks < 0 ? -ticks : ticks, line.error_multiplier, line.shift) + 1;
}

}  // namespace tickplant::platform
