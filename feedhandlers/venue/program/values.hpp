// How values are written on the command line of tickplant-venue. Each function reads one and throws SetupError, naming
// the option, when it is not possible.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "feedhandlers/venue/burst_loss.hpp"
#include "feedhandlers/venue/multicast_socket.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/rerequest_responder.hpp"

namespace tickplant::feedhandlers::venue::program {

/// "300us", "2s", "10m", "1h".
[[nodiscard]] std::int64_t nanos_of(const std::string& option, const std::string& text, std::int64_t max_nanos);

/// "64MiB".
[[nodiscard]] std::uint64_t bytes_of(const std::string& option, const std::string& text, std::uint64_t min_bytes,
                                     std::uint64_t max_bytes);

/// "1", "0.5", "1%": 0 to 100.
[[nodiscard]] double percent_of(const std::string& option, const std::string& text);

/// "2000", "50k", "1.5M": above 0.
[[nodiscard]] double positive_of(const std::string& option, const std::string& text);

/// "0.1/50": of packets with which a loss begins, and of how many.
[[nodiscard]] BurstLossOptions burst_loss_of(const std::string& text);
/// "wrong-range", "silent/20".
[[nodiscard]] RerequestFaultOptions rerequest_fault_of(const std::string& text);
/// "wrong-range".
[[nodiscard]] std::string fault_name(RerequestFault fault);

/// "max", or messages a second.
[[nodiscard]] PaceOptions rate_of(const std::string& text);
/// "max", or a factor.
[[nodiscard]] PaceOptions speed_of(const std::string& text);
/// "500/10ms": so many messages at once, then nothing until the time is over.
[[nodiscard]] PaceOptions burst_of(const std::string& text);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
/// "127.0.0.1:26499", or none.
[[nodiscard]] std::optional<HostPort> host_port_of(const std::string& option, const std::string& text);

/// "239.192.1.1:26400" or "239.192.1.1:26400:eth0", or none. `interface` where the text names none.
[[nodiscard]] std::optional<LineAddress> line_of(const std::string& option, const std::string& text,
                                                 const std::string& interface);

}  // namespace tickplant::feedhandlers::venue::program
