// Numbers as few bytes: LEB128, seven bits a byte, the lowest first; signed ones as zigzag.
//
// Threads: plain values. A reader never reads beyond its bytes, and says at the end whether all of it was there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tickplant::ringbuf {

inline constexpr std::size_t kPackedBytesMax = 10;  // of one number

inline void pack_number(std::uint64_t value, std::vector<std::byte>& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}

/// 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ...
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t from_zigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

class PackedNumbers {
 public:
  explicit PackedNumbers(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

  /// The next number; 0 and is_broken() where there is none.
  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kPackedBytesMax && i < rest_.size(); ++i) {
      const auto byte = static_cast<std::uint64_t>(rest_[i]);
      if (i + 1 == kPackedBytesMax && byte > 1) break;  // more than 64 bits
      value |= (byte & 0x7f) << (7 * i);
      if (byte >= 0x80) continue;
      rest_ = rest_.subspan(i + 1);
      return value;
    }
    is_broken_ = true;
    rest_ = {};
    return 0;
  }
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }
  [[nodiscard]] std::span<const std::byte> rest() const noexcept { return rest_; }

 private:
  std::span<const std::byte> rest_;
  bool is_broken_ = false;
};

}  // namespace tickplant::ringbuf
