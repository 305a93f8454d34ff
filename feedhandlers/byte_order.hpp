// Integers as they lie in a packet: unaligned, in the byte order of the venue or of the capturing machine.
//
// Compiles to one load, and one bswap where the order is not the machine's.
// Threads: any. Not here: bounds; the caller has checked that the bytes are there.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tickplant::feedhandlers {

template <std::unsigned_integral T>
[[nodiscard]] constexpr T swap_bytes(T value) noexcept {
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  return value;
}

/// The integer whose bytes start at `bytes`, stored in `order`.
template <std::unsigned_integral T>
[[nodiscard]] inline T load(const std::byte* bytes, std::endian order) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return order == std::endian::native ? value : swap_bytes(value);
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_big(const std::byte* bytes) noexcept {
  return load<T>(bytes, std::endian::big);
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_little(const std::byte* bytes) noexcept {
  return load<T>(bytes, std::endian::little);
}

}  // namespace tickplant::feedhandlers
