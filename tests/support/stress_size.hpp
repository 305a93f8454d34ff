// How much a stress test does: full in optimised builds, less where the code runs ten or twenty times slower.
#pragma once

#include <cstdint>

#include "tests/support/sanitizers.hpp"

namespace tickplant::tests {

#if defined(TP_UNDER_TSAN) || defined(TP_UNDER_ASAN)
inline constexpr std::uint64_t kStressDivisor = 20;
#elif !defined(__OPTIMIZE__)
inline constexpr std::uint64_t kStressDivisor = 10;
#else
inline constexpr std::uint64_t kStressDivisor = 1;
#endif

}  // namespace tickplant::tests
