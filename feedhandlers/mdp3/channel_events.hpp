// The events of each channel: whether one is open, which instruments it touched, what its records are flagged with.
//
// An event of the venue spans messages, and packets at times. Its quotes are published when it ends, for each
// instrument whose best prices or sizes it moved, and the last record carries end_of_event. Channels have events of
// their own.
//
// A loss ends the event of its channel, since its end may be in what was lost; and from then on the books of the
// channel are in doubt until continuity.hpp says otherwise.
//
// Threads: the feed's own. Not here: what the records say (normaliser.hpp), the mark on the last one
// (event_writer.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/mdp3/event_writer.hpp"
#include "feedhandlers/mdp3/instruments.hpp"
#include "feedhandlers/mdp3/normaliser_counters.hpp"
#include "feedhandlers/published_forms.hpp"

namespace tickplant::feedhandlers::mdp3 {

class ChannelEvents {
 public:
  /// `channel_count` is not 0. All references outlive this object.
  ChannelEvents(TickPublisher& publisher, const OrderBook& book, PublishedForms forms, Instruments& instruments,
                std::size_t channel_count, NormaliserCounters& counters)
      : book_(book),
        with_quotes_(forms.quotes),
        instruments_(instruments),
        counters_(counters),
        writer_(publisher, book, forms.depth),
        channels_(channel_count) {
    for (Channel& channel : channels_) channel.touched.reserve(book.instrument_count());
  }

  ChannelEvents(const ChannelEvents&) = delete;  // points into itself
  ChannelEvents& operator=(const ChannelEvents&) = delete;

  /// No event is open, nothing was lost, no time was seen but `time`.
  void start_anew(platform::UnixNanos time) noexcept {
    last_time_ = time;
    for (Channel& channel : channels_) {
      channel.losses = channel.complete_at = 0;
      channel.open = false;
      channel.last_time = platform::kNoTime;
      channel.touched.clear();
    }
  }

  /// What follows is of this channel. `is_late`: of a packet that was missing, behind its time.
  void begin_packet(std::uint32_t channel, bool is_late) noexcept {
    enter(channel);
    is_late_packet_ = is_late;
    late_flag_ = ringbuf::RecordFlags::none;
  }
  /// True when no event of the channel is open.
  bool end_packet() noexcept {
    writer_.end_packet();
    return !here_->open;
  }

  void lose(std::uint32_t channel) noexcept {
    enter(channel);
    ++here_->losses;
    end_open_event();
  }
  /// The same of the channel at hand, whose event may go on: one message could not be read.
  void lose_here() noexcept { ++here_->losses; }

  /// All books of the channel are empty now, and told to be. Too late, and nobody knows which of the entries that
  /// overtook it came behind it: then they stay in doubt.
  void empty_channel(std::uint32_t channel, platform::UnixNanos time) noexcept {
    enter(channel);
    if (here_->open) end_event(time);
    if (!is_late_packet_) here_->complete_at = here_->losses;
  }

  /// A message of the channel at hand begins; its time is ours.
  platform::UnixNanos begin_message(std::uint64_t transact_time) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    const platform::UnixNanos time{static_cast<std::int64_t>(std::min(transact_time, largest))};
    Channel& channel = *here_;
    channel.open = true;
    const bool backward = time < channel.last_time;
    counters_.backward_times += backward ? 1 : 0;
    late_flag_ = backward || is_late_packet_ ? ringbuf::RecordFlags::late : ringbuf::RecordFlags::none;
    if (!backward) channel.last_time = time;
    last_time_ = std::max(last_time_, time);
    return time;
  }
  void end_message(std::uint8_t match_event, platform::UnixNanos time) noexcept {
    if ((match_event & kEndOfEvent) != 0) end_event(time);
  }

  void end_event(platform::UnixNanos time) noexcept {
    Channel& channel = *here_;
    for (const std::uint32_t index : channel.touched) {
      Instrument& instrument = instruments_.all()[index];
      instrument.touched = false;
      const ringbuf::QuoteBody quote = book_.bbo(instrument.id);
      const bool is_due = instrument.quote_is_due && !is_doubtful(instrument);
      if (with_quotes_ && (quote != instrument.quote || is_due)) write(instrument, time, quote);
      instrument.quote = quote;
      instrument.quote_is_due = false;
    }
    writer_.end_event();
    channel.touched.clear();
    channel.open = false;
  }
  void end_open_event() noexcept {
    if (here_->open) end_event(here_->last_time);
  }

  /// The event moves this instrument's book.
  void touch(Instrument& instrument) noexcept {
    if (instrument.touched) return;
    instrument.touched = true;
    // Each instrument once, so never more than reserved.
    channels_[instrument.channel].touched.push_back(
        static_cast<std::uint32_t>(&instrument - instruments_.all().data()));
  }

  /// Its doubt is over: the event tells its best prices, changed or not, so that the image says so, too.
  void tell_again(Instrument& instrument) noexcept {
    instrument.quote_is_due = true;
    touch(instrument);
  }

  /// `changed_side`: of the instrument's book, by what the record tells.
  template <class Body>
  void write(const Instrument& instrument, platform::UnixNanos time, const Body& body,
             ringbuf::Side changed_side = ringbuf::Side::none) noexcept {
    const auto doubt = is_doubtful(instrument) ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none;
    writer_.write(instrument.id, time, body, late_flag_ | doubt, changed_side);
  }
  /// It says nothing of a book, so no doubt is told.
  void write_definition(const Instrument& instrument, platform::UnixNanos time,
                        const ringbuf::DefinitionBody& body) noexcept {
    writer_.write(instrument.id, time, body, late_flag_, ringbuf::Side::none);
  }

  /// The instrument's book may not be what the venue has.
  [[nodiscard]] bool is_doubtful(const Instrument& instrument) const noexcept {
    const std::uint32_t losses = channels_[instrument.channel].losses;
    if (book_.is_maybe_bad(instrument.id)) return true;
    if (instrument.form == BookForm::orders) return instrument.orders_broken || losses != instrument.orders_complete_at;
    return instrument.continuity.state(losses) != Continuity::State::complete;
  }

  [[nodiscard]] std::uint32_t channel() const noexcept { return channel_; }
  [[nodiscard]] std::uint32_t channel_count() const noexcept { return static_cast<std::uint32_t>(channels_.size()); }
  [[nodiscard]] bool is_late_packet() const noexcept { return is_late_packet_; }
  /// Of the channel at hand.
  [[nodiscard]] std::uint32_t losses() const noexcept { return here_->losses; }
  /// Its count of losses when all its books were known.
  [[nodiscard]] std::uint32_t complete_at() const noexcept { return here_->complete_at; }
  /// The count of losses at which a book is known that is told to be empty now. By a late packet: another one, since
  /// what came behind may be missing yet.
  [[nodiscard]] std::uint32_t known_at() const noexcept { return losses() - (is_late_packet_ ? 1U : 0U); }
  /// Newest event time of any channel.
  [[nodiscard]] platform::UnixNanos last_time() const noexcept { return last_time_; }

 private:
  struct Channel {
    std::uint32_t losses = 0;
    std::uint32_t complete_at = 0;  // the count of losses when all books of the channel were known
    bool open = false;              // an event has begun and not ended
    platform::UnixNanos last_time = platform::kNoTime;
    std::vector<std::uint32_t> touched;  // instruments of the event, by index
  };
  void enter(std::uint32_t channel) noexcept {
    channel_ = channel;
    here_ = &channels_[channel];
  }

  const OrderBook& book_;
  bool with_quotes_;
  Instruments& instruments_;
  NormaliserCounters& counters_;
  EventWriter writer_;
  std::vector<Channel> channels_;
  std::uint32_t channel_ = 0;  // of the packet at hand
  Channel* here_ = channels_.data();
  bool is_late_packet_ = false;
  ringbuf::RecordFlags late_flag_ = ringbuf::RecordFlags::none;
  platform::UnixNanos last_time_ = platform::kNoTime;
};

}  // namespace tickplant::feedhandlers::mdp3
