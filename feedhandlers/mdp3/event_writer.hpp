// Publishes the records of a venue's event and marks the last of them, though nobody knows which is the last before the
// event ends: the newest record waits until the next one comes, the event ends or the packet does.
//
// Where the packet ends before its event does, the record goes out unmarked, and what ends the event (a quote, or the
// position behind the packet) carries the mark.
//
// The depth table follows each record that moved a side of a book, under that record's sequence.
//
// Threads: the feed's own. Not here: what the records say (normaliser.hpp).
#pragma once

#include <variant>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "feedhandlers/write_depth.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::mdp3 {

class EventWriter {
 public:
  EventWriter(TickPublisher& publisher, const OrderBook& book, bool with_depth) noexcept
      : publisher_(publisher), book_(book), with_depth_(with_depth) {}

  /// `changed_side`: of the instrument's book, by what the record tells.
  template <class Body>
  void write(ringbuf::InstrumentId instrument, platform::UnixNanos time, const Body& body, ringbuf::RecordFlags flags,
             ringbuf::Side changed_side) noexcept {
    flush(ringbuf::RecordFlags::none);
    changed_side_ = changed_side;
    waiting_ = body;
    instrument_ = instrument;
    time_ = time;
    flags_ = flags;
  }

  /// Nothing more belongs to the event.
  void end_event() noexcept { flush(ringbuf::RecordFlags::end_of_event); }
  /// The packet ends, its event goes on.
  void end_packet() noexcept { flush(ringbuf::RecordFlags::none); }

 private:
  using Body = std::variant<std::monostate, ringbuf::TradeBody, ringbuf::TradeCancelBody, ringbuf::OrderBody,
                            ringbuf::LevelBody, ringbuf::QuoteBody, ringbuf::BookClearBody, ringbuf::DefinitionBody>;

  void flush(ringbuf::RecordFlags mark) noexcept {
    if (waiting_.index() == 0) return;
    std::visit(
        [&](const auto& body) {
          using Written = std::remove_cvref_t<decltype(body)>;
          if constexpr (!std::is_same_v<Written, std::monostate>) {
            const ringbuf::Sequence sequence = publisher_.publish(instrument_, time_, body, flags_ | mark);
            if (!with_depth_) return;
            if constexpr (std::is_same_v<Written, ringbuf::BookClearBody>)
              publisher_.depth().clear(instrument_, sequence, time_);
            if (changed_side_ != ringbuf::Side::none) update_depth(sequence);
          }
        },
        waiting_);
    waiting_ = std::monostate{};
  }

  /// The whole side as it is now: changes behind the record may have moved it on, and their own records come next.
  void update_depth(ringbuf::Sequence sequence) noexcept {
    write_depth(publisher_.depth(), book_, instrument_, sequence, time_,
                has(flags_, ringbuf::RecordFlags::maybe_bad_book), {changed_side_, 0, ringbuf::kDepthLevels});
  }

  TickPublisher& publisher_;
  const OrderBook& book_;
  bool with_depth_;
  Body waiting_;
  ringbuf::InstrumentId instrument_ = ringbuf::kNoInstrument;
  platform::UnixNanos time_ = platform::kNoTime;
  ringbuf::RecordFlags flags_ = ringbuf::RecordFlags::none;
  ringbuf::Side changed_side_ = ringbuf::Side::none;
};

}  // namespace tickplant::feedhandlers::mdp3
