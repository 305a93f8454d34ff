// MoldUDP64 1.0 request packet: what a receiver sends to the re-request server, by unicast. All integers big-endian.
//
//   0   session          10  as in the packets on the lines
//   10  sequence number   8  of the first message wanted
//   18  message count     2  how many are wanted, from there on
//
// The answer is an ordinary downstream packet (framing.hpp) with as many of them as fit into one datagram: whoever
// wants the rest asks again. Source: NASDAQ MoldUDP64 1.0 specification.
//
// Threads: any; pure functions.
// Not here: when to ask and how often (sequencing/reorder_buffer.hpp), answering (venue/).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "feedhandlers/sequencing/session_id.hpp"

namespace tickplant::feedhandlers::moldudp64 {

inline constexpr std::size_t kRequestBytes = 20;

struct Request {
  sequencing::SessionId session;
  std::uint64_t first = 0;  // sequence, at least 1
  std::uint16_t count = 0;  // messages, at least 1

  friend bool operator==(const Request&, const Request&) = default;
};

[[nodiscard]] std::array<std::byte, kRequestBytes> encode(const Request& request) noexcept;

/// Nothing where the bytes are not a request: another size, no message wanted, sequence 0, or numbers past 2^64.
[[nodiscard]] std::optional<Request> parse_request(std::span<const std::byte> bytes) noexcept;

}  // namespace tickplant::feedhandlers::moldudp64
