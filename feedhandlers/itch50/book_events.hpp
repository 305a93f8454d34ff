// Messages about orders: what each does to its book, and the records that tell it.
//
// All records of one message form an event: the last of them carries end_of_event, so a reader that acts only there
// never sees a book between two states. A doubtful book (an order we never saw, a gap, no room) marks its records
// maybe_bad_book until a snapshot or a new session.
//
// Threads: the feed's own. Nothing here allocates, locks or logs.
// Not here: messages without an order (normaliser.hpp), telling a whole book again (snapshot_records.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "feedhandlers/book/book_audit.hpp"
#include "feedhandlers/itch50/instruments.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/write_depth.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::itch50 {

struct BookEventCounters {
  std::array<std::uint64_t, kMessageTypeCount> unknown_references{};  // by message_index(): no such open order
  std::uint64_t refused_orders = 0;     // adds and replaces that the book could not take: duplicate, size 0, no room
  std::uint64_t over_executions = 0;    // more was taken off an order than was open
  std::uint64_t crossed_after_add = 0;  // an order arrived and the book was locked or crossed, trading or not
};

class BookEvents {
 public:
  BookEvents(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        book_(book),
        forms_(forms),
        instruments_(publisher, directory, book, venue, feed),
        audit_(book.instrument_count()) {}

  template <class Add>
  void add(const Add& message, std::array<char, 4> attribution) noexcept {
    const platform::UnixNanos time = instruments_.clock().time_of(message);
    const ringbuf::InstrumentId instrument = instruments_.of(message);
    if (instrument == ringbuf::kNoInstrument) return;
    const OrderReference order = message.order_ref();
    const ringbuf::Price price = to_price(message.price());
    const OrderResult result = book_.add(order, instrument, message.side(), price, message.shares());
    if (result.outcome != BookOutcome::applied) return refused(instrument, result.outcome);
    audit_arrival(instrument);
    Event event{*this, instrument, time};
    const bool quote = event.wants_quote(result.level);
    const bool levels = event.wants_levels(result.level);
    event.publish(order_body(order, price, message.shares(), ringbuf::OrderAction::add, message.side(),
                             ringbuf::OrderReason::plain, attribution),
                  !levels && !quote);
    event.finish(result.level, levels, quote);
  }

  /// `adjust(TradeBody&)`: what is special about the trade.
  template <class Execution, class Adjust>
  void execute(const Execution& message, Adjust&& adjust) noexcept {
    const platform::UnixNanos time = instruments_.clock().time_of(message);
    const OrderReference order = message.order_ref();
    const OrderResult result = book_.execute(order, message.executed_shares());
    if (result.outcome == BookOutcome::unknown_reference) return unknown_reference(message);
    if (!took(result)) return;
    Event event{*this, result.instrument, time};
    const bool quote = event.wants_quote(result.level);
    const bool levels = event.wants_levels(result.level);
    event.publish(order_body(order, result.price, {result.size_before.value - result.size_after.value},
                             ringbuf::OrderAction::execute, result.side, ringbuf::OrderReason::plain),
                  false);
    ringbuf::TradeBody trade;
    trade.price = result.price;
    trade.size = message.executed_shares();
    trade.trade_id = message.match_number().value;
    trade.side = result.side;
    trade.kind = ringbuf::TradeKind::execution;
    adjust(trade);
    event.publish(trade, !levels && !quote);
    event.finish(result.level, levels, quote);
  }

  /// `result`: what the book said when the message took something off an order.
  template <class Message>
  void take_off(const Message& message, const OrderResult& result, ringbuf::OrderReason reason) noexcept {
    const platform::UnixNanos time = instruments_.clock().time_of(message);
    if (result.outcome == BookOutcome::unknown_reference) return unknown_reference(message);
    if (!took(result)) return;
    Event event{*this, result.instrument, time};
    const bool quote = event.wants_quote(result.level);
    const bool levels = event.wants_levels(result.level);
    event.publish(order_body(message.order_ref(), result.price, {result.size_before.value - result.size_after.value},
                             ringbuf::OrderAction::cancel, result.side, reason),
                  !levels && !quote);
    event.finish(result.level, levels, quote);
  }

  void replace(const OrderReplace& message) noexcept {
    const platform::UnixNanos time = instruments_.clock().time_of(message);
    const OrderReference old_reference = message.original_order_ref();
    const OrderReference new_reference = message.new_order_ref();
    const ReplaceResult result =
        book_.replace(old_reference, new_reference, to_price(message.price()), message.shares());
    if (result.outcome == BookOutcome::unknown_reference) return unknown_reference(message);
    const bool added = result.outcome == BookOutcome::applied;
    added ? audit_arrival(result.instrument) : refused(result.instrument, result.outcome);
    // Back at the same price only the end counts: one change of one level, or none when the size is the same too.
    const bool same_price = added && to_price(message.price()) == result.old_price;
    const LevelChange left = same_price ? LevelChange{} : result.removed;
    const LevelChange joined = same_price && message.shares() == result.old_size ? LevelChange{} : result.added;

    Event event{*this, result.instrument, time};
    const bool quote = event.wants_quote(left, joined);
    const bool levels = event.wants_levels(left, joined);
    ringbuf::OrderBody order = order_body(old_reference, result.old_price, result.old_size,
                                          ringbuf::OrderAction::cancel, result.side, ringbuf::OrderReason::replaced);
    event.publish(order, !added && !levels && !quote);
    if (added) {
      order = order_body(new_reference, to_price(message.price()), message.shares(), ringbuf::OrderAction::add,
                         result.side, ringbuf::OrderReason::replaced);
      event.publish(order, !levels && !quote);
    }
    event.finish(left, joined, levels, quote);
  }

  /// What is left of a book when nothing is known of it.
  void clear_depth(platform::UnixNanos time) noexcept {
    if (!forms_.depth) return;
    for (const ringbuf::InstrumentId id : instruments_.all()) publisher_.depth().clear(id, publisher_.last(), time);
  }

  /// The whole table from the books. The newest record has not touched it yet.
  void write_all_depth(platform::UnixNanos time) noexcept {
    if (!forms_.depth) return;
    for (const ringbuf::InstrumentId id : instruments_.all()) {
      publisher_.depth().replace(id, publisher_.last(), depth_of(book_, id, time));
    }
  }

  void start_anew() noexcept {
    book_.clear_all();
    instruments_.start_anew();
    audit_.start_anew();
  }

  [[nodiscard]] Instruments& instruments() noexcept { return instruments_; }
  [[nodiscard]] const Instruments& instruments() const noexcept { return instruments_; }
  [[nodiscard]] BookAudit& audit() noexcept { return audit_; }
  [[nodiscard]] const BookAudit& audit() const noexcept { return audit_; }
  [[nodiscard]] const PublishedForms& forms() const noexcept { return forms_; }
  [[nodiscard]] const BookEventCounters& counters() const noexcept { return counters_; }

 private:
  /// The records of one message about one order.
  class Event {
   public:
    Event(BookEvents& owner, ringbuf::InstrumentId instrument, platform::UnixNanos time) noexcept
        : owner_(owner), instrument_(instrument), time_(time), flags_(owner.instruments_.flags_for(instrument)) {}

    template <class Body>
    void publish(const Body& body, bool last) noexcept {
      owner_.publisher_.publish(instrument_, time_, body, last ? flags_ | ringbuf::RecordFlags::end_of_event : flags_);
    }

    [[nodiscard]] bool wants_quote(const LevelChange& first, const LevelChange& second = {}) const noexcept {
      return owner_.forms_.quotes && (first.bbo_changed() || second.bbo_changed());
    }
    [[nodiscard]] bool wants_levels(const LevelChange& first, const LevelChange& second = {}) const noexcept {
      return owner_.forms_.levels && (first.kind != LevelChange::Kind::none || second.kind != LevelChange::Kind::none);
    }

    /// Level records, quote, depth: what follows from the order.
    void finish(const LevelChange& change, bool levels, bool quote) noexcept {
      if (levels) publish(level_body(change), !quote);
      if (quote) publish(owner_.book_.bbo(instrument_), true);
      if (owner_.forms_.depth) owner_.update_depth(instrument_, time_, change);
    }
    /// The same of two changes on one side.
    void finish(const LevelChange& first, const LevelChange& second, bool levels, bool quote) noexcept {
      if (levels) {
        const bool both = second.kind != LevelChange::Kind::none;
        if (first.kind != LevelChange::Kind::none) publish(level_body(first), !both && !quote);
        if (both) publish(level_body(second), !quote);
      }
      if (quote) publish(owner_.book_.bbo(instrument_), true);
      if (owner_.forms_.depth) owner_.update_depth(instrument_, time_, first, second);
    }

   private:
    BookEvents& owner_;
    ringbuf::InstrumentId instrument_;
    platform::UnixNanos time_;
    ringbuf::RecordFlags flags_;
  };

  /// As whole words: the publisher takes words, and one that was just stored in pieces is slow to load.
  static ringbuf::OrderBody order_body(OrderReference order, ringbuf::Price price, ringbuf::Size size,
                                       ringbuf::OrderAction action, ringbuf::Side side, ringbuf::OrderReason reason,
                                       std::array<char, 4> attribution = {}) noexcept {
    return std::bit_cast<ringbuf::OrderBody>(std::array<std::uint64_t, 4>{
        order.value, static_cast<std::uint64_t>(price.value), size.value,
        static_cast<std::uint64_t>(action) | static_cast<std::uint64_t>(side) << 8 |
            static_cast<std::uint64_t>(reason) << 16 | std::uint64_t{std::bit_cast<std::uint32_t>(attribution)} << 32});
  }

  static ringbuf::LevelBody level_body(const LevelChange& change) noexcept {
    return std::bit_cast<ringbuf::LevelBody>(std::array<std::uint64_t, 4>{
        static_cast<std::uint64_t>(change.price.value), change.size.value,
        std::uint64_t{change.order_count} | std::uint64_t{std::min<std::uint32_t>(change.index, 0xffff)} << 32 |
            static_cast<std::uint64_t>(change.side) << 48,
        0});
  }

  void update_depth(ringbuf::InstrumentId instrument, platform::UnixNanos time, const LevelChange& first,
                    const LevelChange& second) noexcept {
    const bool has_first = first.kind != LevelChange::Kind::none;
    const bool has_second = second.kind != LevelChange::Kind::none;
    if (!has_first || !has_second) return update_depth(instrument, time, has_first ? first : second);
    write_depth(instrument, time,
                {first.side, std::min(first.index, second.index), std::max(end_of(first), end_of(second))});
  }
  void update_depth(ringbuf::InstrumentId instrument, platform::UnixNanos time, const LevelChange& level) noexcept {
    if (level.kind == LevelChange::Kind::none) return;
    write_depth(instrument, time, {level.side, level.index, end_of(level)});
  }
  /// Where a level came or went, all behind it have moved.
  static std::size_t end_of(const LevelChange& level) noexcept {
    return level.kind == LevelChange::Kind::changed ? level.index + std::size_t{1} : ringbuf::kDepthLevels;
  }

  void write_depth(ringbuf::InstrumentId instrument, platform::UnixNanos time,
                   const ringbuf::DepthChange& change) noexcept {
    if (change.first >= ringbuf::kDepthLevels) return;
    feedhandlers::write_depth(publisher_.depth(), book_, instrument, publisher_.last(), time,
                              book_.is_maybe_bad(instrument), change);
  }

  // --- what speaks against a book ---

  void found(AuditFinding finding, ringbuf::InstrumentId instrument) noexcept {
    audit_.count(finding);
    book_.mark_maybe_bad(instrument);
  }

  /// An order has arrived: while trading goes on it cannot lie across another one.
  void audit_arrival(ringbuf::InstrumentId instrument) noexcept {
    if (book_.is_locked_or_crossed(instrument)) [[unlikely]] {
      ++counters_.crossed_after_add;
      if (audit_.is_trading(instrument))
        found(book_.is_crossed(instrument) ? AuditFinding::crossed : AuditFinding::locked, instrument);
    }
  }

  /// The venue has an order that we have not.
  void refused(ringbuf::InstrumentId instrument, BookOutcome outcome) noexcept {
    ++counters_.refused_orders;
    found(outcome == BookOutcome::duplicate_reference ? AuditFinding::duplicate_reference : AuditFinding::refused_order,
          instrument);
  }

  /// Whether something was taken off an order; counts where it was more than there was.
  bool took(const OrderResult& result) noexcept {
    if (result.outcome == BookOutcome::over_executed) {
      ++counters_.over_executions;
      found(AuditFinding::over_execution, result.instrument);
      return true;
    }
    return result.outcome == BookOutcome::applied;
  }

  template <class Message>
  void unknown_reference(const Message& message) noexcept {
    ++counters_.unknown_references[message_index(Message::kType)];
    const ringbuf::InstrumentId instrument = instruments_.known(message.stock_locate());
    if (instrument != ringbuf::kNoInstrument) {
      found(AuditFinding::unknown_reference, instrument);
    } else {
      audit_.count(AuditFinding::unknown_reference);
      instruments_.doubt_newcomers(true);  // it has orders and no name yet: the stream was joined in its middle
    }
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  PublishedForms forms_;
  Instruments instruments_;
  BookAudit audit_;
  BookEventCounters counters_;
};

}  // namespace tickplant::feedhandlers::itch50
