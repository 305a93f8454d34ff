// The two integer thresholds of a tick cross decide as the comparison of doubles does, for each price near an edge and
// far from it.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "analytics/signals/cross_thresholds.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::array<std::int64_t, 8> kPriceUnits{1,         3,          1'000,         100'000,
                                                  2'500'000, 10'000'000, 1'000'000'000, 7'777'777};

std::int64_t highest_price(std::int64_t price_unit) {
  return (std::numeric_limits<std::int64_t>::max() - 1) / price_unit;
}

/// Averages as they come, and such that lie on prices, on edges of bands, one bit beside them, at zero and out of
/// range.
double an_average(tests::Random& random, std::int64_t price_unit, double band) {
  const std::int64_t highest = highest_price(price_unit);
  const std::int64_t scale = std::int64_t{1} << random.below(63);
  const std::int64_t price = static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(scale)) % highest;
  double average = to_double(random.chance(1, 4) ? -price : price, price_unit);
  switch (random.below(6)) {
    case 0: break;                       // a price
    case 1: average /= 1 + band; break;  // its band ends on a price
    case 2: average /= 1 - band; break;
    case 3: average += random.fraction() * static_cast<double>(price_unit) / 1e9; break;  // between prices
    case 4: average = (average + to_double(price / 2, price_unit)) / 3; break;
    case 5: average *= random.chance(1, 10) ? 1e12 : 1; break;  // out of range, now and then
  }
  if (random.chance(1, 2)) {
    average = std::nextafter(average, random.chance(1, 2) ? 1e300 : -1e300);
  }
  return average;
}

TEST(CrossThresholdsLaw, DecideEveryPriceAsTheDoublesDo) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  std::uint64_t sides[3] = {};
  for (int run = 0; run < 30'000; ++run) {
    const std::int64_t price_unit = kPriceUnits[random.below(kPriceUnits.size())], highest = highest_price(price_unit);
    const double band = random.chance(1, 2) ? 1e-9 : random.chance(1, 2) ? 5e-4 : 1e-9 + random.fraction() * 0.9;
    const double average = an_average(random, price_unit, band);
    const CrossThresholds thresholds = CrossThresholds::around(average, band, price_unit);
    const auto check = [&](std::int64_t price) {
      if (price > highest || price < -highest) return;
      const int side = side_of(to_double(price, price_unit), average, band);
      ++sides[side + 1];
      ASSERT_EQ(thresholds.side(price), side) << price << " x " << price_unit << " by " << average << " +- " << band;
    };
    for (const std::int64_t edge : {thresholds.above, thresholds.below}) {
      for (std::int64_t off = -3; off <= 3; ++off) {
        std::int64_t price = 0;
        if (!__builtin_add_overflow(edge, off, &price)) check(price);
      }
    }
    for (int i = 0; i < 4; ++i) {
      check(static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(highest)) * (i % 2 == 0 ? 1 : -1));
    }
    for (const std::int64_t price : {-highest, highest, std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}})
      check(price);
    if (HasFatalFailure()) return;
  }
  for (const std::uint64_t each : sides) EXPECT_GT(each, 10'000u);
}

TEST(CrossThresholdsLaw, HaveNoPriceOnBothSidesAndNoneOutOfOrder) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed() + 1};
  for (int run = 0; run < 20'000; ++run) {
    const std::int64_t price_unit = kPriceUnits[random.below(kPriceUnits.size())];
    const CrossThresholds thresholds = CrossThresholds::around(an_average(random, price_unit, 1e-9), 1e-9, price_unit);
    ASSERT_LT(thresholds.below, thresholds.above);
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
