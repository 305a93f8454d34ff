// On which side of an average a price lies, for every tick: the band around the average becomes two integer prices, and
// a tick is compared with them. The decision is the one side_of() makes on the same price as a double, for each price
// there is: to_double() never falls when the price rises, so each side begins at one price, and that price is searched
// for.
//
// Threads: values.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "analytics/bar.hpp"
#include "analytics/signals/cross.hpp"

namespace tickplant::analytics {

namespace detail {

/// The lowest of [low, high] for which `holds`, which once true stays true with higher prices; `none` if there is none.
/// Searched from `guess` in growing steps: a good guess costs two calls, the worst one about 130.
template <class Holds>
[[nodiscard]] std::int64_t lowest_price(std::int64_t guess, std::int64_t low, std::int64_t high, std::int64_t none,
                                        const Holds& holds) noexcept {
  guess = guess < low ? low : guess > high ? high : guess;
  std::int64_t yes = guess, no = guess;  // once both are known: holds(yes), not holds(no), no < yes
  std::uint64_t step = 1;
  if (holds(guess)) {
    for (;; step *= 2) {
      if (yes == low) return low;
      no = static_cast<std::uint64_t>(yes) - static_cast<std::uint64_t>(low) < step
               ? low
               : static_cast<std::int64_t>(static_cast<std::uint64_t>(yes) - step);
      if (!holds(no)) break;
      yes = no;
    }
  } else {
    for (;; step *= 2) {
      if (no == high) return none;
      yes = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(no) < step
                ? high
                : static_cast<std::int64_t>(static_cast<std::uint64_t>(no) + step);
      if (holds(yes)) break;
      no = yes;
    }
  }
  while (static_cast<std::uint64_t>(yes) - static_cast<std::uint64_t>(no) > 1) {
    const auto middle = static_cast<std::int64_t>(
        static_cast<std::uint64_t>(no) + (static_cast<std::uint64_t>(yes) - static_cast<std::uint64_t>(no)) / 2);
    (holds(middle) ? yes : no) = middle;
  }
  return yes;
}

}  // namespace detail

/// Prices are counts of the instrument's price unit. As they stand here no price lies on either side.
struct CrossThresholds {
  std::int64_t above = std::numeric_limits<std::int64_t>::max();  // lowest price above the band
  std::int64_t below = std::numeric_limits<std::int64_t>::min();  // highest price below it

  /// For prices that as counts of 1e-9 fit into 64 bits, the ends of their range excepted: those are no prices.
  /// `average` not finite, `price_unit` below 1: no price lies on either side.
  [[nodiscard]] static CrossThresholds around(double average, double band, std::int64_t price_unit) noexcept {
    if (!std::isfinite(average) || price_unit < 1) return {};
    const double half_width = band * std::fabs(average);
    const std::int64_t highest = (std::numeric_limits<std::int64_t>::max() - 1) / price_unit, lowest = -highest;
    const double units = static_cast<double>(ringbuf::kPriceScale) / static_cast<double>(price_unit);
    const auto guess = [&](double price) {  // beyond the range: its nearer end
      const double nearest = std::floor(price * units);
      return nearest >= static_cast<double>(highest)  ? highest
             : nearest <= static_cast<double>(lowest) ? lowest
                                                      : static_cast<std::int64_t>(nearest);
    };
    CrossThresholds out;
    out.above =
        detail::lowest_price(guess(average + half_width) + 1, lowest, highest, out.above,
                             [&](std::int64_t price) { return to_double(price, price_unit) - average > half_width; });
    // The highest price below is one less than the lowest price that is not below.
    const std::int64_t not_below = detail::lowest_price(
        guess(average - half_width) + 1, lowest, highest, highest + 1,
        [&](std::int64_t price) { return !(to_double(price, price_unit) - average < -half_width); });
    out.below = not_below == lowest ? out.below : not_below - 1;
    return out;
  }

  /// side_of(the price, the average, the band).
  [[nodiscard]] int side(std::int64_t price) const noexcept {
    return static_cast<int>(price >= above) - static_cast<int>(price <= below);
  }

  friend bool operator==(const CrossThresholds&, const CrossThresholds&) = default;
};

}  // namespace tickplant::analytics
