// ITCH messages into the book of maps: the baseline of suite `itch`. Keeps the books and publishes nothing.
#pragma once

#include "bench/map_book.hpp"
#include "feedhandlers/itch50/messages.hpp"

namespace tickplant::bench {

class MapFeed {
 public:
  explicit MapFeed(std::size_t order_capacity) : book_(std::size_t{1} << 16, order_capacity) {}

  template <class Message>
  void on(const Message&) noexcept {}  // about no order

  void on(const feedhandlers::itch50::AddOrder& m) { add(m); }
  void on(const feedhandlers::itch50::AddOrderAttributed& m) { add(m); }
  void on(const feedhandlers::itch50::OrderExecuted& m) {
    book_.reduce(m.order_ref().value, m.executed_shares().value);
  }
  void on(const feedhandlers::itch50::OrderExecutedWithPrice& m) {
    book_.reduce(m.order_ref().value, m.executed_shares().value);
  }
  void on(const feedhandlers::itch50::OrderCancel& m) { book_.reduce(m.order_ref().value, m.canceled_shares().value); }
  void on(const feedhandlers::itch50::OrderDelete& m) { book_.remove(m.order_ref().value); }
  void on(const feedhandlers::itch50::OrderReplace& m) {
    book_.replace(m.original_order_ref().value, m.new_order_ref().value, m.price().raw, m.shares().value);
  }

  [[nodiscard]] const MapBook& book() const noexcept { return book_; }

 private:
  template <class Add>
  void add(const Add& m) {
    book_.add(m.order_ref().value, m.stock_locate().value, m.side() == ringbuf::Side::ask, m.price().raw,
              m.shares().value);
  }

  MapBook book_;
};

}  // namespace tickplant::bench
