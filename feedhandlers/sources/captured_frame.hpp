// One frame of a capture file, before anybody asked what is in it.
//
// Threads: a value; its bytes belong to the reader and are valid until the reader's next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {

/// What a frame starts with. Numbers as registered at https://www.tcpdump.org/linktypes.html; others pass through.
enum class LinkType : std::uint16_t {
  null_loopback = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw_openbsd = 14,
  raw_ip = 101,
  openbsd_loopback = 108,
  linux_cooked = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_cooked_v2 = 276,
};

/// In IPv4 and IPv6 headers.
inline constexpr std::uint8_t kProtocolUdp = 17;

struct CapturedFrame {
  std::span<const std::byte> bytes;
  platform::UnixNanos ts_recv = platform::kNoTime;
  LinkType link_type = LinkType::ethernet;
  bool snapped = false;  /// the capture kept only the first part of the frame
};

/// Frames above this are taken for damage: the largest snapshot length that capture programs use.
inline constexpr std::uint32_t kMaxFrameBytes = 262'144;

}  // namespace tickplant::feedhandlers::sources
