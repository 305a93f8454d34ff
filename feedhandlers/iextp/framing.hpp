// IEX-TP 1 segments as they come by UDP: header, then message blocks. All integers little-endian.
//
//   0   version               1  1
//   1   reserved              1
//   2   message protocol      2  0x8003 TOPS, 0x8004 DEEP
//   4   channel               4
//   8   session               4  another value: another session, sequences start at 1
//   12  payload length        2  bytes behind the header
//   14  message count         2  0: heartbeat
//   16  stream offset         8  of the first payload byte within the session
//   24  first sequence        8  of the first message; the others follow; a heartbeat names the next expected
//   32  send time             8  ns since 1970 UTC
//   40  blocks                   length u16, then as many bytes; length 0 is legal and uses up a sequence number
//
// Source: IEX-TP (transport) specification, version 1.
//
// A damaged segment gives all messages before the damage, and says what is wrong. `parse` first walks the lengths, so
// that a sequence tracker hears of the messages that are there, not of those the header claims.
//
// Threads: any; pure functions. Not here: gaps and duplicates (sequencing/), gap fill and its requests.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sequencing/sequence_range.hpp"
#include "feedhandlers/sequencing/session_id.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::iextp {

inline constexpr std::size_t kHeaderBytes = 40;
inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kSessionTextBytes = 10;

/// What the messages inside are.
enum class MessageProtocol : std::uint16_t { none = 0, tops = 0x8003, deep = 0x8004, deep_plus = 0x8005 };

enum class PacketKind : std::uint8_t { messages, heartbeat };

enum class Damage : std::uint8_t {
  none,
  short_header,     /// fewer than 40 bytes: nothing else in the datagram is filled in
  unknown_version,  /// not version 1: likewise
  cut_payload,      /// fewer bytes than the header says; its whole messages are there
  missing_blocks,   /// the payload ends after fewer blocks than the header counts
  block_overrun,    /// a block is longer than what is left, or half a length is left
  trailing_bytes,   /// bytes after the last block counted, or behind the payload; all messages are there
  sequence_wrap,    /// the sequence numbers would pass 2^64; no message is delivered
};

struct Datagram {
  Damage damage = Damage::short_header;
  PacketKind kind = PacketKind::heartbeat;
  MessageProtocol protocol = MessageProtocol::none;  /// as on the wire, known to us or not
  std::uint32_t channel = 0;
  std::uint32_t session_number = 0;
  sequencing::SessionId session;      /// of both, see session_id()
  sequencing::SequenceRange range;    /// of the intact messages; empty for a heartbeat
  std::span<const std::byte> blocks;  /// exactly those messages, each behind its length
  std::uint64_t stream_offset = 0;    /// of the first of them
  platform::UnixNanos send_time{};

  /// Where the stream goes on behind the intact messages.
  [[nodiscard]] std::uint64_t next_stream_offset() const noexcept { return stream_offset + blocks.size(); }
};

/// A session is counted for each channel. Ten characters, so that records can carry them and people read them: the
/// session in eight hexadecimal digits, the low byte of the channel in two; what is left of the channel behind them.
[[nodiscard]] inline sequencing::SessionId session_id(std::uint32_t session, std::uint32_t channel) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::byte, sequencing::SessionId::kMaxBytes> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(kDigits[session >> (28 - 4 * i) & 0xf]);
  bytes[8] = static_cast<std::byte>(kDigits[channel >> 4 & 0xf]);
  bytes[9] = static_cast<std::byte>(kDigits[channel & 0xf]);
  for (std::size_t i = 0; i < 3; ++i) bytes[kSessionTextBytes + i] = static_cast<std::byte>(channel >> (8 + 8 * i));
  return sequencing::SessionId::from_bytes(std::span<const std::byte, bytes.size()>{bytes});
}

/// Reads the header and measures the blocks.
[[nodiscard]] inline Datagram parse(std::span<const std::byte> bytes) noexcept {
  Datagram datagram;
  if (bytes.size() < kHeaderBytes) return datagram;
  datagram.damage = Damage::unknown_version;
  if (std::to_integer<std::uint8_t>(bytes[0]) != kVersion) return datagram;
  datagram.damage = Damage::none;
  datagram.protocol = MessageProtocol{load_little<std::uint16_t>(bytes.data() + 2)};
  datagram.channel = load_little<std::uint32_t>(bytes.data() + 4);
  datagram.session_number = load_little<std::uint32_t>(bytes.data() + 8);
  datagram.session = session_id(datagram.session_number, datagram.channel);
  datagram.stream_offset = load_little<std::uint64_t>(bytes.data() + 16);
  datagram.send_time = {static_cast<std::int64_t>(load_little<std::uint64_t>(bytes.data() + 32))};
  const std::size_t payload_bytes = load_little<std::uint16_t>(bytes.data() + 12);
  const auto wanted = load_little<std::uint16_t>(bytes.data() + 14);
  const auto sequence = load_little<std::uint64_t>(bytes.data() + 24);
  datagram.kind = wanted == 0 ? PacketKind::heartbeat : PacketKind::messages;
  datagram.range = {sequence, sequence};
  if (sequence > std::numeric_limits<std::uint64_t>::max() - wanted) {
    datagram.damage = Damage::sequence_wrap;
    return datagram;
  }

  const auto behind_header = bytes.subspan(kHeaderBytes);
  const auto all = behind_header.first(std::min(payload_bytes, behind_header.size()));
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
    const std::size_t block_bytes = std::size_t{2} + load_little<std::uint16_t>(all.data() + at);
    if (block_bytes > all.size() - at) {
      datagram.damage = Damage::block_overrun;
      break;
    }
    at += block_bytes;
  }
  if (payload_bytes > behind_header.size()) {
    datagram.damage = Damage::cut_payload;
  } else if (intact == wanted && at < behind_header.size()) {
    datagram.damage = Damage::trailing_bytes;
  }
  datagram.range.end = sequence + intact;
  datagram.blocks = all.first(at);
  return datagram;
}

/// The same without its messages before `first`.
[[nodiscard]] inline Datagram from_sequence(Datagram datagram, std::uint64_t first) noexcept {
  while (datagram.range.begin < first && !datagram.range.empty()) {
    const std::size_t block_bytes = std::size_t{2} + load_little<std::uint16_t>(datagram.blocks.data());
    datagram.blocks = datagram.blocks.subspan(block_bytes);
    datagram.stream_offset += block_bytes;
    ++datagram.range.begin;
  }
  return datagram;
}

/// Calls `on_message(sequence, bytes)` for each message of `datagram` whose sequence lies in `wanted`, in order.
template <typename OnMessage>
void for_each_message(const Datagram& datagram, sequencing::SequenceRange wanted, OnMessage&& on_message) noexcept {
  auto rest = datagram.blocks;
  for (auto sequence = datagram.range.begin; sequence < datagram.range.end && sequence < wanted.end; ++sequence) {
    const std::size_t length = load_little<std::uint16_t>(rest.data());
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
  using Datagram = iextp::Datagram;
  [[nodiscard]] static Datagram parse(std::span<const std::byte> bytes) noexcept { return iextp::parse(bytes); }
  [[nodiscard]] static Datagram from_sequence(const Datagram& datagram, std::uint64_t first) noexcept {
    return iextp::from_sequence(datagram, first);
  }
  [[nodiscard]] static bool wraps(const Datagram& datagram) noexcept {
    return datagram.damage == Damage::sequence_wrap;
  }
};

}  // namespace tickplant::feedhandlers::iextp
