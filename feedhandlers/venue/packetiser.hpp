// Puts messages into MoldUDP64 downstream packets: header, block after block until the payload is full, next packet.
//
//   if (!packetiser.has_room(message.size())) send(packetiser.take());
//   packetiser.add(message);
//
// Threads: one. Memory is taken at construction.
// Not here: when an open packet goes out unfilled (transmitter.hpp), the layout and its source (moldudp64/framing.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/moldudp64/framing.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::venue {

/// As MoldUDP64 has it: ASCII, padded with spaces on the right.
using SessionName = std::array<char, moldudp64::kSessionBytes>;

/// `text` padded; nothing when it is empty, longer than ten characters, or not printable ASCII without spaces.
[[nodiscard]] std::optional<SessionName> make_session_name(std::string_view text) noexcept;

/// The day of the year and the hundredth of a second of that day, UTC: "3250217345". Another start gets another name
/// unless it is within 10 ms, so that no receiver takes its messages for those of the session before.
[[nodiscard]] SessionName session_name_at(platform::UnixNanos start) noexcept;

/// The name for the session after `session` where none is given: "TODAY2", "TODAY3", ...; never the same again at once.
[[nodiscard]] SessionName next_session_name(const SessionName& session) noexcept;

/// As receivers compare it.
[[nodiscard]] inline sequencing::SessionId session_id(const SessionName& session) noexcept {
  return sequencing::SessionId::from_bytes(std::as_bytes(std::span(session)));
}

/// Without the padding.
[[nodiscard]] std::string to_string(const SessionName& session);

/// Writes the header of a downstream packet into the first moldudp64::kHeaderBytes of `packet`.
void store_header(const SessionName& session, std::uint64_t sequence, std::uint16_t count,
                  std::span<std::byte> packet) noexcept;

class Packetiser {
 public:
  /// `payload_bytes`: the largest packet, header included; room for at least one block of no bytes.
  Packetiser(const SessionName& session, std::size_t payload_bytes);

  /// Whether a message of this size fits into the open packet; into an empty one: whether it fits at all.
  [[nodiscard]] bool has_room(std::size_t message_bytes) const noexcept {
    return used_ + kLengthBytes + message_bytes <= packet_.size();
  }
  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }

  /// Needs room. The message gets the next sequence number.
  void add(std::span<const std::byte> message) noexcept;

  /// The open packet, finished: valid until the next call of a function that is not const. Not for an empty one.
  [[nodiscard]] std::span<const std::byte> take() noexcept;

  /// Only between packets, as they name the next sequence number. Valid as long as what take() returns.
  [[nodiscard]] std::span<const std::byte> heartbeat() noexcept { return bare_header(moldudp64::kHeartbeatCount); }
  [[nodiscard]] std::span<const std::byte> end_of_session() noexcept {
    return bare_header(moldudp64::kEndOfSessionCount);
  }

  [[nodiscard]] const SessionName& session() const noexcept { return session_; }
  /// Of the next message to be added; the first has 1.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return first_ + count_; }

 private:
  static constexpr std::size_t kLengthBytes = 2;
  std::span<const std::byte> bare_header(std::uint16_t count) noexcept;

  SessionName session_;
  std::vector<std::byte> packet_;
  std::size_t used_ = moldudp64::kHeaderBytes;
  std::uint64_t first_ = 1;  // sequence of the open packet's first message
  std::uint16_t count_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
