#include "feedhandlers/sources/frame_decoder.hpp"

#include <cstddef>
#include <span>

#include "feedhandlers/byte_order.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::size_t kUdpHeaderBytes = 8;
constexpr int kMaxVlanTags = 4;
constexpr int kMaxExtensionHeaders = 8;

struct Network {
  FrameContent problem = FrameContent::udp;  // udp: none so far
  std::uint16_t ether_type = 0;
  Bytes bytes{};
};

std::uint8_t octet(Bytes bytes, std::size_t at) noexcept { return std::to_integer<std::uint8_t>(bytes[at]); }

/// Too short for its header: cut off by the capture, or wrong by itself.
FrameContent too_short(const CapturedFrame& frame) noexcept {
  return frame.snapped ? FrameContent::snapped : FrameContent::bad_length;
}

bool is_vlan_tag(std::uint16_t ether_type) noexcept {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;  // 802.1Q, 802.1ad, its predecessor
}

/// `header_bytes` of link header with the EtherType at `type_at`, then any VLAN tags (2 bytes tag, 2 bytes next type).
Network after_ether_type(const CapturedFrame& frame, std::size_t header_bytes, std::size_t type_at) noexcept {
  Bytes rest = frame.bytes;
  if (rest.size() < header_bytes) return {.problem = too_short(frame)};
  auto ether_type = load_big<std::uint16_t>(rest.data() + type_at);
  rest = rest.subspan(header_bytes);
  for (int tags = 0; is_vlan_tag(ether_type); ++tags) {
    if (tags == kMaxVlanTags) return {.problem = FrameContent::not_ip};
    if (rest.size() < 4) return {.problem = too_short(frame)};
    ether_type = load_big<std::uint16_t>(rest.data() + 2);
    rest = rest.subspan(4);
  }
  return {.ether_type = ether_type, .bytes = rest};
}

/// No EtherType: the IP version is in the first four bits.
Network raw_ip(const CapturedFrame& frame, Bytes rest) noexcept {
  if (rest.empty()) return {.problem = too_short(frame)};
  const auto version = octet(rest, 0) >> 4;
  if (version == 4) return {.ether_type = kEtherIpv4, .bytes = rest};
  if (version == 6) return {.ether_type = kEtherIpv6, .bytes = rest};
  return {.problem = FrameContent::not_ip};
}

Network network_layer(const CapturedFrame& frame) noexcept {
  switch (frame.link_type) {
    case LinkType::ethernet: return after_ether_type(frame, 14, 12);
    case LinkType::linux_cooked: return after_ether_type(frame, 16, 14);
    case LinkType::linux_cooked_v2: return after_ether_type(frame, 20, 0);
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::raw_ip:
    case LinkType::ipv4:
    case LinkType::ipv6: return raw_ip(frame, frame.bytes);
    case LinkType::null_loopback:
    case LinkType::openbsd_loopback:
      // Four bytes of address family, in an unknown byte order and with system-dependent numbers; the IP version says
      // the same reliably.
      if (frame.bytes.size() < 4) return {.problem = too_short(frame)};
      return raw_ip(frame, frame.bytes.subspan(4));
  }
  return {.problem = FrameContent::unsupported_link};
}

FrameContent decode_udp(const CapturedFrame& frame, Bytes captured, std::size_t datagram_bytes,
                        Packet& packet) noexcept {
  if (datagram_bytes < kUdpHeaderBytes) return FrameContent::bad_length;
  if (captured.size() < kUdpHeaderBytes) return too_short(frame);
  const std::size_t udp_bytes = load_big<std::uint16_t>(captured.data() + 4);
  if (udp_bytes < kUdpHeaderBytes || udp_bytes > datagram_bytes) return FrameContent::bad_length;
  if (udp_bytes > captured.size()) return too_short(frame);
  packet.source_port = load_big<std::uint16_t>(captured.data());
  packet.destination_port = load_big<std::uint16_t>(captured.data() + 2);
  packet.payload = captured.subspan(kUdpHeaderBytes, udp_bytes - kUdpHeaderBytes);
  packet.ts_recv = frame.ts_recv;
  return FrameContent::udp;
}

FrameContent decode_ipv4(const CapturedFrame& frame, Bytes ip, Packet& packet) noexcept {
  if (ip.size() < 20) return too_short(frame);
  const std::size_t header_bytes = std::size_t{4} * (octet(ip, 0) & 0x0fU);
  const std::size_t total_bytes = load_big<std::uint16_t>(ip.data() + 2);
  if (octet(ip, 0) >> 4 != 4 || header_bytes < 20 || total_bytes < header_bytes) return FrameContent::bad_length;
  if ((load_big<std::uint16_t>(ip.data() + 6) & 0x3fffU) != 0) return FrameContent::fragment;  // offset or "more"
  if (octet(ip, 9) != kProtocolUdp) return FrameContent::not_udp;
  if (ip.size() < header_bytes) return too_short(frame);
  const auto content = decode_udp(frame, ip.subspan(header_bytes), total_bytes - header_bytes, packet);
  if (content == FrameContent::udp) {
    packet.source_address = load_big<std::uint32_t>(ip.data() + 12);
    packet.destination_address = load_big<std::uint32_t>(ip.data() + 16);
  }
  return content;
}

FrameContent decode_ipv6(const CapturedFrame& frame, Bytes ip, Packet& packet) noexcept {
  if (ip.size() < 40) return too_short(frame);
  if (octet(ip, 0) >> 4 != 6) return FrameContent::bad_length;
  std::size_t left = load_big<std::uint16_t>(ip.data() + 4);  // bytes after the fixed header
  auto next_header = octet(ip, 6);
  Bytes rest = ip.subspan(40);
  for (int skipped = 0; next_header != kProtocolUdp; ++skipped) {
    // Hop-by-hop, routing, destination options: next header, length in units of 8 bytes beyond the first 8.
    if (next_header == 44) return FrameContent::fragment;
    if ((next_header != 0 && next_header != 43 && next_header != 60) || skipped == kMaxExtensionHeaders)
      return FrameContent::not_udp;
    if (rest.size() < 8) return too_short(frame);
    const std::size_t extension_bytes = std::size_t{8} * (octet(rest, 1) + 1U);
    next_header = octet(rest, 0);
    if (extension_bytes > left) return FrameContent::bad_length;
    if (extension_bytes > rest.size()) return too_short(frame);
    left -= extension_bytes;
    rest = rest.subspan(extension_bytes);
  }
  const auto content = decode_udp(frame, rest, left, packet);
  if (content == FrameContent::udp) {
    packet.source_address = load_big<std::uint32_t>(ip.data() + 20);
    packet.destination_address = load_big<std::uint32_t>(ip.data() + 36);
  }
  return content;
}

}  // namespace

FrameContent decode_frame(const CapturedFrame& frame, Packet& packet) noexcept {
  const Network network = network_layer(frame);
  if (network.problem != FrameContent::udp) return network.problem;
  if (network.ether_type == kEtherIpv4) return decode_ipv4(frame, network.bytes, packet);
  if (network.ether_type == kEtherIpv6) return decode_ipv6(frame, network.bytes, packet);
  return FrameContent::not_ip;
}

}  // namespace tickplant::feedhandlers::sources
