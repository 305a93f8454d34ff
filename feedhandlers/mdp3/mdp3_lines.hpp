// CME MDP 3.0 behind its lines: each channel numbers its packets, so each has a reorder buffer of its own. The first
// copy of A and B wins, early packets wait for the other line; what both lost is told as a gap, there is nobody to ask.
//
// Threads: as PacketFeed.
// Not here: the numbers (sequencing/reorder_buffer.hpp), the messages (mdp3_feed.hpp).
#pragma once

#include <numeric>
#include <optional>
#include <vector>

#include "feedhandlers/feed.hpp"
#include "feedhandlers/mdp3/mdp3_feed.hpp"
#include "feedhandlers/mdp3/packet_numbers.hpp"
#include "feedhandlers/sequencing/copy_comparison.hpp"
#include "feedhandlers/sequencing/receive_times.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"

namespace tickplant::feedhandlers::mdp3 {

class Mdp3Lines final : public PacketFeed {
 public:
  /// Throws SetupError: memory for the book.
  Mdp3Lines(const FeedParts& parts, const OrderBookConfig& book, const sequencing::ReorderOptions& reorder,
            FeedHost& host, const FeedOptions& options)
      : host_(host),
        book_(book),
        feed_(parts.publisher, parts.directory, book_, parts.venue, parts.id, parts.forms, options) {
    channels_.reserve(feed_.channels().size());
    for (std::size_t i = 0; i < feed_.channels().size(); ++i) channels_.emplace_back(reorder);
  }

  void begin_day(const TradingDay& day, const sequencing::SessionId&, platform::UnixNanos received) noexcept override {
    day_has_begun_ = true;
    feed_.begin_day(day, received);
  }

  /// Of the channel that `reached` names; others are taken as they come.
  bool resume(const TradingDay& day, const ringbuf::SourcePositionBody& reached, const ToldHistory&,
              platform::UnixNanos now) override {
    day_has_begun_ = true;
    feed_.resume(day, now);
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      if (feed_.channels().session_text(i) != reached.session || reached.next_sequence == 0) continue;
      feed_.expect(i, static_cast<std::uint32_t>(reached.next_sequence));
      PacketNumbers::Datagram first;
      channels_[i].runs.name_run_of(first, 0);
      channels_[i].reorder.resume(first.session, reached.next_sequence);
    }
    return false;
  }

  void publish_heartbeat(const HeartbeatTime& time) noexcept override {
    times_.on_heartbeat(time.now);
    feed_.publish_heartbeat(time);
  }

  void on_packet(const Packet& packet) noexcept override {
    const std::size_t index = feed_.channels().find(packet);
    PacketNumbers::Datagram datagram = PacketNumbers::parse(packet.payload);
    if (index == Channels::kNone || !datagram.is_whole_header) return feed_.on_packet(packet, 0);  // which counts it
    Channel& channel = channels_[index];
    channel.runs.name_run_of(datagram, channel.reorder.next_sequence());
    if (packet.ts_recv != platform::kNoTime) [[likely]] {
      channel.reorder.on_packet(packet, datagram, InOrder{*this, channel});
    } else {
      Packet timed = packet;
      timed.ts_recv = feed_.normaliser().last_time();
      channel.reorder.on_packet(timed, datagram, InOrder{*this, channel});
    }
    if (channel.copies &&
        !channel.copies
             ->see(packet.line, datagram.session, datagram.range.begin, packet.payload.subspan(kPacketHeaderBytes))
             .empty()) [[unlikely]]
      feed_.doubt(index);
  }

  void compare_copies() override {
    for (Channel& channel : channels_) channel.copies.emplace();
  }

  void on_time(platform::UnixNanos now) noexcept override {
    for (Channel& channel : channels_) channel.reorder.on_time(now, InOrder{*this, channel});
  }
  void flush() noexcept override {
    for (Channel& channel : channels_) channel.reorder.flush(InOrder{*this, channel});
  }
  [[nodiscard]] std::optional<platform::UnixNanos> next_deadline() const noexcept override {
    std::optional<platform::UnixNanos> soonest;
    for (const Channel& channel : channels_) {
      const auto deadline = channel.reorder.next_deadline();
      if (deadline && (!soonest || *deadline < *soonest)) soonest = deadline;
    }
    return soonest;
  }

  [[nodiscard]] FeedTotals totals() const noexcept override {
    const FeedCounters& counters = feed_.counters();
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
    const sequencing::SequenceCounters packets = feed_.packets();
    FeedTotals totals;
    totals.messages = sum(counters.messages);
    totals.bad_messages = sum(counters.refused);
    totals.damaged_packets = sum(counters.damaged);
    totals.foreign_packets = counters.foreign_packets;
    totals.duplicate_messages = packets.duplicate_messages;
    totals.gaps = packets.gaps;
    totals.missed_messages = packets.missed_messages;
    for (const Channel& channel : channels_) {
      totals.duplicate_messages += channel.reorder.counters().duplicate_messages;
      totals.held_packets += channel.reorder.counters().held_packets;
      if (!channel.copies) continue;
      totals.compared_packets += channel.copies->counters().compared_packets;
      totals.differing_packets += channel.copies->counters().differing_packets;
    }
    if (channels_.size() == 1) totals.next_sequence = channels_.front().reorder.next_sequence();
    return totals;
  }

  [[nodiscard]] Mdp3Feed& protocol() noexcept { return feed_; }
  [[nodiscard]] const OrderBook& book() const noexcept { return book_; }

 private:
  struct Channel {
    explicit Channel(const sequencing::ReorderOptions& options) : reorder(options) {}

    sequencing::BasicReorderBuffer<PacketNumbers> reorder;
    std::optional<sequencing::CopyComparison> copies;
    Runs runs;
  };
  struct InOrder {
    Mdp3Lines& owner;
    Channel& channel;

    void operator()(const Packet& packet, const PacketNumbers::Datagram& datagram) const noexcept {
      channel.runs.on_delivered(datagram);
      owner.deliver(packet);
    }
  };

  void deliver(const Packet& packet) noexcept {
    if (!day_has_begun_) [[unlikely]]
      begin_day(host_.day_of(packet.ts_recv), {}, packet.ts_recv);
    const std::int64_t delay = host_.publish_delay(packet.ts_recv);
    const platform::UnixNanos ts_recv = times_.told(packet.ts_recv);
    if (ts_recv == packet.ts_recv) [[likely]]
      return feed_.on_packet(packet, delay);
    Packet told = packet;
    told.ts_recv = ts_recv;
    feed_.on_packet(told, delay);
  }

  FeedHost& host_;
  OrderBook book_;
  Mdp3Feed feed_;
  std::vector<Channel> channels_;
  sequencing::ReceiveTimes times_;
  bool day_has_begun_ = false;
};

}  // namespace tickplant::feedhandlers::mdp3
