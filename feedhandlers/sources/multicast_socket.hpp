// Opens the sockets of a live feed: a member of a multicast group, and the one that talks to the re-request server.
//
// A group's socket is bound to group and port, so that it gets nothing else; other programs may listen to the same. The
// kernel stamps each datagram (SO_TIMESTAMPNS; SO_TIMESTAMPING where the card stamps, too) and says how many it dropped
// (SO_RXQ_OVFL). On wish it hands over what came together as one (UDP_GRO).
//
// Threads: any; at set-up.
// Not here: receiving (udp_multicast_source.hpp), sending to a group (venue/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "feedhandlers/sources/receive_options.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::sources {

struct OpenSocket {
  platform::UniqueFd fd;
  std::uint32_t address = 0;  // of the group or the server; IPv4, host order
  std::uint16_t port = 0;
  std::string interface;          // its name; empty: the kernel's route decided
  std::size_t buffer_bytes = 0;   // as granted
  std::int64_t busy_poll_ns = 0;  // as granted
  bool has_card_stamps = false;   // beside the kernel's
  bool has_offload = false;       // what came together may come as one
};

/// Joins the group of `line`. `name` ("line A") is for messages, `notes` gets one line for each thing that is not as it
/// was asked for but works. Throws SetupError, with a remedy, when the group cannot be joined.
[[nodiscard]] OpenSocket open_multicast_socket(const config::LineConfig& line, const std::string& name,
                                               std::size_t buffer_bytes, const ReceiveOptions& options,
                                               std::vector<std::string>& notes);

/// Of a socket that open_multicast_socket() made. False: the kernel refuses. What is so already stays so.
enum class Membership { join, leave };
[[nodiscard]] bool change_membership(const OpenSocket& socket, Membership change) noexcept;

/// A socket that sends to `server` and hears nobody else. Throws SetupError when there is no way to it.
[[nodiscard]] OpenSocket open_rerequest_socket(const config::RerequestConfig& server, std::size_t buffer_bytes,
                                               std::vector<std::string>& notes);

}  // namespace tickplant::feedhandlers::sources
