// Time as the exchange's own stopwatch has it.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tickplant::feedhandlers::venue {

/// Nanoseconds since the session's start, by a clock that is never set.
struct SinceStart {
  std::int64_t nanos = 0;

  friend constexpr auto operator<=>(SinceStart, SinceStart) = default;
  friend constexpr std::int64_t operator-(SinceStart later, SinceStart earlier) noexcept {
    return later.nanos - earlier.nanos;
  }
  friend constexpr SinceStart operator+(SinceStart time, std::int64_t by_nanos) noexcept {
    return {time.nanos + by_nanos};
  }
};

inline constexpr SinceStart kNever{std::numeric_limits<std::int64_t>::max()};

}  // namespace tickplant::feedhandlers::venue
