// How much a stress test does this time: the size of `./check`, or what the environment asks for (tests/nightly).
//
// Threads: none of its own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/support/stress_size.hpp"

namespace tickplant::tests {

/// The environment's `variable` as it is; without it `ordinary`, less under sanitizers.
[[nodiscard]] inline std::uint64_t stress_count(const char* variable, std::uint64_t ordinary) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::max<std::uint64_t>(ordinary / kStressDivisor, 1);
  return std::max<std::uint64_t>(std::strtoull(text, nullptr, 0), 1);
}

/// `./check --quick`: what a commit passes, which waits for it.
[[nodiscard]] inline bool is_quick() { return std::getenv("TICKPLANT_STRESS_QUICK") != nullptr; }

/// Of a test of which some is enough for a commit: `some` in `./check --quick` and where the code runs ten or twenty
/// times slower, else `all`.
[[nodiscard]] inline std::uint64_t some_where_slow(std::uint64_t some, std::uint64_t all) {
  return is_quick() || kStressDivisor != 1 ? some : all;
}

/// A result that tests/nightly puts into its table. RecordProperty takes an int or text, and a count may be larger.
inline void record_count(const std::string& name, std::uint64_t count) {
  testing::Test::RecordProperty(name, std::to_string(count));
}

}  // namespace tickplant::tests
