// ITCH 5.0 as a feed behind lines wants it (arbitrated_feed.hpp): which packets are its own, what operators see of it,
// and its books from a snapshot.
//
// Threads: as Itch50Feed.
#pragma once

#include <memory>
#include <numeric>

#include "feedhandlers/feed.hpp"
#include "feedhandlers/itch50/book_recovery.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"

namespace tickplant::feedhandlers::itch50 {

inline void add_totals(const Itch50Feed& feed, FeedTotals& totals) noexcept {
  const FeedCounters& counters = feed.counters();
  for (const std::uint64_t count : counters.messages) totals.messages += count;
  for (const std::uint64_t count : feed.normaliser().counters().unknown_references) totals.unknown_orders += count;
  totals.bad_messages = counters.unknown_types + counters.bad_lengths;
  totals.damaged_packets = counters.damaged_packets;
  totals.venue_heartbeats = counters.heartbeats;
}

class Itch50SnapshotRecovery final : public SnapshotRecovery {
 public:
  /// Throws SetupError: memory for a second book.
  Itch50SnapshotRecovery(Itch50Feed& feed, const OrderBookConfig& book) : feed_(feed), books_({}, book) {
    feed_.set_recovery(&books_);
  }

  [[nodiscard]] Wish wish() const noexcept override {
    if (feed_.normaliser().instruments().doubts_newcomers()) return Wish::rebuild;
    return findings() != findings_mended_ ? Wish::repair : Wish::nothing;
  }
  void begin(bool compare_all) noexcept override {
    findings_at_begin_ = findings();
    const bool rebuild = !compare_all && wish() == Wish::rebuild;
    feed_.begin_recovery(rebuild ? RecoveryPurpose::rebuild : RecoveryPurpose::compare);
  }
  [[nodiscard]] bool on_snapshot_session(const sequencing::SessionId& session) noexcept override {
    return books_.on_snapshot_session(session);
  }
  void on_snapshot_message(std::span<const std::byte> message, platform::UnixNanos now) noexcept override {
    feed_.on_snapshot_message(message, now);
  }
  void on_snapshot_end(std::uint64_t live_from) noexcept override { feed_.on_snapshot_end(live_from); }
  bool step(platform::UnixNanos now) noexcept override {
    const std::uint64_t complete = totals().complete;
    const bool more = feed_.recovery_step(now);
    if (totals().complete != complete) findings_mended_ = findings_at_begin_;
    return more;
  }
  [[nodiscard]] Progress progress() const noexcept override {
    switch (feed_.recovery_state()) {
      case RecoveryState::idle: return Progress::idle;
      case RecoveryState::fetching: return Progress::fetching;
      default: return Progress::working;
    }
  }
  [[nodiscard]] Totals totals() const noexcept override {
    const RecoveryCounters& counters = books_.counters();
    const std::uint64_t ended = std::accumulate(counters.outcomes.begin(), counters.outcomes.end(), std::uint64_t{0});
    const std::uint64_t complete = counters.count(RecoveryOutcome::complete);
    const std::uint64_t without_snapshot = counters.count(RecoveryOutcome::abandoned);
    return {complete, ended - complete - without_snapshot, counters.count(RecoveryOutcome::other_session),
            counters.told_instruments, counters.differing_instruments};
  }

 private:
  [[nodiscard]] std::uint64_t findings() const noexcept {
    const auto counters = feed_.normaliser().counters();
    return std::accumulate(counters.findings.begin(), counters.findings.end(), std::uint64_t{0});
  }

  Itch50Feed& feed_;
  BookRecovery books_;
  std::uint64_t findings_at_begin_ = 0;
  std::uint64_t findings_mended_ = 0;  // known to the snapshot that was told last
};

class Itch50Protocol : public Itch50Feed {
 public:
  using Itch50Feed::Itch50Feed;

  /// Call at set-up. Throws SetupError: memory for a second book.
  void add_recovery(const OrderBookConfig& book) { recovery_ = std::make_unique<Itch50SnapshotRecovery>(*this, book); }
  [[nodiscard]] SnapshotRecovery* snapshot_recovery() noexcept { return recovery_.get(); }

  [[nodiscard]] static bool takes(const moldudp64::Datagram&) noexcept { return true; }
  [[nodiscard]] static bool is_end(const moldudp64::Datagram& datagram) noexcept {
    return datagram.kind == moldudp64::PacketKind::end_of_session;
  }
  void add_totals(FeedTotals& totals) const noexcept { itch50::add_totals(*this, totals); }

 private:
  std::unique_ptr<Itch50SnapshotRecovery> recovery_;
};

}  // namespace tickplant::feedhandlers::itch50
