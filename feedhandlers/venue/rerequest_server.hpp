// The socket at which re-requests are answered, by unicast.
//
// Threads: that of the sender: the server is asked to serve() between packets. A bounded number of requests a call, a
// few microseconds each, so that no flood of them holds up the lines.
// Not here: what is answered (rerequest_responder.hpp).
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "feedhandlers/venue/rerequest_responder.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

class RerequestServer {
 public:
  static constexpr int kMostPerCall = 8;
  static constexpr std::size_t kMostWaiting = 1024;  // answers that are late on purpose; more are dropped

  /// Binds to `address` (IPv4, one of this host) and `port` (0: any free one). Throws SetupError: bad address, port in
  /// use.
  RerequestServer(const std::string& address, std::uint16_t port, RerequestResponder responder);

  /// Answers requests that are there, kMostPerCall at most. Never waits.
  void serve(const MessageHistory& history, SinceStart now) noexcept;
  /// Sends late answers that are due.
  void send_due(SinceStart now) noexcept;
  /// When send_due() has work; kNever for none.
  [[nodiscard]] SinceStart next_due() const noexcept { return waiting_.empty() ? kNever : waiting_.front().due; }

  void begin_session(const SessionName& session) noexcept { responder_.begin_session(session); }

  /// Becomes readable when there is a request.
  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const RerequestCounters& counters() const noexcept { return responder_.counters(); }

 private:
  struct Waiting {
    SinceStart due;
    sockaddr_in to;
    std::vector<std::byte> packet;
  };
  void send(std::span<const std::byte> packet, const sockaddr_in& to) noexcept;

  RerequestResponder responder_;
  platform::UniqueFd socket_;
  std::uint16_t port_ = 0;
  std::deque<Waiting> waiting_;  // all wait equally long: first in, first out
};

}  // namespace tickplant::feedhandlers::venue
