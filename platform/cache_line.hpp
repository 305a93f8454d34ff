// The cache line as a number of ours, never as a compiler's opinion: the two ends of a ring may come from different
// compilers.
#pragma once

#include <cstddef>

namespace tickplant::platform {

inline constexpr std::size_t kCacheLineBytes = 64;
inline constexpr std::size_t kPageBytes = 4096;

}  // namespace tickplant::platform
