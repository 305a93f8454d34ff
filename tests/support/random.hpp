// Chance that repeats: the same seed gives the same numbers with every compiler and library, which <random>'s
// distributions do not promise.
//
// The generator is SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix, good enough for test input and no
// more. Threads: one each.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace tickplant::tests {

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

 private:
  std::uint64_t state_;
};

/// The seed of random tests: TICKPLANT_TEST_SEED from the environment, else always the same. Print it on failure.
[[nodiscard]] inline std::uint64_t test_seed() noexcept {
  const char* text = std::getenv("TICKPLANT_TEST_SEED");
  return text == nullptr ? 20190130 : std::strtoull(text, nullptr, 0);
}

}  // namespace tickplant::tests
