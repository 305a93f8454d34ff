// Chance that repeats: the same seed gives the same numbers with every compiler and library, which <random>'s
// distributions do not promise.
//
// The generator is SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix, good enough for a simulation and no
// more. Threads: one each.
#pragma once

#include <cstdint>

namespace tickplant::feedhandlers::venue {

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] constexpr std::uint64_t next() noexcept {
    std::uint64_t mixed = state_ += 0x9e37'79b9'7f4a'7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
    return mixed ^ (mixed >> 31);
  }

  /// 0 to `bound` - 1, near enough to even for bounds far below 2^32. `bound` is at least 1.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// True `numerator` times out of `denominator`.
  [[nodiscard]] constexpr bool chance(std::uint32_t numerator, std::uint32_t denominator) noexcept {
    return below(denominator) < numerator;
  }

  /// 0 to below 1.
  [[nodiscard]] constexpr double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Nearly normal, mean 0, deviation 1, never beyond 3.5: four even numbers added. No logarithm, so the same bits
  /// everywhere.
  [[nodiscard]] constexpr double bell() noexcept {
    const std::uint64_t bits = next();
    const std::uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    return (static_cast<double>(sum) - 131'070.0) * (1.7320508075688772 / 65'536.0);
  }

  /// 0 half of the time, 1 a quarter, and so on; at most 63.
  [[nodiscard]] constexpr std::uint32_t halvings() noexcept {
    return static_cast<std::uint32_t>(__builtin_ctzll(next() | 0x8000'0000'0000'0000));
  }

 private:
  std::uint64_t state_;
};

}  // namespace tickplant::feedhandlers::venue
