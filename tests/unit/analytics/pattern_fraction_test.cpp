#include "analytics/patterns/fraction.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace tickplant::analytics::this_file {
namespace {

constexpr Int128 kMost = fraction_detail::kMost;

Int128 power_of_ten(int exponent) {
  Int128 value = 1;
  for (; exponent > 0; --exponent) value *= 10;
  return value;
}

bool equal(Fraction a, Fraction b) { return a.is_defined() && b.is_defined() && compare(a, b) == 0; }

TEST(Fraction, PricesAndWholeNumbersMeetInOneScale) {
  const Fraction price = decimal_number(175'500'000'000);  // 175.5
  EXPECT_TRUE(equal(price * whole_number(2), whole_number(351)));
  EXPECT_TRUE(equal(price + whole_number(1), decimal_number(176'500'000'000)));
  EXPECT_TRUE(equal(price - price, whole_number(0)));
  EXPECT_TRUE(equal(price / price, whole_number(1)));
  EXPECT_TRUE(equal(whole_number(351) / whole_number(2), price));
  EXPECT_TRUE(equal(-price, whole_number(0) - price));
}

TEST(Fraction, AThirdOfThreeIsOne) {
  const Fraction third = whole_number(1) / whole_number(3);
  EXPECT_TRUE(equal(third + third + third, whole_number(1)));
  EXPECT_TRUE(equal(third * whole_number(3), whole_number(1)));
  EXPECT_LT(compare(decimal_number(333'333'333), third), 0);
  EXPECT_GT(compare(decimal_number(333'333'334), third), 0);
}

TEST(Fraction, DividingByANegativeNumberKeepsTheDenominatorPositive) {
  const Fraction quotient = whole_number(3) / whole_number(-4);
  EXPECT_GT(quotient.denominator, 0);
  EXPECT_TRUE(equal(quotient, decimal_number(-750'000'000)));
  EXPECT_TRUE(equal(decimal_number(-6) / decimal_number(-4), decimal_number(1'500'000'000)));
}

TEST(Fraction, DividingByZeroIsUndefinedAndSoIsWhatFollows) {
  const Fraction none = whole_number(1) / decimal_number(0);
  EXPECT_FALSE(none.is_defined());
  for (const Fraction value : {none + whole_number(1), whole_number(1) - none, none * whole_number(0),
                               whole_number(0) / none, none / none, -none}) {
    EXPECT_FALSE(value.is_defined());
  }
}

TEST(Fraction, ProductsUpTo127BitsFitAndOneMoreIsUndefined) {
  const Fraction half{kMost / 2, 1};
  EXPECT_TRUE(equal(half * whole_number(2), {kMost - 1, 1}));
  EXPECT_FALSE((half * whole_number(3)).is_defined());
  EXPECT_FALSE((Fraction{-kMost, 1} * whole_number(2)).is_defined());
  EXPECT_TRUE(equal(Fraction{kMost, 1} * whole_number(-1), {-kMost, 1}));
  EXPECT_FALSE((Fraction{kMost, 1} + whole_number(1)).is_defined());
  EXPECT_FALSE((Fraction{-kMost, 1} - whole_number(1)).is_defined()) << "-2^127 has no negative";
}

TEST(Fraction, CommonFactorsAreCancelledBeforeAProductIsGivenUp) {
  // Five prices over five prices: 1e45 without cancelling.
  Fraction value = whole_number(1);
  const Fraction price = decimal_number(175'500'000'000);
  for (int i = 0; i < 20; ++i) value = value * price / price;
  EXPECT_TRUE(equal(value, whole_number(1)));
  const Fraction large{power_of_ten(30), power_of_ten(20)};
  EXPECT_TRUE(equal(large * large, {power_of_ten(20), 1}));
  EXPECT_TRUE(equal(large + Fraction{1, power_of_ten(21)}, {power_of_ten(31) + 1, power_of_ten(21)}));
}

TEST(Fraction, ASumOverALargeCommonDenominatorCancelsWhatItCan) {
  const Int128 unit = power_of_ten(36);
  EXPECT_TRUE(equal(Fraction{1, unit * 2} + Fraction{1, unit * 2}, {1, unit}));
  EXPECT_TRUE(equal(Fraction{1, unit * 6} + Fraction{1, unit * 3}, {1, unit * 2}));
  EXPECT_FALSE((Fraction{1, unit} + Fraction{1, unit - 1}).is_defined()) << "no common factor: 1e72";
}

TEST(Fraction, ComparingNeverOverflows) {
  EXPECT_LT(compare({kMost - 1, kMost}, {kMost, kMost - 1}), 0);
  EXPECT_LT(compare({kMost, kMost - 1}, {kMost - 1, kMost - 2}), 0);  // 1 + 1/(n - 1) < 1 + 1/(n - 2)
  EXPECT_GT(compare({-kMost, kMost - 1}, {-(kMost - 1), kMost - 2}), 0);
  EXPECT_LT(compare({-kMost, 1}, {1, kMost}), 0);
  EXPECT_GT(compare({1, kMost}, {-kMost, 1}), 0);
  EXPECT_GT(compare({1, kMost - 1}, {1, kMost}), 0);
  EXPECT_EQ(compare({kMost, 3}, {kMost, 3}), 0);
  EXPECT_LT(compare({0, 7}, {1, kMost}), 0);
  EXPECT_EQ(compare({kMost, kMost - 1}, {-kMost, kMost - 2}), 1) << "one of three answers, whatever the signs";
  EXPECT_EQ(compare({-kMost, kMost - 1}, {kMost, kMost - 2}), -1);
  EXPECT_EQ(compare({0, 7}, {0, kMost}), 0);
}

TEST(Fraction, EqualFractionsInOtherTermsAreEqualHoweverLarge) {
  const Int128 third = kMost / 3;
  EXPECT_EQ(compare({third * 2, third * 3}, {2, 3}), 0);
  EXPECT_EQ(compare({third * 3, third * 2}, {(third - 1) * 3, (third - 1) * 2}), 0);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
