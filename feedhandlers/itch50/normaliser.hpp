// Gives ITCH messages their meaning: keeps the books, publishes our records. README.md lists what each message becomes.
//
// All records of one message form an event: the last of them carries end_of_event, so a reader that acts only there
// never sees a book between two states. A doubtful book (an order we never saw, a gap, no room) marks its records
// maybe_bad_book until the session changes.
//
// Threads: the feed's own. No clock, no I/O, no allocation: time comes with the messages.
// Not here: framing, gaps, looking ahead (itch50_feed.hpp), messages without an order (status_records.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/itch50/status_records.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::itch50 {

struct NormaliserCounters {
  std::array<std::uint64_t, kMessageTypeCount> unknown_references{};  // by message_index(): no such open order
  std::uint64_t refused_orders = 0;       // adds and replaces that the book could not take: duplicate, size 0, no room
  std::uint64_t over_executions = 0;      // more was taken off an order than was open
  std::uint64_t crossed_after_add = 0;    // an order arrived and the book was locked or crossed
  std::uint64_t unknown_instruments = 0;  // no symbol known for the stock locate, or the directory is full
  std::uint64_t backward_times = 0;       // time stamps before the one of the message ahead
};

class Normaliser {
 public:
  /// `venue` is a MIC ("XNAS"); `feed` the catalog's number of this feed. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        directory_(directory),
        book_(book),
        venue_(venue),
        feed_(feed),
        forms_(forms),
        instrument_by_locate_(std::size_t{1} << 16),
        is_ours_(book.instrument_count()) {
    instruments_.reserve(book.instrument_count());
  }

  /// A trading day starts: time stamps count from `midnight`, books and stock locates start anew.
  void begin_session(platform::UnixNanos midnight, const ringbuf::SessionBody& session) noexcept {
    start_anew(midnight);
    publisher_.begin_session(midnight, session, instruments_);
    clear_depth(midnight);
  }

  /// A trading day goes on that a predecessor began: nobody knows the open orders, so books start empty and doubted.
  /// Tells readers by a book_clear of no instrument: all of this feed.
  void resume_session(platform::UnixNanos midnight, platform::UnixNanos now) noexcept {
    start_anew(midnight);
    adopt_instruments();
    doubt_all_books();
    ringbuf::BookClearBody clear;
    clear.reason = ringbuf::BookClearBody::Reason::recovery;
    publisher_.publish(ringbuf::kNoInstrument, now, clear,
                       ringbuf::RecordFlags::end_of_event | ringbuf::RecordFlags::maybe_bad_book);
    clear_depth(now);
  }

  /// Messages of this feed were lost: no book can be trusted any more, nor those that are first heard of from now on.
  void doubt_all_books() noexcept {
    doubt_newcomers_ = true;
    for (const ringbuf::InstrumentId id : instruments_) book_.mark_maybe_bad(id);
  }

  void on(const AddOrder& message) noexcept { add(message, {}); }
  void on(const AddOrderAttributed& message) noexcept { add(message, message.attribution()); }

  void on(const OrderExecuted& message) noexcept {
    execute(message, [](ringbuf::TradeBody&) {});
  }
  void on(const OrderExecutedWithPrice& message) noexcept {
    execute(message, [&](ringbuf::TradeBody& trade) {
      trade.price = to_price(message.execution_price());
      if (!message.printable()) trade.eligibility = ringbuf::TradeEligibility::none;
    });
  }

  void on(const OrderCancel& message) noexcept {
    take_off(message, book_.cancel(message.order_ref(), message.canceled_shares()), ringbuf::OrderReason::plain);
  }
  void on(const OrderDelete& message) noexcept {
    take_off(message, book_.remove(message.order_ref()), ringbuf::OrderReason::deleted);
  }

  void on(const OrderReplace& message) noexcept {
    const platform::UnixNanos time = time_of(message);
    const OrderReference old_reference = message.original_order_ref();
    const OrderReference new_reference = message.new_order_ref();
    const ReplaceResult result =
        book_.replace(old_reference, new_reference, to_price(message.price()), message.shares());
    if (result.outcome == BookOutcome::unknown_reference) return unknown_reference(message);
    const bool added = result.outcome == BookOutcome::applied;
    if (!added) refused(result.instrument);
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
      count_crossed(result.instrument);
    }
    event.finish(left, joined, levels, quote);
  }

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
    publish(known_instrument(message.stock_locate()), time_of(message), cancel);
  }

  void on(const StockDirectory& message) noexcept {
    time_of(message);
    define(message.stock_locate(), message.stock(), message.round_lot_size(), kind_of(message));
  }
  void on(const StockTradingAction& message) noexcept { publish_for(message, to_status(message)); }
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

  [[nodiscard]] const NormaliserCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] platform::UnixNanos midnight() const noexcept { return midnight_; }
  /// Event time of the first message of the session, kNoTime before it.
  [[nodiscard]] platform::UnixNanos first_time() const noexcept { return first_time_; }
  /// Newest event time so far.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return last_time_; }
  /// The instrument of a stock locate today, kNoInstrument when no message has named it yet.
  [[nodiscard]] ringbuf::InstrumentId known_instrument(StockLocate locate) const noexcept {
    return instrument_by_locate_[locate.value];
  }

 private:
  /// The records of one message about one order.
  class Event {
   public:
    Event(Normaliser& owner, ringbuf::InstrumentId instrument, platform::UnixNanos time) noexcept
        : owner_(owner), instrument_(instrument), time_(time), flags_(owner.flags_for(instrument)) {}

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
    Normaliser& owner_;
    ringbuf::InstrumentId instrument_;
    platform::UnixNanos time_;
    ringbuf::RecordFlags flags_;
  };

  void start_anew(platform::UnixNanos midnight) noexcept {
    midnight_ = midnight;
    last_time_ = midnight;
    first_time_ = platform::kNoTime;
    book_.clear_all();
    std::fill(instrument_by_locate_.begin(), instrument_by_locate_.end(), ringbuf::kNoInstrument);
    doubt_newcomers_ = false;
  }

  /// Those of this feed that the directory knows from before.
  void adopt_instruments() noexcept {
    const std::uint32_t count = directory_.reader().count();
    for (ringbuf::InstrumentId id{1}; id.value <= count; ++id.value) {
      ringbuf::InstrumentEntry entry;
      if (directory_.reader().read(id, entry) == ringbuf::TableRead::value && entry.feed == feed_) take_over(id);
    }
  }

  void take_over(ringbuf::InstrumentId id) noexcept {
    if (id.value >= is_ours_.size() || is_ours_[id.value] != 0) return;
    is_ours_[id.value] = 1;
    instruments_.push_back(id);  // reserved: does not allocate
  }

  void clear_depth(platform::UnixNanos time) noexcept {
    if (!forms_.depth) return;
    for (const ringbuf::InstrumentId id : instruments_) publisher_.depth().clear(id, publisher_.last(), time);
  }

  static ringbuf::OrderBody order_body(OrderReference order, ringbuf::Price price, ringbuf::Size size,
                                       ringbuf::OrderAction action, ringbuf::Side side,
                                       ringbuf::OrderReason reason) noexcept {
    return {order.value, price, size, action, side, reason, 0, {}};
  }

  static ringbuf::LevelBody level_body(const LevelChange& change) noexcept {
    return {change.price,       change.size,
            change.order_count, static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
            change.side,        {}};
  }

  static ringbuf::InstrumentKind kind_of(const StockDirectory& message) noexcept {
    if (message.etp_flag() == 'Y') return ringbuf::InstrumentKind::fund;
    switch (message.issue_classification()) {
      case 'B':
      case 'N': return ringbuf::InstrumentKind::bond;
      case 'R': return ringbuf::InstrumentKind::right;
      case 'W': return ringbuf::InstrumentKind::warrant;
      default: return ringbuf::InstrumentKind::equity;
    }
  }

  template <class Add>
  void add(const Add& message, std::array<char, 4> attribution) noexcept {
    const platform::UnixNanos time = time_of(message);
    const ringbuf::InstrumentId instrument = instrument_of(message.stock_locate(), message.stock());
    if (instrument == ringbuf::kNoInstrument) return;
    const OrderReference order = message.order_ref();
    const ringbuf::Price price = to_price(message.price());
    const OrderResult result = book_.add(order, instrument, message.side(), price, message.shares());
    if (result.outcome != BookOutcome::applied) return refused(instrument);
    Event event{*this, instrument, time};
    const bool quote = event.wants_quote(result.level);
    const bool levels = event.wants_levels(result.level);
    ringbuf::OrderBody body = order_body(order, price, message.shares(), ringbuf::OrderAction::add, message.side(),
                                         ringbuf::OrderReason::plain);
    body.attribution = attribution;
    event.publish(body, !levels && !quote);
    event.finish(result.level, {}, levels, quote);
    count_crossed(instrument);
  }

  template <class Execution, class Adjust>
  void execute(const Execution& message, Adjust&& adjust) noexcept {
    const platform::UnixNanos time = time_of(message);
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
    event.finish(result.level, {}, levels, quote);
  }

  template <class Message>
  void take_off(const Message& message, const OrderResult& result, ringbuf::OrderReason reason) noexcept {
    const platform::UnixNanos time = time_of(message);
    if (result.outcome == BookOutcome::unknown_reference) return unknown_reference(message);
    if (!took(result)) return;
    Event event{*this, result.instrument, time};
    const bool quote = event.wants_quote(result.level);
    const bool levels = event.wants_levels(result.level);
    event.publish(order_body(message.order_ref(), result.price, {result.size_before.value - result.size_after.value},
                             ringbuf::OrderAction::cancel, result.side, reason),
                  !levels && !quote);
    event.finish(result.level, {}, levels, quote);
  }

  /// The venue has an order that we have not.
  void refused(ringbuf::InstrumentId instrument) noexcept {
    ++counters_.refused_orders;
    book_.mark_maybe_bad(instrument);
  }

  /// Whether something was taken off an order; counts where it was more than there was.
  bool took(const OrderResult& result) noexcept {
    if (result.outcome == BookOutcome::over_executed) {
      ++counters_.over_executions;
      book_.mark_maybe_bad(result.instrument);
      return true;
    }
    return result.outcome == BookOutcome::applied;
  }

  void update_depth(ringbuf::InstrumentId instrument, platform::UnixNanos time, const LevelChange& first,
                    const LevelChange& second) noexcept {
    using Kind = LevelChange::Kind;
    ringbuf::DepthChange change{first.kind != Kind::none ? first.side : second.side, ringbuf::kDepthLevels, 0};
    for (const LevelChange* level : {&first, &second}) {
      if (level->kind == Kind::none) continue;
      change.first = std::min<std::size_t>(change.first, level->index);
      change.last = std::max(change.last, level->kind == Kind::changed ? level->index + 1 : ringbuf::kDepthLevels);
    }
    if (change.first >= ringbuf::kDepthLevels) return;
    const std::uint32_t count = book_.level_count(instrument, change.side);
    publisher_.depth().update(instrument, publisher_.last(), time, book_.is_maybe_bad(instrument), change, count,
                              [&](std::size_t index) -> ringbuf::DepthLevel {
                                if (index >= count) return {};
                                const OrderBook::Level level =
                                    book_.level(instrument, change.side, static_cast<std::uint32_t>(index));
                                return {level.price, level.size, level.order_count, 0};
                              });
  }

  void count_crossed(ringbuf::InstrumentId instrument) noexcept {
    if (book_.is_crossed(instrument) || book_.is_locked(instrument)) ++counters_.crossed_after_add;
  }

  template <class Message>
  void unknown_reference(const Message& message) noexcept {
    ++counters_.unknown_references[message_index(Message::kType)];
    const ringbuf::InstrumentId instrument = known_instrument(message.stock_locate());
    if (instrument != ringbuf::kNoInstrument) {
      book_.mark_maybe_bad(instrument);
    } else {
      doubt_newcomers_ = true;  // it has orders and no name yet: the stream was joined in its middle
    }
  }

  // --- records about an instrument or the market ---

  template <class Body>
  void publish(ringbuf::InstrumentId instrument, platform::UnixNanos time, const Body& body) noexcept {
    publisher_.publish(instrument, time, body, flags_for(instrument) | ringbuf::RecordFlags::end_of_event);
  }
  template <class Message, class Body>
  void publish_for(const Message& message, const Body& body) noexcept {
    const platform::UnixNanos time = time_of(message);
    const ringbuf::InstrumentId instrument = instrument_of(message.stock_locate(), message.stock());
    if (instrument != ringbuf::kNoInstrument) publish(instrument, time, body);
  }
  template <class Message, class First, class Second>
  void publish_two_for(const Message& message, const First& first, const Second& second) noexcept {
    const platform::UnixNanos time = time_of(message);
    const ringbuf::InstrumentId instrument = instrument_of(message.stock_locate(), message.stock());
    if (instrument == ringbuf::kNoInstrument) return;
    publisher_.publish(instrument, time, first, flags_for(instrument));
    publish(instrument, time, second);
  }
  template <class Message, class Body>
  void publish_for_market(const Message& message, const Body& body) noexcept {
    publish(ringbuf::kNoInstrument, time_of(message), body);
  }

  [[nodiscard]] ringbuf::RecordFlags flags_for(ringbuf::InstrumentId instrument) const noexcept {
    const bool doubtful = instrument != ringbuf::kNoInstrument && book_.is_maybe_bad(instrument);
    return late_flag_ | (doubtful ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none);
  }

  template <class Message>
  platform::UnixNanos time_of(const Message& message) noexcept {
    const platform::UnixNanos time = midnight_ + static_cast<std::int64_t>(message.timestamp().nanos);
    time_ = time;
    const bool backward = time < last_time_;
    counters_.backward_times += backward ? 1 : 0;
    late_flag_ = backward ? ringbuf::RecordFlags::late : ringbuf::RecordFlags::none;
    last_time_ = backward ? last_time_ : time;
    if (first_time_ == platform::kNoTime) [[unlikely]]
      first_time_ = time;
    return time;
  }

  /// By stock locate; a message that names the stock makes it known when no directory message did (joined in
  /// mid-stream).
  ringbuf::InstrumentId instrument_of(StockLocate locate, std::string_view stock) noexcept {
    const ringbuf::InstrumentId known = known_instrument(locate);
    if (known != ringbuf::kNoInstrument) [[likely]]
      return known;
    const ringbuf::InstrumentId id = directory_.reader().find(stock, venue_);
    if (id == ringbuf::kNoInstrument) return define(locate, stock, 0, ringbuf::InstrumentKind::unknown);
    ringbuf::InstrumentEntry entry;
    (void)directory_.reader().read(id, entry);
    return announce(locate, id, entry.stamp);
  }

  ringbuf::InstrumentId define(StockLocate locate, std::string_view stock, std::uint32_t lot,
                               ringbuf::InstrumentKind kind) noexcept {
    ringbuf::InstrumentSpec spec;
    spec.symbol = stock;
    spec.venue = venue_;
    spec.feed = feed_;
    spec.price_unit = ringbuf::kPriceScale / 10'000;
    spec.lot = lot;
    spec.kind = kind;
    spec.currency = "USD";
    const ringbuf::AddResult result = directory_.find_or_add(spec);
    return announce(locate, result.id, result.stamp);
  }

  ringbuf::InstrumentId announce(StockLocate locate, ringbuf::InstrumentId id, std::uint64_t stamp) noexcept {
    if (id == ringbuf::kNoInstrument || id.value >= is_ours_.size()) {
      ++counters_.unknown_instruments;
      return ringbuf::kNoInstrument;
    }
    if (doubt_newcomers_ && instrument_by_locate_[locate.value] != id) book_.mark_maybe_bad(id);
    instrument_by_locate_[locate.value] = id;
    take_over(id);
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = stamp;
    definition.feed = feed_;
    definition.venue_key = locate.value;
    publish(id, time_, definition);  // an event of its own: what follows may yet be refused
    return id;
  }

  TickPublisher& publisher_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  OrderBook& book_;
  std::string_view venue_;
  ringbuf::FeedId feed_;
  PublishedForms forms_;
  platform::UnixNanos midnight_{};
  platform::UnixNanos first_time_ = platform::kNoTime;
  platform::UnixNanos last_time_ = platform::kNoTime;
  platform::UnixNanos time_ = platform::kNoTime;  // of the message at hand
  bool doubt_newcomers_ = false;
  ringbuf::RecordFlags late_flag_ = ringbuf::RecordFlags::none;
  std::vector<ringbuf::InstrumentId> instrument_by_locate_;
  std::vector<ringbuf::InstrumentId> instruments_;  // all that this feed ever named
  std::vector<std::uint8_t> is_ours_;               // by id: it is among them
  NormaliserCounters counters_;
};

}  // namespace tickplant::feedhandlers::itch50
