// Points in time and their distances, as types: an event time cannot be passed where a count is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tickplant::platform {

/// Nanoseconds since 1970-01-01 00:00:00 UTC, without leap seconds. Good to the year 2262.
struct UnixNanos {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(UnixNanos, UnixNanos) = default;
  /// Distance in nanoseconds; negative when `earlier` is in fact later.
  friend constexpr std::int64_t operator-(UnixNanos later, UnixNanos earlier) noexcept {
    return later.value - earlier.value;
  }
  friend constexpr UnixNanos operator+(UnixNanos time, std::int64_t nanos) noexcept { return {time.value + nanos}; }
};

/// "No time": smaller than every real one.
inline constexpr UnixNanos kNoTime{std::numeric_limits<std::int64_t>::min()};

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosPerDay = 86'400 * kNanosPerSecond;

}  // namespace tickplant::platform
