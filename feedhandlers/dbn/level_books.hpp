// Books of levels: of records that state the ten best (MBP-10), and of MBO records that are the whole of their side.
// A record is published for each level that differs from the book.
//
// Threads: the feed's own. Not here: books of orders (order_books.hpp), best prices that a record states
// (normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/dbn/told_events.hpp"

namespace tickplant::feedhandlers::dbn {

class LevelBooks {
 public:
  /// All references outlive this object.
  LevelBooks(OrderBook& book, ToldEvents& events, NormaliserCounters& counters) noexcept
      : book_(book), events_(events), counters_(counters) {}

  /// The record is the whole of its side: a venue that publishes the best price only. Without a price, nothing is
  /// there.
  void set_top(const Mbo& message, const Moment& moment) noexcept {
    if (!events_.claims_book(moment, BookSource::levels)) return;
    const ringbuf::Side side = to_side(message.side());
    if (side == ringbuf::Side::none) return refuse(moment);
    Teller teller{*this, moment};
    const ringbuf::Size size = size_or_none(message.size());
    const bool is_there = is_present(message.price()) && size.value > 0;
    const Wanted wanted{is_there ? message.price() : ringbuf::kNoPrice, size, 0};
    set_side(moment, side, {&wanted, 1}, teller);
    const bool wants_quote = moment.is_last && events_.quote_changed(moment);
    teller.finish(moment.is_last && !wants_quote);
    if (wants_quote) events_.tell_best(moment);
    if (!wants_quote && !teller.has_told()) return events_.end_silently(moment);
    events_.flush_depth(moment);
  }

  /// The ten levels of the message are the book, whatever it was before. `ends_event`: nothing follows of the event.
  /// True when a record told so. The caller flushes the depth when all is told.
  bool set_ten(const Mbp10& message, const Moment& moment, bool ends_event) noexcept {
    Teller teller{*this, moment};
    for (const ringbuf::Side side : {ringbuf::Side::bid, ringbuf::Side::ask}) {
      std::array<Wanted, Mbp10::kLevels> wanted;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        const LevelPair level = message.level(i);
        wanted[i] = side == ringbuf::Side::bid ? Wanted{level.bid_price(), {level.bid_size()}, level.bid_count()}
                                               : Wanted{level.ask_price(), {level.ask_size()}, level.ask_count()};
        if (wanted[i].size.value == 0) wanted[i].price = ringbuf::kNoPrice;
      }
      set_side(moment, side, wanted, teller);
    }
    teller.finish(ends_event);
    return teller.has_told();
  }

 private:
  struct Wanted {
    ringbuf::Price price = ringbuf::kNoPrice;  // none: no level
    ringbuf::Size size{};
    std::uint32_t order_count = 0;
  };

  /// Sets levels and publishes a record for each that changed, always one behind, so that the last can end the event.
  class Teller {
   public:
    Teller(LevelBooks& owner, const Moment& moment) noexcept : owner_(owner), moment_(moment) {}

    void set(ringbuf::Side side, ringbuf::Price price, ringbuf::Size size, std::uint32_t order_count) noexcept {
      const LevelResult result = owner_.book_.set_level(moment_.instrument, side, price, size, order_count);
      if (result.level.kind == LevelChange::Kind::none) return;
      flush(false);
      waiting_ = result.level;
    }
    void finish(bool is_end) noexcept { flush(is_end); }
    [[nodiscard]] bool has_told() const noexcept { return has_told_; }

   private:
    void flush(bool is_end) noexcept {
      if (waiting_.kind == LevelChange::Kind::none) return;
      owner_.events_.publish(moment_, to_level(waiting_), is_end);
      owner_.events_.note_depth(moment_, waiting_);
      waiting_ = {};
      has_told_ = true;
    }
    LevelBooks& owner_;
    const Moment& moment_;
    LevelChange waiting_;
    bool has_told_ = false;
  };

  /// What is wanted is the side: first goes what is not, from the far end.
  void set_side(const Moment& moment, ringbuf::Side side, std::span<const Wanted> wanted, Teller& teller) noexcept {
    for (std::uint32_t index = book_.level_count(moment.instrument, side); index-- > 0;) {
      const ringbuf::Price price = book_.level(moment.instrument, side, index).price;
      const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.price == price; });
      if (!stays) teller.set(side, price, {}, 0);
    }
    for (const Wanted& level : wanted)
      if (is_present(level.price)) teller.set(side, level.price, level.size, level.order_count);
  }

  void refuse(const Moment& moment) noexcept {
    ++counters_.refused_orders;
    book_.mark_maybe_bad(moment.instrument);
    events_.end_silently(moment);
  }

  OrderBook& book_;
  ToldEvents& events_;
  NormaliserCounters& counters_;
};

}  // namespace tickplant::feedhandlers::dbn
