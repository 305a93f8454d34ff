// Which run of sequence numbers a packet belongs to: the venue's name for it, up to 16 bytes, compared as two words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace tickplant::feedhandlers::sequencing {

struct SessionId {
  static constexpr std::size_t kMaxBytes = 16;

  std::uint64_t words[2] = {};  /// the bytes as they came, padded with zeros

  template <std::size_t N>
  [[nodiscard]] static SessionId from_bytes(std::span<const std::byte, N> bytes) noexcept {
    static_assert(N <= kMaxBytes);
    SessionId id;
    std::memcpy(id.words, bytes.data(), N);
    return id;
  }

  /// Without padding on the right, for people; empty if it is blank, as in some published samples.
  [[nodiscard]] std::string text() const {
    const std::string_view all(reinterpret_cast<const char*>(words), sizeof words);
    const auto last = all.find_last_not_of(std::string_view(" \0", 2));
    return std::string(all.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }

  friend bool operator==(const SessionId&, const SessionId&) = default;
};

}  // namespace tickplant::feedhandlers::sequencing
