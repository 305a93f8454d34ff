// An exact number: a fraction of two 128-bit integers, or undefined. What a condition computes with, so that a
// comparison is never wrong by a rounding.
//
// A result is undefined when it has no value (a division by zero, an operand that is undefined) or does not fit: common
// factors are cancelled, and then its numerator or denominator, or a product on the way to a sum, still needs more than
// 127 bits. Comparing never overflows.
//
// Threads: plain values; pure functions.
// Not here: what an undefined value means for a condition (condition.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/int128.hpp"

namespace tickplant::analytics {

using platform::Int128;
using platform::Uint128;

/// Without initialisers: evaluation has a stack of them.
struct Fraction {
  Int128 numerator;    // never -2^127: every value has a negative
  Int128 denominator;  // > 0; 0: undefined

  [[nodiscard]] constexpr bool is_defined() const noexcept { return denominator != 0; }
};

inline constexpr Fraction kUndefined{0, 0};
inline constexpr Int128 kNanosPerUnit = 1'000'000'000;

[[nodiscard]] constexpr Fraction whole_number(std::int64_t value) noexcept { return {value, 1}; }
/// `nanos` in 1e-9: prices and decimal numbers.
[[nodiscard]] constexpr Fraction decimal_number(std::int64_t nanos) noexcept { return {nanos, kNanosPerUnit}; }

namespace fraction_detail {

/// What the operators below do when the obvious integers do not fit.
[[nodiscard]] Fraction add_reduced(Fraction a, Fraction b) noexcept;
[[nodiscard]] Fraction multiply_reduced(Fraction a, Fraction b) noexcept;
[[nodiscard]] int compare_by_quotients(Fraction a, Fraction b) noexcept;

[[nodiscard]] constexpr bool fits_64(Int128 value) noexcept { return value == static_cast<std::int64_t>(value); }
inline constexpr Int128 kMost = static_cast<Int128>(~Uint128{0} >> 1);
[[nodiscard]] constexpr Uint128 magnitude(Int128 value) noexcept {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

/// false: the product does not fit.
[[nodiscard]] inline bool multiply(Int128 a, Int128 b, Int128& product) noexcept {
  if (fits_64(a) && fits_64(b)) [[likely]] {
    product = a * b;
    return true;
  }
  // Of magnitudes: the signed form with overflow needs a library function that clang does not always find.
  Uint128 size;
  if (__builtin_mul_overflow(magnitude(a), magnitude(b), &size) || size > static_cast<Uint128>(kMost)) return false;
  product = (a < 0) == (b < 0) ? static_cast<Int128>(size) : -static_cast<Int128>(size);
  return true;
}

/// false: the sum does not fit.
[[nodiscard]] inline bool add(Int128 a, Int128 b, Int128& sum) noexcept {
  return !__builtin_add_overflow(a, b, &sum) && sum >= -kMost;
}

}  // namespace fraction_detail

[[nodiscard]] inline Fraction operator-(Fraction a) noexcept { return {-a.numerator, a.denominator}; }

[[nodiscard]] inline Fraction operator+(Fraction a, Fraction b) noexcept {
  using namespace fraction_detail;
  if (!a.is_defined() || !b.is_defined()) return kUndefined;
  Int128 sum;
  if (a.denominator == b.denominator && add(a.numerator, b.numerator, sum)) [[likely]]
    return {sum, a.denominator};
  return add_reduced(a, b);
}

[[nodiscard]] inline Fraction operator-(Fraction a, Fraction b) noexcept { return a + -b; }

[[nodiscard]] inline Fraction operator*(Fraction a, Fraction b) noexcept {
  using namespace fraction_detail;
  if (!a.is_defined() || !b.is_defined()) return kUndefined;
  Int128 numerator, denominator;
  if (multiply(a.numerator, b.numerator, numerator) && multiply(a.denominator, b.denominator, denominator)) [[likely]] {
    return {numerator, denominator};
  }
  return multiply_reduced(a, b);
}

[[nodiscard]] inline Fraction operator/(Fraction a, Fraction b) noexcept {
  if (!a.is_defined() || !b.is_defined() || b.numerator == 0) return kUndefined;
  if (b.numerator < 0) a = -a, b = -b;
  if (a.denominator == b.denominator) return {a.numerator, b.numerator};  // a price by a price
  return a * Fraction{b.denominator, b.numerator};
}

/// -1, 0, 1 as a is less than, equal to or greater than b. Both are defined.
[[nodiscard]] inline int compare(Fraction a, Fraction b) noexcept {
  using namespace fraction_detail;
  if (a.denominator == b.denominator) [[likely]]
    return (a.numerator > b.numerator) - (a.numerator < b.numerator);
  Int128 left, right;
  if (multiply(a.numerator, b.denominator, left) && multiply(b.numerator, a.denominator, right)) [[likely]] {
    return (left > right) - (left < right);
  }
  return compare_by_quotients(a, b);
}

}  // namespace tickplant::analytics
