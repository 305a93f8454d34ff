// Eight lanes, two at a time: the vectors of 16 bytes that every x86-64 has. g++ and clang turn + - * / < ?: on them
// into one instruction each, so that vector code does not depend on what an optimiser finds out about a loop.
//
// Each lane is computed by the same IEEE operations as a scalar would be: results are the same bits.
// Threads: values.
// Not here: where lanes are kept (lane_state.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "analytics/bar.hpp"

namespace tickplant::analytics {

/// `may_alias`: lanes are also read one by one.
using Doubles __attribute__((vector_size(16), may_alias)) = double;
using Longs __attribute__((vector_size(16), may_alias)) = std::int64_t;

inline constexpr std::size_t kPairs = kLanes / 2;

/// Of what need not be aligned.
[[nodiscard]] inline Doubles load(const double* lanes, std::size_t pair) noexcept {
  Doubles value;
  std::memcpy(&value, lanes + 2 * pair, sizeof value);
  return value;
}

[[nodiscard]] inline Doubles smaller(Doubles a, Doubles b) noexcept { return a < b ? a : b; }
[[nodiscard]] inline Doubles greater(Doubles a, Doubles b) noexcept { return a > b ? a : b; }
[[nodiscard]] inline Doubles absolute(Doubles a) noexcept { return greater(a, -a); }
[[nodiscard]] inline Doubles all_lanes(double value) noexcept { return Doubles{value, value}; }

}  // namespace tickplant::analytics
