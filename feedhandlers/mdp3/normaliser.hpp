// Gives MDP 3.0 messages their meaning: keeps the books, publishes our records. README.md lists what each message
// becomes.
//
// An event of the venue spans messages, and packets at times. Its quotes are published when it ends, for each
// instrument whose best prices or sizes it moved, and the last record carries end_of_event. Channels have events of
// their own.
//
// Threads: the feed's own. No clock, no I/O, no allocation: time comes with the messages.
// Not here: packets, gaps (mdp3_feed.hpp), whether an instrument missed something (continuity.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/mdp3/event_writer.hpp"
#include "feedhandlers/mdp3/instruments.hpp"
#include "feedhandlers/mdp3/messages.hpp"
#include "feedhandlers/published_forms.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::mdp3 {

struct NormaliserCounters {
  std::uint64_t level_entries = 0;       // outright bids and offers applied to a book
  std::uint64_t implied_entries = 0;     // implied ones: not part of the outright book
  std::uint64_t statistics_entries = 0;  // of template 46 with other entry types, and of 49 to 51
  std::uint64_t volume_entries = 0;
  std::uint64_t order_entries = 0;  // of templates 46 and 47 that became order records
  std::uint64_t trades = 0;
  std::uint64_t trade_orders = 0;           // orders named by trade summaries: not used
  std::uint64_t book_resets = 0;            // of one instrument
  std::uint64_t channel_resets = 0;         // messages
  std::uint64_t joined_instruments = 0;     // first heard of in the middle of their run
  std::uint64_t rpt_seq_jumps = 0;          // instruments that turned out to miss entries
  std::uint64_t missed_entries = 0;         // how many
  std::uint64_t cleared_instruments = 0;    // uncertain after a loss, and it was not about them
  std::uint64_t stale_entries = 0;          // of late packets, overtaken by newer ones: not applied
  std::uint64_t rpt_seq_restarts = 0;       // numbers seen before, out of the blue: a reset was lost
  std::uint64_t book_mismatches = 0;        // a complete book had not what an entry changes, or not where it says
  std::uint64_t refused_entries = 0;        // no size or price where one is needed, unknown action, no room in the book
  std::uint64_t bad_references = 0;         // orders of template 46 that name no level of it
  std::uint64_t unknown_instruments = 0;    // the directory or our table is full
  std::uint64_t backward_times = 0;         // of a message before the one ahead in its channel
  std::uint64_t other_channel_entries = 0;  // about an instrument that was first heard of on another channel
};

class Normaliser {
 public:
  /// `venue` is a MIC ("XCME"); `market_depth` how many levels a side the venue tells: what falls off behind is not
  /// told again. All references outlive this object.
  Normaliser(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms, std::uint8_t market_depth,
             std::size_t channel_count)
      : publisher_(publisher),
        directory_(directory),
        book_(book),
        venue_(venue),
        feed_(feed),
        forms_(forms),
        market_depth_(market_depth),
        writer_(publisher, book, forms.depth),
        instruments_(book.instrument_count()),
        channels_(channel_count) {
    for (Channel& channel : channels_) channel.touched.reserve(book.instrument_count());
    ids_.reserve(book.instrument_count());
  }

  /// Everything starts anew: books are empty, runs are expected from 1.
  void begin_session(platform::UnixNanos time, const ringbuf::SessionBody& session) noexcept {
    start_anew(time);
    publisher_.begin_session(time, session, ids_);
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
    for (std::uint32_t i = 0; i < channels_.size(); ++i) lose(i);
  }

  /// What follows is of this channel. `is_late`: of a packet that was missing, behind its time.
  void begin_packet(std::uint32_t channel, bool is_late) noexcept {
    channel_ = channel;
    is_late_packet_ = is_late;
    late_flag_ = ringbuf::RecordFlags::none;
  }
  /// True when no event of the channel is open.
  bool end_packet() noexcept {
    writer_.end_packet();
    return !channels_[channel_].open;
  }

  /// Something of the channel was lost: an event that is open will not end, and each instrument's next number decides
  /// whether it was concerned.
  void lose(std::uint32_t channel) noexcept {
    channel_ = channel;
    ++channels_[channel].losses;
    if (channels_[channel].open) end_event(channels_[channel].last_time);
  }

  /// The same of the channel at hand, whose event may go on: one message could not be read.
  void lose_here() noexcept { ++channels_[channel_].losses; }

  /// The channel's packets start with number 1 again, or the venue said that all its books are corrupt.
  void restart_channel(std::uint32_t channel, platform::UnixNanos time,
                       ringbuf::BookClearBody::Reason reason) noexcept {
    channel_ = channel;
    if (channels_[channel].open) end_event(time);
    // Too late, and nobody knows which of the entries that overtook it came behind it: books stay in doubt.
    if (!is_late_packet_) channels_[channel].complete_at = channels_[channel].losses;
    for (Instrument& instrument : instruments_.all()) {
      if (instrument.channel != channel) continue;
      if (is_late_packet_)
        instrument.continuity.on_mismatch();
      else
        instrument.continuity.on_channel_reset(channels_[channel].losses);
      clear_book(instrument, time, reason);
    }
    end_event(time);
  }

  void on(const IncrementalBook& message) noexcept {
    const platform::UnixNanos time = begin(message.root.transact_time());
    std::array<std::uint8_t, 256> is_current{};  // which levels were not stale: their orders are not, either
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const BookEntry entry = message.entries[i];
      Instrument* const instrument = current(entry, time);
      if (instrument == nullptr) continue;
      is_current[i] = 1;
      apply(*instrument, entry, time);
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
      Instrument* const instrument = find(level.security());
      if (instrument != nullptr)
        pass_order(*instrument, order.order(), side_of(level.entry_type()), level.price(), order.display_size(),
                   order.action(), time);
    }
    finish(message.root.match_event(), time);
  }

  void on(const IncrementalOrderBook& message) noexcept {
    const platform::UnixNanos time = begin(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const OrderEntry entry = message.entries[i];
      Instrument* const instrument = find_or_define(entry.security(), time);
      if (instrument == nullptr) continue;
      const ringbuf::Side side = side_of(entry.entry_type());
      if (instrument->form == BookForm::levels) {
        pass_order(*instrument, entry.order(), side, entry.price(), entry.display_size(), entry.action(), time);
      } else if (!is_late_packet_) {  // orders have no numbers of their own: too late is too late
        keep_order(*instrument, entry, side, time);
      }
    }
    finish(message.root.match_event(), time);
  }

  void on(const TradeSummary& message) noexcept {
    const platform::UnixNanos time = begin(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i) {
      const TradeEntry entry = message.entries[i];
      Instrument* const instrument = current(entry, time, is_late_packet_);
      if (instrument != nullptr) trade(*instrument, entry, time);
    }
    counters_.trade_orders += message.orders.size();
    finish(message.root.match_event(), time);
  }

  void on(const Volume& message) noexcept { number_only(message, counters_.volume_entries); }
  void on(const DailyStatistics& message) noexcept { number_only(message, counters_.statistics_entries); }
  void on(const LimitsBanding& message) noexcept { number_only(message, counters_.statistics_entries); }
  void on(const SessionStatistics& message) noexcept { number_only(message, counters_.statistics_entries); }

  void on(const ChannelReset& message) noexcept {
    ++counters_.channel_resets;
    const platform::UnixNanos time = begin(message.root.transact_time());
    restart_channel(channel_, time, ringbuf::BookClearBody::Reason::venue);
  }

  void on(const Recognised& message) noexcept {
    if (message.ends_event && channels_[channel_].open) end_event(channels_[channel_].last_time);
  }

  [[nodiscard]] const NormaliserCounters& counters() const noexcept { return counters_; }
  /// Newest event time of any channel.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return last_time_; }
  [[nodiscard]] const Instruments& instruments() const noexcept { return instruments_; }
  [[nodiscard]] ringbuf::InstrumentId known_instrument(SecurityId security) const noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone ? ringbuf::kNoInstrument : instruments_.all()[index].id;
  }
  /// The book of a known instrument may not be what the venue has.
  [[nodiscard]] bool is_doubtful(SecurityId security) const noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone || is_doubtful(instruments_.all()[index]);
  }

 private:
  struct Channel {
    std::uint32_t losses = 0;
    std::uint32_t complete_at = 0;  // the count of losses when all books of the channel were known
    bool open = false;              // an event has begun and not ended
    platform::UnixNanos last_time = platform::kNoTime;
    std::vector<std::uint32_t> touched;  // instruments of the event, by index
  };

  void start_anew(platform::UnixNanos time) noexcept {
    last_time_ = time;
    book_.clear_all();
    for (Channel& channel : channels_) {
      channel.losses = channel.complete_at = 0;
      channel.open = false;
      channel.last_time = platform::kNoTime;
      channel.touched.clear();
    }
    for (Instrument& instrument : instruments_.all()) {
      instrument.continuity.forget();
      instrument.orders_complete_at = 0;
      instrument.form = BookForm::none;
      instrument.orders_broken = false;
      instrument.touched = false;
      instrument.quote = {};
    }
  }

  void clear_depth(platform::UnixNanos time) noexcept {
    if (!forms_.depth) return;
    for (const ringbuf::InstrumentId id : ids_) publisher_.depth().clear(id, publisher_.last(), time);
  }

  // --- messages and events ---

  platform::UnixNanos begin(std::uint64_t transact_time) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    const platform::UnixNanos time{static_cast<std::int64_t>(std::min(transact_time, largest))};
    Channel& channel = channels_[channel_];
    channel.open = true;
    const bool backward = time < channel.last_time;
    counters_.backward_times += backward ? 1 : 0;
    late_flag_ = backward || is_late_packet_ ? ringbuf::RecordFlags::late : ringbuf::RecordFlags::none;
    if (!backward) channel.last_time = time;
    last_time_ = std::max(last_time_, time);
    return time;
  }

  void finish(std::uint8_t match_event, platform::UnixNanos time) noexcept {
    if ((match_event & kEndOfEvent) != 0) end_event(time);
  }

  void end_event(platform::UnixNanos time) noexcept {
    Channel& channel = channels_[channel_];
    for (const std::uint32_t index : channel.touched) {
      Instrument& instrument = instruments_.all()[index];
      instrument.touched = false;
      const ringbuf::QuoteBody quote = book_.bbo(instrument.id);
      if (forms_.quotes && quote != instrument.quote) write(instrument, time, quote);
      instrument.quote = quote;
    }
    writer_.end_event();
    channel.touched.clear();
    channel.open = false;
  }

  void touch(Instrument& instrument) noexcept {
    if (instrument.touched) return;
    instrument.touched = true;
    // Each instrument once, so never more than reserved.
    channels_[instrument.channel].touched.push_back(
        static_cast<std::uint32_t>(&instrument - instruments_.all().data()));
  }

  template <class Body>
  void write(const Instrument& instrument, platform::UnixNanos time, const Body& body,
             ringbuf::Side changed_side = ringbuf::Side::none) noexcept {
    const auto doubt = is_doubtful(instrument) ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none;
    writer_.write(instrument.id, time, body, late_flag_ | doubt, changed_side);
  }

  [[nodiscard]] bool is_doubtful(const Instrument& instrument) const noexcept {
    const std::uint32_t losses = channels_[instrument.channel].losses;
    if (book_.is_maybe_bad(instrument.id)) return true;
    if (instrument.form == BookForm::orders) return instrument.orders_broken || losses != instrument.orders_complete_at;
    return instrument.continuity.state(losses) != Continuity::State::complete;
  }

  // --- instruments ---

  [[nodiscard]] Instrument* find(SecurityId security) noexcept {
    const std::uint32_t index = instruments_.find(security);
    return index == Instruments::kNone ? nullptr : &instruments_.all()[index];
  }

  Instrument* find_or_define(SecurityId security, platform::UnixNanos time) noexcept {
    Instrument* const known = find(security);
    if (known == nullptr) [[unlikely]]
      return define(security, time);
    if (known->channel == channel_) [[likely]]
      return known;
    ++counters_.other_channel_entries;
    return nullptr;
  }

  Instrument* define(SecurityId security, platform::UnixNanos time) noexcept {
    std::array<char, 12> text;
    const char* const end = std::to_chars(text.data(), text.data() + text.size(), security.value).ptr;
    ringbuf::InstrumentSpec spec;
    spec.symbol = {text.data(), static_cast<std::size_t>(end - text.data())};
    spec.venue = venue_;
    spec.feed = feed_;
    spec.price_unit = 1;
    const ringbuf::AddResult result = instruments_.is_full() ? ringbuf::AddResult{} : directory_.find_or_add(spec);
    if (result.id == ringbuf::kNoInstrument || result.id.value >= book_.instrument_count()) {
      ++counters_.unknown_instruments;
      return nullptr;
    }
    const std::uint32_t index = instruments_.add(security, result.id, channel_);
    ids_.push_back(result.id);  // reserved: does not allocate
    Instrument& instrument = instruments_.all()[index];
    instrument.orders_complete_at = channels_[channel_].complete_at;
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = result.stamp;
    definition.feed = feed_;
    writer_.write(instrument.id, time, definition, late_flag_, ringbuf::Side::none);  // it says nothing of a book
    return &instrument;
  }

  /// The instrument of an entry that is to be applied; nullptr when it is stale, about a stranger, or has no place.
  template <class Entry>
  Instrument* current(const Entry& entry, platform::UnixNanos time, bool also_stale = false) noexcept {
    Instrument* const instrument = find_or_define(entry.security(), time);
    if (instrument == nullptr) return nullptr;
    const std::uint32_t before = instrument->continuity.last();
    const auto [step, cleared] =
        instrument->continuity.on_entry(entry.rpt_seq(), channels_[channel_].losses, is_late_packet_);
    counters_.cleared_instruments += cleared ? 1 : 0;
    switch (step) {
      case Continuity::Step::first:
      case Continuity::Step::next: break;
      case Continuity::Step::joined: ++counters_.joined_instruments; break;
      case Continuity::Step::jump:
        ++counters_.rpt_seq_jumps;
        counters_.missed_entries += entry.rpt_seq().value - before - 1;
        break;
      case Continuity::Step::again: ++counters_.rpt_seq_restarts; break;
      case Continuity::Step::stale: ++counters_.stale_entries; return also_stale ? instrument : nullptr;
    }
    return instrument;
  }

  template <class NumberedMessage>
  void number_only(const NumberedMessage& message, std::uint64_t& counter) noexcept {
    const platform::UnixNanos time = begin(message.root.transact_time());
    for (std::size_t i = 0; i < message.entries.size(); ++i)
      if (current(message.entries[i], time) != nullptr) ++counter;
    finish(message.root.match_event(), time);
  }

  // --- price levels ---

  [[nodiscard]] static ringbuf::Side side_of(char entry_type) noexcept {
    if (entry_type == '0') return ringbuf::Side::bid;
    return entry_type == '1' ? ringbuf::Side::ask : ringbuf::Side::none;
  }

  void apply(Instrument& instrument, const BookEntry& entry, platform::UnixNanos time) noexcept {
    switch (entry.entry_type()) {
      case '0':
      case '1': ++counters_.level_entries; return apply_level(instrument, entry, time);
      case 'E':
      case 'F': ++counters_.implied_entries; return;
      case 'J':
        ++counters_.book_resets;
        instrument.continuity.on_book_reset(known_at());
        return clear_book(instrument, time, ringbuf::BookClearBody::Reason::venue);
      default: ++counters_.statistics_entries; return;
    }
  }

  void apply_level(Instrument& instrument, const BookEntry& entry, platform::UnixNanos time) noexcept {
    if (instrument.form == BookForm::orders)  // it is told by levels after all: orders and levels do not mix
      clear_book(instrument, time, ringbuf::BookClearBody::Reason::recovery);
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

  void changed(Instrument& instrument, const LevelChange& change, platform::UnixNanos time) noexcept {
    if (change.kind == LevelChange::Kind::none) return;
    touch(instrument);
    // What the venue says in levels is published in levels, whatever forms are derived: books are recoverable state.
    if (instrument.form == BookForm::orders && !forms_.levels) return;
    write(instrument, time,
          ringbuf::LevelBody{change.price,
                             change.size,
                             change.order_count,
                             static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
                             change.side,
                             {}},
          change.side);
  }

  /// What the venue says does not fit a book that ought to be complete: it is not.
  void mismatch(Instrument& instrument) noexcept {
    if (instrument.continuity.state(channels_[channel_].losses) != Continuity::State::complete) return;
    ++counters_.book_mismatches;
    instrument.continuity.on_mismatch();
  }

  void refuse(Instrument& instrument) noexcept {
    ++counters_.refused_entries;
    instrument.continuity.on_mismatch();
  }

  /// The count of losses at which a book is known that is told to be empty now. By a late packet: another one, since
  /// what came behind may be missing yet.
  [[nodiscard]] std::uint32_t known_at() const noexcept {
    return channels_[channel_].losses - (is_late_packet_ ? 1U : 0U);
  }

  void clear_book(Instrument& instrument, platform::UnixNanos time, ringbuf::BookClearBody::Reason reason) noexcept {
    book_.clear(instrument.id);
    instrument.form = BookForm::none;
    instrument.orders_broken = false;
    instrument.orders_complete_at = known_at();
    touch(instrument);
    ringbuf::BookClearBody clear;
    clear.reason = reason;
    write(instrument, time, clear);
  }

  // --- orders ---

  /// An order of an instrument whose book is told by levels.
  void pass_order(Instrument& instrument, OrderReference order, ringbuf::Side side, ringbuf::Price price,
                  std::int32_t size, std::uint8_t action, platform::UnixNanos time) noexcept {
    const bool has_size = size >= 0 && size != kNullSize;
    if (side == ringbuf::Side::none || action > 2 || (action != 2 && !has_size)) {
      ++counters_.refused_entries;  // the levels are not concerned
      return;
    }
    write_order(instrument, order, side, price, {has_size ? static_cast<std::uint64_t>(size) : 0}, action, time);
  }

  /// An order of an instrument that is told by orders alone.
  void keep_order(Instrument& instrument, const OrderEntry& entry, ringbuf::Side side,
                  platform::UnixNanos time) noexcept {
    instrument.form = BookForm::orders;
    const bool has_size = entry.display_size() > 0 && entry.display_size() != kNullSize;
    const bool is_whole = side != ringbuf::Side::none && ringbuf::is_present(entry.price()) && has_size;
    if (entry.action() > 2 || (entry.action() != 2 && !is_whole)) {
      ++counters_.refused_entries;
      instrument.orders_broken = true;
      return;
    }
    const ringbuf::Size size{has_size ? static_cast<std::uint64_t>(entry.display_size()) : 0};
    if (entry.action() == 0) {
      const OrderResult result = book_.add(entry.order(), instrument.id, side, entry.price(), size);
      if (result.outcome != BookOutcome::applied) return refuse_order(instrument);
      write_order(instrument, entry.order(), side, entry.price(), size, 0, time, side);
      return changed(instrument, result.level, time);
    }
    const StoredOrder* const open = book_.find(entry.order());
    if (open == nullptr || open->instrument != instrument.id) {
      refuse_order(instrument);  // the entry says all there is to say, so readers get it all the same
      return write_order(instrument, entry.order(), side, entry.price(), size, entry.action(), time);
    }
    if (entry.action() == 1) {
      const ReplaceResult result = book_.modify(entry.order(), entry.price(), size);
      if (result.outcome != BookOutcome::applied) refuse_order(instrument);
      write_order(instrument, entry.order(), result.side, entry.price(), size, 1, time, result.side);
      changed(instrument, result.removed, time);
      return changed(instrument, result.added, time);
    }
    const OrderResult result = book_.remove(entry.order());
    write_order(instrument, entry.order(), result.side, result.price, result.size_before, 2, time, result.side);
    changed(instrument, result.level, time);
  }

  void refuse_order(Instrument& instrument) noexcept {
    ++counters_.refused_entries;
    instrument.orders_broken = true;
  }

  void write_order(const Instrument& instrument, OrderReference order, ringbuf::Side side, ringbuf::Price price,
                   ringbuf::Size size, std::uint8_t action, platform::UnixNanos time,
                   ringbuf::Side changed_side = ringbuf::Side::none) noexcept {
    static constexpr std::array kActions{ringbuf::OrderAction::add, ringbuf::OrderAction::modify,
                                         ringbuf::OrderAction::cancel};
    ++counters_.order_entries;
    write(instrument, time,
          ringbuf::OrderBody{order.value,
                             price,
                             size,
                             kActions[action],
                             side,
                             action == 2 ? ringbuf::OrderReason::deleted : ringbuf::OrderReason::plain,
                             0,
                             {}},
          changed_side);
  }

  // --- trades ---

  void trade(Instrument& instrument, const TradeEntry& entry, platform::UnixNanos time) noexcept {
    const bool has_size = entry.size() > 0 && entry.size() != kNullSize;
    const std::uint64_t id = entry.trade_entry_id() == kNullTradeEntryId ? 0 : entry.trade_entry_id();
    if (entry.action() > 2 || (entry.action() != 2 && !has_size)) {
      ++counters_.refused_entries;
      return;
    }
    const ringbuf::Size size{has_size ? static_cast<std::uint64_t>(entry.size()) : 0};
    ++counters_.trades;
    if (entry.action() != 0) {
      ringbuf::TradeCancelBody cancel;
      cancel.trade_id = id;
      cancel.price = entry.price();
      cancel.size = size;
      cancel.kind = entry.action() == 1 ? ringbuf::TradeCancelKind::corrected : ringbuf::TradeCancelKind::cancelled;
      return write(instrument, time, cancel);
    }
    ringbuf::TradeBody body;
    body.price = entry.price();
    body.size = size;
    body.trade_id = id;
    // The record names the resting side. No aggressor: an opening, or both sides implied.
    body.side = entry.aggressor() == 1   ? ringbuf::Side::ask
                : entry.aggressor() == 2 ? ringbuf::Side::bid
                                         : ringbuf::Side::none;
    body.kind = body.side == ringbuf::Side::none ? ringbuf::TradeKind::unknown : ringbuf::TradeKind::execution;
    if (!ringbuf::is_present(body.price)) body.eligibility = ringbuf::TradeEligibility::none;
    write(instrument, time, body);
  }

  TickPublisher& publisher_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  OrderBook& book_;
  std::string_view venue_;
  ringbuf::FeedId feed_;
  PublishedForms forms_;
  std::uint32_t market_depth_;
  EventWriter writer_;
  Instruments instruments_;
  std::vector<ringbuf::InstrumentId> ids_;  // of all instruments
  std::vector<Channel> channels_;
  std::uint32_t channel_ = 0;  // of the packet at hand
  bool is_late_packet_ = false;
  ringbuf::RecordFlags late_flag_ = ringbuf::RecordFlags::none;
  platform::UnixNanos last_time_ = platform::kNoTime;
  NormaliserCounters counters_;
};

}  // namespace tickplant::feedhandlers::mdp3
