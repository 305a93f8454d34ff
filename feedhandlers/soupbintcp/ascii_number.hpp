// Numbers as SoupBinTCP and GLIMPSE write them: ASCII digits in a field of 20 bytes, spaces on the left.
//
// Read with spaces on either side or none, and leading zeros: what is meant is clear in each case.
// Threads: any; pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tickplant::feedhandlers::soupbintcp {

inline constexpr std::size_t kNumberBytes = 20;  // as many as 2^64 - 1 has digits

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> field) noexcept {
  return {reinterpret_cast<const char*>(field.data()), field.size()};
}

[[nodiscard]] inline std::string_view without_padding(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Nothing where it is blank, holds anything but digits between its padding, or does not fit into 64 bits.
[[nodiscard]] inline std::optional<std::uint64_t> parse_number(
    std::span<const std::byte, kNumberBytes> field) noexcept {
  const std::string_view digits = without_padding(as_text(field));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

inline void write_number(std::uint64_t number, std::span<std::byte, kNumberBytes> field) noexcept {
  std::array<char, kNumberBytes> digits;
  const auto count =
      static_cast<std::size_t>(std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr - digits.data());
  std::fill(field.begin(), field.end(), std::byte{' '});
  std::transform(digits.begin(), digits.begin() + count, field.end() - static_cast<std::ptrdiff_t>(count),
                 [](char digit) { return static_cast<std::byte>(digit); });
}

}  // namespace tickplant::feedhandlers::soupbintcp
