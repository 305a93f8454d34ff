// Text in a fixed number of bytes of a layout: zero-padded, always with at least one zero at the end.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace tickplant::ringbuf {

/// The longest text that fits.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::size_t text_capacity(const std::array<char, Bytes>&) noexcept {
  return Bytes - 1;
}

/// The text up to its first zero; never reads past the array, whatever another process wrote there.
template <std::size_t Bytes>
[[nodiscard]] constexpr std::string_view text_of(const std::array<char, Bytes>& field) noexcept {
  const auto end = std::find(field.begin(), field.end() - 1, '\0');
  return {field.data(), static_cast<std::size_t>(end - field.begin())};
}

/// `text` as a field; what does not fit is cut off, so check the length first where that matters.
template <std::size_t Bytes>
constexpr void set_text(std::array<char, Bytes>& field, std::string_view text) noexcept {
  field.fill('\0');
  std::copy_n(text.data(), std::min(text.size(), Bytes - 1), field.begin());
}

}  // namespace tickplant::ringbuf
