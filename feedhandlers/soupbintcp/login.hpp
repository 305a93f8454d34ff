// What the ends of a SoupBinTCP connection say to each other before data flows. All fields are ASCII.
//
//   login request 'L', 46 bytes                     login accepted 'A', 30 bytes
//   0   username             6  spaces on the right   0   session          10  spaces on the left
//   6   password            10  spaces on the right   10  sequence number  20  of the next sequenced message
//   16  requested session   10  blank: the current
//   26  requested sequence  20  0: the newest         login rejected 'J', 1 byte
//                                                   0   reason            1  A not authorised, S no such session
//
// A session is compared without its padding: servers pad on the left, some clients on the right.
//
// Threads: any; plain values and pure functions.
// Not here: the packets around them (framing.hpp), who says what when (client_session.hpp, server_session.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "feedhandlers/sequencing/session_id.hpp"
#include "feedhandlers/soupbintcp/ascii_number.hpp"

namespace tickplant::feedhandlers::soupbintcp {

inline constexpr std::size_t kLoginRequestBytes = 46;
inline constexpr std::size_t kLoginAcceptedBytes = 30;

enum class RejectReason : char { not_authorised = 'A', session_not_available = 'S' };

/// Text of a fixed width, left-justified and padded with spaces; what does not fit is cut off.
template <std::size_t Length>
struct PaddedText {
  std::array<char, Length> chars;

  PaddedText(std::string_view text = {}) noexcept {  // NOLINT: a literal is one
    chars.fill(' ');
    text = without_padding(text);
    std::copy_n(text.begin(), std::min(text.size(), Length), chars.begin());
  }
  [[nodiscard]] std::string_view text() const noexcept { return without_padding({chars.data(), Length}); }
  [[nodiscard]] bool is_blank() const noexcept { return text().empty(); }
  friend bool operator==(const PaddedText&, const PaddedText&) = default;
};

using Username = PaddedText<6>;
using Password = PaddedText<10>;
using SessionName = PaddedText<10>;

/// The session as MoldUDP64 packets name it.
[[nodiscard]] inline sequencing::SessionId session_id(const SessionName& session) noexcept {
  return sequencing::SessionId::from_bytes(std::as_bytes(std::span(session.chars)));
}

struct LoginRequest {
  Username username{};
  Password password{};
  SessionName session{};       // blank: whichever is current
  std::uint64_t sequence = 1;  // of the first message wanted; 0: the newest
  friend bool operator==(const LoginRequest&, const LoginRequest&) = default;
};

struct LoginAccepted {
  SessionName session{};
  std::uint64_t sequence = 1;  // of the next sequenced message
  friend bool operator==(const LoginAccepted&, const LoginAccepted&) = default;
};

namespace detail {

template <std::size_t Length>
void write_left_justified(const PaddedText<Length>& text, std::span<std::byte> field) noexcept {
  std::copy_n(std::as_bytes(std::span(text.chars)).begin(), Length, field.begin());
}

inline void write_right_justified(const SessionName& session, std::span<std::byte> field) noexcept {
  const std::string_view text = session.text();
  std::fill(field.begin(), field.end(), std::byte{' '});
  std::copy_n(std::as_bytes(std::span(text)).begin(), text.size(),
              field.end() - static_cast<std::ptrdiff_t>(text.size()));
}

}  // namespace detail

[[nodiscard]] inline std::array<std::byte, kLoginRequestBytes> encode(const LoginRequest& request) noexcept {
  std::array<std::byte, kLoginRequestBytes> bytes;
  const std::span all(bytes);
  detail::write_left_justified(request.username, all.subspan<0, 6>());
  detail::write_left_justified(request.password, all.subspan<6, 10>());
  detail::write_right_justified(request.session, all.subspan<16, 10>());
  write_number(request.sequence, all.subspan<26, kNumberBytes>());
  return bytes;
}

[[nodiscard]] inline std::array<std::byte, kLoginAcceptedBytes> encode(const LoginAccepted& accepted) noexcept {
  std::array<std::byte, kLoginAcceptedBytes> bytes;
  const std::span all(bytes);
  detail::write_right_justified(accepted.session, all.first<10>());
  write_number(accepted.sequence, all.subspan<10, kNumberBytes>());
  return bytes;
}

/// Nothing where the payload has another size or its sequence is no number.
[[nodiscard]] inline std::optional<LoginRequest> parse_login_request(std::span<const std::byte> payload) noexcept {
  if (payload.size() != kLoginRequestBytes) return std::nullopt;
  const auto sequence = parse_number(payload.subspan<26, kNumberBytes>());
  if (!sequence) return std::nullopt;
  return LoginRequest{as_text(payload.subspan<0, 6>()), as_text(payload.subspan<6, 10>()),
                      as_text(payload.subspan<16, 10>()), *sequence};
}

[[nodiscard]] inline std::optional<LoginAccepted> parse_login_accepted(std::span<const std::byte> payload) noexcept {
  if (payload.size() != kLoginAcceptedBytes) return std::nullopt;
  const auto sequence = parse_number(payload.subspan<10, kNumberBytes>());
  if (!sequence) return std::nullopt;
  return LoginAccepted{as_text(payload.first<10>()), *sequence};
}

}  // namespace tickplant::feedhandlers::soupbintcp
