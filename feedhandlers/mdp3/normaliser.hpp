// Gives MDP 3.0 messages their meaning: keeps the books, publishes our records. README.md lists what each message
// becomes.
//
//   entry -> entry_instruments.hpp -> level_books.hpp, order_entries.hpp, trade_records.hpp -> channel_events.hpp
//            whose, and whether       what it does                                             flags, ends of events
//
// Threads: the feed's own. No clock, no I/O, no allocation: time comes with the messages.
// Not here: packets, gaps (mdp3_feed.hpp), whether an instrument missed something (continuity.hpp).
#pragma once

#include <array>
#include <string_view>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/mdp3/channel_events.hpp"
#include "feedhandlers/mdp3/entry_instruments.hpp"
#include "feedhandlers/mdp3/instruments.hpp"
#include "feedhandlers/mdp3/level_books.hpp"
#include "feedhandlers/mdp3/messages.hpp"
#include "feedhandlers/mdp3/normaliser_counters.hpp"
#include "feedhandlers/mdp3/order_entries.hpp"
#include "feedhandlers/mdp3/trade_records.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::mdp3 {

class Normaliser {
 public:
  /// `venue` is a MIC ("XCME"); `market_depth` how many levels a side the venue tells: what falls off behind is not
  /// told again. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms, std::uint8_t market_depth,
             std::size_t channel_count)
      : publisher_(publisher),
        book_(book),
        with_depth_(forms.depth),
        instruments_(book.instrument_count()),
        events_(publisher, book, forms, instruments_, channel_count, counters_),
        entries_(instruments_, events_, directory, venue, feed, book.instrument_count(), counters_),
        levels_(book, events_, market_depth, forms.levels, counters_),
        orders_(book, events_, levels_, counters_) {}

  Normaliser(const Normaliser&) = delete;  // its parts refer to each other
  Normaliser& operator=(const Normaliser&) = delete;

  /// Everything starts anew: books are empty, runs are expected from 1.
  void begin_session(platform::UnixNanos time, const ringbuf::SessionBody& session) noexcept {
    start_anew(time);
    publisher_.begin_session(time, session, entries_.ids());
    clear_depth(time);
  }

  /// A predecessor's records are in the ring: its books are not known here. Tells readers by a book_clear of no
  /// instrument: all of this feed.
  void resume_session(platform::UnixNanos now) noexcept {
    start_anew(now);
    ringbuf::BookClearBody clear;
    clear.reason = ringbuf::BookClearBody::Reason::recovery;
    publisher_.publish(ringbuf::kNoInstrument, now, clear,
                       ringbuf::RecordFlags::end_of_event | ringbuf::RecordFlags::maybe_bad_book);
    clear_depth(now);
    for (std::uint32_t i = 0; i < events_.channel_count(); ++i) lose(i);
  }

  /// What follows is of this channel. `is_late`: of a packet that was missing, behind its time.
  void begin_packet(std::uint32_t channel, bool is_late) noexcept { events_.begin_packet(channel, is_late); }
  /// True when no event of the channel is open.
  bool end_packet() noexcept { return events_.end_packet(); }

  /// Something of the channel was lost: an event that is open will not end, and each instrument's next number decides
  /// whether it was concerned.
  void lose(std::uint32_t channel) noexcept { events_.lose(channel); }
  /// Of the channel at hand, so far.
  [[nodiscard]] std::uint32_t losses() const noexcept { return events_.losses(); }
  /// What was lost is told, or in the record ahead: the images of a channel say which books are in doubt.
  void doubt_images(std::uint32_t channel) noexcept {
    for (const Instrument& instrument : instruments_.all()) {
      if (instrument.channel == channel && events_.is_doubtful(instrument))
        publisher_.doubt_images({&instrument.id, 1}, last_time());
    }
  }
  /// The same of the channel at hand, whose event may go on: one message could not be read.
  void lose_here() noexcept { events_.lose_here(); }

  /// The channel's packets start with number 1 again, or the venue said that all its books are corrupt.
  void restart_channel(std::uint32_t channel, platform::UnixNanos time,
                       ringbuf::BookClearBody::Reason reason) noexcept {
    events_.empty_channel(channel, time);
    for (Instrument& instrument : instruments_.all()) {
      if (instrument.channel != channel) continue;
      if (events_.is_late_packet())
        instrument.continuity.on_mismatch();
      else
        instrument.continuity.on_channel_reset(events_.losses());
      levels_.clear(instrument, time, reason);
    }
    events_.end_event(time);
  }

  void on(const IncrementalBook& message) noexcept {
    const platform::UnixNanos time = events_.begin_message(message.root.transact_time());
    std::array<std::uint8_t, 256> is_current;  // which levels were not stale: their orders are not, either
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const BookEntry entry = message.entries[i];
      Instrument* const instrument = entries_.current(entry, time);
      is_current[i] = instrument != nullptr;
      if (instrument != nullptr) levels_.apply(*instrument, entry, time);
    }
    for (std::size_t i = 0; i < message.orders.size(); ++i) {
      const BookOrder order = message.orders[i];
      const std::size_t reference = order.level_reference();
      if (reference == 0 || reference > message.entries.size()) {
        ++counters_.bad_references;
        continue;
      }
      if (is_current[reference - 1] == 0) continue;
      const BookEntry level = message.entries[reference - 1];
      orders_.pass(*entries_.find(level.security()), order.order(), side_of(level.entry_type()), level.price(),
                   order.display_size(), order.action(), time);
    }
    events_.end_message(message.root.match_event(), time);
  }

  void on(const IncrementalOrderBook& message) noexcept {
    const platform::UnixNanos time = events_.begin_message(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const OrderEntry entry = message.entries[i];
      Instrument* const instrument = entries_.find_or_define(entry.security(), time);
      if (instrument == nullptr) continue;
      const ringbuf::Side side = side_of(entry.entry_type());
      if (instrument->form == BookForm::levels) {
        orders_.pass(*instrument, entry.order(), side, entry.price(), entry.display_size(), entry.action(), time);
      } else if (!events_.is_late_packet()) {  // orders have no numbers of their own: too late is too late
        orders_.keep(*instrument, entry, side, time);
      }
    }
    events_.end_message(message.root.match_event(), time);
  }

  void on(const TradeSummary& message) noexcept {
    const platform::UnixNanos time = events_.begin_message(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const TradeEntry entry = message.entries[i];
      Instrument* const instrument = entries_.current(entry, time, events_.is_late_packet());
      if (instrument != nullptr) trade(*instrument, entry, time);
    }
    counters_.trade_orders += message.orders.size();
    events_.end_message(message.root.match_event(), time);
  }

  void on(const Volume& message) noexcept { number_only(message, counters_.volume_entries); }
  void on(const DailyStatistics& message) noexcept { number_only(message, counters_.statistics_entries); }
  void on(const LimitsBanding& message) noexcept { number_only(message, counters_.statistics_entries); }
  void on(const SessionStatistics& message) noexcept { number_only(message, counters_.statistics_entries); }

  void on(const ChannelReset& message) noexcept {
    ++counters_.channel_resets;
    const platform::UnixNanos time = events_.begin_message(message.root.transact_time());
    restart_channel(events_.channel(), time, ringbuf::BookClearBody::Reason::venue);
  }

  void on(const Recognised& message) noexcept {
    if (message.ends_event) events_.end_open_event();
  }

  [[nodiscard]] const NormaliserCounters& counters() const noexcept { return counters_; }
  /// Newest event time of any channel.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return events_.last_time(); }
  [[nodiscard]] const Instruments& instruments() const noexcept { return instruments_; }
  [[nodiscard]] ringbuf::InstrumentId known_instrument(SecurityId security) const noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone ? ringbuf::kNoInstrument : instruments_.all()[index].id;
  }
  /// The book of a known instrument may not be what the venue has.
  [[nodiscard]] bool is_doubtful(SecurityId security) const noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone || events_.is_doubtful(instruments_.all()[index]);
  }

 private:
  void start_anew(platform::UnixNanos time) noexcept {
    book_.clear_all();
    events_.start_anew(time);
    for (Instrument& instrument : instruments_.all()) instrument.forget_day();
  }

  void clear_depth(platform::UnixNanos time) noexcept {
    if (!with_depth_) return;
    for (const ringbuf::InstrumentId id : entries_.ids()) publisher_.depth().clear(id, publisher_.last(), time);
  }

  /// Of these nothing but their place in the instrument's run is read.
  template <class NumberedMessage>
  void number_only(const NumberedMessage& message, std::uint64_t& counter) noexcept {
    const platform::UnixNanos time = events_.begin_message(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i)
      if (entries_.current(message.entries[i], time) != nullptr) ++counter;
    events_.end_message(message.root.match_event(), time);
  }

  void trade(const Instrument& instrument, const TradeEntry& entry, platform::UnixNanos time) noexcept {
    if (!is_sound(entry)) {
      ++counters_.refused_entries;
      return;
    }
    ++counters_.trades;
    if (entry.action() == 0)
      events_.write(instrument, time, to_trade(entry));
    else
      events_.write(instrument, time, to_trade_cancel(entry));
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  bool with_depth_;
  NormaliserCounters counters_;
  Instruments instruments_;
  ChannelEvents events_;
  EntryInstruments entries_;
  LevelBooks levels_;
  OrderEntries orders_;
};

}  // namespace tickplant::feedhandlers::mdp3
