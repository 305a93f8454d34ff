// The price has swung by more than so many percent within a window: (high - low) / low, strictly, decided on integers.
// The range of a window only grows, so a revision can only add a swing, never take one back.
//
// Relative to the low without its sign. To a low of 0 nothing is relative: no swing.
// Threads: values, one watch per window and rule.
// Not here: which ticks a window takes (windows/).
#pragma once

#include <cstdint>
#include <type_traits>

#include "config/analytics_config.hpp"
#include "platform/int128.hpp"

namespace tickplant::analytics {

struct SwingRule {
  config::Decimal percent{};  // 0 or more

  /// (high - low) * 100 > percent * |low|: below 2^101 and 2^127, so nothing overflows.
  [[nodiscard]] bool fires(std::int64_t high, std::int64_t low) const noexcept {
    using platform::Uint128;
    if (low == 0 || high <= low) return false;
    const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    const std::uint64_t magnitude = low < 0 ? 0 - static_cast<std::uint64_t>(low) : static_cast<std::uint64_t>(low);
    return Uint128{range} * 100 * static_cast<std::uint64_t>(config::kDecimalScale) >
           Uint128{magnitude} * static_cast<std::uint64_t>(percent.nano);
  }
};

/// In percent of the low, for people; nothing is decided on it.
[[nodiscard]] inline double swing_percent(std::int64_t high, std::int64_t low) noexcept {
  const double reference = static_cast<double>(low);
  return static_cast<double>((platform::Int128{high} - low) * 100) / (reference < 0 ? -reference : reference);
}

/// One window, tick by tick: says true once, on the first tick in order of arrival that makes it true. Ticks that the
/// window does not take any more are not shown to it.
struct SwingWatch {
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::uint32_t any = 0;       // 1: high and low are prices
  std::uint32_t reported = 0;  // 1: said

  [[nodiscard]] bool on_price(const SwingRule& rule, std::int64_t price) noexcept {
    if (any == 0) {
      high = low = price;
      any = 1;
      return false;
    }
    if (price <= high && price >= low) return false;
    (price > high ? high : low) = price;
    if (reported != 0 || !rule.fires(high, low)) return false;
    reported = 1;
    return true;
  }

  friend bool operator==(const SwingWatch&, const SwingWatch&) = default;
};
static_assert(sizeof(SwingWatch) == 24 && std::has_unique_object_representations_v<SwingWatch>);

}  // namespace tickplant::analytics
