// The vector form against the obvious one, at every place in arrays with and without repeated steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "feedhandlers/book/key_search.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

std::uint32_t obvious(const std::array<std::int64_t, 8>& keys, std::int64_t key) {
  std::uint32_t better = 0;
  while (better < 8 && keys[7 - better] > key) ++better;
  return better;
}

TEST(KeySearch, BothFormsCountTheBetterKeysFromTheBest) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2'000; ++round) {
    std::array<std::int64_t, 8> keys;
    for (auto& key : keys)
      key = round % 2 == 0 ? static_cast<std::int64_t>(random() % 32) : static_cast<std::int64_t>(random());
    // Every other array is left unsorted: below a short side lie keys of others.
    if (round % 4 < 2) std::sort(keys.begin(), keys.end());
    for (const std::int64_t base : keys) {
      for (const std::int64_t key : {base, base ^ 1, ~base}) {
        ASSERT_EQ(better_of_eight_portable(keys.data() + 8, key), obvious(keys, key)) << "seed 11, round " << round;
        ASSERT_EQ(better_of_eight(keys.data() + 8, key), obvious(keys, key)) << "seed 11, round " << round;
      }
    }
  }
}

TEST(KeySearch, TheEndsOfTheRangeAreKeysLikeAnyOther) {
  constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();
  const std::array<std::int64_t, 8> keys{kLowest, kLowest + 1, -1, 0, 1, 2, kHighest - 1, kHighest};
  for (const std::int64_t key : keys) {
    EXPECT_EQ(better_of_eight(keys.data() + 8, key), obvious(keys, key));
    EXPECT_EQ(better_of_eight_portable(keys.data() + 8, key), obvious(keys, key));
  }
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
