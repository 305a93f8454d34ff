// The receiver of a seeded run: what the daemon's stage does around reorder buffer and feed, on a time that is passed
// in.
//
//   packets -> ReorderBuffer -> Itch50Feed -> ring, tables -> IntegrityReader
//                 |                ^ BookRecovery <- spins, asked for while a book is doubtful
//                 +-> requests
//
// Everything is watched from outside: the ledger hears each packet before the reorder buffer does, each message that
// the feed works on is compared with the tape.
//
// Threads: one.
// Not here: the venue (integrity_exchange.hpp), whether books are right (integrity_truth.hpp).
#pragma once

#include <optional>
#include <vector>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/integrity_exchange.hpp"
#include "tests/support/integrity_reader.hpp"

namespace tickplant::tests {

class IntegrityReceiver {
 public:
  using SinceStart = feedhandlers::venue::SinceStart;
  using RecoveryState = feedhandlers::itch50::RecoveryState;
  using RecoveryOutcome = feedhandlers::itch50::RecoveryOutcome;

  static constexpr std::uint32_t kInstruments = 64;
  static constexpr std::uint64_t kSlots = 1 << 14;
  static constexpr feedhandlers::OrderBookConfig kBook{.instrument_count = kInstruments + 1,
                                                       .order_capacity = 16'384,
                                                       .level_capacity = 16'384,
                                                       .max_levels_per_side = 1024};

  IntegrityReceiver(IntegrityFindings& findings, IntegrityExchange& exchange, const IntegrityFaults& faults)
      : findings_(findings),
        exchange_(exchange),
        faults_(faults),
        random_(faults.seed * 8 + 5),
        ledger_(findings, patience_nanos(faults)),
        reader_(findings, ringbuf::TickReader::over(ring_.bytes(), kSlots, {1}), kInstruments + 1) {
    start();
  }

  /// How long a hole is waited for.
  static std::int64_t patience_nanos(const IntegrityFaults& faults) {
    const auto options = reorder_options(faults);
    return options.wait_nanos + (options.can_request ? options.recovery_wait_nanos : 0);
  }
  /// How long an attempt to recover takes where nothing goes wrong, at most.
  static std::int64_t attempt_nanos(const IntegrityFaults& faults) {
    const std::int64_t slices = 1 + (faults.live_orders * 2 + 200) / faults.spin_messages_per_slice;
    return kRetryNanos + faults.spin_delay_nanos + slices * faults.spin_slice_nanos + 20 * IntegrityFaults::kMilli;
  }

  /// When a turn is due though nothing has come.
  [[nodiscard]] SinceStart next_due(SinceStart now) const {
    if (is_down()) return up_at_;
    SinceStart next = recovery_due_;
    if (const auto deadline = reorder_->next_deadline()) next = std::min(next, std::max(now, since_start(*deadline)));
    return next;
  }

  /// All that has arrived is worked on, then what time asks for.
  void turn(SinceStart now) {
    if (is_down() && now >= up_at_) come_up(now);
    const auto in_order = [&](const auto& packet, const auto& datagram) { deliver(packet, datagram, now); };
    const std::size_t count = exchange_.arrive(now, [&](std::span<const std::byte> bytes, feedhandlers::Line line) {
      if (is_down()) return;
      ledger_.on_packet(feedhandlers::moldudp64::parse(bytes), line, now);
      reorder_->on_packet({.payload = bytes, .ts_recv = unix_of(now), .line = line}, in_order);
    });
    if (is_down()) return;
    if (count == 0) reorder_->on_time(unix_of(now), in_order);
    while (const auto request = reorder_->take_request(unix_of(now))) exchange_.ask(*request, now);
    recover(now);
    reader_.read(ledger_.position());
    ledger_.check(now);
  }

  /// The process dies. Another one comes up later and goes on where the ring says.
  void die(SinceStart now) {
    counts_.recovered += reorder_->counters().recovered_messages;
    feed_.reset();
    reorder_.reset();
    recovery_.abandon(RecoveryOutcome::abandoned);
    spin_.reset();
    is_trying_ = false;
    recovery_due_ = feedhandlers::venue::kNever;
    up_at_ = now + faults_.down_nanos;
    ++restarts_;
  }

  void check_end() { ledger_.check_end(); }

  [[nodiscard]] bool is_down() const { return !feed_.has_value(); }
  /// Something is waited for.
  [[nodiscard]] bool has_missing() const { return reorder_->missing_messages() > 0; }
  [[nodiscard]] bool knows_all(std::uint32_t symbols) const {
    return feed_->normaliser().instruments().all().size() >= symbols;
  }
  /// Of those that the feed has ever named.
  [[nodiscard]] std::size_t doubtful_books() const {
    std::size_t doubtful = 0;
    for (const ringbuf::InstrumentId id : feed_->normaliser().instruments().all())
      doubtful += book_.is_maybe_bad(id) ? 1 : 0;
    return doubtful;
  }
  [[nodiscard]] const feedhandlers::itch50::Itch50Feed& feed() const { return *feed_; }
  [[nodiscard]] const feedhandlers::OrderBook& book() const { return book_; }
  [[nodiscard]] const feedhandlers::itch50::BookRecovery& recovery() const { return recovery_; }
  [[nodiscard]] const IntegrityReader& reader() const { return reader_; }
  [[nodiscard]] const IntegrityLedger& ledger() const { return ledger_; }
  [[nodiscard]] ringbuf::ImageReader image() const { return ringbuf::ImageReader{image_}; }
  [[nodiscard]] ringbuf::DepthReader depth() const { return ringbuf::DepthReader{depth_}; }

  struct Counts {
    std::uint64_t delivered = 0;  // messages
    std::uint64_t lost = 0;       // messages told as lost
    std::uint64_t gaps = 0;       // told
    std::uint64_t recovered = 0;  // messages, by re-requests
    std::uint64_t cut_spins = 0;
  };
  [[nodiscard]] Counts counts() const {
    Counts counts = counts_;
    if (reorder_) counts.recovered += reorder_->counters().recovered_messages;
    return counts;
  }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  static constexpr platform::UnixNanos kMidnight{1'548'824'400 * platform::kNanosPerSecond};
  static constexpr feedhandlers::TradingDay kDay{.midnight = kMidnight, .date = 20190130};
  static constexpr std::int64_t kRetryNanos = 3 * IntegrityFaults::kMilli;
  static constexpr std::int64_t kStepNanos = 20 * IntegrityFaults::kMicro;

  static feedhandlers::sequencing::ReorderOptions reorder_options(const IntegrityFaults& faults) {
    return {.wait_nanos = 2 * IntegrityFaults::kMilli,
            .recovery_wait_nanos = 40 * IntegrityFaults::kMilli,
            .retry_nanos = 5 * IntegrityFaults::kMilli,
            .requests_per_second = 20'000,
            .seed = faults.seed,
            .can_request = faults.has_rerequest};
  }
  static platform::UnixNanos unix_of(SinceStart now) {
    return kMidnight + static_cast<std::int64_t>(IntegrityExchange::kStartOfDayNanos) + now.nanos;
  }
  static SinceStart since_start(platform::UnixNanos time) { return {time - unix_of({})}; }

  void start() {
    feed_.emplace(publisher_, directory_, book_, "XNAS", ringbuf::FeedId{1}, feedhandlers::PublishedForms{});
    feed_->set_recovery(&recovery_);
    reorder_.emplace(reorder_options(faults_));
    ledger_.begin();
    day_has_begun_ = false;
  }

  void come_up(SinceStart now) {
    start();
    const auto& last = reader_.last_position();
    if (!last) return;
    const auto session = feedhandlers::sequencing::SessionId::from_bytes(std::as_bytes(std::span{last->session}));
    feed_->resume(kDay, session, last->next_sequence, unix_of(now));
    reorder_->resume(session, last->next_sequence);
    ledger_.resume(session, last->next_sequence);
    day_has_begun_ = true;
  }

  void deliver(const feedhandlers::Packet& packet, const feedhandlers::moldudp64::Datagram& datagram, SinceStart now) {
    if (!day_has_begun_) {
      feed_->begin_day(kDay, datagram.session, packet.ts_recv);
      reader_.read(ledger_.position());
      if (datagram.range.begin > 1) reader_.doubt_newcomers();
      day_has_begun_ = true;
    }
    // Not even a header: the feed counts it, nobody reads it.
    const bool is_unreadable = datagram.damage == feedhandlers::moldudp64::Damage::short_header;
    const auto gap = is_unreadable ? IntegrityLedger::Range{} : ledger_.on_delivered(datagram, now);
    if (!gap.empty()) {
      reader_.expect_gap(datagram.session, gap);
      ++counts_.gaps;
      counts_.lost += gap.count();
    }
    const SessionTape* const tape = exchange_.tape_of(datagram.session);
    std::uint64_t sequence = datagram.range.begin;
    feed_->on_packet(packet, datagram, 0, [&](std::span<const std::byte> message) {
      const bool is_said = tape != nullptr && sequence < tape->next() && sequence < datagram.range.end;
      const auto said = is_said ? tape->message(sequence) : std::span<const std::byte>{};
      findings_.expect(is_said && std::equal(message.begin(), message.end(), said.begin(), said.end()),
                       [&](auto& out) { out << "another message than the venue's was delivered as " << sequence; });
      ++sequence;
      ++counts_.delivered;
    });
    findings_.expect(sequence == datagram.range.end, [&](auto& out) {
      out << "of messages " << datagram.range.begin << " to " << datagram.range.end - 1 << " only those before "
          << sequence << " were worked on";
    });
    reader_.read(ledger_.position());
    if (!gap.empty()) check_images_doubt();
  }

  /// A gap touches every instrument, and their images say so at once.
  void check_images_doubt() {
    for (const ringbuf::InstrumentId id : feed_->normaliser().instruments().all()) {
      ringbuf::ImageEntry entry;
      if (image().read(id, entry) != ringbuf::TableRead::value || !reader_.doubts(id)) continue;
      findings_.expect(
          has(entry.quality, ringbuf::Quality::gap_inside) && has(entry.quality, ringbuf::Quality::recovering),
          [&](auto& out) { out << "a gap, and the image of instrument " << id.value << " does not say so"; });
    }
  }

  // --- books from snapshots ---

  void recover(SinceStart now) {
    if (!faults_.has_glimpse) return;
    if (is_trying_ && feed_->recovery_state() == RecoveryState::idle) end_attempt(now);
    switch (feed_->recovery_state()) {
      case RecoveryState::idle:
        if (doubtful_books() == 0)
          recovery_due_ = feedhandlers::venue::kNever;
        else if (now >= recovery_due_ || recovery_due_ == feedhandlers::venue::kNever)
          begin_attempt(now);
        break;
      case RecoveryState::fetching:
        if (now >= recovery_due_) receive_spin(now);
        break;
      case RecoveryState::catching_up:
      case RecoveryState::telling:
        recovery_due_ = feed_->recovery_step(unix_of(now)) ? now + kStepNanos : feedhandlers::venue::kNever;
        break;
    }
    if (is_trying_ && feed_->recovery_state() == RecoveryState::idle) end_attempt(now);
  }
  void begin_attempt(SinceStart now) {
    feed_->begin_recovery();
    is_trying_ = true;
    recovery_due_ = now + faults_.spin_delay_nanos;
  }
  void end_attempt(SinceStart now) {
    is_trying_ = false;
    spin_.reset();
    recovery_due_ = recovery_.outcome() == RecoveryOutcome::complete ? feedhandlers::venue::kNever : now + kRetryNanos;
  }
  void receive_spin(SinceStart now) {
    recovery_due_ = now + faults_.spin_slice_nanos;
    if (!spin_) {
      // The login names the session: a spin of another one is of no use.
      if (!(exchange_.session() == ledger_.position().session)) return feed_->abandon_recovery();
      spin_.emplace(exchange_.spin());
      spun_ = 0;
      spin_reader_ = {};
      spin_reader_.on_login(1);
      const bool is_cut = random_.chance(faults_.spin_cut_percent, 100);
      cut_at_ = is_cut ? random_.below(static_cast<std::uint32_t>(spin_->range().end)) : spin_->range().end;
    }
    for (std::uint32_t left = faults_.spin_messages_per_slice; left > 0; --left) {
      if (spun_ == cut_at_) {
        ++counts_.cut_spins;
        spin_reader_.on_end_of_session();
        return feed_->abandon_recovery();
      }
      (void)spin_reader_.on_message(spin_->message(++spun_), [&](std::span<const std::byte> message) {
        feed_->on_snapshot_message(message, unix_of(now));
      });
      if (spin_reader_.state() != feedhandlers::glimpse::SpinState::complete) continue;
      feed_->on_snapshot_end(spin_reader_.live_from());
      spin_.reset();
      recovery_due_ = now;
      return;
    }
  }

  IntegrityFindings& findings_;
  IntegrityExchange& exchange_;
  IntegrityFaults faults_;
  Random random_;

  ringbuf::PrivatePayload ring_{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image_{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest_{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth_{kInstruments + 1};
  feedhandlers::TickPublisher publisher_{ringbuf::TickWriter::over(ring_.bytes(), kSlots), ringbuf::ImageWriter{image_},
                                         ringbuf::NewestWriter{newest_}, ringbuf::DepthWriter{depth_}};
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), kInstruments};
  feedhandlers::OrderBook book_{kBook};
  feedhandlers::itch50::BookRecovery recovery_{
      {.kept_messages_max = 1 << 16, .messages_per_step = 256, .records_per_step = 200}, kBook};
  std::optional<feedhandlers::itch50::Itch50Feed> feed_;  // nothing: nobody listens
  std::optional<feedhandlers::sequencing::ReorderBuffer> reorder_;
  bool day_has_begun_ = false;
  SinceStart up_at_ = feedhandlers::venue::kNever;

  IntegrityLedger ledger_;
  IntegrityReader reader_;

  bool is_trying_ = false;
  SinceStart recovery_due_ = feedhandlers::venue::kNever;
  std::optional<feedhandlers::venue::GlimpseSpin> spin_;
  std::uint64_t spun_ = 0;    // messages of it that have come
  std::uint64_t cut_at_ = 0;  // it breaks off behind so many
  feedhandlers::glimpse::SnapshotReader spin_reader_;

  Counts counts_;
  std::uint64_t restarts_ = 0;
};

}  // namespace tickplant::tests
