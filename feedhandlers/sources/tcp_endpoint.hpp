// Where a TCP server is: IPv4 address and port. A name becomes an address here, once, before data flows: a look-up may
// wait for seconds.
//
// Threads: any; at set-up.
// Not here: connecting (tcp_connection.hpp).
#pragma once

#include <cstdint>
#include <string>

namespace tickplant::feedhandlers::sources {

struct TcpEndpoint {
  std::uint32_t address = 0;  // IPv4, host order
  std::uint16_t port = 0;
  friend bool operator==(const TcpEndpoint&, const TcpEndpoint&) = default;
};

/// `host`: 10.1.2.3 or a name. `name` ("snapshot server") is for messages. Throws SetupError, with a remedy, when there
/// is no such host.
[[nodiscard]] TcpEndpoint resolve_endpoint(const std::string& host, std::uint16_t port, const std::string& name);

/// "10.1.2.3:18000".
[[nodiscard]] std::string as_text(TcpEndpoint endpoint);

}  // namespace tickplant::feedhandlers::sources
