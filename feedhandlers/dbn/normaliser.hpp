// Gives DBN records their meaning: keeps the books, publishes our records. README.md lists what each schema becomes.
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
#include <array>
#include <cstdint>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/dbn/definitions.hpp"
#include "feedhandlers/dbn/instruments.hpp"
#include "feedhandlers/dbn/messages.hpp"
#include "feedhandlers/dbn/status_records.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::dbn {

struct NormaliserCounters : InstrumentCounters {
  std::array<std::uint64_t, 256> actions{};  // by the action's character: of MBO, MBP, consolidated and trade records
  std::uint64_t unknown_actions = 0;
  std::uint64_t unknown_references = 0;  // a cancel of an order that is not open
  std::uint64_t modified_as_added = 0;   // a modify of an order that was not open: an add, as Databento has it
  std::uint64_t refused_orders = 0;      // adds and modifies that the book could not take
  std::uint64_t over_cancels = 0;        // more was cancelled than was open
  std::uint64_t mixed_books = 0;         // orders about a book of levels, or the reverse: refused
  std::uint64_t backward_times = 0;      // events before the newest of their instrument
};

class Normaliser {
 public:
  /// `feed`: the catalog's number of this feed. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        book_(book),
        forms_(forms),
        instruments_(publisher, directory, feed, book.instrument_count(), counters_),
        states_(book.instrument_count()) {}

  Normaliser(const Normaliser&) = delete;  // instruments_ counts into counters_
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
    for (const ringbuf::InstrumentId id : instruments_.all()) {
      states_[id.value] = {};
      if (forms_.depth) publisher_.depth().clear(id, publisher_.last(), start);
    }
  }

  void on(const Mbo& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    ++counters_.actions[static_cast<std::uint8_t>(message.action())];
    if (message.flags().has(Flag::maybe_bad_book)) book_.mark_maybe_bad(moment.instrument);  // until it is cleared
    switch (message.action()) {
      case 'A':
        if (message.flags().has(Flag::top_of_book)) return set_top(message, moment);
        return add(message, moment);
      case 'C': return cancel(message, moment);
      case 'M':
        if (message.flags().has(Flag::top_of_book)) return set_top(message, moment);
        return modify(message, moment);
      case 'R': return clear(message, moment);
      case 'T': return tell(moment, trade_of(message, message.sequence()));
      case 'F':  // the cancel or modify that follows takes it off the book
      case 'N': return end_silently(moment);
      default: ++counters_.unknown_actions; return end_silently(moment);
    }
  }

  void on(const Trade& message) noexcept {
    Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    ++counters_.actions[static_cast<std::uint8_t>(message.action())];
    moment.is_last = true;  // what else belongs to its event is in other schemas
    publish(moment, trade_of(message, message.sequence()), true);
  }

  void on(const Mbp1& message) noexcept { on_top(message, message.sequence()); }
  void on(const Cmbp1& message) noexcept { on_top(message, 0); }
  void on(const Bbo& message) noexcept { on_sample(message); }
  void on(const Cbbo& message) noexcept { on_sample(message); }

  void on(const Mbp10& message) noexcept {
    const Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    ++counters_.actions[static_cast<std::uint8_t>(message.action())];
    if (!claims_book(moment, BookSource::levels)) return;
    const bool is_trade = message.action() == 'T';
    const ringbuf::QuoteBody quote = quote_of(message.level(0));
    const bool wants_quote = forms_.quotes && quote != states_[moment.instrument.value].told;
    LevelTeller teller{*this, moment};
    for (const ringbuf::Side side : {ringbuf::Side::bid, ringbuf::Side::ask}) set_ten(message, moment, side, teller);
    teller.finish(moment.is_last && !wants_quote && !is_trade);
    finish_top(moment, quote, wants_quote, is_trade, message, message.sequence(), teller.has_told());
    flush_depth(moment);
  }

  void on(const Status& message) noexcept {
    const Moment moment = begin(message, {});
    if (moment.instrument != ringbuf::kNoInstrument) publish(moment, to_status(message), true);
  }
  void on(const Imbalance& message) noexcept {
    const Moment moment = begin(message, {});
    if (moment.instrument == ringbuf::kNoInstrument) return;
    publish(moment, to_imbalance(message), false);
    publish(moment, to_auction_prices(message), !has_collar(message));
    if (has_collar(message)) publish(moment, to_collar(message), true);
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

  /// The name of an order in our book. A venue's ids are unique within an instrument only, so each instrument counts
  /// from a place of its own: multiples of the golden ratio, which keep apart what differs by less than 2^64 / (3 x
  /// number of instruments).
  [[nodiscard]] static constexpr OrderReference reference_of(ringbuf::InstrumentId instrument,
                                                             OrderReference order) noexcept {
    return {order.value + std::uint64_t{instrument.value} * 0x9e37'79b9'7f4a'7c15};
  }

 private:
  enum class BookSource : std::uint8_t { none, orders, levels };

  /// Depth levels that differ from the table: [first, last), and the newest record that told so.
  struct StaleDepth {
    std::size_t first = ringbuf::kDepthLevels;
    std::size_t last = 0;
    ringbuf::Sequence sequence{};
  };
  struct State {
    ringbuf::QuoteBody told;  // the best prices that readers know
    platform::UnixNanos last_time = platform::kNoTime;
    std::array<StaleDepth, 2> stale{};  // bid, ask
    BookSource source = BookSource::none;
    bool is_open = false;  // records of an event were told, its end was not
  };

  /// One record's circumstances.
  struct Moment {
    ringbuf::InstrumentId instrument{};
    platform::UnixNanos ts_event = platform::kNoTime;
    ringbuf::RecordFlags flags = ringbuf::RecordFlags::none;
    bool is_last = true;
  };

  // --- circumstances ---

  template <class Message>
  Moment begin(const Message& message, Flags flags) noexcept {
    Moment moment;
    const platform::UnixNanos received = receive(message);
    moment.ts_event = message.ts_event();
    moment.instrument = instruments_.find(message.publisher(), message.instrument(), day_of(received), moment.ts_event);
    if (moment.instrument == ringbuf::kNoInstrument) return moment;
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
    platform::UnixNanos& newest = states_[moment.instrument.value].last_time;
    const bool backward = moment.ts_event < newest;
    counters_.backward_times += backward ? 1 : 0;
    newest = std::max(newest, moment.ts_event);
    last_time_ = std::max(last_time_, moment.ts_event);
    return backward;
  }

  // --- orders ---

  /// A book is fed by orders or by levels. The first record about it decides.
  bool claims_book(const Moment& moment, BookSource source) noexcept {
    BookSource& owner = states_[moment.instrument.value].source;
    if (owner == BookSource::none) owner = source;
    if (owner == source) return true;
    ++counters_.mixed_books;
    book_.mark_maybe_bad(moment.instrument);
    return false;
  }

  void add(const Mbo& message, const Moment& moment) noexcept {
    if (!claims_book(moment, BookSource::orders)) return;
    if (!is_present(message.price())) return refuse(moment);
    const OrderReference reference = reference_of(moment.instrument, message.order());
    const ringbuf::Side side = to_side(message.side());
    const OrderResult result =
        book_.add(reference, moment.instrument, side, message.price(), size_or_none(message.size()));
    if (result.outcome != BookOutcome::applied) return refuse(moment);
    tell(moment, order_body(message, message.price(), result.size_after, ringbuf::OrderAction::add, side),
         result.level);
  }

  void cancel(const Mbo& message, const Moment& moment) noexcept {
    if (!claims_book(moment, BookSource::orders)) return;
    const OrderReference reference = reference_of(moment.instrument, message.order());
    const StoredOrder* const open = book_.find(reference);
    if (open == nullptr || open->instrument != moment.instrument) return unknown_reference(moment);
    const OrderResult result = book_.cancel(reference, size_or_none(message.size()));
    if (result.outcome == BookOutcome::invalid) return refuse(moment);
    if (result.outcome == BookOutcome::over_executed) {
      ++counters_.over_cancels;
      book_.mark_maybe_bad(moment.instrument);
    }
    ringbuf::OrderBody body = order_body(message, result.price, {result.size_before.value - result.size_after.value},
                                         ringbuf::OrderAction::cancel, result.side);
    if (result.size_after.value == 0) body.reason = ringbuf::OrderReason::deleted;
    tell(moment, body, result.level);
  }

  void modify(const Mbo& message, const Moment& moment) noexcept {
    if (!claims_book(moment, BookSource::orders)) return;
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
        is_there ? order_body(message, message.price(), {message.size()}, ringbuf::OrderAction::modify, result.side)
                 : order_body(message, result.old_price, result.old_size, ringbuf::OrderAction::cancel, result.side);
    tell(moment, body, result.removed, result.added);
  }

  void clear(const Mbo& message, const Moment& moment) noexcept {
    book_.clear(moment.instrument);
    State& state = states_[moment.instrument.value];
    state.stale = {};
    using Reason = ringbuf::BookClearBody::Reason;
    ringbuf::BookClearBody body;
    body.reason = message.flags().has(Flag::snapshot) ? Reason::snapshot : Reason::venue;
    tell(moment, body);
    if (forms_.depth) publisher_.depth().clear(moment.instrument, publisher_.last(), moment.ts_event);
  }

  /// The record is the whole of its side: a venue that publishes the best price only. Without a price, nothing is
  /// there.
  void set_top(const Mbo& message, const Moment& moment) noexcept {
    if (!claims_book(moment, BookSource::levels)) return;
    const ringbuf::Side side = to_side(message.side());
    if (side == ringbuf::Side::none) return refuse(moment);
    LevelTeller teller{*this, moment};
    const ringbuf::Size size = size_or_none(message.size());
    const bool is_there = is_present(message.price()) && size.value > 0;
    for (std::uint32_t index = book_.level_count(moment.instrument, side); index-- > 0;) {
      const ringbuf::Price price = book_.level(moment.instrument, side, index).price;
      if (!is_there || price != message.price()) teller.set(side, price, {}, 0);
    }
    if (is_there) teller.set(side, message.price(), size, 0);
    const bool wants_quote = moment.is_last && quote_changed(moment);
    teller.finish(moment.is_last && !wants_quote);
    if (wants_quote) tell_quote(moment, book_.bbo(moment.instrument));
    if (!wants_quote && !teller.has_told()) return end_silently(moment);
    flush_depth(moment);
  }

  static ringbuf::OrderBody order_body(const Mbo& message, ringbuf::Price price, ringbuf::Size size,
                                       ringbuf::OrderAction action, ringbuf::Side side) noexcept {
    return {message.order().value, price, size, action, side, ringbuf::OrderReason::plain, 0, {}};
  }

  /// The venue has an order that we have not.
  void refuse(const Moment& moment) noexcept {
    ++counters_.refused_orders;
    book_.mark_maybe_bad(moment.instrument);
    end_silently(moment);
  }
  void unknown_reference(const Moment& moment) noexcept {
    ++counters_.unknown_references;
    book_.mark_maybe_bad(moment.instrument);
    end_silently(moment);
  }

  // --- levels and best prices ---

  /// Sets levels and publishes a record for each that changed, always one behind, so that the last can end the event.
  class LevelTeller {
   public:
    LevelTeller(Normaliser& owner, const Moment& moment) noexcept : owner_(owner), moment_(moment) {}

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
      owner_.publish(moment_, level_body(waiting_), is_end);
      owner_.note_depth(moment_.instrument, waiting_);
      waiting_ = {};
      has_told_ = true;
    }
    Normaliser& owner_;
    const Moment& moment_;
    LevelChange waiting_;
    bool has_told_ = false;
  };

  static ringbuf::LevelBody level_body(const LevelChange& change) noexcept {
    return {change.price,       change.size,
            change.order_count, static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
            change.side,        {}};
  }

  static ringbuf::QuoteBody quote_of(const LevelPair& level) noexcept {
    ringbuf::QuoteBody quote{level.bid_price(), level.ask_price(), {level.bid_size()}, {level.ask_size()}};
    if (!is_present(quote.bid_price)) quote.bid_size = {};
    if (!is_present(quote.ask_price)) quote.ask_size = {};
    return quote;
  }

  /// The ten levels of the message are the side, whatever it was before.
  void set_ten(const Mbp10& message, const Moment& moment, ringbuf::Side side, LevelTeller& teller) noexcept {
    struct Wanted {
      ringbuf::Price price = ringbuf::kNoPrice;
      std::uint32_t size = 0;
      std::uint32_t count = 0;
    };
    std::array<Wanted, Mbp10::kLevels> wanted;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const LevelPair level = message.level(i);
      wanted[i] = side == ringbuf::Side::bid ? Wanted{level.bid_price(), level.bid_size(), level.bid_count()}
                                             : Wanted{level.ask_price(), level.ask_size(), level.ask_count()};
      if (wanted[i].size == 0) wanted[i].price = ringbuf::kNoPrice;
    }
    for (std::uint32_t index = book_.level_count(moment.instrument, side); index-- > 0;) {
      const ringbuf::Price price = book_.level(moment.instrument, side, index).price;
      const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.price == price; });
      if (!stays) teller.set(side, price, {}, 0);
    }
    for (const Wanted& level : wanted) {
      if (is_present(level.price)) teller.set(side, level.price, {level.size}, level.count);
    }
  }

  template <class Message>
  void on_top(const Message& message, std::uint32_t sequence) noexcept {
    Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    ++counters_.actions[static_cast<std::uint8_t>(message.action())];
    moment.is_last = moment.is_last || trades_alone_;
    const ringbuf::QuoteBody quote = quote_of(message.level());
    const bool wants_quote = forms_.quotes && quote != states_[moment.instrument.value].told;
    finish_top(moment, quote, wants_quote, message.action() == 'T', message, sequence, false);
  }

  template <class Message>
  void on_sample(const Message& message) noexcept {
    Moment moment = begin(message, message.flags());
    if (moment.instrument == ringbuf::kNoInstrument) return;
    moment.is_last = true;
    const ringbuf::QuoteBody quote = quote_of(message.level());
    if (forms_.quotes && quote != states_[moment.instrument.value].told) publish_quote(moment, quote, true);
  }

  /// The best prices, then the trade: they are those before it.
  template <class Message>
  void finish_top(const Moment& moment, const ringbuf::QuoteBody& quote, bool wants_quote, bool is_trade,
                  const Message& message, std::uint32_t sequence, bool has_told) noexcept {
    State& state = states_[moment.instrument.value];
    const bool closes = moment.is_last && !is_trade && !has_told && state.is_open && forms_.quotes;
    if (wants_quote || closes) publish_quote(moment, quote, moment.is_last && !is_trade);
    if (is_trade) publish(moment, trade_of(message, sequence), moment.is_last);
  }

  // --- trades ---

  /// Their side is the aggressor's, ours that of the resting order.
  template <class Message>
  ringbuf::TradeBody trade_of(const Message& message, std::uint32_t sequence) const noexcept {
    ringbuf::TradeBody trade;
    trade.price = message.price();
    trade.size = size_or_none(message.size());
    trade.trade_id = sequence;
    trade.side = opposite(to_side(message.side()));
    if (is_off_book(instruments_.venue(message.publisher()))) trade.kind = ringbuf::TradeKind::off_book;
    if (!is_present(trade.price) || trade.size.value == 0) trade.eligibility = ringbuf::TradeEligibility::none;
    return trade;
  }

  // --- publishing ---

  template <class Body>
  void publish(const Moment& moment, const Body& body, bool is_end) noexcept {
    using enum ringbuf::RecordFlags;
    ringbuf::RecordFlags flags = moment.flags;
    if (book_.is_maybe_bad(moment.instrument)) flags = flags | maybe_bad_book;
    if (is_end) flags = flags | end_of_event;
    publisher_.publish(moment.instrument, moment.ts_event, body, flags);
    states_[moment.instrument.value].is_open = !is_end;
  }

  void publish_quote(const Moment& moment, const ringbuf::QuoteBody& quote, bool is_end) noexcept {
    publish(moment, quote, is_end);
    states_[moment.instrument.value].told = quote;
  }
  void tell_quote(const Moment& moment, const ringbuf::QuoteBody& quote) noexcept {
    publish_quote(moment, quote, true);
  }

  /// Do the best prices of the book, where there is one, differ from those that readers know?
  [[nodiscard]] bool quote_changed(const Moment& moment) const noexcept {
    const State& state = states_[moment.instrument.value];
    return forms_.quotes && state.source != BookSource::none && book_.bbo(moment.instrument) != state.told;
  }

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
      if (levels) publish(moment, level_body(*change), moment.is_last && !quote && !more);
      note_depth(moment.instrument, *change);
    }
    if (quote) tell_quote(moment, book_.bbo(moment.instrument));
    flush_depth(moment);
  }

  /// A record that says nothing of its own may still end an event: then the best prices are told, changed or not.
  void end_silently(const Moment& moment) noexcept {
    const State& state = states_[moment.instrument.value];
    if (!moment.is_last || !forms_.quotes) return flush_depth(moment);
    if (state.is_open || quote_changed(moment))
      tell_quote(moment, state.source == BookSource::none ? state.told : book_.bbo(moment.instrument));
    flush_depth(moment);
  }

  // --- depth ---

  void note_depth(ringbuf::InstrumentId instrument, const LevelChange& change) noexcept {
    if (!forms_.depth || change.index >= ringbuf::kDepthLevels) return;
    StaleDepth& stale = states_[instrument.value].stale[change.side == ringbuf::Side::bid ? 0 : 1];
    stale.first = std::min<std::size_t>(stale.first, change.index);
    stale.last = change.kind == LevelChange::Kind::changed ? std::max<std::size_t>(stale.last, change.index + 1)
                                                           : ringbuf::kDepthLevels;
    stale.sequence = publisher_.last();
  }

  /// At the end of an event: the sides in the order in which they last changed, since sequences must grow.
  void flush_depth(const Moment& moment) noexcept {
    if (!moment.is_last || !forms_.depth) return;
    auto& stale = states_[moment.instrument.value].stale;
    const bool bid_first = stale[0].sequence < stale[1].sequence;
    for (const std::size_t which : {std::size_t{bid_first ? 0u : 1u}, std::size_t{bid_first ? 1u : 0u}}) {
      if (stale[which].first >= ringbuf::kDepthLevels) continue;
      write_depth(moment, which == 0 ? ringbuf::Side::bid : ringbuf::Side::ask, stale[which]);
      stale[which] = {};
    }
  }

  void write_depth(const Moment& moment, ringbuf::Side side, const StaleDepth& stale) noexcept {
    const std::uint32_t count = book_.level_count(moment.instrument, side);
    publisher_.depth().update(moment.instrument, stale.sequence, moment.ts_event, book_.is_maybe_bad(moment.instrument),
                              {side, stale.first, stale.last}, count, [&](std::size_t index) -> ringbuf::DepthLevel {
                                if (index >= count) return {};
                                const OrderBook::Level level =
                                    book_.level(moment.instrument, side, static_cast<std::uint32_t>(index));
                                return {level.price, level.size, level.order_count, 0};
                              });
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  PublishedForms forms_;
  NormaliserCounters counters_;
  Instruments instruments_;
  std::vector<State> states_;  // by our id
  platform::UnixNanos start_{};
  platform::UnixNanos last_time_ = platform::kNoTime;
  bool trades_alone_ = false;  // a schema of trades with best prices: each is an event
};

}  // namespace tickplant::feedhandlers::dbn
