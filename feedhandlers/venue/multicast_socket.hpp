// Opens the sending end of a multicast line.
//
// Threads: any. Not here: what is sent and when (line_sender.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

struct LineAddress {
  std::string group;  // IPv4
  std::uint16_t port = 0;
  std::string interface = "auto";  // its name, its IPv4 address, or auto: the kernel's route decides
};

/// "239.192.1.1:26400 on lo".
[[nodiscard]] std::string to_string(const LineAddress& address);

/// A UDP socket connected to the group, its own packets looped back to receivers on this host, and a send buffer of
/// 4 MiB where the kernel grants it. `ttl`: how many routers a packet passes, 0 to 255; 0 and 1 stay in this network.
/// Throws SetupError: not a multicast group, no such interface, no route to the group.
[[nodiscard]] platform::UniqueFd open_multicast_sender(const LineAddress& address, int ttl);

}  // namespace tickplant::feedhandlers::venue
