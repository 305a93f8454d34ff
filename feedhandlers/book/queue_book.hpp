// An order book that also knows the queue: the open orders of each instrument in the order in which they came. For
// books made from a snapshot, which have to be told again order by order; the data path does without.
//
// Threads: one. All memory is taken at construction; operations never allocate, lock, log or throw.
// Not here: levels and stores (order_book.hpp), where the snapshot comes from (itch50/book_recovery.hpp).
#pragma once

#include "feedhandlers/book/arrival_lists.hpp"
#include "feedhandlers/book/order_book.hpp"

namespace tickplant::feedhandlers {

class QueueBook {
 public:
  /// Throws SetupError when a capacity is out of range or memory is refused.
  explicit QueueBook(const OrderBookConfig& config)
      : book_(config), arrivals_(book_.instrument_count(), book_.slot_count()) {}

  OrderResult add(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side, ringbuf::Price price,
                  ringbuf::Size size) noexcept {
    const OrderResult result = book_.add(reference, instrument, side, price, size);
    if (result.outcome == BookOutcome::applied) join(reference);
    return result;
  }

  OrderResult execute(OrderReference reference, ringbuf::Size size) noexcept {
    const std::size_t slot = slot_of(reference);
    const OrderResult result = book_.execute(reference, size);
    leave(result, slot);
    return result;
  }
  OrderResult cancel(OrderReference reference, ringbuf::Size size) noexcept { return execute(reference, size); }

  OrderResult remove(OrderReference reference) noexcept {
    const std::size_t slot = slot_of(reference);
    const OrderResult result = book_.remove(reference);
    leave(result, slot);
    return result;
  }

  ReplaceResult replace(OrderReference old_reference, OrderReference new_reference, ringbuf::Price price,
                        ringbuf::Size size) noexcept {
    const std::size_t slot = slot_of(old_reference);
    const ReplaceResult result = book_.replace(old_reference, new_reference, price, size);
    if (result.outcome == BookOutcome::unknown_reference) return result;
    arrivals_.remove(result.instrument, slot);
    if (result.outcome == BookOutcome::applied) join(new_reference);
    return result;
  }

  void clear(ringbuf::InstrumentId instrument) noexcept {
    book_.clear(instrument);
    arrivals_.clear(instrument);
  }
  void clear_all() noexcept {
    for (std::uint32_t id = 0; id < book_.instrument_count(); ++id) clear({id});
  }

  /// visit(const StoredOrder&) for each open order of the instrument, the oldest first.
  template <typename Visit>
  void for_each_order(ringbuf::InstrumentId instrument, Visit&& visit) const {
    arrivals_.for_each(instrument, [&](std::size_t slot) { visit(book_.order_in(slot)); });
  }

  [[nodiscard]] const OrderBook& book() const noexcept { return book_; }

 private:
  static constexpr std::size_t kNoSlot = SIZE_MAX;

  [[nodiscard]] std::size_t slot_of(OrderReference reference) noexcept {
    const StoredOrder* const order = book_.find(reference);
    return order == nullptr ? kNoSlot : book_.slot_of(*order);
  }
  void join(OrderReference reference) noexcept {
    const StoredOrder* const order = book_.find(reference);
    arrivals_.append(order->instrument, book_.slot_of(*order));
  }
  /// After something was taken off the order that stood in `slot`.
  void leave(const OrderResult& result, std::size_t slot) noexcept {
    const bool was_open = result.outcome == BookOutcome::applied || result.outcome == BookOutcome::over_executed;
    if (was_open && result.size_after.value == 0) arrivals_.remove(result.instrument, slot);
  }

  OrderBook book_;
  ArrivalLists arrivals_;
};

}  // namespace tickplant::feedhandlers
