// Where a key stands among the eight best of a sorted array, without a branch: how far it stands from the best is what
// a branch predictor cannot know.
//
// Threads: any.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

namespace tickplant::feedhandlers {

inline constexpr std::uint32_t kKeysSearched = 8;

/// How many of the eight keys before `end`, taken from `end` downwards, are greater than `key` before the first that is
/// not.
[[nodiscard]] inline std::uint32_t better_of_eight_portable(const std::int64_t* end, std::int64_t key) noexcept {
  std::uint32_t better = 0;
  for (std::uint32_t i = 0; i < kKeysSearched; ++i) {
    better |= static_cast<std::uint32_t>(end[-1 - static_cast<std::ptrdiff_t>(i)] > key) << i;
  }
  return static_cast<std::uint32_t>(std::countr_one(better));
}

[[nodiscard]] inline std::uint32_t better_of_eight(const std::int64_t* end, std::int64_t key) noexcept {
#ifdef __SSE4_2__
  const auto* const from = reinterpret_cast<const __m128i*>(end - kKeysSearched);
  const __m128i wanted = _mm_set1_epi64x(key);
  const __m128i a = _mm_cmpgt_epi64(_mm_loadu_si128(from + 0), wanted);
  const __m128i b = _mm_cmpgt_epi64(_mm_loadu_si128(from + 1), wanted);
  const __m128i c = _mm_cmpgt_epi64(_mm_loadu_si128(from + 2), wanted);
  const __m128i d = _mm_cmpgt_epi64(_mm_loadu_si128(from + 3), wanted);
  const __m128i all = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
  const auto better = static_cast<std::uint32_t>(_mm_movemask_epi8(all));  // two bits a key, the best on top
  return static_cast<std::uint32_t>(std::countl_zero((better ^ 0xFFFFU) << 16 | 0x8000U)) / 2;
#else
  return better_of_eight_portable(end, key);
#endif
}

}  // namespace tickplant::feedhandlers
