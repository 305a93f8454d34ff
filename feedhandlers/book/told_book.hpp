// A book as the records of a ring tell it: for who goes on where another one was, and for who plays history back.
//
// Threads: as the book.
// Not here: where the records come from; what a session, or a book_clear of no instrument, is to whom (the caller).
#pragma once

#include "feedhandlers/book/order_book.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::feedhandlers {

/// Does to the book of its instrument what `record` says was done to it. Records that say nothing of books change only
/// whether the book is in doubt.
inline void apply_told(OrderBook& book, const ringbuf::Record& record) noexcept {
  using ringbuf::RecordType;
  const ringbuf::InstrumentId id = record.header.instrument;
  if (id == ringbuf::kNoInstrument || id.value >= book.instrument_count()) return;
  if (record.header.type == RecordType::order) {
    const auto order = record.as<ringbuf::OrderBody>();
    const OrderReference reference{order.order_id};
    switch (order.action) {
      case ringbuf::OrderAction::add: book.add(reference, id, order.side, order.price, order.size); break;
      case ringbuf::OrderAction::cancel: book.cancel(reference, order.size); break;
      case ringbuf::OrderAction::execute: book.execute(reference, order.size); break;
      case ringbuf::OrderAction::modify: book.modify(reference, order.price, order.size); break;
    }
  } else if (record.header.type == RecordType::level) {
    const auto level = record.as<ringbuf::LevelBody>();
    book.set_level(id, level.side, level.price, level.size, level.order_count);
  } else if (record.header.type == RecordType::book_clear) {
    book.clear(id);
  }
  has(record.header.flags, ringbuf::RecordFlags::maybe_bad_book) ? book.mark_maybe_bad(id) : book.mark_good(id);
}

}  // namespace tickplant::feedhandlers
