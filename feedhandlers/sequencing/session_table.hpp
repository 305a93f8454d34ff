// One sequence tracker per session: a venue that starts a new session starts counting anew, and for a while the lines A
// and B may be in different ones.
//
// The newest kMaxSessions are kept; the one not heard of for longest makes room, its numbers stay in `totals`.
// Sequences start at 1: of a session that follows another one nothing but its beginning can be missing ahead of the
// first packet. Packets with sequence 0 stand in no run (published samples are blanked like that, session and all):
// they are always delivered and counted apart.
//
// Threads: one. Fixed memory, no allocation, noexcept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sequencing/sequence_tracker.hpp"
#include "feedhandlers/sequencing/session_id.hpp"

namespace tickplant::feedhandlers::sequencing {

class SessionTable {
 public:
  static constexpr std::size_t kMaxSessions = 8;

  struct Session {
    SessionId id;
    SequenceTracker tracker;
    std::uint64_t last_packet = 0;  // count of packets when it was last heard of
  };

  struct Unsequenced {
    std::uint64_t packets = 0;
    std::uint64_t messages = 0;
  };

  /// As SequenceTracker::on_packet, in the session `id`.
  [[nodiscard]] Arrival on_packet(const SessionId& id, SequenceRange range) noexcept;

  /// Starts the session `id` as if all before `next` had been seen. Call before its first packet.
  void expect(const SessionId& id, std::uint64_t next) noexcept;

  /// Those still kept, in no particular order.
  [[nodiscard]] std::span<const Session> sessions() const noexcept { return {sessions_.data(), session_count_}; }
  /// Sessions ever met, kept or not.
  [[nodiscard]] std::uint64_t sessions_seen() const noexcept { return sessions_seen_; }
  [[nodiscard]] const Unsequenced& unsequenced() const noexcept { return unsequenced_; }
  /// Over all sessions ever met.
  [[nodiscard]] SequenceCounters totals() const noexcept;

 private:
  Session& session(const SessionId& id) noexcept;

  std::array<Session, kMaxSessions> sessions_;
  std::size_t session_count_ = 0;
  std::size_t current_ = 0;  // the one last heard of: nearly always the next one too
  std::uint64_t sessions_seen_ = 0;
  std::uint64_t packets_ = 0;
  SequenceRange unsequenced_range_;
  Unsequenced unsequenced_;
  SequenceCounters forgotten_;  // totals of sessions that had to make room
};

}  // namespace tickplant::feedhandlers::sequencing
