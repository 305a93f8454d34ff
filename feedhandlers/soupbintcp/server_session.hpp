// The server's end of one SoupBinTCP connection: judges the login, sends the messages from where the client wants them,
// stays alive, says the end. Bytes and time in, bytes and events out.
//
//   ServerSession session{{.session = {"20190130A"}}, messages};
//   session.on_connected(now);
//   session.on_bytes(bytes, now, handler);             // as they come
//   session.on_time(now);                              // at next_deadline(), or more often
//   while (!(bytes = session.take_output(now)).empty()) write(bytes);   // after each of these, and when there are
//                                                                       // new messages
//   if (session.wants_close()) ...                     // close once all is written
//
// The handler: is_authorised(const LoginRequest&) -> bool, on_unsequenced(span).
//
// Messages are taken from their store as the connection takes them: what a slow client has not read waits there, and a
// client so slow that the store has let go of them is disconnected (it comes back and is told at which message the
// store begins).
//
// Threads: one. Memory is taken at construction. No socket, no clock.
// Not here: the messages (sequenced_messages.hpp), accepting connections, the client's end (client_session.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/soupbintcp/framing.hpp"
#include "feedhandlers/soupbintcp/link.hpp"
#include "feedhandlers/soupbintcp/login.hpp"
#include "feedhandlers/soupbintcp/outbox.hpp"
#include "feedhandlers/soupbintcp/sequenced_messages.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::soupbintcp {

struct ServerOptions {
  SessionName session{};  // not blank
  LinkTimes times{};
  std::size_t output_bytes = 65'536 + 1024;          // that wait to be written: holds the longest message
  std::size_t max_payload_bytes = kMaxPayloadBytes;  // of the client; a longer message is impossible
};

enum class ServerState : std::uint8_t {
  disconnected,
  awaiting_login,
  live,
  ended,       /// end of session said
  rejected,    /// login rejected
  logged_out,  /// the client asked for it
  dead,        /// error() says why
};

struct ServerCounters {
  std::uint64_t messages = 0;     // sequenced, put out; again for each connection
  std::uint64_t unsequenced = 0;  // of the client
  std::uint64_t heartbeats = 0;   // of the client
  std::uint64_t debug_packets = 0;
  std::uint64_t logins = 0;
  std::uint64_t not_authorised = 0;
  std::uint64_t sessions_not_available = 0;             // another session, or messages that are not in the store
  std::array<std::uint64_t, kLinkErrorCount> errors{};  // by LinkError: connections that ended so
};

class ServerSession {
 public:
  /// `messages` outlives the session.
  ServerSession(const ServerOptions& options, SequencedMessages& messages)
      : options_(options),
        messages_(messages),
        reader_(std::max(options.max_payload_bytes, kLoginRequestBytes)),
        outbox_(options.output_bytes),
        clock_(options.times) {
    TP_CHECK(!options.session.is_blank());
  }

  void on_connected(UnixNanos now) noexcept {
    reader_.reset();
    outbox_.clear();
    clock_.start(now);
    error_ = LinkError::none;
    state_ = ServerState::awaiting_login;
  }
  /// The connection is gone. How it ended stays to be asked.
  void on_disconnected() noexcept {
    if (is_up()) state_ = ServerState::disconnected;
  }

  template <typename Handler>
  void on_bytes(std::span<const std::byte> bytes, UnixNanos now, Handler&& handler) noexcept {
    if (!is_up() || bytes.empty()) return;
    clock_.heard(now);
    const ReadOutcome outcome =
        reader_.read(bytes, [&](PacketType type, std::span<const std::byte> payload) noexcept -> Reading {
          on_packet(type, payload, now, handler);
          return is_up() ? Reading::goes_on : Reading::stops;
        });
    if (outcome == ReadOutcome::impossible_length) die(LinkError::impossible_length);
  }

  void on_time(UnixNanos now) noexcept {
    if (!is_up()) return;
    if (now >= clock_.silent_at()) return die(LinkError::silent_peer);
    if (state_ == ServerState::awaiting_login) {
      if (now >= clock_.late_at()) die(LinkError::late_login);
      return;
    }
    if (now < clock_.heartbeat_at()) return;
    if (outbox_.empty()) outbox_.add(PacketType::server_heartbeat);  // else what waits tells as much
    clock_.said(now);
  }

  /// Bytes to write: as many messages as fit. Valid until the next take_output() or on_connected().
  [[nodiscard]] std::span<const std::byte> take_output(UnixNanos now) noexcept {
    if (state_ == ServerState::live) put_out(now);
    return outbox_.take();
  }

  /// When on_time() has something to do; kNoDeadline without a connection.
  [[nodiscard]] UnixNanos next_deadline() const noexcept {
    if (!is_up()) return kNoDeadline;
    return std::min(clock_.silent_at(),
                    state_ == ServerState::awaiting_login ? clock_.late_at() : clock_.heartbeat_at());
  }

  [[nodiscard]] ServerState state() const noexcept { return state_; }
  /// Nothing more is read from this connection; what take_output() still gives should be written before it is closed.
  [[nodiscard]] bool wants_close() const noexcept { return !is_up() && state_ != ServerState::disconnected; }
  [[nodiscard]] LinkError error() const noexcept { return error_; }
  /// The next message to be put out.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }
  [[nodiscard]] const ServerCounters& counters() const noexcept { return counters_; }

 private:
  [[nodiscard]] bool is_up() const noexcept {
    return state_ == ServerState::awaiting_login || state_ == ServerState::live;
  }

  void die(LinkError error) noexcept {
    state_ = ServerState::dead;
    error_ = error;
    ++counters_.errors[static_cast<std::size_t>(error)];
  }

  template <typename Handler>
  void on_packet(PacketType type, std::span<const std::byte> payload, UnixNanos now, Handler& handler) noexcept {
    if (type == PacketType::debug) {
      ++counters_.debug_packets;
      return;
    }
    if (state_ == ServerState::awaiting_login) {
      if (type != PacketType::login_request) return die(LinkError::wrong_type);
      return on_login_request(payload, now, handler);
    }
    switch (type) {
      case PacketType::client_heartbeat:
        if (!payload.empty()) return die(LinkError::impossible_length);
        ++counters_.heartbeats;
        return;
      case PacketType::unsequenced:
        ++counters_.unsequenced;
        handler.on_unsequenced(payload);
        return;
      case PacketType::logout:
        if (!payload.empty()) return die(LinkError::impossible_length);
        state_ = ServerState::logged_out;
        return;
      default: return die(LinkError::wrong_type);  // a server's, unknown, or a second login
    }
  }

  template <typename Handler>
  void on_login_request(std::span<const std::byte> payload, UnixNanos now, Handler& handler) noexcept {
    if (payload.size() != kLoginRequestBytes) return die(LinkError::impossible_length);
    const auto request = parse_login_request(payload);
    if (!request) return die(LinkError::bad_login);
    if (!handler.is_authorised(*request)) {
      ++counters_.not_authorised;
      return reject(RejectReason::not_authorised, now);
    }
    const sequencing::SequenceRange there = messages_.range();
    // "The newest" is the last one that there is.
    const std::uint64_t first =
        request->sequence != 0 ? request->sequence : std::max(there.begin, there.end - (there.empty() ? 0 : 1));
    const bool is_ours = request->session.is_blank() || request->session == options_.session;
    if (!is_ours || first > there.end) {
      ++counters_.sessions_not_available;
      return reject(RejectReason::session_not_available, now);
    }
    next_ = std::max(first, there.begin);
    outbox_.add(PacketType::login_accepted, encode(LoginAccepted{options_.session, next_}));
    clock_.said(now);
    state_ = ServerState::live;
    ++counters_.logins;
  }

  void reject(RejectReason reason, UnixNanos now) noexcept {
    const auto letter = static_cast<std::byte>(reason);
    outbox_.add(PacketType::login_rejected, {&letter, 1});
    clock_.said(now);
    state_ = ServerState::rejected;
  }

  void put_out(UnixNanos now) noexcept {
    const sequencing::SequenceRange there = messages_.range();
    if (next_ < there.begin) return die(LinkError::fell_behind);
    const std::uint64_t before = next_;
    while (next_ < there.end) {
      const bool was_empty = outbox_.empty();
      if (!outbox_.add(PacketType::sequenced, messages_.message(next_))) {
        TP_CHECK(!was_empty);  // a message that fits nowhere would stop the connection for ever
        break;
      }
      ++next_;
    }
    counters_.messages += next_ - before;
    if (next_ != before) clock_.said(now);
    if (next_ < there.end || !messages_.is_complete() || !outbox_.add(PacketType::end_of_session)) return;
    clock_.said(now);
    state_ = ServerState::ended;
  }

  ServerOptions options_;
  SequencedMessages& messages_;
  PacketReader reader_;
  Outbox outbox_;
  LinkClock clock_;
  ServerState state_ = ServerState::disconnected;
  LinkError error_ = LinkError::none;
  std::uint64_t next_ = 1;
  ServerCounters counters_;
};

}  // namespace tickplant::feedhandlers::soupbintcp
