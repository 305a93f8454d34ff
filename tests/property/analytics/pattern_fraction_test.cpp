// Laws of exact arithmetic over random fractions of all sizes, and the slow forms against the quick ones.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "analytics/patterns/fraction.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::uint64_t kSeed = 128;

class Fractions {
 public:
  /// Up to so many bits above and below.
  Fraction next(unsigned bits) {
    const Uint128 numerator = number(bits), denominator = number(bits);
    const auto above = static_cast<Int128>(numerator);
    return {random_() % 2 == 0 ? above : -above, static_cast<Int128>(denominator == 0 ? Uint128{1} : denominator)};
  }
  /// Small, or in 1e-9, as most values are.
  Fraction usual() {
    const auto value = static_cast<std::int64_t>(random_() >> (2 + random_() % 60));
    switch (random_() % 3) {
      case 0: return whole_number(value);
      case 1: return decimal_number(-value);
      default: return decimal_number(value);
    }
  }

 private:
  Uint128 number(unsigned bits) {
    const Uint128 all = (Uint128{random_()} << 64 | random_()) >> (128 - bits);
    return all >> (random_() % bits);
  }

  std::mt19937_64 random_{kSeed};
};

bool equal(Fraction a, Fraction b) { return a.is_defined() && b.is_defined() && compare(a, b) == 0; }

TEST(FractionLaws, WhatIsAddedCanBeTakenAwayAndWhatIsMultipliedDivided) {
  Fractions fractions;
  int defined = 0;
  for (int round = 0; round < 100'000; ++round) {
    const Fraction a = round % 2 == 0 ? fractions.usual() : fractions.next(31);
    const Fraction b = round % 3 == 0 ? fractions.usual() : fractions.next(31);
    const Fraction sum = a + b, product = a * b;
    if (const Fraction back = sum - b; back.is_defined()) {
      ++defined;
      ASSERT_TRUE(equal(back, a)) << "seed " << kSeed << ", round " << round;
    }
    if (const Fraction back = product / b; back.is_defined()) {
      ++defined;
      ASSERT_TRUE(equal(back, a)) << "seed " << kSeed << ", round " << round;
    }
    ASSERT_TRUE(equal(b + a, sum)) << "seed " << kSeed << ", round " << round;
    ASSERT_TRUE(equal(b * a, product)) << "seed " << kSeed << ", round " << round;
    ASSERT_EQ(compare(a, b) < 0, compare(a - b, whole_number(0)) < 0) << "seed " << kSeed << ", round " << round;
  }
  EXPECT_GT(defined, 150'000);
}

TEST(FractionLaws, TheFormsForLargeNumbersAgreeWithTheOthersOnSmallOnes) {
  Fractions fractions;
  for (int round = 0; round < 20'000; ++round) {
    const Fraction a = fractions.next(31), b = fractions.next(31);
    const Fraction product = fraction_detail::multiply_reduced(a, b), sum = fraction_detail::add_reduced(a, b);
    ASSERT_TRUE(equal(product, {a.numerator * b.numerator, a.denominator * b.denominator})) << "round " << round;
    ASSERT_TRUE(equal(sum, {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator}))
        << "round " << round;
    const Int128 left = a.numerator * b.denominator, right = b.numerator * a.denominator;
    ASSERT_EQ(fraction_detail::compare_by_quotients(a, b), (left > right) - (left < right)) << "round " << round;
    ASSERT_EQ(fraction_detail::compare_by_quotients(a, a), 0) << "round " << round;
  }
}

TEST(FractionLaws, LargeFractionsAreOrderedAndNoResultIsWrong) {
  Fractions fractions;
  int defined = 0, undefined = 0;
  for (int round = 0; round < 50'000; ++round) {
    const Fraction a = fractions.next(127), b = fractions.next(127), c = fractions.next(127);
    ASSERT_EQ(compare(a, b), -compare(b, a)) << "seed " << kSeed << ", round " << round;
    if (compare(a, b) <= 0 && compare(b, c) <= 0) {
      ASSERT_LE(compare(a, c), 0) << "seed " << kSeed << ", round " << round;
    }
    ASSERT_EQ(compare(a, b), compare(-b, -a)) << "seed " << kSeed << ", round " << round;
    const Fraction sum = a + b;
    (sum.is_defined() ? defined : undefined) += 1;
    if (sum.is_defined()) {
      ASSERT_EQ(compare(sum, a), compare(b, whole_number(0))) << "seed " << kSeed << ", round " << round;
    }
  }
  EXPECT_GT(defined, 5'000);
  EXPECT_GT(undefined, 5'000);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
