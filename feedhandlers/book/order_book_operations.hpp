// The operations of the order book, in a header so that they melt into the feed handler that calls them.
//
// Included by order_book.hpp alone.
#pragma once

#include "feedhandlers/book/order_book.hpp"

namespace tickplant::feedhandlers {

inline BookOutcome OrderBook::count(BookOutcome outcome) noexcept {
  ++counters_.outcomes[static_cast<std::size_t>(outcome)];
  return outcome;
}

inline StoredOrder* OrderBook::open_order(OrderReference reference) noexcept {
  StoredOrder* const order = orders_.find(reference);
  if (order == nullptr) return nullptr;
  if (order->generation == books_[order->instrument.value].bid().generation) [[likely]]
    return order;
  orders_.erase(*order);
  --stale_orders_;
  return nullptr;
}

inline BookOutcome OrderBook::place(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side,
                                    ringbuf::Price price, ringbuf::Size size, LevelChange& change) noexcept {
  if (size.value == 0 || side == ringbuf::Side::none) [[unlikely]]
    return count(BookOutcome::invalid);
  if (open_order(reference) != nullptr) [[unlikely]]
    return count(BookOutcome::duplicate_reference);
  if (stale_orders_ != 0) [[unlikely]]
    sweep(kSweptPerAdd);
  StoredOrder* slot = orders_.free_slot(reference);
  if (slot == nullptr && stale_orders_ != 0) [[unlikely]] {
    sweep(orders_.slot_count());
    slot = orders_.free_slot(reference);
  }
  if (slot == nullptr) [[unlikely]]
    return count(BookOutcome::store_full, instrument);
  Book& book = books_[instrument.value];
  change = SideLevels(arena_, book.side(side), side).add(price, size);
  if (change.kind == LevelChange::Kind::none) [[unlikely]]
    return count(BookOutcome::levels_full, instrument);
  orders_.fill(*slot, reference, instrument, side, price, size, book.bid().generation);
  ++book.side(side).order_count;
  return BookOutcome::applied;
}

inline LevelChange OrderBook::take(const StoredOrder& order, ringbuf::Size size, std::uint32_t orders) noexcept {
  BookSide& side = books_[order.instrument.value].side(order.side);
  side.order_count -= orders;
  bool fits = true;
  const LevelChange change = SideLevels(arena_, side, order.side).take(order.price, size, orders, fits);
  if (!fits) [[unlikely]]
    mismatch(order.instrument);
  return change;
}

inline OrderResult OrderBook::add(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side,
                                  ringbuf::Price price, ringbuf::Size size) noexcept {
  OrderResult result{BookOutcome::applied, side, instrument, price, {}, {}, {}};
  if (instrument.value >= books_.size()) [[unlikely]] {
    result.outcome = count(BookOutcome::unknown_instrument);
    return result;
  }
  result.outcome = place(reference, instrument, side, price, size, result.level);
  if (result.outcome == BookOutcome::applied) [[likely]]
    result.size_after = size;
  return result;
}

inline OrderResult OrderBook::reduce(OrderReference reference, ringbuf::Size size) noexcept {
  OrderResult result;
  StoredOrder* const order = open_order(reference);
  if (order == nullptr) [[unlikely]] {
    result.outcome = count(BookOutcome::unknown_reference);
    return result;
  }
  result = {BookOutcome::applied, order->side, order->instrument, order->price, order->size, order->size, {}};
  if (size.value == 0) [[unlikely]] {
    result.outcome = count(BookOutcome::invalid);
    return result;
  }
  if (size > order->size) [[unlikely]] {
    result.outcome = count(BookOutcome::over_executed);
    size = order->size;
  }
  result.size_after = {order->size.value - size.value};
  const bool leaves = result.size_after.value == 0;
  result.level = take(*order, size, leaves ? 1 : 0);
  if (leaves) {
    orders_.erase(*order);
  } else {
    order->size = result.size_after;
  }
  return result;
}

inline OrderResult OrderBook::remove(OrderReference reference) noexcept {
  OrderResult result;
  StoredOrder* const order = open_order(reference);
  if (order == nullptr) [[unlikely]] {
    result.outcome = count(BookOutcome::unknown_reference);
    return result;
  }
  result = {BookOutcome::applied, order->side, order->instrument, order->price, order->size, {}, {}};
  result.level = take(*order, order->size, 1);
  orders_.erase(*order);
  return result;
}

inline ReplaceResult OrderBook::replace(OrderReference old_reference, OrderReference new_reference,
                                        ringbuf::Price price, ringbuf::Size size) noexcept {
  ReplaceResult result;
  StoredOrder* const order = open_order(old_reference);
  if (order == nullptr) [[unlikely]] {
    result.outcome = count(BookOutcome::unknown_reference);
    return result;
  }
  result = {BookOutcome::applied, order->side, order->instrument, order->price, order->size, {}, {}};
  result.removed = take(*order, order->size, 1);
  orders_.erase(*order);
  result.outcome = place(new_reference, result.instrument, result.side, price, size, result.added);
  return result;
}

}  // namespace tickplant::feedhandlers
