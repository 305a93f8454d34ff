// The resting orders of one side of one stock, in the order in which they trade: best price first, at one price the
// oldest first.
//
// A sorted array of levels with the best at its end, where nearly all changes are; in each level a list of orders
// through the pool.
// Threads: one.
// Not here: who trades with whom (matching_engine.hpp), memory of the orders (order_pool.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/venue/itch_messages.hpp"
#include "feedhandlers/venue/order_pool.hpp"

namespace tickplant::feedhandlers::venue {

/// Whether a price of `side` trades before another: higher on the bid, lower on the ask.
[[nodiscard]] constexpr bool is_better(Side side, std::uint32_t price_e4, std::uint32_t than_e4) noexcept {
  return side == Side::bid ? price_e4 > than_e4 : price_e4 < than_e4;
}

struct PriceLevel {
  std::uint32_t price_e4 = 0;
  std::uint32_t orders = 0;
  std::uint64_t shares = 0;
  OrderIndex oldest{};
  OrderIndex newest{};
};

class OrderQueue {
 public:
  OrderQueue(OrderPool& pool, Side side) noexcept : pool_(&pool), side_(side) {}

  /// Takes memory for so many levels now.
  void reserve(std::size_t levels) { levels_.reserve(levels); }

  [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
  /// Only when not empty.
  [[nodiscard]] const PriceLevel& best() const noexcept { return levels_.back(); }
  [[nodiscard]] std::size_t level_count() const noexcept { return levels_.size(); }
  /// 0 is the best; `index` below level_count().
  [[nodiscard]] const PriceLevel& level(std::size_t index) const noexcept {
    return levels_[levels_.size() - 1 - index];
  }
  [[nodiscard]] std::uint64_t order_count() const noexcept { return order_count_; }
  [[nodiscard]] Side side() const noexcept { return side_; }

  /// Whether an order of the other side with this limit would trade with the best of this one.
  [[nodiscard]] bool trades_at(std::uint32_t limit_e4) const noexcept {
    return !empty() && !is_better(side_, limit_e4, best().price_e4);
  }

  /// Behind all that rest at its price. `shares` above 0.
  OrderIndex add(OrderReference reference, std::uint32_t price_e4, std::uint32_t shares);

  /// Takes `shares` off, at most what is there; with the last share the order goes.
  void reduce(OrderIndex order, std::uint32_t shares) noexcept;

 private:
  /// Where a level of this price is or belongs.
  [[nodiscard]] std::size_t position(std::uint32_t price_e4) const noexcept;

  OrderPool* pool_;
  std::vector<PriceLevel> levels_;  // worst first
  std::uint64_t order_count_ = 0;
  Side side_;
};

}  // namespace tickplant::feedhandlers::venue
