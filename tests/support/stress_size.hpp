// How much a stress test does: full in optimised builds, less where the code runs ten or twenty times slower.
#pragma once

#include <cstdint>

// gcc defines macros for its sanitizers, clang has features.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define TP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define TP_SANITIZED 1
#endif
#endif

namespace tickplant::tests {

#if defined(TP_SANITIZED)
inline constexpr std::uint64_t kStressDivisor = 20;
#elif !defined(__OPTIMIZE__)
inline constexpr std::uint64_t kStressDivisor = 10;
#else
inline constexpr std::uint64_t kStressDivisor = 1;
#endif

}  // namespace tickplant::tests
