// Prices, sizes and sides as types, in the one unit that every ring and table uses.
//
// A price is a signed 64-bit count of 1e-9 of the instrument's currency: exact for every venue we read, +-9.2 billion
// wide. A size is an unsigned count in the instrument's size scale (instruments_layout.hpp): shares for equities, 1e-8
// coins for crypto.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tickplant::ringbuf {

/// Price in 1e-9 of the currency unit.
struct Price {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Price, Price) = default;
};

inline constexpr std::int64_t kPriceScale = 1'000'000'000;
inline constexpr Price kNoPrice{std::numeric_limits<std::int64_t>::max()};

[[nodiscard]] constexpr bool is_present(Price price) noexcept { return price != kNoPrice; }

/// Count in the instrument's size scale.
struct Size {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Size, Size) = default;
};

/// Side of an order or level; for trades the side of the resting order, `none` when the venue does not say.
enum class Side : std::uint8_t { none = 0, bid = 1, ask = 2 };

[[nodiscard]] constexpr Side opposite(Side side) noexcept {
  return side == Side::bid ? Side::ask : side == Side::ask ? Side::bid : Side::none;
}

}  // namespace tickplant::ringbuf
