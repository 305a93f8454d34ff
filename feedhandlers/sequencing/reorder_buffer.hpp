// Puts the packets of the lines A and B, and what the re-request server sends, into the order of their sequence numbers
// before the feed sees them.
//
//   delivered ......... next | hole | held held | hole | held ... highest known
//
// In order: delivered at once, without a copy. Behind a hole: copied and held. When the hole is filled, by whichever
// line, all that has become deliverable goes out in order. A hole is asked for when both lines are past it or `wait`
// has gone by since something behind it came; it is given up when `wait` (with a server: and `recovery_wait`) has gone
// by, when there is no room to hold more, or when a new session begins. The feed behind then sees the jump in the
// numbers and tells the gap.
//
//   what comes                               what happens
//   in order                                 delivered
//   behind a hole, or announcing one         held (a heartbeat or end of session too: it has its place in the order)
//   seen or held already                     dropped, counted as duplicate; a part of it that is new is delivered
//   of a hole that was given up              dropped, counted as late: what comes after it is out already
//   without a sequence (0), or no header     delivered at once
//   more than 2^32 ahead                     dropped, counted as implausible, until three in a row say the same
//   the first of a new session               the old one is flushed, the new one followed from its message 1 on
//   the very first                           its session is followed from that packet on
//   of a session left before                 dropped, unless the new one has been silent for ten seconds
//   an answer of a session not followed      dropped
//
// Requests: one for each hole, however many packets it spans. What is not answered is asked for again after `retry` and
// up to half of that more, by chance, so that many receivers that lost the same do not ask in step; and never more
// often than `requests_per_second`, so that no receiver of a bad line is taken for an attack.
//
// Time is that of the packets: the same capture gives the same decisions. A live source gives its packets in the order
// of their receive times, and on_time() is called with the clock's time only when the source has none left.
//
// Threads: one. All memory is taken at construction; nothing here allocates, locks, logs or asks a clock.
// Not here: sockets, telling gaps (sequence_tracker.hpp and the feed).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/held_packets.hpp"
#include "feedhandlers/sequencing/holes.hpp"

namespace tickplant::feedhandlers::sequencing {

struct ReorderOptions {
  std::int64_t wait_nanos = 2'000'000;
  std::int64_t recovery_wait_nanos = 1'000'000'000;  // on top of wait_nanos, where requests can be sent
  std::int64_t retry_nanos = 50'000'000;             // from one request for the same messages to the next, at least
  std::uint32_t requests_per_second = 1'000;         // on average; kRequestBurst of them at once
  std::uint64_t seed = 1;                            // of the chance in the retries
  bool can_request = false;
  std::size_t held_bytes_max = std::size_t{4} << 20;  // below 4 GiB
  std::size_t held_packets_max = 16'384;
};

struct ReorderCounters {
  std::uint64_t held_packets = 0;      // came too early
  std::uint64_t released_packets = 0;  // of those, delivered
  std::uint64_t duplicate_packets = 0;
  std::uint64_t duplicate_messages = 0;  // those in packets that were new in part, too
  std::uint64_t late_packets = 0;        // had messages that had been given up, and nothing new
  std::uint64_t late_messages = 0;       // those messages; not delivered
  std::uint64_t given_up_holes = 0;
  std::uint64_t given_up_messages = 0;
  std::uint64_t requests = 0;
  std::uint64_t recovered_messages = 0;   // filled a hole, from the re-request server
  std::uint64_t implausible_packets = 0;  // far too high a number
  std::uint64_t old_session_packets = 0;  // of a session that is not followed
  std::uint64_t sessions = 0;             // followed, one after the other
};

/// What does not depend on the framing: which holes there are, what was delivered, when to ask.
class ReorderState {
 public:
  /// Follows `session` as if all before `next` had been delivered: what was missed while nobody listened becomes a
  /// hole.
  void resume(const SessionId& session, std::uint64_t next) noexcept;

  /// What to ask the re-request server for now; nothing if that can wait. Call until it gives nothing.
  [[nodiscard]] std::optional<moldudp64::Request> take_request(platform::UnixNanos now) noexcept;

  /// When on_time() or take_request() has something to do next, if no packet comes. It may lie in the past.
  [[nodiscard]] std::optional<platform::UnixNanos> next_deadline() const noexcept;

  [[nodiscard]] const ReorderCounters& counters() const noexcept { return counters_; }
  /// Messages known to be missing and not given up, at this moment.
  [[nodiscard]] std::uint64_t missing_messages() const noexcept;
  [[nodiscard]] std::size_t held_packets() const noexcept { return held_.size(); }
  /// The next message to be delivered; 0 while no session is followed.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }

  static constexpr std::uint64_t kPlausibleAhead = std::uint64_t{1} << 32;
  static constexpr unsigned kImplausibleInARow = 3;
  static constexpr std::int64_t kClockStepNanos = 100'000'000;
  static constexpr std::int64_t kSessionSilenceNanos = 10 * platform::kNanosPerSecond;
  static constexpr std::uint32_t kRequestBurst = 64;

 protected:
  explicit ReorderState(const ReorderOptions& options);

  enum class Whose : std::uint8_t { followed, new_session, old_session, nobody };
  static constexpr std::size_t kRemembered = 32;  // holes given up
  static constexpr std::size_t kOldSessions = 8;

  void advance(std::uint64_t next) noexcept {
    next_ = next;
    if (highest_ < next) highest_ = next;
  }

  [[nodiscard]] Whose session_of(const Packet& packet, const SessionId& session, platform::UnixNanos now) noexcept;
  void follow(const SessionId& session, std::uint64_t next) noexcept;
  [[nodiscard]] bool is_plausible(SequenceRange range) noexcept;
  [[nodiscard]] bool is_news(const Packet& packet, SequenceRange range) noexcept;
  [[nodiscard]] bool is_past(const Hole& hole) const noexcept;
  [[nodiscard]] platform::UnixNanos ask_time(const Hole& hole) const noexcept;
  [[nodiscard]] bool may_request(platform::UnixNanos now) noexcept;
  [[nodiscard]] std::int64_t jitter() noexcept;
  [[nodiscard]] platform::UnixNanos not_before_delivered(platform::UnixNanos time) noexcept;
  void note_line(Line line, std::uint64_t next) noexcept;
  void count_known(SequenceRange range) noexcept;
  void count_filled(Line line, std::uint64_t messages) noexcept;
  [[nodiscard]] std::uint64_t drop_first_hole() noexcept;

  // The packet in order looks at these alone.
  bool is_calm_ = false;    // following, no hole, nothing strange
  std::uint64_t next_ = 0;  // all before it was delivered or given up
  SessionId session_;
  platform::UnixNanos delivered_{};  // receive time of the packet delivered last

  std::array<std::uint64_t, kLineCount> line_next_{};  // how far each line has come; counts where that is behind a hole
  bool is_following_ = false;
  std::uint64_t highest_ = 0;  // all from next_ up to it is held or a hole; as next_ while there is no hole
  unsigned implausible_in_a_row_ = 0;
  ReorderOptions options_;
  std::int64_t patience_nanos_;
  Holes holes_;
  HeldPackets held_;
  std::array<SequenceRange, kRemembered> given_up_{};
  std::uint64_t given_up_end_ = 0;
  std::array<SessionId, kOldSessions> old_sessions_{};
  std::size_t old_session_count_ = 0;
  std::int64_t request_credit_;  // in ns: each request takes a second's share of it
  platform::UnixNanos credit_at_ = platform::kNoTime;
  std::uint64_t chance_;
  ReorderCounters counters_;
};

/// `Framing`: a Datagram with `session` and `range`; parse(bytes), from_sequence(datagram, first), wraps(datagram), as
/// moldudp64::Framing has them.
template <class Framing>
class BasicReorderBuffer : public ReorderState {
 public:
  using Datagram = typename Framing::Datagram;

  explicit BasicReorderBuffer(const ReorderOptions& options = {}) : ReorderState(options) {}

  /// Calls `deliver(const Packet&, const Datagram&)` for everything that is in order now: this packet, those
  /// it releases, or none. The datagram is the packet's, without messages that were delivered before. Receive times are
  /// raised where they would decrease, but not when a clock was set back (by more than kClockStepNanos).
  template <class Deliver>
  void on_packet(const Packet& packet, Deliver&& deliver) noexcept {
    on_packet(packet, Framing::parse(packet.payload), deliver);
  }

  /// The same where the packet was parsed already.
  template <class Deliver>
  void on_packet(const Packet& packet, const Datagram& datagram, Deliver&& deliver) noexcept {
    const bool is_next = is_calm_ && datagram.range.begin == next_ && datagram.session == session_;
    if (!is_next || packet.ts_recv < delivered_) return on_unexpected(packet, datagram, deliver);
    next_ = datagram.range.end;
    delivered_ = packet.ts_recv;
    deliver(packet, datagram);
  }

  /// Time has passed and there was no packet: gives up what is overdue. Cheap when nothing is held.
  template <class Deliver>
  void on_time(platform::UnixNanos now, Deliver&& deliver) noexcept {
    if (is_calm_) return;
    give_up_overdue(not_before_delivered(now), deliver);
    settle(deliver);
  }

  /// The input has ended: gives up all holes, delivers all that is held.
  template <class Deliver>
  void flush(Deliver&& deliver) noexcept {
    while (!holes_.empty()) give_up_first(deliver);
    settle(deliver);
  }

 private:
  template <class Deliver>
  void on_unexpected(const Packet& packet, const Datagram& datagram, Deliver& deliver) noexcept {
    const platform::UnixNanos now = not_before_delivered(packet.ts_recv);
    if (datagram.range.begin == 0) return hand_over(packet, datagram, deliver);
    if (Framing::wraps(datagram)) {
      ++counters_.implausible_packets;
      return;
    }
    const Whose whose = session_of(packet, datagram.session, now);
    if (whose == Whose::nobody) return;
    // A session that begins so far on is none: it must not take the place of the one that is followed.
    if (whose == Whose::new_session && is_following_ && datagram.range.begin > kPlausibleAhead) {
      ++counters_.implausible_packets;
      return;
    }
    if (whose != Whose::followed) {
      flush(deliver);
      // Who has followed the venue so far missed nothing of a new session but what comes before this packet.
      follow(datagram.session, whose == Whose::new_session && is_following_ ? 1 : datagram.range.begin);
    }
    if (holes_.empty()) highest_ = next_;
    if (!is_plausible(datagram.range)) return settle(deliver);
    note_line(packet.line, datagram.range.end);
    give_up_overdue(now, deliver);
    if (datagram.range.begin <= next_)
      take(packet, datagram, deliver);
    else if (is_news(packet, datagram.range))
      hold(packet, datagram, now, deliver);
    give_up_overdue(now, deliver);
    settle(deliver);
  }

  /// Begins at `next_` or before it.
  template <class Deliver>
  void take(const Packet& packet, const Datagram& datagram, Deliver& deliver) noexcept {
    const SequenceRange range = datagram.range;
    if (range.end < next_ || (range.end == next_ && !range.empty())) return count_known(range);
    counters_.duplicate_messages += next_ - range.begin;
    count_filled(packet.line, holes_.fill(range, packet.line == Line::recovery));
    const Datagram rest = Framing::from_sequence(datagram, next_);
    advance(range.end);
    hand_over(packet, rest, deliver);
    release(deliver);
  }

  /// Begins behind `next_`.
  template <class Deliver>
  void hold(const Packet& packet, const Datagram& datagram, platform::UnixNanos now, Deliver& deliver) noexcept {
    const SequenceRange range = datagram.range;
    if (range.begin > highest_) holes_.open({highest_, range.begin}, now);
    if (holes_.overflows()) give_up_first(deliver);
    count_filled(packet.line, holes_.fill(range, packet.line == Line::recovery));
    if (range.end > highest_) highest_ = range.end;
    while (range.begin > next_) {
      if (held_.hold(packet, range)) {
        ++counters_.held_packets;
        return;
      }
      give_up_first(deliver);  // there is a hole before this packet, so it comes nearer each time
    }
    take(packet, datagram, deliver);
  }

  template <class Deliver>
  void give_up_overdue(platform::UnixNanos now, Deliver& deliver) noexcept {
    while (!holes_.empty() && now - holes_.front().opened >= patience_nanos_) give_up_first(deliver);
  }

  template <class Deliver>
  void give_up_first(Deliver& deliver) noexcept {
    advance(drop_first_hole());
    release(deliver);
  }

  /// Delivers what is held up to the next hole.
  template <class Deliver>
  void release(Deliver& deliver) noexcept {
    while (!held_.empty() && held_.front().range.begin <= next_) {
      const HeldPackets::Held& held = held_.front();
      if (held.range.end > next_ || (held.range.empty() && held.range.begin == next_)) {
        counters_.duplicate_messages += next_ - held.range.begin;
        ++counters_.released_packets;
        const Datagram rest = Framing::from_sequence(Framing::parse(held.packet.payload), next_);
        advance(held.range.end);
        hand_over(held.packet, rest, deliver);
      } else {
        count_known(held.range);
      }
      held_.pop_front();
    }
  }

  template <class Deliver>
  void settle(Deliver& deliver) noexcept {
    while (holes_.overflows()) give_up_first(deliver);
    is_calm_ = is_following_ && holes_.empty() && implausible_in_a_row_ == 0;
  }

  template <class Deliver>
  void hand_over(const Packet& packet, const Datagram& datagram, Deliver& deliver) noexcept {
    Packet raised = packet;
    if (raised.ts_recv < delivered_) raised.ts_recv = delivered_;
    delivered_ = raised.ts_recv;
    deliver(static_cast<const Packet&>(raised), datagram);
  }
};

using ReorderBuffer = BasicReorderBuffer<moldudp64::Framing>;

}  // namespace tickplant::feedhandlers::sequencing
