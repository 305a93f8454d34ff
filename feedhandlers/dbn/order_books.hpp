// Books of orders (MBO): what each action does to one, and what readers are told of it.
//
// Where the venue has what we have not, the book is marked and the record flagged; nothing is guessed.
//
// Threads: the feed's own. Not here: records that are the whole of a side (level_books.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/dbn/told_events.hpp"

namespace tickplant::feedhandlers::dbn {

class OrderBooks {
 public:
  /// All references outlive this object.
  OrderBooks(OrderBook& book, ToldEvents& events, NormaliserCounters& counters) noexcept
      : book_(book), events_(events), counters_(counters) {}

  /// The name of an order in our book. A venue's ids are unique within an instrument only, so each instrument counts
  /// from a place of its own: multiples of the golden ratio, which keep apart what differs by less than 2^64 / (3 x
  /// number of instruments).
  [[nodiscard]] static constexpr OrderReference reference_of(ringbuf::InstrumentId instrument,
                                                             OrderReference order) noexcept {
    return {order.value + std::uint64_t{instrument.value} * 0x9e37'79b9'7f4a'7c15};
  }

  /// A hint: a record about this order follows soon.
  void prefetch(ringbuf::InstrumentId instrument, OrderReference order) const noexcept {
    book_.prefetch_add(reference_of(instrument, order), instrument);
  }

  void add(const Mbo& message, const Moment& moment) noexcept {
    if (!events_.claims_book(moment, BookSource::orders)) return;
    if (!is_present(message.price())) return refuse(moment);
    const OrderReference reference = reference_of(moment.instrument, message.order());
    const ringbuf::Side side = to_side(message.side());
    const OrderResult result =
        book_.add(reference, moment.instrument, side, message.price(), size_or_none(message.size()));
    if (result.outcome != BookOutcome::applied) return refuse(moment);
    events_.tell(moment, to_order(message, message.price(), result.size_after, ringbuf::OrderAction::add, side),
                 result.level);
  }

  void cancel(const Mbo& message, const Moment& moment) noexcept {
    if (!events_.claims_book(moment, BookSource::orders)) return;
    const OrderReference reference = reference_of(moment.instrument, message.order());
    const StoredOrder* const open = book_.find(reference);
    if (open == nullptr || open->instrument != moment.instrument) return unknown_reference(moment);
    const OrderResult result = book_.cancel(reference, size_or_none(message.size()));
    if (result.outcome == BookOutcome::invalid) return refuse(moment);
    if (result.outcome == BookOutcome::over_executed) {
      ++counters_.over_cancels;
      book_.mark_maybe_bad(moment.instrument);
    }
    ringbuf::OrderBody body = to_order(message, result.price, {result.size_before.value - result.size_after.value},
                                       ringbuf::OrderAction::cancel, result.side);
    if (result.size_after.value == 0) body.reason = ringbuf::OrderReason::deleted;
    events_.tell(moment, body, result.level);
  }

  void modify(const Mbo& message, const Moment& moment) noexcept {
    if (!events_.claims_book(moment, BookSource::orders)) return;
    const OrderReference reference = reference_of(moment.instrument, message.order());
    const StoredOrder* const open = book_.find(reference);
    if (open == nullptr) {
      ++counters_.modified_as_added;
      return add(message, moment);
    }
    if (open->instrument != moment.instrument) return unknown_reference(moment);
    if (size_or_none(message.size()).value == 0 || !is_present(message.price())) return refuse(moment);
    const ReplaceResult result = book_.modify(reference, message.price(), size_or_none(message.size()));
    const bool is_there = result.outcome == BookOutcome::applied;
    if (!is_there) {
      ++counters_.refused_orders;
      book_.mark_maybe_bad(moment.instrument);
    }
    // Refused at its new price, the order is gone from its old one all the same.
    const ringbuf::OrderBody body =
        is_there ? to_order(message, message.price(), {message.size()}, ringbuf::OrderAction::modify, result.side)
                 : to_order(message, result.old_price, result.old_size, ringbuf::OrderAction::cancel, result.side);
    events_.tell(moment, body, result.removed, result.added);
  }

  void clear(const Mbo& message, const Moment& moment) noexcept {
    book_.clear(moment.instrument);
    using Reason = ringbuf::BookClearBody::Reason;
    ringbuf::BookClearBody body;
    body.reason = message.flags().has(Flag::snapshot) ? Reason::snapshot : Reason::venue;
    events_.forget_depth(moment);
    events_.tell(moment, body);
    events_.clear_depth(moment.instrument, moment.ts_event);
  }

 private:
  /// The venue has an order that we have not.
  void refuse(const Moment& moment) noexcept {
    ++counters_.refused_orders;
    book_.mark_maybe_bad(moment.instrument);
    events_.end_silently(moment);
  }
  void unknown_reference(const Moment& moment) noexcept {
    ++counters_.unknown_references;
    book_.mark_maybe_bad(moment.instrument);
    events_.end_silently(moment);
  }

  OrderBook& book_;
  ToldEvents& events_;
  NormaliserCounters& counters_;
};

}  // namespace tickplant::feedhandlers::dbn
