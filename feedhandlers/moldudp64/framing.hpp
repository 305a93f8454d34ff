// MoldUDP64 1.0 downstream packets: header, then message blocks. All integers big-endian.
//
//   0   session          10  ASCII, padded with spaces
//   10  sequence number   8  of the first message; the others follow; a heartbeat names the next expected
//   18  message count     2  0: heartbeat, 0xffff: end of session
//   20  blocks               length u16, then as many bytes; length 0 is legal and uses up a sequence number
//
// Source: NASDAQ MoldUDP64 1.0 specification.
//
// A damaged datagram gives all messages before the damage, and says what is wrong. `parse` first walks the lengths, so
// that a sequence tracker hears of the messages that are there, not of those the header claims.
//
// Threads: any; pure functions. Not here: gaps and duplicates (sequencing/), requests for retransmission.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sequencing/sequence_range.hpp"
#include "feedhandlers/sequencing/session_id.hpp"

namespace tickplant::feedhandlers::moldudp64 {

inline constexpr std::size_t kSessionBytes = 10;
inline constexpr std::size_t kHeaderBytes = 20;
inline constexpr std::uint16_t kHeartbeatCount = 0;
inline constexpr std::uint16_t kEndOfSessionCount = 0xffff;

enum class PacketKind : std::uint8_t { messages, heartbeat, end_of_session };

enum class Damage : std::uint8_t {
  none,
  short_header,    /// fewer than 20 bytes: nothing else in the datagram is filled in
  missing_blocks,  /// the datagram ends after fewer blocks than the header counts
  block_overrun,   /// a block is longer than what is left, or half a length is left
  trailing_bytes,  /// bytes after the last block counted; all messages are there
  sequence_wrap,   /// the sequence numbers would pass 2^64; no message is delivered
};

struct Datagram {
  Damage damage = Damage::short_header;
  PacketKind kind = PacketKind::heartbeat;
  sequencing::SessionId session;
  sequencing::SequenceRange range;    /// of the intact messages; empty for heartbeat and end of session
  std::span<const std::byte> blocks;  /// exactly those messages, each behind its length
};

/// Reads the header and measures the blocks.
[[nodiscard]] inline Datagram parse(std::span<const std::byte> bytes) noexcept {
  Datagram datagram;
  if (bytes.size() < kHeaderBytes) return datagram;
  datagram.damage = Damage::none;
  datagram.session = sequencing::SessionId::from_bytes(bytes.first<kSessionBytes>());
  const auto sequence = load_big<std::uint64_t>(bytes.data() + 10);
  const auto claimed = load_big<std::uint16_t>(bytes.data() + 18);
  if (claimed == kEndOfSessionCount)
    datagram.kind = PacketKind::end_of_session;
  else
    datagram.kind = claimed == kHeartbeatCount ? PacketKind::heartbeat : PacketKind::messages;
  const std::uint16_t wanted = datagram.kind == PacketKind::messages ? claimed : 0;
  datagram.range = {sequence, sequence};
  if (sequence > std::numeric_limits<std::uint64_t>::max() - wanted) {
    datagram.damage = Damage::sequence_wrap;
    return datagram;
  }

  const auto all = bytes.subspan(kHeaderBytes);
  std::size_t at = 0;
  std::uint16_t intact = 0;
  for (; intact < wanted; ++intact) {
    if (at == all.size()) {
      datagram.damage = Damage::missing_blocks;
      break;
    }
    if (all.size() - at < 2) {
      datagram.damage = Damage::block_overrun;
      break;
    }
    const std::size_t block_bytes = std::size_t{2} + load_big<std::uint16_t>(all.data() + at);
    if (block_bytes > all.size() - at) {
      datagram.damage = Damage::block_overrun;
      break;
    }
    at += block_bytes;
  }
  if (intact == wanted && at < all.size()) datagram.damage = Damage::trailing_bytes;
  datagram.range.end = sequence + intact;
  datagram.blocks = all.first(at);
  return datagram;
}

/// The same without its messages before `first`.
[[nodiscard]] inline Datagram from_sequence(Datagram datagram, std::uint64_t first) noexcept {
  while (datagram.range.begin < first && !datagram.range.empty()) {
    datagram.blocks = datagram.blocks.subspan(std::size_t{2} + load_big<std::uint16_t>(datagram.blocks.data()));
    ++datagram.range.begin;
  }
  return datagram;
}

/// Calls `on_message(sequence, bytes)` for each message of `datagram` whose sequence lies in `wanted`, in order.
template <typename OnMessage>
void for_each_message(const Datagram& datagram, sequencing::SequenceRange wanted, OnMessage&& on_message) noexcept {
  auto rest = datagram.blocks;
  for (auto sequence = datagram.range.begin; sequence < datagram.range.end && sequence < wanted.end; ++sequence) {
    const std::size_t length = load_big<std::uint16_t>(rest.data());
    if (sequence >= wanted.begin) on_message(sequence, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
}

/// The same for all of its messages.
template <typename OnMessage>
void for_each_message(const Datagram& datagram, OnMessage&& on_message) noexcept {
  for_each_message(datagram, datagram.range, on_message);
}

/// All of this as one type, for what works with any framing (sequencing/reorder_buffer.hpp).
struct Framing {
  using Datagram = moldudp64::Datagram;
  [[nodiscard]] static Datagram parse(std::span<const std::byte> bytes) noexcept { return moldudp64::parse(bytes); }
  [[nodiscard]] static Datagram from_sequence(const Datagram& datagram, std::uint64_t first) noexcept {
    return moldudp64::from_sequence(datagram, first);
  }
  [[nodiscard]] static bool wraps(const Datagram& datagram) noexcept {
    return datagram.damage == Damage::sequence_wrap;
  }
};

}  // namespace tickplant::feedhandlers::moldudp64
