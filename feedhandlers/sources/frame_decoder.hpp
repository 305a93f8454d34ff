// From a captured frame to the UDP payload in it: link layer, VLAN tags, IPv4 or IPv6, UDP.
//
// Lengths come from the IP and UDP headers, so Ethernet padding and frame check sequences fall off. Checksums are not
// looked at: the sending machine's card fills them in after a capture has seen the packet, and published captures blank
// them.
//
// Threads: any; a pure function.
// Not here: reassembly. A market data feed that fragments its datagrams does not exist; a fragment is counted.
#pragma once

#include <cstdint>

#include "feedhandlers/packet.hpp"
#include "feedhandlers/sources/captured_frame.hpp"

namespace tickplant::feedhandlers::sources {

enum class FrameContent : std::uint8_t {
  udp,               /// `packet` is filled in
  not_ip,            /// ARP, LLDP, ...
  not_udp,           /// TCP, IGMP, ...
  fragment,          /// part of a fragmented datagram
  bad_length,        /// a length that contradicts another one
  snapped,           /// UDP, but the capture kept only part of the payload
  unsupported_link,  /// a link type not named in LinkType
};

/// Sets payload, addresses, ports and time of `packet` if the answer is `udp`, else leaves it as it was.
[[nodiscard]] FrameContent decode_frame(const CapturedFrame& frame, Packet& packet) noexcept;

}  // namespace tickplant::feedhandlers::sources
