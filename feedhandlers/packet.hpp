// One datagram as every source hands it over, live or from a capture: so that both run the same code.
//
// Threads: a value; its payload belongs to the source and is valid until the source's next call.
// Not here: what the bytes mean (moldudp64/, itch50/), which address is line A or B (configuration decides).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers {

/// Which way a packet came.
enum class Line : std::uint8_t {
  a,
  b,         /// the redundant copy
  recovery,  /// an answer of the re-request server
};
inline constexpr std::size_t kLineCount = 3;

struct Packet {
  std::span<const std::byte> payload;               /// what UDP carried, without padding
  platform::UnixNanos ts_recv = platform::kNoTime;  /// kNoTime where a capture has no time stamp
  std::uint32_t source_address = 0;                 /// IPv4, host order; of IPv6 the low 32 bits (RFC 3307: the group)
  std::uint32_t destination_address = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  Line line = Line::a;  /// set by whoever knows the configured addresses
};

}  // namespace tickplant::feedhandlers
