// SoupBinTCP 3.0 packets in a TCP byte stream. Lengths are big-endian.
//
//   0  packet length  2  of what follows: type and payload, so at least 1
//   2  packet type    1
//   3  payload           packet length - 1 bytes
//
// Source: NASDAQ SoupBinTCP 3.00 specification.
//
// The stream comes in pieces of any size. A packet that lies whole in a piece is handed on where it lies; one that is
// cut is put together in a buffer of one packet. A length that cannot be ends the reading: nobody knows where the next
// packet would start.
//
// Threads: one. Memory is taken at construction.
// Not here: what packets mean (client_session.hpp, server_session.hpp), their fields (login.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/byte_order.hpp"

namespace tickplant::feedhandlers::soupbintcp {

inline constexpr std::size_t kLengthBytes = 2;
inline constexpr std::size_t kHeaderBytes = 3;
inline constexpr std::size_t kMaxPayloadBytes = 65'534;

enum class PacketType : char {
  debug = '+',             // both ways
  unsequenced = 'U',       // both ways
  login_accepted = 'A',    // server to client
  login_rejected = 'J',    //
  sequenced = 'S',         //
  server_heartbeat = 'H',  //
  end_of_session = 'Z',    //
  login_request = 'L',     // client to server
  client_heartbeat = 'R',  //
  logout = 'O',            //
};

/// What the receiver of a packet says to the next one.
enum class Reading : std::uint8_t { goes_on, stops };

enum class ReadOutcome : std::uint8_t {
  all_read,           /// whole packets were handed on, the rest waits for more bytes
  stopped,            /// the receiver wants no more; bytes behind its last packet are dropped
  impossible_length,  /// 0, or more than the buffer was made for
};

class PacketReader {
 public:
  /// `max_payload_bytes`: a longer one is impossible; at most kMaxPayloadBytes.
  explicit PacketReader(std::size_t max_payload_bytes = kMaxPayloadBytes)
      : max_payload_(std::min(max_payload_bytes, kMaxPayloadBytes)), held_(kHeaderBytes + max_payload_) {}

  /// Calls `on_packet(PacketType, payload) -> Reading` for each packet that is complete now; the type may be any byte.
  /// Once the outcome is not all_read it stays what it is until reset().
  template <typename OnPacket>
  ReadOutcome read(std::span<const std::byte> bytes, OnPacket&& on_packet) noexcept {
    while (outcome_ == ReadOutcome::all_read && !bytes.empty()) {
      if (held_bytes_ == 0) {
        const std::size_t whole = whole_packet(bytes);
        if (outcome_ != ReadOutcome::all_read) break;
        if (whole != 0 && whole <= bytes.size()) [[likely]] {
          hand_on(bytes.first(whole), on_packet);
          bytes = bytes.subspan(whole);
          continue;
        }
      }
      if (held_bytes_ < kLengthBytes) hold(bytes, kLengthBytes);
      const std::size_t whole = whole_packet({held_.data(), held_bytes_});
      if (whole == 0 || outcome_ != ReadOutcome::all_read) break;
      hold(bytes, whole);
      if (held_bytes_ < whole) break;
      held_bytes_ = 0;
      hand_on({held_.data(), whole}, on_packet);
    }
    return outcome_;
  }

  /// Another stream begins: what was cut off is forgotten.
  void reset() noexcept {
    held_bytes_ = 0;
    outcome_ = ReadOutcome::all_read;
  }

  /// Bytes of a packet whose end has not come.
  [[nodiscard]] std::size_t held_bytes() const noexcept { return held_bytes_; }

 private:
  /// Size with its length field of the packet that starts here; 0 where even that is not known.
  [[nodiscard]] std::size_t whole_packet(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < kLengthBytes) return 0;
    const std::size_t length = load_big<std::uint16_t>(bytes.data());
    if (length == 0 || length > 1 + max_payload_) outcome_ = ReadOutcome::impossible_length;
    return kLengthBytes + length;
  }

  void hold(std::span<const std::byte>& bytes, std::size_t wanted) noexcept {
    const std::size_t count = std::min(wanted - held_bytes_, bytes.size());
    std::copy_n(bytes.data(), count, held_.data() + held_bytes_);
    held_bytes_ += count;
    bytes = bytes.subspan(count);
  }

  template <typename OnPacket>
  void hand_on(std::span<const std::byte> packet, OnPacket& on_packet) noexcept {
    const auto type = static_cast<PacketType>(packet[kLengthBytes]);
    if (on_packet(type, packet.subspan(kHeaderBytes)) == Reading::stops) outcome_ = ReadOutcome::stopped;
  }

  std::size_t max_payload_;
  std::vector<std::byte> held_;  // the start of a packet that was cut
  std::size_t held_bytes_ = 0;
  ReadOutcome outcome_ = ReadOutcome::all_read;
};

}  // namespace tickplant::feedhandlers::soupbintcp
