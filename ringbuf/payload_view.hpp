// Objects at an offset of a segment's payload (or of any other zeroed bytes: tables do not care where they live).
//
// Threads: none of its own. Not here: what lies where (`*_layout.hpp`), bytes that nobody shares (private_payload.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::ringbuf {

/// `count` objects of type T at byte `offset`. All-zero bytes must be a valid T.
template <class T>
[[nodiscard]] std::span<T> array_at(std::span<std::byte> payload, std::uint64_t offset, std::uint64_t count) noexcept {
  TP_CHECK(offset <= payload.size() && count <= (payload.size() - offset) / sizeof(T));
  std::byte* const bytes = payload.data() + offset;
  TP_CHECK(reinterpret_cast<std::uintptr_t>(bytes) % alignof(T) == 0);
  return {reinterpret_cast<T*>(bytes), count};
}

template <class T>
[[nodiscard]] std::span<const T> array_at(std::span<const std::byte> payload, std::uint64_t offset,
                                          std::uint64_t count) noexcept {
  TP_CHECK(offset <= payload.size() && count <= (payload.size() - offset) / sizeof(T));
  const std::byte* const bytes = payload.data() + offset;
  TP_CHECK(reinterpret_cast<std::uintptr_t>(bytes) % alignof(T) == 0);
  return {reinterpret_cast<const T*>(bytes), count};
}

template <class T>
[[nodiscard]] T& object_at(std::span<std::byte> payload, std::uint64_t offset) noexcept {
  return array_at<T>(payload, offset, 1).front();
}

template <class T>
[[nodiscard]] const T& object_at(std::span<const std::byte> payload, std::uint64_t offset) noexcept {
  return array_at<T>(payload, offset, 1).front();
}

/// For readers, before they follow a size that another process wrote. Throws SetupError.
inline void check_payload(std::string_view table, std::uint64_t bytes_needed, std::uint64_t bytes_found) {
  if (bytes_needed <= bytes_found) return;
  throw platform::SetupError(std::string(table) + " table claims " + std::to_string(bytes_needed) +
                                 " bytes, its segment has " + std::to_string(bytes_found),
                             "restart the plant: it builds its segments anew");
}

}  // namespace tickplant::ringbuf
