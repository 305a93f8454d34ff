// Gives ITCH messages their meaning: keeps the books, publishes our records. README.md lists what each message becomes.
//
// Threads: the feed's own. No clock, no I/O, no allocation: time comes with the messages.
// Not here: what messages do to books (book_events.hpp), framing, gaps, looking ahead (itch50_feed.hpp), bodies of
// messages without an order (status_records.hpp).
#pragma once

#include "feedhandlers/book/told_book.hpp"
#include "feedhandlers/itch50/book_events.hpp"
#include "feedhandlers/itch50/snapshot_records.hpp"
#include "feedhandlers/itch50/status_records.hpp"

namespace tickplant::feedhandlers::itch50 {

struct NormaliserCounters : BookEventCounters {
  std::uint64_t unknown_instruments = 0;  // no symbol known for the stock locate, or the directory is full
  std::uint64_t backward_times = 0;       // time stamps before the one of the message ahead
  AuditCounters findings{};               // by AuditFinding: what spoke against a book
};

class Normaliser {
 public:
  /// `venue` is a MIC ("XNAS"); `feed` the catalog's number of this feed. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher), book_(book), events_(publisher, directory, book, venue, feed, forms) {}

  /// A trading day starts: time stamps count from `midnight`, books and stock locates start anew.
  void begin_session(platform::UnixNanos midnight, const ringbuf::SessionBody& session) noexcept {
    start_anew(midnight);
    publisher_.begin_session(midnight, session, instruments().all());
    events_.clear_depth(midnight);
  }

  /// A trading day goes on that a predecessor began: nobody knows the open orders, so books start empty and doubted.
  /// Tells readers by a book_clear of no instrument: all of this feed.
  void resume_session(platform::UnixNanos midnight, platform::UnixNanos now) noexcept {
    start_anew(midnight);
    events_.instruments().adopt();
    doubt_all_books();
    ringbuf::BookClearBody clear;
    clear.reason = ringbuf::BookClearBody::Reason::recovery;
    publisher_.publish(ringbuf::kNoInstrument, now, clear,
                       ringbuf::RecordFlags::end_of_event | ringbuf::RecordFlags::maybe_bad_book);
    doubt_images(now);
    events_.clear_depth(now);
  }

  /// What a predecessor told comes next: begin_again(), then each record of the day by on_told(). Nothing is published.
  /// Books and stock locates are then what they were when the last of them was told; write_all_depth() when a record is
  /// out again.
  void begin_again(platform::UnixNanos midnight) noexcept {
    start_anew(midnight);
    events_.instruments().adopt();
  }
  void on_told(const ringbuf::Record& record) noexcept;
  void write_all_depth() noexcept { events_.write_all_depth(clock().last()); }

  /// Messages of this feed were lost: no book can be trusted any more, nor those that are first heard of from now on.
  void doubt_all_books() noexcept {
    events_.instruments().doubt_newcomers(true);
    for (const ringbuf::InstrumentId id : instruments().all()) book_.mark_maybe_bad(id);
  }

  /// The record that tells of doubt_all_books() is out: it was of `time`.
  void doubt_images(platform::UnixNanos time) noexcept { publisher_.doubt_images(instruments().all(), time); }

  /// Something outside the stream speaks against the book of `id`; kNoInstrument: it is about none.
  void doubt_book(ringbuf::InstrumentId id, AuditFinding finding) noexcept {
    events_.audit().count(finding);
    if (id == ringbuf::kNoInstrument) return;
    book_.mark_maybe_bad(id);
    publisher_.doubt_images({&id, 1}, clock().last());
  }

  void on(const AddOrder& message) noexcept { events_.add(message, {}); }
  void on(const AddOrderAttributed& message) noexcept { events_.add(message, message.attribution()); }

  void on(const OrderExecuted& message) noexcept {
    events_.execute(message, [](ringbuf::TradeBody&) {});
  }
  void on(const OrderExecutedWithPrice& message) noexcept {
    events_.execute(message, [&](ringbuf::TradeBody& trade) {
      trade.price = to_price(message.execution_price());
      if (!message.printable()) trade.eligibility = ringbuf::TradeEligibility::none;
    });
  }

  void on(const OrderCancel& message) noexcept {
    events_.take_off(message, book_.cancel(message.order_ref(), message.canceled_shares()),
                     ringbuf::OrderReason::plain);
  }
  void on(const OrderDelete& message) noexcept {
    events_.take_off(message, book_.remove(message.order_ref()), ringbuf::OrderReason::deleted);
  }
  void on(const OrderReplace& message) noexcept { events_.replace(message); }

  void on(const Trade& message) noexcept {
    ringbuf::TradeBody trade;
    trade.price = to_price(message.price());
    trade.size = message.shares();
    trade.trade_id = message.match_number().value;
    trade.side = message.side();
    trade.kind = ringbuf::TradeKind::hidden;
    publish_for(message, trade);
  }
  void on(const CrossTrade& message) noexcept {
    ringbuf::TradeBody trade;
    trade.price = to_price(message.price());
    trade.size = message.shares();
    trade.trade_id = message.match_number().value;
    trade.kind = ringbuf::TradeKind::cross;
    trade.condition = {message.cross_type()};
    // An auction without interest is told as a cross of 0 shares: not a price anybody traded at.
    if (trade.size.value == 0) trade.eligibility = ringbuf::TradeEligibility::none;
    publish_for(message, trade);
  }
  void on(const BrokenTrade& message) noexcept {
    ringbuf::TradeCancelBody cancel;
    cancel.trade_id = message.match_number().value;
    publish(known_instrument(message.stock_locate()), clock().time_of(message), cancel);
  }

  void on(const StockDirectory& message) noexcept {
    clock().time_of(message);
    events_.instruments().define(message);
  }
  void on(const StockTradingAction& message) noexcept {
    const ringbuf::InstrumentId id = publish_for(message, to_status(message));
    events_.audit().set_trading(id, message.trading_state() == 'T');
  }
  void on(const RegShoRestriction& message) noexcept { publish_for(message, to_status(message)); }
  void on(const MarketParticipantPosition& message) noexcept { publish_for(message, to_status(message)); }
  void on(const IpoQuotingPeriod& message) noexcept { publish_for(message, to_status(message)); }
  void on(const LuldAuctionCollar& message) noexcept { publish_for(message, to_status(message)); }
  void on(const OperationalHalt& message) noexcept { publish_for(message, to_status(message)); }
  void on(const RetailPriceImprovement& message) noexcept { publish_for(message, to_status(message)); }
  void on(const SystemEvent& message) noexcept { publish_for_market(message, to_status(message)); }
  void on(const MwcbDeclineLevels& message) noexcept { publish_for_market(message, to_status(message)); }
  void on(const MwcbStatus& message) noexcept { publish_for_market(message, to_status(message)); }

  void on(const NetOrderImbalance& message) noexcept {
    publish_two_for(message, to_imbalance(message), to_auction_prices(message));
  }
  void on(const DirectListing& message) noexcept {
    publish_two_for(message, to_allowable_prices(message), to_price_collar(message));
  }

  // --- from a snapshot, which is not part of the stream ---

  /// kNoInstrument: the directory is full.
  template <class Message>
  ringbuf::InstrumentId instrument_in_snapshot(const Message& message) noexcept {
    const ringbuf::InstrumentId known = known_instrument(message.stock_locate());
    if (known != ringbuf::kNoInstrument) return known;
    if constexpr (std::is_same_v<Message, StockDirectory>) return events_.instruments().define(message);
    return events_.instruments().of(message);
  }

  /// A status as the snapshot has it; kNoInstrument: of the market.
  template <class Message>
  void retell(ringbuf::InstrumentId id, const Message& message) noexcept {
    if constexpr (std::is_same_v<Message, StockTradingAction>)
      events_.audit().set_trading(id, message.trading_state() == 'T');
    const bool doubtful = id != ringbuf::kNoInstrument && book_.is_maybe_bad(id);
    publisher_.publish(id, clock().moment_of(message), to_status(message),
                       ringbuf::RecordFlags::snapshot | ringbuf::RecordFlags::end_of_event |
                           (doubtful ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none));
  }

  /// Makes the book of an instrument equal to `truth`, which stands where the stream stands, and tells it whole.
  /// `is_sound`: nothing speaks against that book; then no doubt is left.
  void retell_book(ringbuf::InstrumentId id, const QueueBook& truth, bool is_sound) noexcept {
    if (!is_same_book(book_, truth, id) && !copy_book(truth, book_, id)) is_sound = false;
    if (events_.audit().is_trading(id) && book_.is_locked_or_crossed(id)) is_sound = false;
    is_sound ? book_.mark_good(id) : book_.mark_maybe_bad(id);
    tell_book(publisher_, book_, truth, events_.forms(), id, clock().last());
  }
  [[nodiscard]] bool has_same_book(ringbuf::InstrumentId id, const QueueBook& truth) noexcept {
    return is_same_book(book_, truth, id);
  }
  [[nodiscard]] bool is_maybe_bad(ringbuf::InstrumentId id) const noexcept { return book_.is_maybe_bad(id); }
  void count(AuditFinding finding) noexcept { events_.audit().count(finding); }
  /// From here on nothing is missed: who is first heard of now has a book that begins empty.
  void trust_newcomers() noexcept { events_.instruments().doubt_newcomers(false); }

  [[nodiscard]] NormaliserCounters counters() const noexcept {
    NormaliserCounters counters{events_.counters(), instruments().unknown(), clock().backward_times(),
                                events_.audit().counters()};
    counters.findings[static_cast<std::size_t>(AuditFinding::level_mismatch)] = book_.counters().level_mismatches;
    return counters;
  }
  [[nodiscard]] platform::UnixNanos midnight() const noexcept { return clock().midnight(); }
  /// Event time of the first message of the session, kNoTime before it.
  [[nodiscard]] platform::UnixNanos first_time() const noexcept { return clock().first(); }
  /// Newest event time so far.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return clock().last(); }
  /// The instrument of a stock locate today, kNoInstrument when no message has named it yet.
  [[nodiscard]] ringbuf::InstrumentId known_instrument(StockLocate locate) const noexcept {
    return instruments().known(locate);
  }
  [[nodiscard]] const Instruments& instruments() const noexcept { return events_.instruments(); }

 private:
  void start_anew(platform::UnixNanos midnight) noexcept {
    clock().start(midnight);
    events_.start_anew();
  }

  template <class Body>
  void publish(ringbuf::InstrumentId instrument, platform::UnixNanos time, const Body& body) noexcept {
    publisher_.publish(instrument, time, body,
                       instruments().flags_for(instrument) | ringbuf::RecordFlags::end_of_event);
  }
  template <class Message, class Body>
  ringbuf::InstrumentId publish_for(const Message& message, const Body& body) noexcept {
    const platform::UnixNanos time = clock().time_of(message);
    const ringbuf::InstrumentId instrument = events_.instruments().of(message);
    if (instrument != ringbuf::kNoInstrument) publish(instrument, time, body);
    return instrument;
  }
  template <class Message, class First, class Second>
  void publish_two_for(const Message& message, const First& first, const Second& second) noexcept {
    const platform::UnixNanos time = clock().time_of(message);
    const ringbuf::InstrumentId instrument = events_.instruments().of(message);
    if (instrument == ringbuf::kNoInstrument) return;
    publisher_.publish(instrument, time, first, instruments().flags_for(instrument));
    publish(instrument, time, second);
  }
  template <class Message, class Body>
  void publish_for_market(const Message& message, const Body& body) noexcept {
    publish(ringbuf::kNoInstrument, clock().time_of(message), body);
  }

  [[nodiscard]] EventClock& clock() noexcept { return events_.instruments().clock(); }
  [[nodiscard]] const EventClock& clock() const noexcept { return instruments().clock(); }

  TickPublisher& publisher_;
  OrderBook& book_;
  BookEvents events_;
};

inline void Normaliser::on_told(const ringbuf::Record& record) noexcept {
  using ringbuf::RecordType;
  const ringbuf::InstrumentId id = record.header.instrument;
  apply_told(book_, record);
  switch (record.header.type) {
    case RecordType::session: return begin_again(midnight());
    case RecordType::heartbeat: return;
    case RecordType::definition:
      return events_.instruments().on_told(id, {record.as<ringbuf::DefinitionBody>().venue_key});
    case RecordType::status: {
      const auto status = record.as<ringbuf::StatusBody>();
      if (status.kind == ringbuf::StatusKind::trading_action) events_.audit().set_trading(id, status.code == 'T');
      break;
    }
    case RecordType::book_clear:
      if (id == ringbuf::kNoInstrument) book_.clear_all();
      if (id == ringbuf::kNoInstrument) doubt_all_books();
      return;
    case RecordType::gap: return doubt_all_books();
    default: break;
  }
  clock().on_told(record.header.ts_event);
}

}  // namespace tickplant::feedhandlers::itch50
