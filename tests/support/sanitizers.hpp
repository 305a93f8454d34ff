// Which sanitizer this is built with: TP_UNDER_TSAN and TP_UNDER_ASAN for the preprocessor, constants for the rest.
#pragma once

// gcc defines macros for its sanitizers, clang has features.
#if defined(__SANITIZE_THREAD__)
#define TP_UNDER_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TP_UNDER_ASAN 1
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TP_UNDER_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define TP_UNDER_ASAN 1
#endif
#endif

namespace tickplant::tests {

#if defined(TP_UNDER_TSAN)
inline constexpr bool kUnderTsan = true;
#else
inline constexpr bool kUnderTsan = false;
#endif
#if defined(TP_UNDER_ASAN)
inline constexpr bool kUnderAsan = true;
#else
inline constexpr bool kUnderAsan = false;
#endif

}  // namespace tickplant::tests
