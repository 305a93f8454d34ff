// Books of instruments that are told by price levels (template 46): what each entry does to one, a record for each
// level that changes, and doubt where an entry does not fit a book that ought to be complete.
//
// Threads: the feed's own. Not here: orders (order_entries.hpp), numbers of entries (continuity.hpp).
#pragma once

#include <algorithm>
#include <cstdint>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/mdp3/channel_events.hpp"
#include "feedhandlers/mdp3/messages.hpp"

namespace tickplant::feedhandlers::mdp3 {

[[nodiscard]] constexpr ringbuf::Side side_of(char entry_type) noexcept {
  if (entry_type == '0') return ringbuf::Side::bid;
  return entry_type == '1' ? ringbuf::Side::ask : ringbuf::Side::none;
}

class LevelBooks {
 public:
  /// `market_depth`: how many levels a side the venue tells; what falls off behind is not told again. `tell_derived`:
  /// levels of books of orders are published, too. All references outlive this object.
  LevelBooks(OrderBook& book, ChannelEvents& events, std::uint8_t market_depth, bool tell_derived,
             NormaliserCounters& counters) noexcept
      : book_(book), events_(events), market_depth_(market_depth), tell_derived_(tell_derived), counters_(counters) {}

  /// An entry whose turn it is, of any type.
  void apply(Instrument& instrument, const BookEntry& entry, platform::UnixNanos time) noexcept {
    switch (entry.entry_type()) {
      case '0':
      case '1': ++counters_.level_entries; return apply_level(instrument, entry, time);
      case 'E':
      case 'F': ++counters_.implied_entries; return;
      case 'J':
        ++counters_.book_resets;
        instrument.continuity.on_book_reset(events_.known_at());
        return clear(instrument, time, ringbuf::BookClearBody::Reason::venue);
      default: ++counters_.statistics_entries; return;
    }
  }

  /// The book is empty, and readers are told why.
  void clear(Instrument& instrument, platform::UnixNanos time, ringbuf::BookClearBody::Reason reason) noexcept {
    book_.clear(instrument.id);
    instrument.form = BookForm::none;
    instrument.orders_broken = false;
    instrument.orders_complete_at = events_.known_at();
    events_.touch(instrument);
    ringbuf::BookClearBody clear;
    clear.reason = reason;
    events_.write(instrument, time, clear);
  }

  /// A level changed: by an entry of its own, or by one of its orders.
  void changed(Instrument& instrument, const LevelChange& change, platform::UnixNanos time) noexcept {
    if (change.kind == LevelChange::Kind::none) return;
    events_.touch(instrument);
    // What the venue says in levels is published in levels, whatever forms are derived: books are recoverable state.
    if (instrument.form == BookForm::orders && !tell_derived_) return;
    events_.write(instrument, time,
                  ringbuf::LevelBody{change.price,
                                     change.size,
                                     change.order_count,
                                     static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
                                     change.side,
                                     {}},
                  change.side);
  }

 private:
  void apply_level(Instrument& instrument, const BookEntry& entry, platform::UnixNanos time) noexcept {
    if (instrument.form == BookForm::orders)  // it is told by levels after all: orders and levels do not mix
      clear(instrument, time, ringbuf::BookClearBody::Reason::recovery);
    instrument.form = BookForm::levels;
    const ringbuf::Side side = side_of(entry.entry_type());
    const std::uint32_t count = book_.level_count(instrument.id, side);
    const std::uint32_t index = entry.price_level() - std::uint32_t{1};  // wraps for 0: beyond every count
    const bool has_price = ringbuf::is_present(entry.price());
    const bool has_size = entry.size() > 0 && entry.size() != kNullSize;
    const bool is_here = has_price && index < count && book_.level(instrument.id, side, index).price == entry.price();
    switch (entry.action()) {
      case 0:
        if (!has_price || !has_size) return refuse(instrument);
        if (holds(instrument, side, entry.price())) mismatch(instrument);
        set(instrument, side, entry, time, index);
        return trim(instrument, side, market_depth_, time);
      case 1:
        if (!has_price || !has_size) return refuse(instrument);
        if (!is_here) mismatch(instrument);
        set(instrument, side, entry, time, index);
        return trim(instrument, side, market_depth_, time);  // a doubtful book may grow here
      case 2:
        if (!has_price) return refuse(instrument);
        if (!is_here) mismatch(instrument);
        return remove(instrument, side, entry.price(), time);
      case 3:  // from the best to this one
        if (index >= count) mismatch(instrument);
        for (std::uint32_t left = std::min(count, index + 1); left > 0; --left)
          remove(instrument, side, book_.level(instrument.id, side, 0).price, time);
        return;
      case 4:  // from this one to the last
        if (index >= count) return mismatch(instrument);
        return trim(instrument, side, index, time);
      case 5:
        if (!has_price || !has_size) return refuse(instrument);
        if (index >= count) mismatch(instrument);
        if (index < count) remove(instrument, side, book_.level(instrument.id, side, index).price, time);
        set(instrument, side, entry, time, index);
        return trim(instrument, side, market_depth_, time);
      default: return refuse(instrument);
    }
  }

  [[nodiscard]] bool holds(const Instrument& instrument, ringbuf::Side side, ringbuf::Price price) const noexcept {
    const std::uint32_t count = std::min<std::uint32_t>(book_.level_count(instrument.id, side), 256);
    for (std::uint32_t i = 0; i < count; ++i)
      if (book_.level(instrument.id, side, i).price == price) return true;
    return false;
  }

  /// `index`: where the venue says that it stands.
  void set(Instrument& instrument, ringbuf::Side side, const BookEntry& entry, platform::UnixNanos time,
           std::uint32_t index) noexcept {
    const std::uint32_t orders = entry.order_count() < 0 || entry.order_count() == kNullSize
                                     ? 0
                                     : static_cast<std::uint32_t>(entry.order_count());
    const LevelResult result =
        book_.set_level(instrument.id, side, entry.price(), {static_cast<std::uint64_t>(entry.size())}, orders);
    if (result.outcome != BookOutcome::applied) return refuse(instrument);
    if (result.level.index != index) mismatch(instrument);
    changed(instrument, result.level, time);
  }

  void remove(Instrument& instrument, ringbuf::Side side, ringbuf::Price price, platform::UnixNanos time) noexcept {
    changed(instrument, book_.set_level(instrument.id, side, price, {}, 0).level, time);
  }

  /// Keeps the best `count` levels.
  void trim(Instrument& instrument, ringbuf::Side side, std::uint32_t count, platform::UnixNanos time) noexcept {
    for (std::uint32_t have = book_.level_count(instrument.id, side); have > count; --have)
      remove(instrument, side, book_.level(instrument.id, side, have - 1).price, time);
  }

  /// What the venue says does not fit a book that ought to be complete: it is not.
  void mismatch(Instrument& instrument) noexcept {
    if (instrument.continuity.state(events_.losses()) != Continuity::State::complete) return;
    ++counters_.book_mismatches;
    instrument.continuity.on_mismatch();
  }

  void refuse(Instrument& instrument) noexcept {
    ++counters_.refused_entries;
    instrument.continuity.on_mismatch();
  }

  OrderBook& book_;
  ChannelEvents& events_;
  std::uint32_t market_depth_;
  bool tell_derived_;
  NormaliserCounters& counters_;
};

}  // namespace tickplant::feedhandlers::mdp3
