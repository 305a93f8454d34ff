// What the trades of a window sum up to, in integers: counts of the instrument's price unit and of its size scale. Sums
// of integers do not depend on the order of arrival, on shards or on where a replay began, and are exactly reversible.
//
// Threads: plain values.
// Not here: which trades belong to a window (panes.hpp).
#pragma once

#include <cstdint>

#include "platform/int128.hpp"

namespace tickplant::analytics {

using platform::Int128;
using platform::Uint128;

/// Sums over trades. 128 bits: 1e9 trades at 1,000,000.0000 x 1e9 stay below 2^127.
struct Totals {
  std::uint64_t count = 0;   // trades that move prices
  std::uint64_t volume = 0;  // of all trades that count for volume
  Int128 notional = 0;       // sum of price x size, likewise
  Int128 sum = 0;            // of prices
  Int128 sum_of_squares = 0;

  /// false: a sum would overflow; nothing was added.
  [[nodiscard]] bool add(std::int64_t price, std::uint64_t size, bool moves_price) noexcept {
    Int128 new_notional;
    std::uint64_t new_volume;
    // |price| < 2^63 and size < 2^64: the product has at most 127 bits and a sign.
    bool overflow = __builtin_add_overflow(notional, Int128{price} * Int128{size}, &new_notional);
    overflow |= __builtin_add_overflow(volume, size, &new_volume);
    if (moves_price) {
      Int128 new_squares;
      overflow |= __builtin_add_overflow(sum_of_squares, Int128{price} * price, &new_squares);
      if (overflow) return false;
      sum_of_squares = new_squares;
      sum += price;
      ++count;
    } else if (overflow) {
      return false;
    }
    notional = new_notional;
    volume = new_volume;
    return true;
  }
  /// Takes back what add() added.
  void subtract(std::int64_t price, std::uint64_t size, bool moves_price) noexcept;
  /// false: a sum overflowed, and the totals are of no use.
  [[nodiscard]] bool merge(const Totals& other) noexcept;

  friend bool operator==(const Totals&, const Totals&) = default;
};

/// Volume-weighted average price in currency units: notional / volume, correctly rounded; NaN without volume.
[[nodiscard]] double vwap_of(const Totals& totals, std::int64_t price_unit) noexcept;
/// Mean price, correctly rounded; NaN without trades.
[[nodiscard]] double average_of(const Totals& totals, std::int64_t price_unit) noexcept;
/// Population standard deviation of the price: sqrt(count x sum_of_squares - sum^2) / count; NaN without trades.
[[nodiscard]] double deviation_of(const Totals& totals, std::int64_t price_unit) noexcept;

}  // namespace tickplant::analytics
