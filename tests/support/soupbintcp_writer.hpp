// SoupBinTCP packets for tests, written apart from the code under test: whole ones, and every lie a length can tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

inline Bytes padded_right(std::string_view text, std::size_t width) {
  Bytes out(text);
  out.resize(width, ' ');
  return out;
}
inline Bytes padded_left(std::string_view text, std::size_t width) {
  return Bytes(width - text.size(), ' ') + Bytes(text);
}

inline Bytes soup_packet(char type, std::string_view payload = {}) {
  return big(1 + payload.size(), 2) + type + Bytes(payload);
}

inline Bytes soup_login_request(std::string_view username, std::string_view password, std::string_view session,
                                std::uint64_t sequence) {
  return soup_packet('L', padded_right(username, 6) + padded_right(password, 10) + padded_left(session, 10) +
                              padded_left(std::to_string(sequence), 20));
}
inline Bytes soup_accepted(std::string_view session, std::uint64_t sequence) {
  return soup_packet('A', padded_left(session, 10) + padded_left(std::to_string(sequence), 20));
}
inline Bytes soup_rejected(char reason) { return soup_packet('J', {&reason, 1}); }
inline Bytes soup_sequenced(std::string_view message) { return soup_packet('S', message); }

}  // namespace tickplant::tests
