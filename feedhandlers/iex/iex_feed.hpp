// IEX TOPS or DEEP, whole: packets in, records out. The same code for live lines and captures.
//
//   IEX-TP packet -> sequence tracker (first copy wins, gaps told) -> messages -> parser -> normaliser -> publisher
//
// A feed is one data product: the first packet says which, TOPS or DEEP; those of another are counted and passed over.
//
// Threads: the feed's own. No clock, no socket, no allocation.
// Not here: where bytes come from (sources/), asking again for what is missing.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "feedhandlers/feed.hpp"
#include "feedhandlers/feed_records.hpp"
#include "feedhandlers/iex/normaliser.hpp"
#include "feedhandlers/iex/parser.hpp"
#include "feedhandlers/iextp/framing.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/session_table.hpp"
#include "feedhandlers/trading_day.hpp"

namespace tickplant::feedhandlers::iex {

using Message = std::span<const std::byte>;

/// For callers that look at the tables after each message; costs nothing when left out.
struct NoObserver {
  void operator()(Message) const noexcept {}
};

struct FeedCounters {
  std::array<std::uint64_t, kMessageTypeCount> messages{};  // by message_index(): delivered, the grown ones too
  std::uint64_t grown_messages = 0;                         // of those, longer than we know them
  std::uint64_t unknown_types = 0;
  std::uint64_t bad_lengths = 0;
  std::uint64_t damaged_packets = 0;  // framing broken; what was intact before the damage was delivered
  std::uint64_t foreign_packets = 0;  // of another data product, or of one that we do not read: passed over
  std::uint64_t heartbeats = 0;
};

class IexFeed {
 public:
  /// As Normaliser's.
  IexFeed(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
          std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher), book_(book), feed_(feed), normaliser_(publisher, directory, book, venue, feed, forms) {}

  /// Call before the first packet, and when a day begins. `received`: when that became known; by default as the day
  /// began.
  void begin_day(const TradingDay& day, const sequencing::SessionId& session = {},
                 platform::UnixNanos received = platform::kNoTime) noexcept {
    publisher_.begin_packet(received == platform::kNoTime ? day.midnight : received, 0);
    begin_session(day, session_text(session));
    publisher_.end_batch();
  }

  /// Call instead of begin_day() where a predecessor was in the middle of `day`: its records are in the ring, and the
  /// venue will go on from `next_sequence` of `session`, or later: then the feed tells the gap. Publishes that all
  /// books of this feed are empty from here on; those of DEEP are maybe-bad until the next session. Day values in the
  /// image stay.
  void resume(const TradingDay& day, const sequencing::SessionId& session, std::uint64_t next_sequence,
              platform::UnixNanos now) noexcept {
    day_ = day;
    publisher_.begin_packet(now, 0);
    publisher_.continue_day(day.date);
    normaliser_.resume_session(day.midnight, now);
    if (next_sequence > 0) sessions_.expect(session, next_sequence);
    publisher_.end_batch();
  }

  /// Which day a new session of the venue belongs to; nullptr: to the same day as the one before. `days` outlives this
  /// object.
  void set_trading_days(const TradingDays* days) noexcept { days_ = days; }

  /// Time passes: tells readers so.
  void publish_heartbeat(const HeartbeatTime& time) noexcept {
    feedhandlers::publish_heartbeat(publisher_, feed_, time);
  }

  /// One IEX-TP datagram of either line. `publish_delay_nanos`: time since ts_recv, 0 in replay. `observe(message)` is
  /// called when all records of a message are published. The first packet of a session that follows another one starts
  /// the feed anew: books and symbols are empty, and a session record is published.
  template <class Observer = NoObserver>
  void on_packet(const Packet& packet, std::int64_t publish_delay_nanos, Observer&& observe = {}) noexcept {
    on_packet(packet, iextp::parse(packet.payload), publish_delay_nanos, observe);
  }

  /// The same where the packet was parsed already.
  template <class Observer = NoObserver>
  void on_packet(const Packet& packet, const iextp::Datagram& datagram, std::int64_t publish_delay_nanos,
                 Observer&& observe = {}) noexcept {
    if (datagram.damage != iextp::Damage::none) ++counters_.damaged_packets;
    if (datagram.damage == iextp::Damage::short_header || datagram.damage == iextp::Damage::unknown_version) return;
    if (!takes(datagram)) {
      ++counters_.foreign_packets;
      return;
    }
    if (datagram.kind == iextp::PacketKind::heartbeat) ++counters_.heartbeats;

    const std::uint64_t sessions_before = sessions_.sessions_seen();
    const sequencing::Arrival arrival = sessions_.on_packet(datagram.session, datagram.range);
    const bool is_new_session = sessions_.sessions_seen() != sessions_before;
    publisher_.begin_packet(packet.ts_recv, publish_delay_nanos);
    if (is_new_session && sessions_before > 0) [[unlikely]]
      begin_session(days_ == nullptr ? day_ : days_->day_of(packet.ts_recv), session_text(datagram.session));
    if (is_new_session && datagram.range.begin > 1 && protocol_ == iextp::MessageProtocol::deep)
      normaliser_.doubt_all_books();  // joined in its middle: the levels told before are missing
    if (arrival.position == sequencing::Position::ahead) publish_gap(datagram, arrival.gap);
    std::uint64_t count = 0;
    for (const sequencing::SequenceRange& range : arrival.unseen) {
      count += range.count();
      iextp::for_each_message(datagram, range, [&](std::uint64_t, Message message) {
        parse_one(message);
        observe(message);
      });
    }
    if (count > 0) publish_position(datagram, arrival.position, count);
    publisher_.end_batch();
  }

  /// Lines brought different copies of this message.
  void doubt(Message message) noexcept {
    if (message.size() >= kSymbolOffset + wire::Symbol::kBytes)
      normaliser_.doubt_book(wire::Symbol::load(message.data() + kSymbolOffset));
  }

  /// Whether a packet is of this feed's data product; the first one decides which that is.
  [[nodiscard]] bool takes(const iextp::Datagram& datagram) noexcept {
    const bool is_known =
        datagram.protocol == iextp::MessageProtocol::tops || datagram.protocol == iextp::MessageProtocol::deep;
    if (protocol_ == iextp::MessageProtocol::none && is_known) protocol_ = datagram.protocol;
    return is_known && datagram.protocol == protocol_;
  }
  /// IEX-TP has no end of session; the event that ends messages is one of them (status records).
  [[nodiscard]] static bool is_end(const iextp::Datagram&) noexcept { return false; }
  void add_totals(FeedTotals& totals) const noexcept {
    for (const std::uint64_t count : counters_.messages) totals.messages += count;
    totals.bad_messages = counters_.unknown_types + counters_.bad_lengths;
    totals.damaged_packets = counters_.damaged_packets;
    totals.foreign_packets = counters_.foreign_packets;
    totals.venue_heartbeats = counters_.heartbeats;
  }

  [[nodiscard]] const FeedCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Normaliser& normaliser() const noexcept { return normaliser_; }
  [[nodiscard]] const sequencing::SessionTable& sessions() const noexcept { return sessions_; }
  [[nodiscard]] const OrderBook& book() const noexcept { return book_; }
  /// Which data product this feed turned out to be; `none` before its first packet.
  [[nodiscard]] iextp::MessageProtocol protocol() const noexcept { return protocol_; }

 private:
  /// How far a session was read.
  struct Reached {
    sequencing::SessionId session;
    std::uint64_t next_sequence = 0;
    std::uint64_t stream_offset = 0;
  };

  void begin_session(const TradingDay& day, const SessionText& session) noexcept {
    day_ = day;
    normaliser_.begin_session(day.midnight, session_body(day, session, feed_));
  }

  void parse_one(Message message) noexcept {
    switch (parse(message, normaliser_)) {
      case ParseOutcome::grown: ++counters_.grown_messages; [[fallthrough]];
      case ParseOutcome::ok: ++counters_.messages[message_index(static_cast<char>(message.front()))]; break;
      case ParseOutcome::unknown_type: ++counters_.unknown_types; break;
      case ParseOutcome::bad_length: ++counters_.bad_lengths; break;
    }
  }

  void publish_gap(const iextp::Datagram& datagram, sequencing::SequenceRange missing) noexcept {
    normaliser_.doubt_all_books();
    feedhandlers::publish_gap(publisher_, feed_, normaliser_.last_time(), session_text(datagram.session), missing);
    normaliser_.doubt_images();
  }

  /// What the source has to send next, whatever was late; sequence 0 where packets carry no numbers.
  void publish_position(const iextp::Datagram& datagram, sequencing::Position arrived,
                        std::uint64_t message_count) noexcept {
    Reached here{datagram.session, datagram.range.end, datagram.next_stream_offset()};
    if (arrived == sequencing::Position::unsequenced) here.next_sequence = 0;
    if (arrived == sequencing::Position::late) here = reached_or(here);
    if (arrived != sequencing::Position::unsequenced) reached_ = here;
    feedhandlers::publish_position(publisher_, feed_, normaliser_.last_time(),
                                   {.session = session_text(datagram.session),
                                    .next_sequence = here.next_sequence,
                                    .byte_offset = here.stream_offset,
                                    .message_count = message_count});
  }

  /// Behind a packet that came late: the tracker knows the next sequence; the offset is known where the newest packet
  /// was of the same session and brought messages, else 0.
  [[nodiscard]] Reached reached_or(Reached here) const noexcept {
    for (const sequencing::SessionTable::Session& session : sessions_.sessions()) {
      if (session.id != here.session || session.tracker.next_expected() == here.next_sequence) continue;
      here.next_sequence = session.tracker.next_expected();
      const bool is_known = reached_.session == here.session && reached_.next_sequence == here.next_sequence;
      here.stream_offset = is_known ? reached_.stream_offset : 0;
    }
    return here;
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  ringbuf::FeedId feed_;
  TradingDay day_;
  const TradingDays* days_ = nullptr;
  iextp::MessageProtocol protocol_ = iextp::MessageProtocol::none;
  sequencing::SessionTable sessions_;
  Reached reached_;
  Normaliser normaliser_;
  FeedCounters counters_;
};

}  // namespace tickplant::feedhandlers::iex
