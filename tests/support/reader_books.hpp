// The books of a reader that knows nothing but the ring: order records and book_clear, in order. Slow and obvious;
// keeps the queue, too.
//
// Threads: one.
// Not here: the records (itch_published.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::tests {

class ReaderBooks {
 public:
  struct Order {
    std::uint64_t id = 0;
    ringbuf::Side side{};
    std::int64_t price = 0;
    std::uint64_t size = 0;
    friend bool operator==(const Order&, const Order&) = default;
  };
  using Queue = std::vector<Order>;

  void apply(const ringbuf::Record& record) {
    const ringbuf::InstrumentId id = record.header.instrument;
    if (record.header.type == ringbuf::RecordType::session) books_.clear();
    if (record.header.type == ringbuf::RecordType::book_clear)
      id == ringbuf::kNoInstrument ? books_.clear() : books_[id].clear();
    if (record.header.type == ringbuf::RecordType::order) apply(books_[id], record.as<ringbuf::OrderBody>());
  }

  /// The open orders at one price, the oldest first.
  [[nodiscard]] Queue queue(ringbuf::InstrumentId id, ringbuf::Side side, std::int64_t price) const {
    Queue out;
    const auto book = books_.find(id);
    if (book == books_.end()) return out;
    for (const Order& order : book->second)
      if (order.side == side && order.price == price) out.push_back(order);
    return out;
  }
  [[nodiscard]] std::size_t open_orders(ringbuf::InstrumentId id) const {
    const auto book = books_.find(id);
    return book == books_.end() ? 0 : book->second.size();
  }

 private:
  static void apply(Queue& book, const ringbuf::OrderBody& body) {
    if (body.action == ringbuf::OrderAction::add) {
      book.push_back({body.order_id, body.side, body.price.value, body.size.value});
      return;
    }
    const auto order = std::find_if(book.begin(), book.end(), [&](const Order& o) { return o.id == body.order_id; });
    if (order == book.end()) return;  // of a book that it was told to doubt
    order->size -= std::min(order->size, body.size.value);
    if (order->size == 0) book.erase(order);
  }

  std::map<ringbuf::InstrumentId, Queue> books_;
};

}  // namespace tickplant::tests
