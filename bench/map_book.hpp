// The book that everybody writes first: one std::unordered_map of orders, two std::maps of levels an instrument. The
// baseline of suite `itch`; does no more than keep the books.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "feedhandlers/itch50/messages.hpp"

namespace tickplant::bench {

class MapBook {
 public:
  using Price4 = feedhandlers::itch50::Price4;

  MapBook() : books_(1 << 16) {}

  template <class Message>
  void on(const Message&) noexcept {}  // about no order

  void on(const feedhandlers::itch50::AddOrder& m) {
    add(m.order_ref().value, {m.stock_locate().value, m.side(), m.price().raw, m.shares().value});
  }
  void on(const feedhandlers::itch50::AddOrderAttributed& m) {
    add(m.order_ref().value, {m.stock_locate().value, m.side(), m.price().raw, m.shares().value});
  }
  void on(const feedhandlers::itch50::OrderExecuted& m) { reduce(m.order_ref().value, m.executed_shares().value); }
  void on(const feedhandlers::itch50::OrderExecutedWithPrice& m) {
    reduce(m.order_ref().value, m.executed_shares().value);
  }
  void on(const feedhandlers::itch50::OrderCancel& m) { reduce(m.order_ref().value, m.canceled_shares().value); }
  void on(const feedhandlers::itch50::OrderDelete& m) { reduce(m.order_ref().value, UINT64_MAX); }
  void on(const feedhandlers::itch50::OrderReplace& m) {
    const auto found = orders_.find(m.original_order_ref().value);
    if (found == orders_.end()) return;
    Order order = found->second;
    reduce(found->first, UINT64_MAX);
    order.price = m.price().raw;
    order.shares = m.shares().value;
    add(m.new_order_ref().value, order);
  }

  [[nodiscard]] std::size_t open_orders() const noexcept { return orders_.size(); }

  /// Sum over all sides of best price x shares there: says that two books agree.
  [[nodiscard]] std::uint64_t best_levels_sum() const noexcept {
    std::uint64_t sum = 0;
    for (const Book& book : books_) {
      if (!book.bids.empty()) sum += book.bids.rbegin()->first * book.bids.rbegin()->second.shares;
      if (!book.asks.empty()) sum += book.asks.begin()->first * book.asks.begin()->second.shares;
    }
    return sum;
  }

 private:
  struct Order {
    std::uint16_t locate;
    ringbuf::Side side;
    std::uint32_t price;
    std::uint64_t shares;
  };
  struct Level {
    std::uint64_t shares = 0;
    std::uint32_t orders = 0;
  };
  using Levels = std::map<std::uint64_t, Level>;
  struct Book {
    Levels bids;
    Levels asks;
  };

  Levels& side_of(const Order& order) {
    return order.side == ringbuf::Side::bid ? books_[order.locate].bids : books_[order.locate].asks;
  }

  void add(std::uint64_t reference, const Order& order) {
    if (!orders_.emplace(reference, order).second) return;
    Level& level = side_of(order)[order.price];
    level.shares += order.shares;
    ++level.orders;
  }

  void reduce(std::uint64_t reference, std::uint64_t shares) {
    const auto found = orders_.find(reference);
    if (found == orders_.end()) return;
    Order& order = found->second;
    const std::uint64_t taken = std::min(shares, order.shares);
    Levels& levels = side_of(order);
    const auto level = levels.find(order.price);
    level->second.shares -= taken;
    order.shares -= taken;
    if (order.shares != 0) return;
    if (--level->second.orders == 0) levels.erase(level);
    orders_.erase(found);
  }

  std::unordered_map<std::uint64_t, Order> orders_;
  std::vector<Book> books_;
};

}  // namespace tickplant::bench
