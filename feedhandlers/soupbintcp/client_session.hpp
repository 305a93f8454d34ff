// The client's end of a SoupBinTCP session: logs in, hands on sequenced messages exactly once and in order, stays
// alive, and after a lost connection goes on where it was. Bytes and time in, bytes and events out.
//
//   ClientSession session{{.username = {"QUOTES"}, .password = {"secret"}}};
//   session.on_connected(now);                       // each time a connection is up
//   write(session.take_output());                    // after every call
//   session.on_bytes(bytes, now, handler);           // as they come
//   session.on_time(now);                            // at next_deadline(), or more often
//   if (session.wants_close()) ...                   // close; state() and error() say why
//
// The handler: on_login(const SessionName&, next), on_message(sequence, span), on_end_of_session(); where it has an
// on_unsequenced(span), that too. It must not call back into the session.
//
// Sequence numbers are not on the wire but at the login: both ends count. So there is no jump within a connection; one
// between connections is told by on_login, whose `next` is then not the next one, and counted.
//
// Threads: one. Memory is taken at construction. No socket, no clock.
// Not here: connecting and when to try again (sources/reconnect_backoff.hpp), the server's end (server_session.hpp).
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

namespace tickplant::feedhandlers::soupbintcp {

struct ClientOptions {
  Username username{};
  Password password{};
  SessionName session{};       // blank: whichever is current
  std::uint64_t sequence = 1;  // of the first message wanted; 0: the newest
  LinkTimes times{};
  std::size_t max_payload_bytes = kMaxPayloadBytes;  // a longer message is impossible
};

enum class ClientState : std::uint8_t {
  disconnected,
  logging_in,   /// login request said, no answer yet
  live,         /// logged in
  logging_out,  /// logout said; what was under way still counts
  ended,        /// end of session: nothing more will come, in no connection
  rejected,     /// reject_reason() says why
  dead,         /// error() says why
};

struct ClientCounters {
  std::uint64_t messages = 0;           // handed on
  std::uint64_t repeated_messages = 0;  // sent again by a server that went back, dropped
  std::uint64_t missed_messages = 0;    // skipped by a server that went on further than asked
  std::uint64_t unsequenced = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t debug_packets = 0;
  std::uint64_t logins = 0;
  std::uint64_t rejects = 0;
  std::array<std::uint64_t, kLinkErrorCount> errors{};  // by LinkError: connections that ended so
};

class ClientSession {
 public:
  /// Unsequenced messages of the client that wait at one time share so many bytes with login and heartbeats.
  static constexpr std::size_t kOutputBytes = 4096;
  /// No login is believed that leaves no room to count on.
  static constexpr std::uint64_t kMaxSequence = std::uint64_t{1} << 63;

  explicit ClientSession(const ClientOptions& options)
      : options_(options),
        reader_(std::max(options.max_payload_bytes, kLoginAcceptedBytes)),
        outbox_(kOutputBytes),
        clock_(options.times),
        session_(options.session),
        next_(options.sequence) {}

  /// Bytes and output of the connection before are forgotten; the session and the next sequence are not.
  void on_connected(UnixNanos now) noexcept {
    reader_.reset();
    outbox_.clear();
    clock_.start(now);
    error_ = LinkError::none;
    state_ = ClientState::logging_in;
    outbox_.add(PacketType::login_request, encode(LoginRequest{options_.username, options_.password, session_, next_}));
  }

  /// The connection is gone. How the session ended stays to be asked.
  void on_disconnected() noexcept {
    if (is_up()) state_ = ClientState::disconnected;
  }

  template <typename Handler>
  void on_bytes(std::span<const std::byte> bytes, UnixNanos now, Handler&& handler) noexcept {
    if (!is_up() || bytes.empty()) return;
    clock_.heard(now);
    const ReadOutcome outcome =
        reader_.read(bytes, [&](PacketType type, std::span<const std::byte> payload) noexcept -> Reading {
          on_packet(type, payload, handler);
          return is_up() ? Reading::goes_on : Reading::stops;
        });
    if (outcome == ReadOutcome::impossible_length) die(LinkError::impossible_length);
  }

  void on_time(UnixNanos now) noexcept {
    if (!is_up()) return;
    if (now >= clock_.silent_at()) return die(LinkError::silent_peer);
    if (state_ == ClientState::logging_in && now >= clock_.late_at()) return die(LinkError::late_login);
    if (now < clock_.heartbeat_at()) return;
    if (outbox_.empty()) outbox_.add(PacketType::client_heartbeat);  // else what waits tells as much
    clock_.said(now);
  }

  /// An unsequenced message to the server; lost if the connection is. False where there is no login or no room.
  bool send_unsequenced(std::span<const std::byte> message, UnixNanos now) noexcept {
    if (state_ != ClientState::live || !outbox_.add(PacketType::unsequenced, message)) return false;
    clock_.said(now);
    return true;
  }

  /// Asks the server to close. False where there is no login or no room.
  bool logout(UnixNanos now) noexcept {
    if (state_ != ClientState::live || !outbox_.add(PacketType::logout)) return false;
    clock_.said(now);
    state_ = ClientState::logging_out;
    return true;
  }

  /// The next login asks for this instead of going on: another day, a snapshot from its start.
  void start_over(const SessionName& session, std::uint64_t sequence) noexcept {
    session_ = session;
    next_ = sequence;
  }

  /// Bytes to write, valid until the next take_output() or on_connected().
  [[nodiscard]] std::span<const std::byte> take_output() noexcept { return outbox_.take(); }

  /// When on_time() has something to do; kNoDeadline without a connection.
  [[nodiscard]] UnixNanos next_deadline() const noexcept {
    if (!is_up()) return kNoDeadline;
    const UnixNanos soonest = std::min(clock_.heartbeat_at(), clock_.silent_at());
    return state_ == ClientState::logging_in ? std::min(soonest, clock_.late_at()) : soonest;
  }

  [[nodiscard]] ClientState state() const noexcept { return state_; }
  /// Nothing more is read from this connection.
  [[nodiscard]] bool wants_close() const noexcept { return !is_up() && state_ != ClientState::disconnected; }
  [[nodiscard]] LinkError error() const noexcept { return error_; }
  /// Of the newest reject; the server's own letter.
  [[nodiscard]] RejectReason reject_reason() const noexcept { return reject_reason_; }
  /// The session that was logged in to, or will be asked for.
  [[nodiscard]] const SessionName& session() const noexcept { return session_; }
  /// The next message that will be handed on; 0: the newest, not known yet.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }
  [[nodiscard]] const ClientCounters& counters() const noexcept { return counters_; }

 private:
  [[nodiscard]] bool is_up() const noexcept { return state_ == ClientState::logging_in || is_logged_in(); }
  [[nodiscard]] bool is_logged_in() const noexcept {
    return state_ == ClientState::live || state_ == ClientState::logging_out;
  }

  void die(LinkError error) noexcept {
    state_ = ClientState::dead;
    error_ = error;
    ++counters_.errors[static_cast<std::size_t>(error)];
  }

  template <typename Handler>
  void on_packet(PacketType type, std::span<const std::byte> payload, Handler& handler) noexcept {
    switch (type) {
      case PacketType::sequenced:
        if (!is_logged_in()) return die(LinkError::wrong_type);
        return on_sequenced(payload, handler);
      case PacketType::server_heartbeat:
        if (!payload.empty()) return die(LinkError::impossible_length);
        ++counters_.heartbeats;
        return;
      case PacketType::debug: ++counters_.debug_packets; return;
      case PacketType::unsequenced:
        if (!is_logged_in()) return die(LinkError::wrong_type);
        ++counters_.unsequenced;
        if constexpr (requires { handler.on_unsequenced(payload); }) handler.on_unsequenced(payload);
        return;
      case PacketType::login_accepted:
        if (state_ != ClientState::logging_in) return die(LinkError::wrong_type);
        return on_accepted(payload, handler);
      case PacketType::login_rejected:
        if (state_ != ClientState::logging_in) return die(LinkError::wrong_type);
        if (payload.size() != 1) return die(LinkError::impossible_length);
        ++counters_.rejects;
        reject_reason_ = static_cast<RejectReason>(payload.front());
        state_ = ClientState::rejected;
        return;
      case PacketType::end_of_session:
        if (!is_logged_in()) return die(LinkError::wrong_type);
        if (!payload.empty()) return die(LinkError::impossible_length);
        state_ = ClientState::ended;
        handler.on_end_of_session();
        return;
      case PacketType::login_request:
      case PacketType::client_heartbeat:
      case PacketType::logout: break;  // a client's
    }
    die(LinkError::wrong_type);
  }

  template <typename Handler>
  void on_accepted(std::span<const std::byte> payload, Handler& handler) noexcept {
    if (payload.size() != kLoginAcceptedBytes) return die(LinkError::impossible_length);
    const auto accepted = parse_login_accepted(payload);
    if (!accepted || accepted->sequence == 0 || accepted->sequence >= kMaxSequence) return die(LinkError::bad_login);
    if (!session_.is_blank() && accepted->session != session_) return die(LinkError::wrong_session);
    if (next_ != 0 && accepted->sequence > next_) counters_.missed_messages += accepted->sequence - next_;
    arriving_ = accepted->sequence;
    next_ = std::max(next_, arriving_);
    session_ = accepted->session;
    state_ = ClientState::live;
    ++counters_.logins;
    handler.on_login(session_, next_);
  }

  template <typename Handler>
  void on_sequenced(std::span<const std::byte> message, Handler& handler) noexcept {
    const std::uint64_t sequence = arriving_++;
    if (sequence < next_) {
      ++counters_.repeated_messages;
      return;
    }
    ++next_;
    ++counters_.messages;
    handler.on_message(sequence, message);
  }

  ClientOptions options_;
  PacketReader reader_;
  Outbox outbox_;
  LinkClock clock_;
  ClientState state_ = ClientState::disconnected;
  LinkError error_ = LinkError::none;
  RejectReason reject_reason_{};
  SessionName session_;
  std::uint64_t next_;          // to hand on
  std::uint64_t arriving_ = 0;  // of the next sequenced packet of this connection
  ClientCounters counters_;
};

}  // namespace tickplant::feedhandlers::soupbintcp
