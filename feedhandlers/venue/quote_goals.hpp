// The bid and ask that market makers wish for, and steps along the prices that the exchange accepts.
//
// Threads: any; pure functions.
// Not here: what is done about it (order_flow.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "feedhandlers/venue/listings.hpp"
#include "feedhandlers/venue/order_queue.hpp"
#include "feedhandlers/venue/stock.hpp"

namespace tickplant::feedhandlers::venue {

/// The nearest accepted price on the passive side of `price_e4`: below for a bid, above for an ask. At least 0.0001.
[[nodiscard]] inline std::uint32_t passive_price(Side side, double price_e4) noexcept {
  const auto floor = static_cast<std::uint32_t>(std::max(1.0, price_e4));
  const std::uint32_t below = on_increment(floor);
  if (side == Side::bid || (below == floor && static_cast<double>(floor) >= price_e4)) return below;
  return below + price_increment_e4(below);
}

/// The first accepted price that does not trade with a resting `other_best_e4`.
[[nodiscard]] inline std::uint32_t next_to(Side side, std::uint32_t other_best_e4) noexcept {
  return side == Side::bid ? on_increment(other_best_e4 - 1) : other_best_e4 + price_increment_e4(other_best_e4);
}

/// How many e4 one step is for those who trade this stock: an increment, or more where prices are high.
[[nodiscard]] inline double step_e4(const Stock& stock) noexcept {
  const double value = stock.fair.value_e4();
  const double increment = price_increment_e4(static_cast<std::uint32_t>(value));
  return increment * (1 + std::floor(value / (increment * 10'000)));
}

/// Half a step from the value, further where it moves more between two looks.
[[nodiscard]] inline std::uint32_t quote_goal(const Stock& stock, Side side) noexcept {
  const double half = std::max(step_e4(stock) / 2, stock.fair.typical_move_e4() * 1.6);
  const double value = stock.fair.value_e4();
  return passive_price(side, side == Side::bid ? value - half : value + half);
}

}  // namespace tickplant::feedhandlers::venue
