// The obvious order book, for tests to compare with: std::map of levels, std::map of orders, nothing clever.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "feedhandlers/book/order_book.hpp"

namespace tickplant::feedhandlers {

class SlowBook {
 public:
  struct Order {
    std::uint32_t instrument;
    ringbuf::Side side;
    std::int64_t price;
    std::uint64_t size;
  };
  struct Amount {
    std::uint64_t size = 0;
    std::uint32_t order_count = 0;
  };

  void add(std::uint64_t reference, const Order& order) {
    orders_[reference] = order;
    Amount& amount = levels_[{order.instrument, order.side}][order.price];
    amount.size += order.size;
    ++amount.order_count;
  }

  /// Takes min(size, open) off the order.
  void reduce(std::uint64_t reference, std::uint64_t size) {
    Order& order = orders_.at(reference);
    size = std::min(size, order.size);
    auto& levels = levels_[{order.instrument, order.side}];
    Amount& amount = levels.at(order.price);
    order.size -= size;
    amount.size -= size;
    if (order.size > 0) return;
    if (--amount.order_count == 0) levels.erase(order.price);
    orders_.erase(reference);
  }

  void set_level(std::uint32_t instrument, ringbuf::Side side, std::int64_t price, Amount amount) {
    if (amount.size == 0) {
      levels_[{instrument, side}].erase(price);
    } else {
      levels_[{instrument, side}][price] = amount;
    }
  }

  void clear(std::uint32_t instrument) {
    levels_.erase({instrument, ringbuf::Side::bid});
    levels_.erase({instrument, ringbuf::Side::ask});
    std::erase_if(orders_, [instrument](const auto& entry) { return entry.second.instrument == instrument; });
  }

  [[nodiscard]] bool has(std::uint64_t reference) const { return orders_.contains(reference); }
  [[nodiscard]] const Order& order(std::uint64_t reference) const { return orders_.at(reference); }
  [[nodiscard]] const std::map<std::uint64_t, Order>& orders() const { return orders_; }

  /// From the best outwards.
  [[nodiscard]] std::vector<OrderBook::Level> levels(std::uint32_t instrument, ringbuf::Side side) const {
    std::vector<OrderBook::Level> result;
    const auto found = levels_.find({instrument, side});
    if (found == levels_.end()) return result;
    for (const auto& [price, amount] : found->second) result.push_back({{price}, {amount.size}, amount.order_count});
    if (side == ringbuf::Side::bid) std::reverse(result.begin(), result.end());
    return result;
  }

 private:
  std::map<std::uint64_t, Order> orders_;
  std::map<std::pair<std::uint32_t, ringbuf::Side>, std::map<std::int64_t, Amount>> levels_;
};

}  // namespace tickplant::feedhandlers
