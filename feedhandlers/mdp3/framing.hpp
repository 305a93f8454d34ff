// CME MDP 3.0 packets: header, then messages, each an SBE header and its block. All integers little-endian.
//
//   packet    0  sequence number   4  of the packet, in its channel
//             4  sending time      8  ns since 1970 UTC, the same on both lines
//            12  messages
//   message   0  size              2  counts itself, the SBE header and all that follows
//             2  block length      2  of the root block; groups come behind it
//             4  template id       2
//             6  schema id         2  1
//             8  version           2  of the schema
//            10  root block
//
// Seen in captures of schema version 9. A damaged packet gives all messages before the damage, and says what is wrong.
//
// Threads: any; pure functions. Not here: what the blocks hold (messages.hpp), gaps and duplicates (mdp3_feed.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/byte_order.hpp"

namespace tickplant::feedhandlers::mdp3 {

inline constexpr std::size_t kPacketHeaderBytes = 12;
inline constexpr std::size_t kMessageHeaderBytes = 10;
inline constexpr std::uint16_t kSchemaId = 1;

enum class Damage : std::uint8_t {
  none,
  short_header,      // fewer than 12 bytes: nothing else is filled in
  short_message,     // bytes are left, but fewer than a message header has
  message_underrun,  // a message claims to be shorter than its own header
  message_overrun,   // a message claims more bytes than are left
};
inline constexpr std::size_t kDamageCount = 5;

struct Datagram {
  Damage damage = Damage::short_header;
  std::uint32_t sequence = 0;
  std::uint64_t sending_time = 0;
  std::uint32_t message_count = 0;      // intact ones
  std::span<const std::byte> messages;  // exactly those
};

/// One message with its headers read; `body` is the root block and the groups behind it.
struct Message {
  std::uint16_t block_length = 0;
  std::uint16_t template_id = 0;
  std::uint16_t schema_id = 0;
  std::uint16_t version = 0;
  std::span<const std::byte> body;
};

/// Reads the packet header and measures the messages.
[[nodiscard]] inline Datagram parse_packet(std::span<const std::byte> bytes) noexcept {
  Datagram datagram;
  if (bytes.size() < kPacketHeaderBytes) return datagram;
  datagram.damage = Damage::none;
  datagram.sequence = load_little<std::uint32_t>(bytes.data());
  datagram.sending_time = load_little<std::uint64_t>(bytes.data() + 4);

  const auto all = bytes.subspan(kPacketHeaderBytes);
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t left = all.size() - at;
    if (left < kMessageHeaderBytes) {
      datagram.damage = Damage::short_message;
      break;
    }
    const std::size_t size = load_little<std::uint16_t>(all.data() + at);
    if (size < kMessageHeaderBytes || size > left) {
      datagram.damage = size > left ? Damage::message_overrun : Damage::message_underrun;
      break;
    }
    at += size;
    ++datagram.message_count;
  }
  datagram.messages = all.first(at);
  return datagram;
}

/// Calls `on_message(Message)` for each intact message, in order.
template <class OnMessage>
void for_each_message(const Datagram& datagram, OnMessage&& on_message) noexcept {
  auto rest = datagram.messages;
  for (std::uint32_t i = 0; i < datagram.message_count; ++i) {
    const std::byte* const header = rest.data();
    const std::size_t size = load_little<std::uint16_t>(header);
    on_message(Message{load_little<std::uint16_t>(header + 2), load_little<std::uint16_t>(header + 4),
                       load_little<std::uint16_t>(header + 6), load_little<std::uint16_t>(header + 8),
                       rest.subspan(kMessageHeaderBytes, size - kMessageHeaderBytes)});
    rest = rest.subspan(size);
  }
}

}  // namespace tickplant::feedhandlers::mdp3
