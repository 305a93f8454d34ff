#include "analytics/patterns/fraction.hpp"

namespace tickplant::analytics::fraction_detail {

namespace {

Uint128 greatest_common_divisor(Uint128 a, Uint128 b) noexcept {
  while (b != 0) {  // at most 184 turns: each two of them halve what is left
    const Uint128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

Fraction in_lowest_terms(Fraction value) noexcept {
  const auto divisor =
      static_cast<Int128>(greatest_common_divisor(magnitude(value.numerator), static_cast<Uint128>(value.denominator)));
  return {value.numerator / divisor, value.denominator / divisor};
}

int sign_of(Int128 value) noexcept { return (value > 0) - (value < 0); }

}  // namespace

Fraction add_reduced(Fraction a, Fraction b) noexcept {
  Int128 left, right, numerator, denominator;
  if (multiply(a.numerator, b.denominator, left) && multiply(b.numerator, a.denominator, right) &&
      add(left, right, numerator) && multiply(a.denominator, b.denominator, denominator)) {
    return {numerator, denominator};
  }
  // Over the least common multiple of the denominators.
  a = in_lowest_terms(a);
  b = in_lowest_terms(b);
  const auto common = static_cast<Int128>(
      greatest_common_divisor(static_cast<Uint128>(a.denominator), static_cast<Uint128>(b.denominator)));
  const Int128 a_rest = a.denominator / common, b_rest = b.denominator / common;
  if (!multiply(a.numerator, b_rest, left) || !multiply(b.numerator, a_rest, right) || !add(left, right, numerator)) {
    return kUndefined;
  }
  // What can still be cancelled divides `common`.
  const auto last = static_cast<Int128>(greatest_common_divisor(magnitude(numerator), static_cast<Uint128>(common)));
  if (!multiply(a_rest, b.denominator / last, denominator)) return kUndefined;
  return {numerator / last, denominator};
}

Fraction multiply_reduced(Fraction a, Fraction b) noexcept {
  a = in_lowest_terms(a);
  b = in_lowest_terms(b);
  const Fraction left = in_lowest_terms({a.numerator, b.denominator});
  const Fraction right = in_lowest_terms({b.numerator, a.denominator});
  Int128 numerator, denominator;
  if (!multiply(left.numerator, right.numerator, numerator)) return kUndefined;
  if (!multiply(left.denominator, right.denominator, denominator)) return kUndefined;
  return {numerator, denominator};
}

int compare_by_quotients(Fraction a, Fraction b) noexcept {
  const int sign = sign_of(a.numerator), other = sign_of(b.numerator);
  if (sign != other || sign == 0) return (sign > other) - (sign < other);
  // Digit by digit of the continued fractions: whole parts first, then the inverses of what is left, the other way
  // round. Ends as Euclid's algorithm does.
  Uint128 p = magnitude(a.numerator), q = static_cast<Uint128>(a.denominator);
  Uint128 r = magnitude(b.numerator), s = static_cast<Uint128>(b.denominator);
  for (int order = sign;; order = -order) {
    const Uint128 left = p / q, right = r / s;
    if (left != right) return left < right ? -order : order;
    const Uint128 left_rest = p % q, right_rest = r % s;
    if (left_rest == 0 || right_rest == 0) return order * ((left_rest != 0) - (right_rest != 0));
    p = q, q = left_rest;
    r = s, s = right_rest;
  }
}

}  // namespace tickplant::analytics::fraction_detail
