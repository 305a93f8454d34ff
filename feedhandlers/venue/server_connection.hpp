// One client of the exchange's SoupBinTCP ports: the live messages from where it wants them, or a GLIMPSE spin of the
// moment of its login. Bytes and time in, bytes out.
//
//   ServerConnection connection(lines, Service::glimpse);
//   connection.on_connected(now);
//   connection.on_bytes(bytes, now);                                       // as they come
//   connection.on_time(now);                                               // at next_deadline(), or more often
//   while (!(bytes = connection.take_output(now)).empty()) write(bytes);   // after each of these, and when more was
//   said if (connection.wants_close()) ...
//
// Anybody may log in. A client of a session that is over is not carried into the next: its connection ends.
//
// Threads: one, that of the lines. Memory: about 200 KB, and a spin.
// Not here: sockets (tcp_server.hpp), the protocol (soupbintcp/server_session.hpp), the messages (served_messages.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "feedhandlers/soupbintcp/server_session.hpp"
#include "feedhandlers/venue/served_messages.hpp"
#include "feedhandlers/venue/simulated_lines.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

enum class Service : std::uint8_t {
  live,     // of lines that keep a history
  glimpse,  // of lines that keep what was told
};

class ServerConnection {
 public:
  /// `lines` outlive the connection.
  ServerConnection(const SimulatedLines& lines, Service service, const soupbintcp::LinkTimes& times = {})
      : lines_(lines),
        lines_session_(lines.counters().sessions),
        messages_(messages_of(lines, service)),
        session_({.session = soupbintcp::SessionName{to_string(lines.session())},
                  .times = times,
                  .max_payload_bytes = kMaxClientPayload},
                 *messages_) {}

  void on_connected(SinceStart now) noexcept { session_.on_connected(unix_of(now)); }
  void on_disconnected() noexcept { session_.on_disconnected(); }
  void on_bytes(std::span<const std::byte> bytes, SinceStart now) noexcept {
    if (!is_outlived()) session_.on_bytes(bytes, unix_of(now), LoginHandler{*messages_});
  }
  void on_time(SinceStart now) noexcept { session_.on_time(unix_of(now)); }
  /// As many messages as fit into 64 KiB. Valid until the next call.
  [[nodiscard]] std::span<const std::byte> take_output(SinceStart now) noexcept {
    return is_outlived() ? std::span<const std::byte>{} : session_.take_output(unix_of(now));
  }
  /// Once all is written. Then nothing more is read.
  [[nodiscard]] bool wants_close() const noexcept { return session_.wants_close() || is_outlived(); }
  [[nodiscard]] SinceStart next_deadline() const noexcept { return {session_.next_deadline().value}; }

  [[nodiscard]] const soupbintcp::ServerCounters& counters() const noexcept { return session_.counters(); }

 private:
  static constexpr std::size_t kMaxClientPayload = 1024;  // a client has nothing to say but its login

  struct LoginHandler {
    ServedMessages& messages;
    bool is_authorised(const soupbintcp::LoginRequest& /*request*/) {
      messages.on_login();
      return true;
    }
    void on_unsequenced(std::span<const std::byte> /*message*/) {}
  };

  static std::unique_ptr<ServedMessages> messages_of(const SimulatedLines& lines, Service service) {
    if (service == Service::glimpse) {
      TP_CHECK(lines.told() != nullptr);
      return std::make_unique<SpinMessages>(lines);
    }
    TP_CHECK(lines.history() != nullptr);
    return std::make_unique<LiveMessages>(*lines.history());
  }
  /// Sessions only compare times: any clock will do that is never set.
  static constexpr platform::UnixNanos unix_of(SinceStart time) noexcept { return platform::UnixNanos{time.nanos}; }
  [[nodiscard]] bool is_outlived() const noexcept { return lines_.counters().sessions != lines_session_; }

  const SimulatedLines& lines_;
  std::uint64_t lines_session_;
  std::unique_ptr<ServedMessages> messages_;
  soupbintcp::ServerSession session_;
};

}  // namespace tickplant::feedhandlers::venue
