// One SoupBinTCP connection over TCP: connects when told, logs in, hands on what comes, and says why it ended. It never
// tries again by itself.
//
// The handler: on_login(const SessionName&, next), on_message(sequence, span, ts_recv), on_end_of_session(); where it
// has an on_unsequenced(span), that too. It must not call back into the link.
//
// Threads: built by the set-up thread; the rest belongs to one. Memory is taken at construction.
// Not here: when to try again and what to ask for (soupbintcp_source.hpp, glimpse_source.hpp), the socket
// (tcp_connection.hpp), the protocol (soupbintcp/client_session.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/sources/tcp_connection.hpp"

namespace tickplant::feedhandlers::sources {

enum class DownCause : std::uint8_t {
  none,        /// never up, up, or closed by us
  connection,  /// tcp_error: it was not to be had, or broke
  protocol,    /// link_error: silence, no login, packets that make no sense
  rejected,    /// reject_reason: the login was refused
  ended,       /// the server said the end of the session
};

/// Why a link is down.
struct DownReason {
  DownCause cause = DownCause::none;
  TcpError tcp_error = TcpError::none;
  int error_number = 0;  // errno with tcp_error, or 0
  soupbintcp::LinkError link_error = soupbintcp::LinkError::none;
  soupbintcp::RejectReason reject_reason{};
  friend bool operator==(const DownReason&, const DownReason&) = default;
};

/// "nobody listens there: Connection refused (errno 111)", "login rejected: not authorised (A)".
[[nodiscard]] std::string as_text(const DownReason& reason);
/// "; REASON, 3 failures in a row; again in 1.5 s": what a person is told of an end that waits for its next attempt.
[[nodiscard]] std::string retry_text(const std::string& reason, std::uint32_t failures_in_a_row,
                                     std::int64_t wait_nanos);

class SoupBinTcpLink {
 public:
  /// Throws SetupError when the kernel gives no descriptor.
  SoupBinTcpLink(const TcpOptions& tcp, const soupbintcp::ClientOptions& session) : tcp_(tcp), session_(session) {}

  /// Drops the connection there is, and starts another. It may be down again after this.
  void connect(platform::UnixNanos now) noexcept;

  /// Takes what has come, at most one receive of TcpOptions::read_bytes, and says what is to be said. Whether anything
  /// happened. One system call where nothing did, none without a connection; a second one while output waits.
  template <typename Handler>
  bool poll(platform::UnixNanos now, Handler&& handler) noexcept {
    if (is_down()) return false;
    if (tcp_.state() == TcpState::connecting && !has_connected(now)) return is_down();
    const TcpRead read = tcp_.receive();
    const Stamped<Handler> stamped{handler, read.ts_recv == platform::kNoTime ? now : read.ts_recv};
    session_.on_bytes(read.bytes, now, stamped);
    return settle(now) || !read.bytes.empty();
  }

  /// Says a logout where there is a login, as far as the kernel takes it at once, and closes.
  void close(platform::UnixNanos now) noexcept;

  /// The next connect() logs in to this; only while down.
  void start_over(const soupbintcp::SessionName& session, std::uint64_t sequence) noexcept {
    session_.start_over(session, sequence);
  }

  [[nodiscard]] bool is_down() const noexcept { return tcp_.state() == TcpState::closed; }
  [[nodiscard]] bool is_connecting() const noexcept { return tcp_.state() == TcpState::connecting; }
  /// Of the newest end.
  [[nodiscard]] const DownReason& down_reason() const noexcept { return down_reason_; }
  /// When poll() has something to do without bytes; soupbintcp::kNoDeadline while down.
  [[nodiscard]] platform::UnixNanos next_deadline() const noexcept {
    return is_connecting() ? tcp_.connect_deadline() : session_.next_deadline();
  }
  /// To be slept on; stays the same.
  [[nodiscard]] int descriptor() const noexcept { return tcp_.descriptor(); }
  [[nodiscard]] const soupbintcp::ClientSession& session() const noexcept { return session_; }
  [[nodiscard]] const TcpConnection& tcp() const noexcept { return tcp_; }

 private:
  /// What the session says, with the time at which it was received.
  template <typename Handler>
  struct Stamped {
    void on_login(const soupbintcp::SessionName& session, std::uint64_t next) const { to.on_login(session, next); }
    void on_message(std::uint64_t sequence, std::span<const std::byte> message) const {
      to.on_message(sequence, message, ts_recv);
    }
    void on_end_of_session() const { to.on_end_of_session(); }
    void on_unsequenced(std::span<const std::byte> message) const {
      if constexpr (requires { to.on_unsequenced(message); }) to.on_unsequenced(message);
    }

    Handler& to;
    platform::UnixNanos ts_recv;
  };

  [[nodiscard]] bool has_connected(platform::UnixNanos now) noexcept;
  /// Time-outs, output, and the end where one side made one. Whether it did.
  bool settle(platform::UnixNanos now) noexcept;
  void note_tcp_end() noexcept;
  [[nodiscard]] DownReason reason_of_session() const noexcept;

  TcpConnection tcp_;
  soupbintcp::ClientSession session_;
  DownReason down_reason_;
};

}  // namespace tickplant::feedhandlers::sources
