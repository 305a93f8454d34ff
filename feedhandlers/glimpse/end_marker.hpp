// The last message of a GLIMPSE 5.0 spin: from which sequence of the live feed on its messages are news.
//
//   0  message type      1  'G'
//   1  sequence number  20  ASCII digits, spaces on the left: of the next live message
//
// From general knowledge, not from a machine-readable source: this file is the one place that knows it. A capture that
// disagrees is right.
//
// Threads: any; pure functions. Not here: the messages before it (snapshot_reader.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "feedhandlers/soupbintcp/ascii_number.hpp"

namespace tickplant::feedhandlers::glimpse {

inline constexpr char kEndMarkerType = 'G';
inline constexpr std::size_t kEndMarkerBytes = 1 + soupbintcp::kNumberBytes;
static_assert(kEndMarkerBytes == 21);

/// Of that type, whatever else is wrong with it. No ITCH 5.0 message has it.
[[nodiscard]] inline bool is_end_marker(std::span<const std::byte> message) noexcept {
  return !message.empty() && static_cast<char>(message.front()) == kEndMarkerType;
}

/// Nothing where the size is wrong, or the sequence is no number or 0.
[[nodiscard]] inline std::optional<std::uint64_t> parse_end_marker(std::span<const std::byte> message) noexcept {
  if (!is_end_marker(message) || message.size() != kEndMarkerBytes) return std::nullopt;
  const auto sequence = soupbintcp::parse_number(message.subspan<1, soupbintcp::kNumberBytes>());
  return sequence == 0 ? std::nullopt : sequence;
}

[[nodiscard]] inline std::array<std::byte, kEndMarkerBytes> encode_end_marker(std::uint64_t sequence) noexcept {
  std::array<std::byte, kEndMarkerBytes> bytes{static_cast<std::byte>(kEndMarkerType)};
  soupbintcp::write_number(sequence, std::span(bytes).subspan<1, soupbintcp::kNumberBytes>());
  return bytes;
}

}  // namespace tickplant::feedhandlers::glimpse
