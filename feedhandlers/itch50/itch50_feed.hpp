// NASDAQ TotalView-ITCH 5.0, whole: packets or messages in, records out. The same code for live lines, captures and day
// files.
//
//   MoldUDP64 packet -> sequence tracker (first copy wins, gaps told) -> messages -> parser -> normaliser -> publisher
//     ^ live and from captures through sequencing/reorder_buffer.hpp, which puts packets in order and asks for lost
//     ones
//   day file messages ----------------------------------------------------^
//
// Messages are worked on in the batches they come in, with a look ahead: kLookAhead messages before its turn an order's
// slot is asked for, half of that before, its price levels and tables. That hides the memory behind the work.
//
// Threads: the feed's own. No clock, no socket, no allocation.
// Not here: where bytes come from (sources/), in which order packets come and asking again for what is missing
// (sequencing/reorder_buffer.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "feedhandlers/feed_records.hpp"
#include "feedhandlers/itch50/live_recovery.hpp"
#include "feedhandlers/itch50/normaliser.hpp"
#include "feedhandlers/itch50/parser.hpp"
#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/session_table.hpp"
#include "feedhandlers/trading_day.hpp"

namespace tickplant::feedhandlers::itch50 {

using Message = std::span<const std::byte>;

/// For callers that look at the tables after each message; costs nothing when left out.
struct NoObserver {
  void operator()(Message) const noexcept {}
};

struct FeedCounters {
  std::array<std::uint64_t, kMessageTypeCount> messages{};  // by message_index(): well-formed
  std::uint64_t unknown_types = 0;
  std::uint64_t bad_lengths = 0;
  std::uint64_t damaged_packets = 0;  // framing broken; what was intact before the damage was delivered
  std::uint64_t heartbeats = 0;
  std::uint64_t ends_of_session = 0;
};

class Itch50Feed {
 public:
  static constexpr std::size_t kLookAhead = 16;

  Itch50Feed(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
             std::string_view venue, ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher),
        book_(book),
        feed_(feed),
        normaliser_(publisher, directory, book, venue, feed, forms),
        recovery_(publisher, normaliser_) {}

  /// Call before the first message, and when a day begins. `received`: when that became known; by default as the day
  /// began.
  void begin_day(const TradingDay& day, const sequencing::SessionId& session = {},
                 platform::UnixNanos received = platform::kNoTime) noexcept {
    publisher_.begin_packet(received == platform::kNoTime ? day.midnight : received, 0);
    begin_session(day, session_text(session));
    publisher_.end_batch();
  }

  /// Call instead of begin_day() where a predecessor was in the middle of `day`: its records are in the ring, and the
  /// venue will go on from `next_sequence` of `session`, or later: then the feed tells the gap. Publishes that all
  /// books of this feed are empty from here on; until the next session they are maybe-bad. Day values in the image
  /// stay.
  void resume(const TradingDay& day, const sequencing::SessionId& session, std::uint64_t next_sequence,
              platform::UnixNanos now) noexcept {
    day_ = day;
    recovery_.on_new_session();
    publisher_.begin_packet(now, 0);
    publisher_.continue_day(day.date);
    normaliser_.resume_session(day.midnight, now);
    if (next_sequence > 0) sessions_.expect(session, next_sequence);
    publisher_.end_batch();
  }

  /// Likewise where all that was told of the day is known: books and stock locates are as `told` says, nothing is
  /// published. False: it is not all known, call resume(). For set-up.
  bool go_on(const TradingDay& day, const sequencing::SessionId& session, std::uint64_t next_sequence,
             const ToldHistory& told) {
    day_ = day;
    recovery_.on_new_session();
    normaliser_.begin_again(day.midnight);
    if (!told([this](const ringbuf::Record& record) { normaliser_.on_told(record); })) return false;
    publisher_.continue_day(day.date);
    publisher_.hold_depth();
    is_depth_due_ = true;
    sessions_.expect(session, next_sequence);
    return true;
  }

  /// Which day a new session of the venue belongs to; nullptr: to the same day as the one before. `days` outlives this
  /// object.
  void set_trading_days(const TradingDays* days) noexcept { days_ = days; }

  /// Time passes: tells readers so.
  void publish_heartbeat(const HeartbeatTime& time) noexcept {
    feedhandlers::publish_heartbeat(publisher_, feed_, time);
    if (is_depth_due_) [[unlikely]]
      catch_up_depth();
  }

  /// One MoldUDP64 datagram of either line. `publish_delay_nanos`: time since ts_recv, 0 in replay. `observe(message)`
  /// is called when all records of a message are published. The first packet of a session that follows another one
  /// starts the feed anew: books and stock locates are empty, and a session record is published.
  template <class Observer = NoObserver>
  void on_packet(const Packet& packet, std::int64_t publish_delay_nanos, Observer&& observe = {}) noexcept {
    on_packet(packet, moldudp64::parse(packet.payload), publish_delay_nanos, observe);
  }

  /// The same where the packet was parsed already.
  template <class Observer = NoObserver>
  void on_packet(const Packet& packet, const moldudp64::Datagram& datagram, std::int64_t publish_delay_nanos,
                 Observer&& observe = {}) noexcept {
    if (datagram.damage != moldudp64::Damage::none) ++counters_.damaged_packets;
    if (datagram.damage == moldudp64::Damage::short_header) return;
    if (datagram.kind == moldudp64::PacketKind::heartbeat) ++counters_.heartbeats;
    if (datagram.kind == moldudp64::PacketKind::end_of_session) ++counters_.ends_of_session;

    const std::uint64_t sessions_before = sessions_.sessions_seen();
    const sequencing::Arrival arrival = sessions_.on_packet(datagram.session, datagram.range);
    publisher_.begin_packet(packet.ts_recv, publish_delay_nanos);
    if (sessions_.sessions_seen() != sessions_before) [[unlikely]]
      join_session(packet, datagram, sessions_before > 0);
    if (arrival.position == sequencing::Position::ahead) publish_gap(datagram.session, arrival.gap);
    std::uint64_t count = 0;
    if (recovery_.is_involved()) [[unlikely]] {
      count = deliver_in_recovery(datagram, arrival, observe);
    } else {
      for (const sequencing::SequenceRange& range : arrival.unseen) {
        count += range.count();
        deliver(datagram, range, observe);
      }
    }
    if (count > 0) {
      feedhandlers::publish_position(publisher_, feed_, normaliser_.last_time(),
                                     {.session = session_text(datagram.session),
                                      .next_sequence = next_sequence(datagram, arrival.position),
                                      .message_count = count});
      if (is_depth_due_) [[unlikely]]
        catch_up_depth();
    }
    publisher_.end_batch();
  }

  /// A batch of a day file, which has no packets: each message counts as received when it happened.
  template <class Observer = NoObserver>
  void on_messages(std::span<const Message> messages, std::uint64_t first_number, Observer&& observe = {}) noexcept {
    run<true>(messages, observe);
    feedhandlers::publish_position(publisher_, feed_, normaliser_.last_time(),
                                   {.next_sequence = first_number + messages.size(), .message_count = messages.size()});
    publisher_.end_batch();
  }

  /// Lines brought different copies of this message.
  void doubt(Message message) noexcept {
    if (message.size() < kCommonHeaderBytes) return;
    normaliser_.doubt_book(instrument_of(message), AuditFinding::copies_differ);
  }

  // --- books from a snapshot (book_recovery.hpp). Nothing of it is published unless set_recovery() was called ---

  /// `recovery` was made for as many instruments as the book, and outlives this object; nullptr: none.
  void set_recovery(BookRecovery* recovery) noexcept {
    TP_CHECK(recovery == nullptr || recovery->instrument_count() == book_.instrument_count());
    recovery_.set(recovery);
    const auto while_doubtful = recovery == nullptr ? ringbuf::Quality::none : ringbuf::Quality::recovering;
    publisher_.set_doubt(ringbuf::Quality::gap_inside | while_doubtful);
  }
  /// Live messages are kept from here on. Then ask for the snapshot.
  void begin_recovery(RecoveryPurpose purpose = RecoveryPurpose::rebuild) noexcept {
    recovery_.begin(purpose, sessions_);
  }
  /// One ITCH message of the snapshot, received at `now`.
  void on_snapshot_message(Message message, platform::UnixNanos now) noexcept {
    recovery_.on_snapshot_message(message, now);
  }
  /// The snapshot is whole: live messages from `live_from` on are news to it.
  void on_snapshot_end(std::uint64_t live_from) noexcept { recovery_.on_snapshot_end(live_from); }
  /// A bounded piece of work, between packets. Returns whether another call has something to do already.
  bool recovery_step(platform::UnixNanos now) noexcept { return recovery_.step(now); }
  /// No snapshot will come, or not all of it.
  void abandon_recovery() noexcept { recovery_.abandon(RecoveryOutcome::abandoned); }
  [[nodiscard]] RecoveryState recovery_state() const noexcept {
    return recovery_.recovery() == nullptr ? RecoveryState::idle : recovery_.recovery()->state();
  }

  [[nodiscard]] const FeedCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Normaliser& normaliser() const noexcept { return normaliser_; }
  [[nodiscard]] const sequencing::SessionTable& sessions() const noexcept { return sessions_; }
  [[nodiscard]] const OrderBook& book() const noexcept { return book_; }

 private:
  static constexpr std::size_t kBatch = 256;

  /// Behind go_on() and what is told again: the newest record is one that no depth came with.
  [[gnu::cold]] void catch_up_depth() noexcept {
    if (publisher_.is_passing_over()) return;
    is_depth_due_ = false;
    publisher_.release_depth();
    normaliser_.write_all_depth();
  }

  void begin_session(const TradingDay& day, const SessionText& session) noexcept {
    day_ = day;
    recovery_.on_new_session();
    normaliser_.begin_session(day.midnight, session_body(day, session, feed_));
  }

  /// The first packet of a session. Where it is not the session's first, all before it was missed.
  void join_session(const Packet& packet, const moldudp64::Datagram& datagram, bool is_successor) noexcept {
    if (is_successor)
      begin_session(days_ == nullptr ? day_ : days_->day_of(packet.ts_recv), session_text(datagram.session));
    if (datagram.range.begin > 1 && normaliser_.first_time() == platform::kNoTime) normaliser_.doubt_all_books();
  }

  template <class Observer>
  std::uint64_t deliver_in_recovery(const moldudp64::Datagram& datagram, const sequencing::Arrival& arrival,
                                    Observer& observe) noexcept {
    std::uint64_t count = 0;
    for (sequencing::SequenceRange range : arrival.unseen) {
      if (arrival.position == sequencing::Position::late) range = recovery_.not_told(datagram.session, range);
      count += range.count();
      deliver(datagram, range, observe);
    }
    recovery_.on_packet(datagram, arrival.unseen);
    return count;
  }

  template <class Observer>
  void deliver(const moldudp64::Datagram& datagram, sequencing::SequenceRange range, Observer& observe) noexcept {
    std::size_t count = 0;
    moldudp64::for_each_message(datagram, range, [&](std::uint64_t, Message message) {
      batch_[count++] = message;
      if (count < kBatch) return;
      run<false>(std::span{batch_.data(), count}, observe);
      count = 0;
    });
    run<false>(std::span{batch_.data(), count}, observe);
  }

  template <bool kReceivedWhenHappened, class Observer>
  void run(std::span<const Message> messages, Observer& observe) noexcept {
    for (std::size_t i = 0; i < std::min(kLookAhead, messages.size()); ++i) prefetch(messages[i]);
    for (std::size_t i = 0; i < std::min(kLookAhead / 2, messages.size()); ++i) prefetch_levels(messages[i]);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (i + kLookAhead < messages.size()) prefetch(messages[i + kLookAhead]);
      if (i + kLookAhead / 2 < messages.size()) prefetch_levels(messages[i + kLookAhead / 2]);
      if constexpr (kReceivedWhenHappened) receive_when_happened(messages[i]);
      parse_one(messages[i]);
      observe(messages[i]);
    }
  }

  void parse_one(Message message) noexcept {
    switch (parse(message, normaliser_)) {
      case ParseOutcome::ok: ++counters_.messages[message_index(static_cast<char>(message.front()))]; break;
      case ParseOutcome::unknown_type: ++counters_.unknown_types; break;
      case ParseOutcome::bad_length: ++counters_.bad_lengths; break;
    }
  }

  void receive_when_happened(Message message) noexcept {
    if (message.size() < kCommonHeaderBytes) return;
    publisher_.begin_packet(day_.midnight + static_cast<std::int64_t>(SystemEvent{message.data()}.timestamp().nanos),
                            0);
  }

  // Hints: the message may be anything, so its type and size are checked before a field is read.

  void prefetch(Message message) noexcept {
    if (message.size() < kCommonHeaderBytes) return;
    const ringbuf::InstrumentId instrument = instrument_of(message);
    publisher_.prefetch(instrument);
    if (!is_about_an_order(message)) return;
    publisher_.depth().prefetch(instrument);
    book_.prefetch_add(order_of(message), instrument);
    if (static_cast<char>(message.front()) == OrderReplace::kType) {
      book_.prefetch(OrderReplace{message.data()}.new_order_ref());
    }
  }

  void prefetch_levels(Message message) noexcept {
    if (!is_about_an_order(message)) return;
    const char type = static_cast<char>(message.front());
    const bool is_add = type == AddOrder::kType || type == AddOrderAttributed::kType;
    book_.prefetch_levels(order_of(message), instrument_of(message),
                          is_add ? AddOrder{message.data()}.side() : ringbuf::Side::none);
  }

  /// Of the types whose field behind the header is the reference of an open order, and as long as they should be.
  [[nodiscard]] static bool is_about_an_order(Message message) noexcept {
    return !message.empty() && kOrderMessageBytes[std::to_integer<std::size_t>(message.front())] == message.size();
  }
  /// Size of a message about an order by its type byte; of all others a size that no message has.
  static constexpr std::array<std::uint32_t, 256> kOrderMessageBytes = [] {
    std::array<std::uint32_t, 256> table{};
    table.fill(0xffff'ffff);
    for (const char type : {AddOrder::kType, AddOrderAttributed::kType, OrderExecuted::kType,
                            OrderExecutedWithPrice::kType, OrderCancel::kType, OrderDelete::kType, OrderReplace::kType})
      table[static_cast<unsigned char>(type)] = static_cast<std::uint32_t>(message_bytes(type));
    return table;
  }();
  [[nodiscard]] static OrderReference order_of(Message message) noexcept {
    return OrderDelete{message.data()}.order_ref();
  }

  [[nodiscard]] ringbuf::InstrumentId instrument_of(Message message) const noexcept {
    return normaliser_.known_instrument(SystemEvent{message.data()}.stock_locate());
  }

  void publish_gap(const sequencing::SessionId& session, sequencing::SequenceRange missing) noexcept {
    normaliser_.doubt_all_books();
    recovery_.on_gap(session, missing);
    feedhandlers::publish_gap(publisher_, feed_, normaliser_.last_time(), session_text(session), missing);
    normaliser_.doubt_images(normaliser_.last_time());
  }

  /// What the source has to send next, whatever was late; 0 where packets carry no numbers.
  [[nodiscard]] std::uint64_t next_sequence(const moldudp64::Datagram& datagram,
                                            sequencing::Position position) const noexcept {
    if (position == sequencing::Position::unsequenced) return 0;
    if (position != sequencing::Position::late) [[likely]]
      return datagram.range.end;
    for (const sequencing::SessionTable::Session& session : sessions_.sessions())
      if (session.id == datagram.session) return session.tracker.next_expected();
    return datagram.range.end;
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  ringbuf::FeedId feed_;
  TradingDay day_;
  const TradingDays* days_ = nullptr;
  sequencing::SessionTable sessions_;
  Normaliser normaliser_;
  LiveRecovery recovery_;
  FeedCounters counters_;
  bool is_depth_due_ = false;          // it is held: see go_on()
  std::array<Message, kBatch> batch_;  // of the packet at hand; on the stack it would be zeroed for each: 4 KiB
};

}  // namespace tickplant::feedhandlers::itch50
