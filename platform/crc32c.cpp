#include "platform/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tickplant::platform {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReversedPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
  std::uint32_t crc = ~previous;
  for (const std::byte byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

#if defined(__SSE4_2__) || defined(__ARM_FEATURE_CRC32)

namespace {

#if defined(__SSE4_2__)
std::uint64_t add_word(std::uint64_t crc, std::uint64_t word) noexcept { return _mm_crc32_u64(crc, word); }
std::uint32_t add_byte(std::uint32_t crc, std::uint8_t byte) noexcept { return _mm_crc32_u8(crc, byte); }
#else
std::uint64_t add_word(std::uint64_t crc, std::uint64_t word) noexcept {
  return __crc32cd(static_cast<std::uint32_t>(crc), word);
}
std::uint32_t add_byte(std::uint32_t crc, std::uint8_t byte) noexcept { return __crc32cb(crc, byte); }
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
  std::uint64_t wide = ~previous;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = add_word(wide, word);
    bytes = bytes.subspan(sizeof word);
  }
  auto crc = static_cast<std::uint32_t>(wide);
  for (const std::byte byte : bytes) crc = add_byte(crc, std::to_integer<std::uint8_t>(byte));
  return ~crc;
}

#else

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
  return crc32c_by_table(bytes, previous);
}

#endif

}  // namespace tickplant::platform
