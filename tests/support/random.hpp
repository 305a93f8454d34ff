// Chance that repeats, for tests: the generator of the simulated exchange, and the seed that tests start from.
//
// Threads: one each.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "feedhandlers/venue/random.hpp"

namespace tickplant::tests {

using feedhandlers::venue::Random;

/// The seed of random tests: TICKPLANT_TEST_SEED from the environment, else always the same. Print it on failure.
[[nodiscard]] inline std::uint64_t test_seed() noexcept {
  const char* text = std::getenv("TICKPLANT_TEST_SEED");
  return text == nullptr ? 20190130 : std::strtoull(text, nullptr, 0);
}

}  // namespace tickplant::tests
