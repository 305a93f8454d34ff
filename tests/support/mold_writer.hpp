// MoldUDP64 packets for tests: whole ones, and every lie a header can tell.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

inline Bytes mold_block(std::string_view message) { return big(message.size(), 2) + Bytes(message); }

/// A header of its own: `session` is padded with spaces to ten bytes; longer ones are cut.
inline Bytes mold_header(std::string_view session, std::uint64_t sequence, std::uint16_t message_count) {
  Bytes padded(session.substr(0, 10));
  padded.resize(10, ' ');
  return padded + big(sequence, 8) + big(message_count, 2);
}

inline Bytes mold_packet(std::string_view session, std::uint64_t sequence, const std::vector<Bytes>& messages) {
  Bytes out = mold_header(session, sequence, static_cast<std::uint16_t>(messages.size()));
  for (const auto& message : messages) out += mold_block(message);
  return out;
}
inline Bytes mold_heartbeat(std::string_view session, std::uint64_t next_expected) {
  return mold_header(session, next_expected, 0);
}
inline Bytes mold_end_of_session(std::string_view session, std::uint64_t next_expected) {
  return mold_header(session, next_expected, 0xffff);
}

}  // namespace tickplant::tests
