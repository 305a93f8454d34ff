// The book that everybody writes first, as the peer to measure against: std::unordered_map of orders, std::map of
// levels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

namespace tickplant::bench {

class MapBook {
 public:
  MapBook(std::size_t instrument_count, std::size_t order_capacity) : books_(instrument_count) {
    orders_.reserve(order_capacity);
  }

  void add(std::uint64_t reference, std::uint32_t instrument, bool is_ask, std::int64_t price, std::uint64_t size) {
    if (!orders_.try_emplace(reference, Order{price, size, instrument, is_ask}).second) return;
    if (is_ask) {
      add_to(books_[instrument].asks, price, size);
    } else {
      add_to(books_[instrument].bids, price, size);
    }
  }

  void reduce(std::uint64_t reference, std::uint64_t size) {
    const auto found = orders_.find(reference);
    if (found == orders_.end()) return;
    Order& order = found->second;
    size = std::min(size, order.size);
    order.size -= size;
    const bool leaves = order.size == 0;
    if (order.is_ask) {
      take_from(books_[order.instrument].asks, order.price, size, leaves);
    } else {
      take_from(books_[order.instrument].bids, order.price, size, leaves);
    }
    if (leaves) orders_.erase(found);
  }

  void remove(std::uint64_t reference) { reduce(reference, UINT64_MAX); }

  void replace(std::uint64_t reference, std::uint64_t new_reference, std::int64_t price, std::uint64_t size) {
    const auto found = orders_.find(reference);
    if (found == orders_.end()) return;
    const Order order = found->second;
    remove(reference);
    add(new_reference, order.instrument, order.is_ask, price, size);
  }

  [[nodiscard]] std::size_t open_orders() const { return orders_.size(); }
  [[nodiscard]] std::int64_t best_bid(std::uint32_t instrument) const {
    const auto& bids = books_[instrument].bids;
    return bids.empty() ? 0 : bids.begin()->first;
  }
  [[nodiscard]] std::int64_t best_ask(std::uint32_t instrument) const {
    const auto& asks = books_[instrument].asks;
    return asks.empty() ? 0 : asks.begin()->first;
  }

  /// Sum over all sides of best price x size there: says that two books agree.
  [[nodiscard]] std::uint64_t best_levels_sum() const {
    std::uint64_t sum = 0;
    const auto add_best = [&](const auto& levels) {
      if (!levels.empty()) sum += static_cast<std::uint64_t>(levels.begin()->first) * levels.begin()->second.size;
    };
    for (const Book& book : books_) {
      add_best(book.bids);
      add_best(book.asks);
    }
    return sum;
  }

 private:
  struct Order {
    std::int64_t price;
    std::uint64_t size;
    std::uint32_t instrument;
    bool is_ask;
  };
  struct Amount {
    std::uint64_t size = 0;
    std::uint32_t order_count = 0;
  };
  struct Book {
    std::map<std::int64_t, Amount, std::greater<>> bids;
    std::map<std::int64_t, Amount> asks;
  };

  template <typename Levels>
  static void add_to(Levels& levels, std::int64_t price, std::uint64_t size) {
    Amount& amount = levels[price];
    amount.size += size;
    ++amount.order_count;
  }

  template <typename Levels>
  static void take_from(Levels& levels, std::int64_t price, std::uint64_t size, bool leaves) {
    const auto level = levels.find(price);
    level->second.size -= size;
    if (leaves && --level->second.order_count == 0) levels.erase(level);
  }

  std::unordered_map<std::uint64_t, Order> orders_;
  std::vector<Book> books_;
};

}  // namespace tickplant::bench
