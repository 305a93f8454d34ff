// CME MDP 3.0, whole: packets of the incremental feeds in, records out. The same code for live lines and captures.
//
//   packet -> channel -> sequence tracker (first copy of A and B wins, gaps told) -> messages -> parser -> normaliser
//
// A packet has a number in its channel. Numbers start at 1 each week, and after a failure of the venue: a number that
// lies behind the newest in a packet that was sent after it is the start of another run, not a duplicate, since both
// lines send the same packet with the same time.
//
// Threads: the feed's own. No clock, no socket, no allocation.
// Not here: where packets come from (sources/), waiting for the other line before a gap is told.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/feed_records.hpp"
#include "feedhandlers/mdp3/channels.hpp"
#include "feedhandlers/mdp3/normaliser.hpp"
#include "feedhandlers/mdp3/parser.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/sequence_tracker.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::feedhandlers::mdp3 {

/// For callers that look at the tables after each message; costs nothing when left out.
struct NoObserver {
  void operator()(const Message&) const noexcept {}
};

struct FeedCounters {
  std::array<std::uint64_t, kTemplateCount> messages{};  // by template_index(): well-formed
  std::array<std::uint64_t, kParseOutcomes> refused{};   // by ParseOutcome; `ok` is not counted
  std::array<std::uint64_t, kDamageCount> damaged{};     // packets by Damage; `none` is not counted
  std::uint64_t foreign_packets = 0;                     // to an address that is not one of the lines'
  std::uint64_t restarts = 0;                            // runs of packet numbers that began anew
};

struct FeedOptions {
  std::span<const ChannelLines> channels;  // none: all packets are of one channel
  std::uint8_t market_depth = 10;          // levels a side that the venue tells
};

class Mdp3Feed {
 public:
  Mdp3Feed(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
           std::string_view venue, ringbuf::FeedId feed, PublishedForms forms, const FeedOptions& options = {})
      : publisher_(publisher),
        feed_(feed),
        channels_(options.channels),
        runs_(channels_.size()),
        normaliser_(publisher, directory, book, venue, feed, forms, options.market_depth, channels_.size()) {}

  /// A trading day begins, by whatever tells the caller so: books are empty, packet numbers are taken as they come.
  /// `received`: when that became known; by default as the day began.
  void begin_day(const TradingDay& day, platform::UnixNanos received = platform::kNoTime) noexcept {
    for (Run& run : runs_) run = {};
    publisher_.begin_packet(received == platform::kNoTime ? day.midnight : received, 0);
    normaliser_.begin_session(day.midnight, session_body(day, {}, feed_));
    publisher_.end_batch();
  }

  /// Call instead where a predecessor was in the middle of a day. Publishes that all books of this feed are empty and
  /// doubtful from here on.
  void resume(const TradingDay& day, platform::UnixNanos now) noexcept {
    publisher_.begin_packet(now, 0);
    publisher_.continue_day(day.date);
    normaliser_.resume_session(now);
    publisher_.end_batch();
  }
  /// And for each channel: its packets before `next_sequence` are in the ring. A later first packet is a gap.
  void expect(std::size_t channel, std::uint32_t next_sequence) noexcept {
    runs_[channel].tracker.start_at(next_sequence);
    runs_[channel].started = true;
  }

  /// Time passes: tells readers so.
  void publish_heartbeat(const HeartbeatTime& time) noexcept {
    feedhandlers::publish_heartbeat(publisher_, feed_, time);
  }

  /// One datagram of either line. `publish_delay_nanos`: time since ts_recv, 0 in replay. `observe(Message)` is called
  /// when a message has been worked on; the newest record may still wait for the end of its event.
  template <class Observer = NoObserver>
  void on_packet(const Packet& packet, std::int64_t publish_delay_nanos, Observer&& observe = {}) noexcept {
    const std::size_t index = channels_.find(packet);
    if (index == Channels::kNone) {
      ++counters_.foreign_packets;
      return;
    }
    const Datagram datagram = parse_packet(packet.payload);
    if (datagram.damage != Damage::none) ++counters_.damaged[static_cast<std::size_t>(datagram.damage)];
    if (datagram.damage == Damage::short_header) return;

    publisher_.begin_packet(packet.ts_recv, publish_delay_nanos);
    const auto channel = static_cast<std::uint32_t>(index);
    Run& run = runs_[index];
    normaliser_.begin_packet(channel, false);
    begin_run(run, channel, datagram);
    const sequencing::Arrival arrival =
        run.tracker.on_packet({datagram.sequence, std::uint64_t{datagram.sequence} + 1});
    if (arrival.position == sequencing::Position::ahead) publish_gap(channel, arrival.gap);
    if (!arrival.unseen.empty()) {
      normaliser_.begin_packet(channel, arrival.position == sequencing::Position::late);
      const std::uint32_t losses = normaliser_.losses();
      deliver(datagram, observe);
      if (datagram.damage != Damage::none) normaliser_.lose(channel);
      if (normaliser_.losses() != losses) [[unlikely]]
        normaliser_.doubt_images(channel);
      publish_position(channel, run, datagram.message_count, normaliser_.end_packet());
    }
    publisher_.end_batch();
  }

  /// Lines brought different copies of a packet: what was in there is as good as lost.
  void doubt(std::size_t channel) noexcept {
    normaliser_.lose(static_cast<std::uint32_t>(channel));
    normaliser_.doubt_images(static_cast<std::uint32_t>(channel));
  }

  [[nodiscard]] const FeedCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Normaliser& normaliser() const noexcept { return normaliser_; }
  [[nodiscard]] const Channels& channels() const noexcept { return channels_; }
  /// Packets of one channel, in all its runs.
  [[nodiscard]] sequencing::SequenceCounters packets(std::size_t channel) const noexcept {
    sequencing::SequenceCounters sum = runs_[channel].forgotten;
    sum += runs_[channel].tracker.counters();
    return sum;
  }
  [[nodiscard]] sequencing::SequenceCounters packets() const noexcept {
    sequencing::SequenceCounters sum;
    for (std::size_t i = 0; i < runs_.size(); ++i) sum += packets(i);
    return sum;
  }
  /// Numbers of a channel's packets in its present run.
  [[nodiscard]] std::uint64_t first_sequence(std::size_t channel) const noexcept {
    return runs_[channel].tracker.first();
  }
  [[nodiscard]] std::uint64_t next_sequence(std::size_t channel) const noexcept {
    return runs_[channel].tracker.next_expected();
  }

 private:
  /// Where a channel stands.
  struct Run {
    sequencing::SequenceTracker tracker;
    sequencing::SequenceCounters forgotten;  // of runs before this one
    std::uint64_t newest_sending_time = 0;
    bool started = false;
  };

  void begin_run(Run& run, std::uint32_t channel, const Datagram& datagram) noexcept {
    if (!run.started) {
      run.started = true;
      if (datagram.sequence > 1) normaliser_.lose(channel);  // joined in the middle
    } else if (datagram.sequence < run.tracker.next_expected() && datagram.sending_time > run.newest_sending_time &&
               run.newest_sending_time > 0) {
      ++counters_.restarts;
      run.tracker.close_gaps();
      run.forgotten += run.tracker.counters();
      run.tracker = {};
      run.tracker.start_at(datagram.sequence == 0 ? 0 : 1);
      normaliser_.restart_channel(channel, time_of(datagram), ringbuf::BookClearBody::Reason::session);
    }
    run.newest_sending_time = std::max(run.newest_sending_time, datagram.sending_time);
  }

  [[nodiscard]] static platform::UnixNanos time_of(const Datagram& datagram) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    return {static_cast<std::int64_t>(std::min(datagram.sending_time, largest))};
  }

  template <class Observer>
  void deliver(const Datagram& datagram, Observer& observe) noexcept {
    for_each_message(datagram, [&](const Message& message) {
      const ParseOutcome outcome = parse(message, normaliser_);
      if (outcome == ParseOutcome::ok)
        ++counters_.messages[template_index(message.template_id)];
      else
        refuse(outcome);
      observe(message);
    });
  }

  /// What was in there is as good as lost, but for templates that nobody knows: if they number entries, that shows.
  void refuse(ParseOutcome outcome) noexcept {
    ++counters_.refused[static_cast<std::size_t>(outcome)];
    if (outcome == ParseOutcome::bad_block || outcome == ParseOutcome::bad_group) normaliser_.lose_here();
  }

  void publish_gap(std::uint32_t channel, sequencing::SequenceRange missing) noexcept {
    normaliser_.lose(channel);
    feedhandlers::publish_gap(publisher_, feed_, normaliser_.last_time(), channels_.session_text(channel), missing);
    normaliser_.doubt_images(channel);
  }

  /// Carries end_of_event unless an event goes on in the next packet.
  void publish_position(std::uint32_t channel, const Run& run, std::uint32_t message_count, bool is_closed) noexcept {
    feedhandlers::publish_position(publisher_, feed_, normaliser_.last_time(),
                                   {.session = channels_.session_text(channel),
                                    .next_sequence = run.tracker.next_expected(),
                                    .message_count = message_count},
                                   is_closed ? ringbuf::RecordFlags::end_of_event : ringbuf::RecordFlags::none);
  }

  TickPublisher& publisher_;
  ringbuf::FeedId feed_;
  Channels channels_;
  std::vector<Run> runs_;
  Normaliser normaliser_;
  FeedCounters counters_;
};

}  // namespace tickplant::feedhandlers::mdp3
