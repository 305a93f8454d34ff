// A protocol behind its lines: the first copy of A and B wins, early packets wait, what both lost is asked for or told
// as a gap; then the protocol's feed. For framings that number messages within a session.
//
//   on_packet -> Framing::parse -> BasicReorderBuffer -> Protocol::on_packet -> records
//
// Threads: as PacketFeed.
// Not here: the numbers (sequencing/reorder_buffer.hpp), the messages (the protocol's own folder).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "feedhandlers/feed.hpp"
#include "feedhandlers/sequencing/copy_comparison.hpp"
#include "feedhandlers/sequencing/receive_times.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "feedhandlers/sequencing/sequence_tracker.hpp"

namespace tickplant::feedhandlers {

/// `Protocol`: as itch50::Itch50Feed, with takes(datagram), is_end(datagram) and add_totals(FeedTotals&).
template <class Framing, class Protocol>
class ArbitratedFeed final : public PacketFeed {
 public:
  using Datagram = typename Framing::Datagram;

  /// Throws SetupError: memory for the book.
  ArbitratedFeed(const FeedParts& parts, const OrderBookConfig& book, const sequencing::ReorderOptions& reorder,
                 FeedHost& host)
      : host_(host),
        book_(book),
        feed_(parts.publisher, parts.directory, book_, parts.venue, parts.id, parts.forms),
        reorder_(reorder) {
    feed_.set_trading_days(&host);
  }

  void begin_day(const TradingDay& day, const sequencing::SessionId& session,
                 platform::UnixNanos received) noexcept override {
    day_has_begun_ = true;
    feed_.begin_day(day, session, received);
  }

  bool resume(const TradingDay& day, const ringbuf::SourcePositionBody& reached, const ToldHistory& told,
              platform::UnixNanos now) override {
    const auto session = sequencing::SessionId::from_bytes(std::as_bytes(std::span{reached.session}));
    day_has_begun_ = true;
    next_sequence_ = reached.next_sequence;
    reorder_.resume(session, reached.next_sequence);
    if constexpr (requires { feed_.go_on(day, session, reached.next_sequence, told); }) {
      if (told && reached.next_sequence > 0 && feed_.go_on(day, session, reached.next_sequence, told)) return true;
    }
    feed_.resume(day, session, reached.next_sequence, now);
    return false;
  }

  void publish_heartbeat(const HeartbeatTime& time) noexcept override {
    times_.on_heartbeat(time.now);
    feed_.publish_heartbeat(time);
  }

  void on_packet(const Packet& packet) noexcept override {
    const Datagram datagram = Framing::parse(packet.payload);
    if (!feed_.takes(datagram)) [[unlikely]]
      return feed_.on_packet(packet, datagram, 0);
    if (packet.ts_recv != platform::kNoTime) [[likely]] {
      reorder_.on_packet(packet, datagram, InOrder{*this});
    } else {
      Packet timed = packet;
      timed.ts_recv = feed_.normaliser().last_time();
      reorder_.on_packet(timed, datagram, InOrder{*this});
    }
    if (copies_) compare(packet.line, datagram);
  }

  void compare_copies() override { copies_.emplace(); }

  void on_time(platform::UnixNanos now) noexcept override { reorder_.on_time(now, InOrder{*this}); }
  void flush() noexcept override { reorder_.flush(InOrder{*this}); }
  [[nodiscard]] std::optional<moldudp64::Request> take_request(platform::UnixNanos now) noexcept override {
    return reorder_.take_request(now);
  }
  [[nodiscard]] std::optional<platform::UnixNanos> next_deadline() const noexcept override {
    return reorder_.next_deadline();
  }

  [[nodiscard]] SnapshotRecovery* snapshot_recovery() noexcept override {
    if constexpr (requires { feed_.snapshot_recovery(); }) return feed_.snapshot_recovery();
    return nullptr;
  }

  [[nodiscard]] FeedTotals totals() const noexcept override {
    const sequencing::SequenceCounters sequences = feed_.sessions().totals();
    FeedTotals totals;
    feed_.add_totals(totals);
    totals.duplicate_messages = sequences.duplicate_messages + reorder_.counters().duplicate_messages;
    totals.gaps = sequences.gaps;
    totals.missed_messages = sequences.missed_messages;
    totals.held_packets = reorder_.counters().held_packets;
    totals.requests = reorder_.counters().requests;
    if (copies_) {
      totals.compared_packets = copies_->counters().compared_packets;
      totals.differing_packets = copies_->counters().differing_packets;
    }
    totals.next_sequence = next_sequence_;
    totals.has_ended = has_ended_;
    return totals;
  }

  [[nodiscard]] Protocol& protocol() noexcept { return feed_; }
  [[nodiscard]] const OrderBook& book() const noexcept { return feed_.book(); }

 private:
  struct InOrder {
    ArbitratedFeed& owner;

    void operator()(const Packet& packet, const Datagram& datagram) const noexcept { owner.deliver(packet, datagram); }
  };

  void deliver(const Packet& packet, const Datagram& datagram) noexcept {
    if (!day_has_begun_) [[unlikely]]
      begin_day(host_.day_of(packet.ts_recv), datagram.session, packet.ts_recv);
    has_ended_ = Protocol::is_end(datagram);
    next_sequence_ = datagram.range.end;
    const std::int64_t delay = host_.publish_delay(packet.ts_recv);
    const platform::UnixNanos ts_recv = times_.told(packet.ts_recv);
    if (ts_recv == packet.ts_recv) [[likely]]
      return feed_.on_packet(packet, datagram, delay);
    Packet told = packet;
    told.ts_recv = ts_recv;
    feed_.on_packet(told, datagram, delay);
  }

  /// Of a message that has two forms nobody knows the right one: the books that either is about are in doubt.
  void compare(Line line, const Datagram& datagram) noexcept {
    const std::span<const std::byte> other =
        copies_->see(line, datagram.session, datagram.range.begin, datagram.blocks);
    if (other.empty()) [[likely]]
      return;
    std::size_t at = 0;
    for_each_message(datagram, [&](std::uint64_t, std::span<const std::byte> message) {
      at += kLengthBytes;
      if (at + message.size() <= other.size()) {
        const std::span<const std::byte> theirs = other.subspan(at, message.size());
        if (!std::equal(message.begin(), message.end(), theirs.begin())) {
          feed_.doubt(message);
          feed_.doubt(theirs);
        }
      }
      at += message.size();
    });
  }

  static constexpr std::size_t kLengthBytes = 2;  // in front of each message, in every framing of this kind

  FeedHost& host_;
  OrderBook book_;
  Protocol feed_;
  sequencing::BasicReorderBuffer<Framing> reorder_;
  std::optional<sequencing::CopyComparison> copies_;
  sequencing::ReceiveTimes times_;
  std::uint64_t next_sequence_ = 0;
  bool has_ended_ = false;
  bool day_has_begun_ = false;
};

}  // namespace tickplant::feedhandlers
