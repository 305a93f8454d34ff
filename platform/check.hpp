// Stops the process on a programmer's mistake: an index past the end, a second writer. Never for bad input, which is an
// error with a remedy (setup_error.hpp) or a counted outcome on the data path.
//
// TP_CHECK is on in all builds. TP_DCHECK is on in debug builds, for places where the test would cost too much.
// Threads: any. A passing check costs one predictable branch.
#pragma once

namespace tickplant::platform {

/// Prints the broken expectation and where it stands to stderr, then aborts. Async-signal-safe.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace tickplant::platform

#define TP_CHECK(expression)                                                \
  do {                                                                      \
    if (__builtin_expect(!(expression), 0)) [[unlikely]]                    \
      ::tickplant::platform::check_failed(#expression, __FILE__, __LINE__); \
  } while (false)

#ifdef NDEBUG
#define TP_DCHECK(expression) \
  do {                        \
    if (false) {              \
      (void)(expression);     \
    }                         \
  } while (false)
#else
#define TP_DCHECK(expression) TP_CHECK(expression)
#endif
