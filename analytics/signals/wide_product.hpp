// Products of 128-bit numbers, in 256 bits: to compare fractions by cross-multiplying where 128 bits are too few.
//
// Threads: values.
#pragma once

#include <compare>
#include <cstdint>

#include "platform/int128.hpp"

namespace tickplant::analytics {

using platform::Int128;
using platform::Uint128;

struct WideProduct {
  Uint128 high = 0;
  Uint128 low = 0;

  [[nodiscard]] static constexpr WideProduct of(Uint128 a, Uint128 b) noexcept {
    const auto a_low = static_cast<std::uint64_t>(a), a_high = static_cast<std::uint64_t>(a >> 64);
    const auto b_low = static_cast<std::uint64_t>(b), b_high = static_cast<std::uint64_t>(b >> 64);
    const Uint128 low_low = Uint128{a_low} * b_low, low_high = Uint128{a_low} * b_high;
    const Uint128 high_low = Uint128{a_high} * b_low, high_high = Uint128{a_high} * b_high;
    // Three numbers below 2^64: no carry is lost.
    const Uint128 middle =
        (low_low >> 64) + static_cast<std::uint64_t>(low_high) + static_cast<std::uint64_t>(high_low);
    return {high_high + (low_high >> 64) + (high_low >> 64) + (middle >> 64),
            middle << 64 | static_cast<std::uint64_t>(low_low)};
  }

  friend constexpr std::strong_ordering operator<=>(const WideProduct& a, const WideProduct& b) noexcept {
    if (a.high != b.high) return a.high < b.high ? std::strong_ordering::less : std::strong_ordering::greater;
    if (a.low != b.low) return a.low < b.low ? std::strong_ordering::less : std::strong_ordering::greater;
    return std::strong_ordering::equal;
  }
  friend constexpr bool operator==(const WideProduct&, const WideProduct&) noexcept = default;
};

}  // namespace tickplant::analytics
