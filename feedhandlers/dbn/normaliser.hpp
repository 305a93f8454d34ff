// Gives DBN records their meaning: keeps the books, publishes our records. README.md lists what each schema becomes.
//
//   record -> instruments.hpp -> order_books.hpp, level_books.hpp, market_records.hpp -> told_events.hpp
//             whose              what it does                                             what readers know, ends of
//             events
//
// An event ends where Databento says so (flag `last`), for schemas that tell whole events; a record of any other schema
// is an event of its own. Best prices from orders are told at the end of an event only; best prices that a record
// states are told when they differ from those told before.
//
// Threads: the feed's own. No clock, no I/O: time comes with the records. Allocates in the constructor and
// begin_file(). Not here: which instrument a record is about (instruments.hpp), records without an order
// (status_records.hpp).
#pragma once

#include <algorithm>
#include <cstdint>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/dbn/definitions.hpp"
#include "feedhandlers/dbn/instruments.hpp"
#include "feedhandlers/dbn/level_books.hpp"
#include "feedhandlers/dbn/market_records.hpp"
#include "feedhandlers/dbn/messages.hpp"
#include "feedhandlers/dbn/normaliser_counters.hpp"
#include "feedhandlers/dbn/order_books.hpp"
#include "feedhandlers/dbn/status_records.hpp"
#include "feedhandlers/dbn/told_events.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"

namespace tickplant::feedhandlers::dbn {

class Normaliser {
 public:
  /// `feed`: the catalog's number of this feed. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        book_(book),
        instruments_(publisher, directory, feed, book.instrument_count(), counters_),
        events_(publisher, book, forms, counters_),
        orders_(book, events_, counters_),
        levels_(book, events_, counters_) {}

  Normaliser(const Normaliser&) = delete;  // its parts refer to each other
  Normaliser& operator=(const Normaliser&) = delete;

  /// The records that follow are those of a file, or a session, with this header. Books go on.
  void begin_file(const Metadata& metadata) {
    instruments_.begin_file(metadata);
    start_ = metadata.start;
    trades_alone_ = metadata.schema == Schema::tbbo || metadata.schema == Schema::tcbbo;
  }

  /// A trading day starts: books and day values start anew.
  void begin_session(platform::UnixNanos start, const ringbuf::SessionBody& session) noexcept {
    book_.clear_all();
    publisher_.begin_session(start, session, instruments_.all());
    for (const ringbuf::InstrumentId id : instruments_.all()) events_.start_anew(id, start);
  }

  /// A hint: this record follows soon.
  void prefetch(const Mbo& message) const noexcept {
    const ringbuf::InstrumentId instrument = instruments_.known(message.publisher(), message.instrument());
    if (instrument != ringbuf::kNoInstrument) orders_.prefetch(instrument, message.order());
  }

  void on(const Mbo& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    count_action(message);
    if (message.flags().has(Flag::maybe_bad_book)) book_.mark_maybe_bad(moment.instrument);  // until it is cleared
    const bool is_whole_side = message.flags().has(Flag::top_of_book);
    switch (message.action()) {
      case 'A': return is_whole_side ? levels_.set_top(message, moment) : orders_.add(message, moment);
      case 'C': return orders_.cancel(message, moment);
      case 'M': return is_whole_side ? levels_.set_top(message, moment) : orders_.modify(message, moment);
      case 'R': return orders_.clear(message, moment);
      case 'T': return events_.tell(moment, trade_of(message, message.sequence()));
      case 'F':  // the cancel or modify that follows takes it off the book
      case 'N': return events_.end_silently(moment);
      default: ++counters_.unknown_actions; return events_.end_silently(moment);
    }
  }

  void on(const Trade& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    count_action(message);
    // What else belongs to its event is in other schemas.
    events_.publish(moment, trade_of(message, message.sequence()), true);
  }

  void on(const Mbp1& message) noexcept { on_top(message, message.sequence()); }
  void on(const Cmbp1& message) noexcept { on_top(message, 0); }
  void on(const Bbo& message) noexcept { on_sample(message); }
  void on(const Cbbo& message) noexcept { on_sample(message); }

  void on(const Mbp10& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    count_action(message);
    if (!events_.claims_book(moment, BookSource::levels)) return;
    const ringbuf::QuoteBody quote = to_quote(message.level(0));
    const bool ends_with_levels = moment.is_last && !events_.is_news(moment, quote) && message.action() != 'T';
    const bool has_told = levels_.set_ten(message, moment, ends_with_levels);
    finish_top(moment, quote, message, message.sequence(), has_told);
    events_.flush_depth(moment);
  }

  void on(const Status& message) noexcept {
    const Moment moment = begin(message, {});
    if (moment.instrument != ringbuf::kNoInstrument) events_.publish(moment, to_status(message), true);
  }
  void on(const Imbalance& message) noexcept {
    const Moment moment = begin(message, {});
    if (moment.instrument == ringbuf::kNoInstrument) return;
    events_.publish(moment, to_imbalance(message), false);
    events_.publish(moment, to_auction_prices(message), !has_collar(message));
    if (has_collar(message)) events_.publish(moment, to_collar(message), true);
  }

  void on(const DefinitionV1& message) noexcept { instruments_.define(message, day_of(receive(message))); }
  void on(const DefinitionV2& message) noexcept { instruments_.define(message, day_of(receive(message))); }
  void on(const DefinitionV3& message) noexcept { instruments_.define(message, day_of(receive(message))); }

  void on(const SymbolMappingV1& message) noexcept { instruments_.map(message); }
  void on(const SymbolMappingV2& message) noexcept { instruments_.map(message); }

  // Read, and not published: no record of ours holds them (README.md).
  void on(const Ohlcv& /*message*/) noexcept {}
  void on(const StatisticsV1& /*message*/) noexcept {}
  void on(const StatisticsV3& /*message*/) noexcept {}
  void on(const ErrorV1& /*message*/) noexcept {}
  void on(const ErrorV2& /*message*/) noexcept {}
  void on(const SystemV1& /*message*/) noexcept {}
  void on(const SystemV2& /*message*/) noexcept {}

  [[nodiscard]] const NormaliserCounters& counters() const noexcept { return counters_; }
  /// Newest event time so far, kNoTime before the first.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return last_time_; }
  [[nodiscard]] const Instruments& instruments() const noexcept { return instruments_; }

 private:
  template <class Message>
  Moment begin(const Message& message, Flags flags) noexcept {
    Moment moment;
    const platform::UnixNanos received = receive(message);
    moment.ts_event = message.ts_event();
    moment.instrument = instruments_.find(message.publisher(), message.instrument(), day_of(received), moment.ts_event);
    if (moment.instrument == ringbuf::kNoInstrument) return moment;
    moment.told = &events_.told(moment.instrument);
    using enum ringbuf::RecordFlags;
    if (flags.has(Flag::maybe_bad_book)) moment.flags = moment.flags | maybe_bad_book;
    if (flags.has(Flag::snapshot)) moment.flags = moment.flags | snapshot;
    if (flags.has(Flag::bad_ts_recv)) moment.flags = moment.flags | bad_clock;
    if (is_late(moment, flags.has(Flag::snapshot))) moment.flags = moment.flags | late;
    moment.is_last = flags.has(Flag::last);
    return moment;
  }

  /// Receive time of the record, or the next best that there is.
  template <class Message>
  platform::UnixNanos receive(const Message& message) noexcept {
    platform::UnixNanos time = platform::kNoTime;
    if constexpr (requires { message.ts_recv(); }) time = message.ts_recv();
    if (time == platform::kNoTime) time = message.ts_event();
    if (time == platform::kNoTime) time = publisher_.ts_recv();
    if (time == platform::kNoTime) time = start_;
    publisher_.begin_packet(time, 0);
    return time;
  }

  static DayNumber day_of(platform::UnixNanos time) noexcept {
    const std::int64_t whole = time.value / platform::kNanosPerDay;
    return static_cast<DayNumber>(time.value % platform::kNanosPerDay < 0 ? whole - 1 : whole);
  }

  /// Orders of a snapshot carry the times at which they were entered.
  bool is_late(const Moment& moment, bool is_snapshot) noexcept {
    if (is_snapshot || moment.ts_event == platform::kNoTime) return false;
    last_time_ = std::max(last_time_, moment.ts_event);
    return events_.goes_back(moment);
  }

  template <class Message>
  void count_action(const Message& message) noexcept {
    ++counters_.actions[static_cast<std::uint8_t>(message.action())];
  }

  template <class Message>
  [[nodiscard]] ringbuf::TradeBody trade_of(const Message& message, std::uint32_t sequence) const noexcept {
    return to_trade(message, sequence, instruments_.venue(message.publisher()));
  }

  template <class Message>
  void on_top(const Message& message, std::uint32_t sequence) noexcept {
    Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    count_action(message);
    moment.is_last = moment.is_last || trades_alone_;
    finish_top(moment, to_quote(message.level()), message, sequence, false);
  }

  template <class Message>
  void on_sample(const Message& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    const ringbuf::QuoteBody quote = to_quote(message.level());
    if (events_.is_news(moment, quote)) events_.publish_quote(moment, quote, true);
  }

  /// The best prices, then the trade: they are those before it. `has_told`: a record of the message, levels.
  template <class Message>
  void finish_top(const Moment& moment, const ringbuf::QuoteBody& quote, const Message& message, std::uint32_t sequence,
                  bool has_told) noexcept {
    const bool is_trade = message.action() == 'T';
    const bool is_end = moment.is_last && !is_trade;
    const bool closes = is_end && !has_told && events_.waits_for_end(moment);
    if (closes || events_.is_news(moment, quote)) events_.publish_quote(moment, quote, is_end);
    if (is_trade) events_.publish(moment, trade_of(message, sequence), moment.is_last);
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  NormaliserCounters counters_;
  Instruments instruments_;
  ToldEvents events_;
  OrderBooks orders_;
  LevelBooks levels_;
  platform::UnixNanos start_{};
  platform::UnixNanos last_time_ = platform::kNoTime;
  bool trades_alone_ = false;  // a schema of trades with best prices: each is an event
};

}  // namespace tickplant::feedhandlers::dbn
