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

std::uint64_t word_at(const std::byte* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// What that many zero bytes make of a checksum, a table for each of its bytes: that is linear in its bits.
class ZeroBytes {
 public:
  /// `count`: a power of two.
  explicit constexpr ZeroBytes(std::size_t count) noexcept {
    std::array<std::uint32_t, 32> of_bit{kReversedPolynomial};  // one zero bit
    for (std::uint32_t bit = 1; bit < 32; ++bit) of_bit[bit] = 1u << (bit - 1);
    for (std::size_t bits = 1; bits < count * 8; bits *= 2) {  // twice as many: the same done twice
      const std::array<std::uint32_t, 32> half = of_bit;
      for (std::uint32_t& each : of_bit) each = applied(half, each);
    }
    for (std::uint32_t byte = 0; byte < 4; ++byte) {
      for (std::uint32_t value = 0; value < 256; ++value) table_[byte][value] = applied(of_bit, value << (8 * byte));
    }
  }
  [[nodiscard]] std::uint64_t behind(std::uint64_t crc) const noexcept {
    return table_[0][crc & 0xFF] ^ table_[1][(crc >> 8) & 0xFF] ^ table_[2][(crc >> 16) & 0xFF] ^
           table_[3][(crc >> 24) & 0xFF];
  }

 private:
  static constexpr std::uint32_t applied(const std::array<std::uint32_t, 32>& of_bit, std::uint32_t crc) noexcept {
    std::uint32_t sum = 0;
    for (std::uint32_t bit = 0; bit < 32; ++bit) sum ^= ((crc >> bit) & 1) != 0 ? of_bit[bit] : 0;
    return sum;
  }

  std::array<std::array<std::uint32_t, 256>, 4> table_{};
};

/// Takes rows of three lanes off the front: the instruction takes three cycles, and one can begin each.
template <std::size_t kLaneBytes>
std::uint64_t add_lanes(std::uint64_t crc, std::span<const std::byte>& bytes) noexcept {
  static constexpr ZeroBytes kLane(kLaneBytes);
  while (bytes.size() >= 3 * kLaneBytes) {
    std::uint64_t first = crc, second = 0, third = 0;
    const std::byte* const from = bytes.data();
    for (std::size_t at = 0; at < kLaneBytes; at += sizeof(std::uint64_t)) {
      first = add_word(first, word_at(from + at));
      second = add_word(second, word_at(from + kLaneBytes + at));
      third = add_word(third, word_at(from + 2 * kLaneBytes + at));
    }
    crc = kLane.behind(kLane.behind(first) ^ second) ^ third;
    bytes = bytes.subspan(3 * kLaneBytes);
  }
  return crc;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
  std::uint64_t wide = ~previous;
  wide = add_lanes<4096>(wide, bytes);
  wide = add_lanes<256>(wide, bytes);
  while (bytes.size() >= sizeof(std::uint64_t)) {
    wide = add_word(wide, word_at(bytes.data()));
    bytes = bytes.subspan(sizeof(std::uint64_t));
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
