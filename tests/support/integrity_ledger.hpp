// Which messages reached the receiver by any way, and when; from that, what has to be delivered and what may be given
// up.
//
// A message is missing from the moment when something behind it was heard. It may be given up only when nobody brought
// it for as long as the receiver is patient, when there are more than 64 holes, or when another session begins. All
// that was heard before has to be delivered, once, in order.
//
// Threads: one. Slow and obvious: one entry a message.
// Not here: what the messages say (integrity_run.hpp).
#pragma once

#include <deque>
#include <vector>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/sequencing/holes.hpp"
#include "feedhandlers/venue/since_start.hpp"
#include "tests/support/integrity_findings.hpp"

namespace tickplant::tests {

class IntegrityLedger {
 public:
  using SinceStart = feedhandlers::venue::SinceStart;
  using Datagram = feedhandlers::moldudp64::Datagram;
  using Range = feedhandlers::sequencing::SequenceRange;
  using SessionId = feedhandlers::sequencing::SessionId;

  IntegrityLedger(IntegrityFindings& findings, std::int64_t patience_nanos)
      : findings_(findings), patience_nanos_(patience_nanos) {}

  /// A receiver begins, which has heard nothing.
  void begin() {
    sessions_.clear();
    delivered_ = nullptr;
  }
  /// And goes on behind another one.
  void resume(const SessionId& session, std::uint64_t next) {
    begin();
    delivered_ = &sessions_.emplace_back(session, next);
  }

  /// Comes from outside, before the receiver has it.
  void on_packet(const Datagram& datagram, feedhandlers::Line line, SinceStart now) {
    if (datagram.damage == feedhandlers::moldudp64::Damage::short_header || datagram.range.begin == 0) return;
    if (sessions_.empty() || !(sessions_.back().id == datagram.session)) {
      if (line == feedhandlers::Line::recovery || find(datagram.session) != nullptr) return;
      // A receiver that begins, begins in the middle; who follows the venue knows that a session begins with 1.
      sessions_.emplace_back(datagram.session, sessions_.empty() ? datagram.range.begin : 1);
    }
    sessions_.back().hear(datagram.range, now);
  }

  /// The receiver hands it to the feed. Returns what is missing before it, for good.
  Range on_delivered(const Datagram& datagram, SinceStart now) {
    Session* const session = find(datagram.session);
    const Range range = datagram.range;
    findings_.expect(session != nullptr, [](auto& out) { out << "a packet of a session that is not followed"; });
    if (session == nullptr) return {};
    findings_.expect(range.begin >= session->next, [&](auto& out) {
      out << "message " << range.begin << " delivered again, " << session->next << " was next";
    });
    const Range gap{session->next, std::max(session->next, range.begin)};
    if (!gap.empty()) check_given_up(*session, gap, now);
    for (std::uint64_t sequence = range.begin; sequence < range.end; ++sequence)
      findings_.expect(session->has(sequence), [&](auto& out) { out << "message " << sequence << " was never heard"; });
    session->next = std::max(session->next, range.end);
    delivered_ = session;
    return gap;
  }

  /// After the receiver has had its turn: nothing that could be delivered is held back, nor waited for too long.
  void check(SinceStart now) {
    if (sessions_.empty()) return;
    const Session& session = sessions_.back();
    if (session.next >= session.highest) return;
    findings_.expect(!session.has(session.next),
                     [&](auto& out) { out << "message " << session.next << " is held back"; });
    findings_.expect(now - session.opened[session.next] <= patience_nanos_,
                     [&](auto& out) { out << "message " << session.next << " is waited for too long"; });
  }
  /// All has come.
  void check_end() {
    for (const Session& session : sessions_)
      findings_.expect(session.next >= session.highest || session.next == 1, [&](auto& out) {
        out << "messages from " << session.next << " to " << session.highest << " were never delivered nor told";
      });
  }

  /// Where the feed stands: nothing before the first packet.
  struct Position {
    SessionId session;
    std::uint64_t next = 0;
  };
  [[nodiscard]] Position position() const {
    return delivered_ == nullptr ? Position{} : Position{delivered_->id, delivered_->next};
  }

 private:
  struct Session {
    Session(const SessionId& name, std::uint64_t first) : id(name), next(first), highest(first) {}

    [[nodiscard]] bool has(std::uint64_t sequence) const { return sequence < heard.size() && heard[sequence]; }
    /// All up to `end` is known to exist.
    void know(std::uint64_t end, SinceStart now) {
      if (heard.size() < end) heard.resize(end + end / 2);
      if (opened.size() < end) opened.resize(end + end / 2);
      for (; highest < end; ++highest) {
        // A hole that grows is as old as its beginning.
        const bool grows = highest > next && !has(highest - 1);
        opened[highest] = grows ? opened[highest - 1] : now;
      }
    }
    void hear(Range range, SinceStart now) {
      know(range.begin, now);
      if (heard.size() < range.end) heard.resize(range.end + range.end / 2);
      for (std::uint64_t sequence = std::max(range.begin, next); sequence < range.end; ++sequence)
        heard[sequence] = true;
      know(range.end, now);
    }

    SessionId id;
    std::uint64_t next;     // all before was delivered or given up
    std::uint64_t highest;  // all before exists
    std::vector<bool> heard;
    std::vector<SinceStart> opened;  // of those that were not heard at once: since when they are missing
  };

  void check_given_up(const Session& session, Range gap, SinceStart now) {
    for (std::uint64_t sequence = gap.begin; sequence < gap.end; ++sequence)
      findings_.expect(!session.has(sequence),
                       [&](auto& out) { out << "message " << sequence << " was there and is told as lost"; });
    const bool is_overdue = now - session.opened[gap.begin] >= patience_nanos_;
    const bool is_left = &session != &sessions_.back();
    findings_.expect(is_overdue || is_left || holes_of(session) > feedhandlers::sequencing::Holes::kMax,
                     [&](auto& out) { out << "messages from " << gap.begin << " were given up too early"; });
  }
  static std::size_t holes_of(const Session& session) {
    std::size_t holes = 0;
    for (std::uint64_t sequence = session.next; sequence < session.highest; ++sequence)
      holes += !session.has(sequence) && (sequence == session.next || session.has(sequence - 1)) ? 1 : 0;
    return holes;
  }
  Session* find(const SessionId& id) {
    for (Session& session : sessions_)
      if (session.id == id) return &session;
    return nullptr;
  }

  IntegrityFindings& findings_;
  std::int64_t patience_nanos_;
  std::deque<Session> sessions_;  // the last one is followed, the others were left
  Session* delivered_ = nullptr;  // of the newest packet
};

}  // namespace tickplant::tests
