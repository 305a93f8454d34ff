// Ties book recovery to a feed: hands it the live stream, turns a snapshot's messages and what has caught up into
// records.
//
// Where no recovery is set nothing of it exists but one pointer and one flag, asked once a packet.
//
// Threads: the feed's own.
// Not here: how books come about (book_recovery.hpp), the stream itself (itch50_feed.hpp).
#pragma once

#include <algorithm>

#include "feedhandlers/itch50/parser.hpp"
#include "feedhandlers/itch50/snapshot_handler.hpp"
#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/sequencing/session_table.hpp"

namespace tickplant::feedhandlers::itch50 {

class LiveRecovery {
 public:
  LiveRecovery(TickPublisher& publisher, Normaliser& normaliser) noexcept
      : publisher_(publisher), normaliser_(normaliser) {}

  void set(BookRecovery* recovery) noexcept { recovery_ = recovery; }
  [[nodiscard]] const BookRecovery* recovery() const noexcept { return recovery_; }

  /// Whether packets are to go through on_packet() and not_told().
  [[nodiscard]] bool is_involved() const noexcept { return is_involved_; }

  // --- what the stage does ---

  void begin(RecoveryPurpose purpose, const sequencing::SessionTable& sessions) noexcept {
    if (recovery_ == nullptr) return;
    recovery_->begin(purpose, position_in(sessions));
    is_involved_ = true;
  }

  void on_snapshot_message(std::span<const std::byte> message, platform::UnixNanos now) noexcept {
    if (recovery_ == nullptr) return;
    RecoveryCounters& counters = recovery_->snapshot_counters();
    if (recovery_->state() != RecoveryState::fetching) {
      ++counters.snapshot_unexpected;
      return;
    }
    ++counters.snapshot_messages;
    publisher_.begin_packet(now, 0);
    if (parse(message, SnapshotHandler{normaliser_, *recovery_}) != ParseOutcome::ok) ++counters.snapshot_malformed;
    publisher_.end_batch();
  }

  void on_snapshot_end(std::uint64_t live_from) noexcept {
    if (recovery_ != nullptr) recovery_->on_snapshot_end(live_from);
  }

  void abandon(RecoveryOutcome why) noexcept {
    if (recovery_ != nullptr) recovery_->abandon(why);
  }

  /// Returns whether another call has something to do already.
  bool step(platform::UnixNanos now) noexcept {
    if (recovery_ == nullptr) return false;
    if (!recovery_->catch_up()) return recovery_->kept_messages() > 0 && recovery_->state() != RecoveryState::fetching;
    if (recovery_->state() == RecoveryState::catching_up) begin_telling();
    publisher_.begin_packet(now, 0);
    const bool more = recovery_->tell(
        normaliser_.instruments().all(),
        [&](ringbuf::InstrumentId id, const QueueBook& truth, bool is_sound) { return look(id, truth, is_sound); });
    publisher_.end_batch();
    return more;
  }

  // --- what the feed does ---

  /// A new session: nothing that was told before means anything.
  void on_new_session() noexcept {
    abandon(RecoveryOutcome::new_session);
    is_involved_ = false;
    told_ = {};
  }
  void on_gap(const sequencing::SessionId& session, sequencing::SequenceRange lost) noexcept {
    if (recovery_ != nullptr) recovery_->on_gap(session, lost);
  }

  /// The part of a late range that no book told since has in it. Ranges that are in order are left as they are.
  [[nodiscard]] sequencing::SequenceRange not_told(const sequencing::SessionId& session,
                                                   sequencing::SequenceRange range) noexcept {
    if (!(session == told_.session) || range.begin >= told_.next) return range;
    const std::uint64_t begin = std::min(told_.next, range.end);
    late_messages_ += begin - range.begin;
    return {begin, range.end};
  }

  /// `delivered`: what was new of the packet; the feed has worked on it.
  void on_packet(const moldudp64::Datagram& datagram, std::span<const sequencing::SequenceRange> delivered) noexcept {
    const std::uint64_t end = datagram.range.end;
    if (!recovery_->is_following()) return;
    const auto range = delivered.empty() ? sequencing::SequenceRange{end, end} : datagram.range;
    if (!recovery_->on_packet(datagram.session, range)) return;
    for (const sequencing::SequenceRange& part : delivered) {
      moldudp64::for_each_message(datagram, part, [&](std::uint64_t sequence, std::span<const std::byte> message) {
        recovery_->on_live(sequence, instrument_of(message), message);
      });
    }
  }

  /// Messages that came late, of a gap that was told, and that a snapshot had in it: dropped.
  [[nodiscard]] std::uint64_t late_messages() const noexcept { return late_messages_; }

 private:
  /// Where the lines stand, by the session last heard of; nothing before the first packet.
  static std::optional<BookRecovery::Position> position_in(const sequencing::SessionTable& sessions) noexcept {
    const auto known = sessions.sessions();
    if (known.empty()) return std::nullopt;
    const auto& newest = *std::max_element(known.begin(), known.end(),
                                           [](const auto& a, const auto& b) { return a.last_packet < b.last_packet; });
    return BookRecovery::Position{newest.id, newest.tracker.next_expected()};
  }

  [[nodiscard]] ringbuf::InstrumentId instrument_of(std::span<const std::byte> message) const noexcept {
    if (message.size() < kCommonHeaderBytes) return ringbuf::kNoInstrument;
    return normaliser_.known_instrument(SystemEvent{message.data()}.stock_locate());
  }

  void begin_telling() noexcept {
    told_ = recovery_->snapshot();
    normaliser_.trust_newcomers();
  }

  /// Returns the records published.
  std::size_t look(ringbuf::InstrumentId id, const QueueBook& truth, bool is_sound) noexcept {
    RecoveryCounters& counters = recovery_->snapshot_counters();
    const std::uint64_t before = publisher_.record_count();
    if (recovery_->purpose() == RecoveryPurpose::compare && !normaliser_.is_maybe_bad(id)) {
      // A snapshot that does not fit together is no evidence.
      if (!is_sound) return 0;
      if (normaliser_.has_same_book(id, truth)) {
        ++counters.equal_instruments;
        return 0;
      }
      ++counters.differing_instruments;
      normaliser_.count(AuditFinding::snapshot_mismatch);
    }
    normaliser_.retell_book(id, truth, is_sound);
    ++counters.told_instruments;
    counters.told_orders += truth.book().open_orders(id);
    return static_cast<std::size_t>(publisher_.record_count() - before);
  }

  TickPublisher& publisher_;
  Normaliser& normaliser_;
  BookRecovery* recovery_ = nullptr;
  bool is_involved_ = false;
  BookRecovery::Position told_;  // messages of this session before `next` are in the books
  std::uint64_t late_messages_ = 0;
};

}  // namespace tickplant::feedhandlers::itch50
