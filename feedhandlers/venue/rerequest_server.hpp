// Answers MoldUDP64 requests: a receiver that missed messages on both lines asks by unicast and gets them by unicast,
// as many of those it wants as fit into one packet. It asks again for the rest.
//
// What cannot be answered is counted and left alone, as the protocol has no word for "no".
//
// Threads: that of the sender: the server is asked to serve() between packets. A bounded number of requests a call, a
// few microseconds each, so that no flood of them holds up the lines.
// Not here: the request's bytes (moldudp64/request.hpp), which messages there are (message_history.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/sequencing/session_id.hpp"
#include "feedhandlers/venue/message_history.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

struct RerequestCounters {
  std::uint64_t answered = 0;         // requests
  std::uint64_t messages = 0;         // in the answers
  std::uint64_t unknown_session = 0;  // requests for another session
  std::uint64_t out_of_history = 0;   // requests for messages no longer or not yet there
  std::uint64_t malformed = 0;        // not requests
  std::uint64_t refused = 0;          // answers that the kernel refused
};

class RerequestServer {
 public:
  static constexpr int kMostPerCall = 8;

  /// Binds to `address` (IPv4, one of this host) and `port` (0: any free one). `packet_bytes`: the largest answer.
  /// Throws SetupError: bad address, port in use.
  RerequestServer(const std::string& address, std::uint16_t port, const SessionName& session, std::size_t packet_bytes);

  /// Answers requests that are there, kMostPerCall at most. Never waits.
  void serve(const MessageHistory& history) noexcept;

  /// Becomes readable when there is a request.
  [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const RerequestCounters& counters() const noexcept { return counters_; }

 private:
  [[nodiscard]] std::size_t answer(std::span<const std::byte> request, const MessageHistory& history) noexcept;

  SessionName session_;
  std::vector<std::byte> packet_;
  platform::UniqueFd socket_;
  std::uint16_t port_ = 0;
  RerequestCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
