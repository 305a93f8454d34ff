// The book of one instrument out of its records: what order and level records say, one after the other.
//
// Slow and plain, for questions about what was; the feed's own book is feedhandlers/book/order_book.hpp.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ringbuf/depth_layout.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::ringbuf {

class RecordBook {
 public:
  /// A record about the instrument. Types that say nothing of a book are passed over.
  void apply(const Record& record);
  /// A session begins, or a book_clear of the whole feed.
  void clear() noexcept;

  /// An order or level record has come: there is something to build a book from.
  [[nodiscard]] bool is_told() const noexcept { return has_orders_ || has_levels_; }
  /// No record has said anything of it: it is as it was made.
  [[nodiscard]] bool is_untouched() const noexcept { return stamp_ == 0 && !is_told() && !is_bad_; }
  /// Its ten best levels. Stamp and ts_event: of the newest record that it is built from.
  [[nodiscard]] DepthEntry depth() const;
  [[nodiscard]] std::size_t open_orders() const noexcept { return orders_.size(); }
  /// Of level records.
  [[nodiscard]] std::size_t told_levels() const noexcept { return of_levels_.bids.size() + of_levels_.asks.size(); }

  /// It may be wrong: what told of it was missed in part.
  [[nodiscard]] bool is_maybe_bad() const noexcept { return is_bad_; }
  /// visit(id, side, price, size) of each open order, in no order.
  template <class Visit>
  void for_each_order(Visit&& visit) const {
    for (const auto& [id, order] : orders_) visit(id, order.side, Price{order.price}, Size{order.size});
  }

  /// All of it as bytes, the same ones whichever way it came about: typically 8 an open order, at most 45; at most 25 a
  /// level of level records, and 24 for the rest. Who stores them versions and guards them.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// Nothing: not what bytes() gave.
  [[nodiscard]] static std::optional<RecordBook> of(std::span<const std::byte> bytes);

 private:
  struct Order {
    Side side{};
    std::int64_t price = 0;
    std::uint64_t size = 0;
  };
  struct Level {
    std::uint64_t size = 0;
    std::uint32_t order_count = 0;
  };
  /// Keys ascend from the best: bids by the complement of the price.
  using Levels = std::map<std::int64_t, Level>;
  struct Sides {
    Levels bids, asks;
  };

  static Levels& side_of(Sides& sides, Side side) noexcept { return side == Side::bid ? sides.bids : sides.asks; }
  static std::int64_t key_of(Side side, std::int64_t price) noexcept { return side == Side::bid ? ~price : price; }

  void put(const Order& order);
  void take(const Order& order, std::uint64_t size, bool is_gone);
  void apply(const OrderBody& body);
  void apply(const LevelBody& body);

  std::unordered_map<std::uint64_t, Order> orders_;
  Sides of_orders_;  // always the sums of orders_, modulo their widths
  Sides of_levels_;
  bool has_orders_ = false, has_levels_ = false, is_bad_ = false;
  std::uint64_t stamp_ = 0;
  UnixNanos ts_event_{};
};

}  // namespace tickplant::ringbuf
