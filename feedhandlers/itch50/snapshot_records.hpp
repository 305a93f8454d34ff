// A whole book told again: compared with another one, made equal to it, written into ring and tables.
//
//   book_clear   reason snapshot
//   order ...    add, each open order with what is left of it, the oldest first: at one price that is the queue
//   level ...    where configured
//   quote        where configured
//
// All of it is one event about one instrument, in one piece: no live record lies in between, and the last one carries
// end_of_event. A reader clears its book and adds.
//
// Threads: the feed's own. Nothing here allocates, locks or logs. Takes as long as the instrument has open orders.
// Not here: when that happens (book_recovery.hpp), statuses (normaliser.hpp).
#pragma once

#include "feedhandlers/book/queue_book.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"

namespace tickplant::feedhandlers::itch50 {

/// The same open orders, the same levels. (The queue is not compared: a data path book does not know it.)
[[nodiscard]] bool is_same_book(OrderBook& ours, const QueueBook& truth, ringbuf::InstrumentId id) noexcept;

/// Empties `ours` and adds all orders of `truth`. False where one was refused.
[[nodiscard]] bool copy_book(const QueueBook& truth, OrderBook& ours, ringbuf::InstrumentId id) noexcept;

/// Publishes the book, flagged `snapshot`, and maybe-bad where it is; the depth table with it. `time`: of the newest
/// event of the stream.
void tell_book(TickPublisher& publisher, const OrderBook& ours, const QueueBook& truth, const PublishedForms& forms,
               ringbuf::InstrumentId id, platform::UnixNanos time) noexcept;

}  // namespace tickplant::feedhandlers::itch50
