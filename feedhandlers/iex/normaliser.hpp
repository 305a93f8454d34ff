// Gives TOPS and DEEP messages their meaning: keeps the books, publishes our records. README.md lists what each message
// becomes.
//
// All records of one message form an event, and so do the price levels of one IEX event: the last of them carries
// end_of_event, so a reader that acts only there never sees a book between two states. A doubtful book (a gap, a stream
// joined in its middle, no room) marks its records maybe_bad_book until the session changes, or until a quote of TOPS
// tells it whole.
//
// Threads: the feed's own. No clock, no I/O, no allocation: time comes with the messages.
// Not here: framing, gaps (iex_feed.hpp), messages without a book (message_records.hpp), names (instruments.hpp).
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/iex/instruments.hpp"
#include "feedhandlers/iex/level_event.hpp"
#include "feedhandlers/iex/message_records.hpp"
#include "feedhandlers/iex/messages.hpp"
#include "feedhandlers/iex/trading_state.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "feedhandlers/write_depth.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::feedhandlers::iex {

struct NormaliserCounters {
  std::uint64_t refused_levels = 0;       // the book could not take them: no room, a price beyond ours
  std::uint64_t unknown_levels = 0;       // taken away, and the book had none there
  std::uint64_t crossed_after_event = 0;  // an event was complete and the book locked or crossed
  std::uint64_t unknown_instruments = 0;  // no symbol that the directory takes, or it is full
  std::uint64_t backward_times = 0;       // time stamps before the one of the message ahead: normal on this feed
};

class Normaliser {
 public:
  /// `venue` is a MIC ("IEXG"); `feed` the catalog's number of this feed. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        book_(book),
        forms_(forms),
        instruments_(publisher, directory, book, venue, feed),
        states_(book.instrument_count()) {
    // The depth table is stamped with the record that changed it, so it needs one for each change.
    forms_.levels = forms_.levels || forms_.depth;
  }

  /// A trading day starts: books and symbols start anew. `start`: the event time of the session record.
  void begin_session(platform::UnixNanos start, const ringbuf::SessionBody& session) noexcept {
    start_anew(start);
    publisher_.begin_session(start, session, instruments_.all());
    clear_depth(start);
  }

  /// A trading day goes on that a predecessor began: books start empty and doubted. Tells readers by a book_clear of no
  /// instrument: all of this feed.
  void resume_session(platform::UnixNanos start, platform::UnixNanos now) noexcept {
    start_anew(start);
    instruments_.adopt();
    doubt_all_books();
    ringbuf::BookClearBody clear;
    clear.reason = ringbuf::BookClearBody::Reason::recovery;
    publisher_.publish(ringbuf::kNoInstrument, now, clear,
                       ringbuf::RecordFlags::end_of_event | ringbuf::RecordFlags::maybe_bad_book);
    clear_depth(now);
  }

  /// Messages of this feed were missed: no book can be trusted any more, nor those that are first heard of from now on.
  void doubt_all_books() noexcept {
    instruments_.doubt_newcomers();
    for (const ringbuf::InstrumentId id : instruments_.all()) book_.mark_maybe_bad(id);
  }

  /// The record that tells of doubt_all_books() is out.
  void doubt_images() noexcept { publisher_.doubt_images(instruments_.all(), last_time_); }

  /// Something outside the stream speaks against the book of `symbol`.
  void doubt_book(std::string_view symbol) noexcept {
    const ringbuf::InstrumentId id = instruments_.known(symbol);
    if (id == ringbuf::kNoInstrument) return;
    book_.mark_maybe_bad(id);
    publisher_.doubt_images({&id, 1}, last_time_);
  }

  void on(const PriceLevelBuy& message) noexcept { level(message, ringbuf::Side::bid); }
  void on(const PriceLevelSell& message) noexcept { level(message, ringbuf::Side::ask); }

  void on(const QuoteUpdate& message) noexcept {
    with_instrument(message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) {
      forget_doubt(instrument);
      TradingState& trading = states_[instrument.value].trading;
      const bool is_available = (message.flags() & QuoteUpdate::kNotAvailable) == 0;
      if (trading.on_quote(is_available))
        publish(instrument, time, to_status(message, trading.status()), !forms_.quotes);
      if (forms_.quotes) publish(instrument, time, to_quote(message));
    });
  }

  void on(const TradeReport& message) noexcept { publish_for(message, to_trade(message)); }
  void on(const TradeBreak& message) noexcept { publish_for(message, to_trade_cancel(message)); }

  void on(const TradingStatusMessage& message) noexcept {
    with_instrument(message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) {
      TradingState& trading = states_[instrument.value].trading;
      trading.on_trading_status(trading_status_of(message.trading_status()));
      publish(instrument, time, to_status(message, trading.status()));
    });
  }
  void on(const OperationalHaltStatus& message) noexcept {
    with_instrument(message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) {
      TradingState& trading = states_[instrument.value].trading;
      trading.on_operational_halt(message.halt_status() == 'O');
      publish(instrument, time, to_status(message, trading.status()));
    });
  }
  void on(const ShortSalePriceTest& message) noexcept { publish_for(message, to_status(message)); }
  void on(const RetailLiquidityIndicator& message) noexcept { publish_for(message, to_status(message)); }
  void on(const SecurityEvent& message) noexcept { publish_for(message, to_status(message)); }
  void on(const OfficialPrice& message) noexcept { publish_for(message, to_status(message)); }
  void on(const SystemEvent& message) noexcept {
    publish(ringbuf::kNoInstrument, time_of(message), to_status(message));
  }

  void on(const AuctionInformation& message) noexcept {
    with_instrument(message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) {
      const bool collar = has_collar(message);
      publish(instrument, time, to_imbalance(message), false);
      publish(instrument, time, to_auction_prices(message), !collar);
      if (collar) publish(instrument, time, to_price_collar(message));
    });
  }

  void on(const SecurityDirectory& message) noexcept { instruments_.define(message, time_of(message)); }

  [[nodiscard]] NormaliserCounters counters() const noexcept {
    NormaliserCounters all = counters_;
    all.unknown_instruments = instruments_.unknown();
    return all;
  }
  /// Event time of the first message of the session, kNoTime before it.
  [[nodiscard]] platform::UnixNanos first_time() const noexcept { return first_time_; }
  /// Newest event time so far.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return last_time_; }
  /// The instrument of a symbol in this session, kNoInstrument when no message has named it yet.
  [[nodiscard]] ringbuf::InstrumentId known_instrument(std::string_view symbol) const noexcept {
    return instruments_.known(symbol);
  }

 private:
  struct InstrumentState {
    TradingState trading;
    ringbuf::QuoteBody quote;  // as told to readers, by DEEP
    LevelEvent event;
  };

  void start_anew(platform::UnixNanos start) noexcept {
    last_time_ = start;
    time_ = first_time_ = platform::kNoTime;
    book_.clear_all();
    instruments_.start_anew();
    for (const ringbuf::InstrumentId id : instruments_.all()) states_[id.value] = {};
  }

  void clear_depth(platform::UnixNanos time) noexcept {
    if (!forms_.depth) return;
    for (const ringbuf::InstrumentId id : instruments_.all()) publisher_.depth().clear(id, publisher_.last(), time);
  }

  /// A quote of TOPS is the whole state of its instrument.
  void forget_doubt(ringbuf::InstrumentId instrument) noexcept {
    if (!book_.is_maybe_bad(instrument)) [[likely]]
      return;
    const bool is_empty = book_.level_count(instrument, ringbuf::Side::bid) == 0 &&
                          book_.level_count(instrument, ringbuf::Side::ask) == 0;
    if (is_empty) book_.clear(instrument);
  }

  // --- price levels ---

  template <class Level>
  void level(const Level& message, ringbuf::Side side) noexcept {
    with_instrument(message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) {
      const ringbuf::Price price = to_price(message.price());
      const LevelChange change = set_level(instrument, side, price, message.size());
      const bool is_complete = (message.event_flags() & Level::kEventComplete) != 0;
      InstrumentState& state = states_[instrument.value];
      const ringbuf::QuoteBody quote = book_.bbo(instrument);
      const bool wants_quote = is_complete && forms_.quotes && quote != state.quote;
      if (forms_.levels) {
        const ringbuf::LevelBody body{price, message.size(),
                                      0,     static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
                                      side,  {}};
        state.event.note(change, publish(instrument, time, body, is_complete && !wants_quote));
      }
      if (!is_complete) return;
      if (wants_quote) {
        publish(instrument, time, quote);
        state.quote = quote;
      }
      if (book_.is_crossed(instrument) || book_.is_locked(instrument)) ++counters_.crossed_after_event;
      if (forms_.depth) update_depth(instrument, state, time);
    });
  }

  LevelChange set_level(ringbuf::InstrumentId instrument, ringbuf::Side side, ringbuf::Price price,
                        ringbuf::Size size) noexcept {
    if (!is_present(price)) {
      refused(instrument);
      return {};
    }
    const LevelResult result = book_.set_level(instrument, side, price, size, 0);
    if (result.outcome != BookOutcome::applied) refused(instrument);
    if (size.value == 0 && result.level.kind == LevelChange::Kind::none) {
      ++counters_.unknown_levels;
      book_.mark_maybe_bad(instrument);
    }
    return result.level;
  }

  /// The venue has a level that we have not.
  void refused(ringbuf::InstrumentId instrument) noexcept {
    ++counters_.refused_levels;
    book_.mark_maybe_bad(instrument);
  }

  void update_depth(ringbuf::InstrumentId instrument, InstrumentState& state, platform::UnixNanos time) noexcept {
    state.event.take([&](ringbuf::Sequence record, const ringbuf::DepthChange& change) {
      write_depth(publisher_.depth(), book_, instrument, record, time, book_.is_maybe_bad(instrument), change);
    });
  }

  // --- records about an instrument or the market ---

  template <class Body>
  ringbuf::Sequence publish(ringbuf::InstrumentId instrument, platform::UnixNanos time, const Body& body,
                            bool is_last = true) noexcept {
    const bool doubtful = instrument != ringbuf::kNoInstrument && book_.is_maybe_bad(instrument);
    return publisher_.publish(instrument, time, body,
                              (doubtful ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none) |
                                  (is_last ? ringbuf::RecordFlags::end_of_event : ringbuf::RecordFlags::none));
  }

  template <class Message, class Use>
  void with_instrument(const Message& message, Use&& use) noexcept {
    const platform::UnixNanos time = time_of(message);
    const ringbuf::InstrumentId instrument = instruments_.of(message.symbol(), time);
    if (instrument != ringbuf::kNoInstrument) use(instrument, time);
  }
  template <class Message, class Body>
  void publish_for(const Message& message, const Body& body) noexcept {
    with_instrument(
        message, [&](ringbuf::InstrumentId instrument, platform::UnixNanos time) { publish(instrument, time, body); });
  }

  template <class Message>
  platform::UnixNanos time_of(const Message& message) noexcept {
    const platform::UnixNanos time = message.timestamp();
    if (time < time_) ++counters_.backward_times;
    if (first_time_ == platform::kNoTime) [[unlikely]]
      first_time_ = time;
    time_ = time;
    last_time_ = std::max(last_time_, time);
    return time;
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  PublishedForms forms_;
  platform::UnixNanos first_time_ = platform::kNoTime;
  platform::UnixNanos last_time_ = platform::kNoTime;
  platform::UnixNanos time_ = platform::kNoTime;  // of the message ahead
  Instruments instruments_;
  std::vector<InstrumentState> states_;  // by id
  NormaliserCounters counters_;
};

}  // namespace tickplant::feedhandlers::iex
