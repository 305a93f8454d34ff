// What readers have been told of each instrument: whether its event is open, its best prices, its depth.
//
// Best prices from a book are told at the end of an event, where they changed; the depth table follows at the end, too.
// A record that says nothing of its own may still end an event: then the best prices are told, changed or not.
//
// Threads: the feed's own. Allocates in the constructor.
// Not here: what changes a book (order_books.hpp, level_books.hpp), when an event ends (normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/dbn/market_records.hpp"
#include "feedhandlers/dbn/normaliser_counters.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "feedhandlers/write_depth.hpp"

namespace tickplant::feedhandlers::dbn {

/// What a book is fed by.
enum class BookSource : std::uint8_t { none, orders, levels };

/// Depth levels that differ from the table: [first, last), and the newest record that told so.
struct StaleDepth {
  std::size_t first = ringbuf::kDepthLevels;
  std::size_t last = 0;
  ringbuf::Sequence sequence{};
};

/// What readers know of one instrument.
struct Told {
  ringbuf::QuoteBody best;
  platform::UnixNanos newest = platform::kNoTime;
  std::array<StaleDepth, 2> stale{};  // bid, ask
  BookSource source = BookSource::none;
  bool is_open = false;  // records of an event were told, its end was not
};

/// One record's circumstances.
struct Moment {
  ringbuf::InstrumentId instrument{};
  Told* told = nullptr;  // of the instrument
  platform::UnixNanos ts_event = platform::kNoTime;
  ringbuf::RecordFlags flags = ringbuf::RecordFlags::none;
  bool is_last = true;  // of its event
};

class ToldEvents {
 public:
  /// All references outlive this object.
  ToldEvents(TickPublisher& publisher, OrderBook& book, PublishedForms forms, NormaliserCounters& counters)
      : publisher_(publisher), book_(book), forms_(forms), counters_(counters), told_(book.instrument_count()) {}

  [[nodiscard]] Told& told(ringbuf::InstrumentId instrument) noexcept { return told_[instrument.value]; }

  /// Nothing was told of it today.
  void start_anew(ringbuf::InstrumentId instrument, platform::UnixNanos time) noexcept {
    told(instrument) = {};
    clear_depth(instrument, time);
  }

  /// A book is fed by orders or by levels. The first record about it decides.
  bool claims_book(const Moment& moment, BookSource source) noexcept {
    BookSource& owner = moment.told->source;
    if (owner == BookSource::none) owner = source;
    if (owner == source) return true;
    ++counters_.mixed_books;
    book_.mark_maybe_bad(moment.instrument);
    return false;
  }

  /// Event times of one instrument grow.
  bool goes_back(const Moment& moment) noexcept {
    const bool backward = moment.ts_event < moment.told->newest;
    if (backward)
      ++counters_.backward_times;
    else
      moment.told->newest = moment.ts_event;
    return backward;
  }

  template <class Body>
  void publish(const Moment& moment, const Body& body, bool is_end) noexcept {
    using enum ringbuf::RecordFlags;
    ringbuf::RecordFlags flags = moment.flags;
    if (book_.is_maybe_bad(moment.instrument)) flags = flags | maybe_bad_book;
    if (is_end) flags = flags | end_of_event;
    publisher_.publish(moment.instrument, moment.ts_event, body, flags);
    moment.told->is_open = !is_end;
  }
  void publish_quote(const Moment& moment, const ringbuf::QuoteBody& quote, bool is_end) noexcept {
    publish(moment, quote, is_end);
    moment.told->best = quote;
  }

  /// Do readers want these best prices, and not know them yet?
  [[nodiscard]] bool is_news(const Moment& moment, const ringbuf::QuoteBody& quote) const noexcept {
    return forms_.quotes && quote != moment.told->best;
  }
  /// Of the book, where there is one.
  [[nodiscard]] bool quote_changed(const Moment& moment) const noexcept {
    return moment.told->source != BookSource::none && is_news(moment, book_.bbo(moment.instrument));
  }
  /// Records of the event were told, its end was not; and a quote may end it.
  [[nodiscard]] bool waits_for_end(const Moment& moment) const noexcept {
    return forms_.quotes && moment.told->is_open;
  }
  void tell_best(const Moment& moment) noexcept { publish_quote(moment, book_.bbo(moment.instrument), true); }

  /// A record, the levels that it changed, and at the end of the event the best prices.
  template <class Body>
  void tell(const Moment& moment, const Body& body, const LevelChange& first = {},
            const LevelChange& second = {}) noexcept {
    using Kind = LevelChange::Kind;
    const bool quote = moment.is_last && quote_changed(moment);
    const bool levels = forms_.levels && (first.kind != Kind::none || second.kind != Kind::none);
    publish(moment, body, moment.is_last && !quote && !levels);
    for (const LevelChange* change : {&first, &second}) {
      if (change->kind == Kind::none) continue;
      const bool more = change == &first && second.kind != Kind::none;
      if (levels) publish(moment, to_level(*change), moment.is_last && !quote && !more);
      note_depth(moment, *change);
    }
    if (quote) tell_best(moment);
    flush_depth(moment);
  }

  void end_silently(const Moment& moment) noexcept {
    if (!moment.is_last) return;
    const Told& told = *moment.told;
    if (waits_for_end(moment) || quote_changed(moment))
      publish_quote(moment, told.source == BookSource::none ? told.best : book_.bbo(moment.instrument), true);
    flush_depth(moment);
  }

  /// `change`: of the book, told by the newest record.
  void note_depth(const Moment& moment, const LevelChange& change) noexcept {
    if (!forms_.depth || change.index >= ringbuf::kDepthLevels) return;
    StaleDepth& stale = moment.told->stale[change.side == ringbuf::Side::bid ? 0 : 1];
    stale.first = std::min<std::size_t>(stale.first, change.index);
    // Where a level came or went, all behind it have moved.
    stale.last = change.kind == LevelChange::Kind::changed ? std::max<std::size_t>(stale.last, change.index + 1)
                                                           : ringbuf::kDepthLevels;
    stale.sequence = publisher_.last();
  }

  /// At the end of an event: the sides in the order in which they last changed, since sequences must grow.
  void flush_depth(const Moment& moment) noexcept {
    if (!moment.is_last) return;
    auto& stale = moment.told->stale;
    const bool bid_first = stale[0].sequence < stale[1].sequence;
    for (const std::size_t which : {std::size_t{bid_first ? 0u : 1u}, std::size_t{bid_first ? 1u : 0u}}) {
      if (stale[which].first >= ringbuf::kDepthLevels) continue;
      write_depth(moment, which == 0 ? ringbuf::Side::bid : ringbuf::Side::ask, stale[which]);
      stale[which] = {};
    }
  }

  /// What is told next empties the book: older changes need not be written any more.
  void forget_depth(const Moment& moment) noexcept { moment.told->stale = {}; }
  void clear_depth(ringbuf::InstrumentId instrument, platform::UnixNanos time) noexcept {
    if (forms_.depth) publisher_.depth().clear(instrument, publisher_.last(), time);
  }

 private:
  void write_depth(const Moment& moment, ringbuf::Side side, const StaleDepth& stale) noexcept {
    feedhandlers::write_depth(publisher_.depth(), book_, moment.instrument, stale.sequence, moment.ts_event,
                              book_.is_maybe_bad(moment.instrument), {side, stale.first, stale.last});
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  PublishedForms forms_;
  NormaliserCounters& counters_;
  std::vector<Told> told_;  // by our id
};

}  // namespace tickplant::feedhandlers::dbn
