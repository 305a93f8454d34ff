// ln(now / before), from operations that are the same bits on every machine: the C library's log is one routine on a
// CPU with fused multiply-add and another without, and results must not depend on where they were computed.
//
// ln(a / b) = 2 artanh((a - b) / (a + b)): without the rounding of a / b, which would cost small returns their digits.
#pragma once

#include <cmath>

namespace tickplant::analytics {

/// artanh by its series, for |s| < 0.172: the term left out is below 1e-18 of the first.
[[nodiscard]] inline double artanh_of_small(double s) noexcept {
  const double square = s * s;
  double sum = 1.0 / 23;
  for (int odd = 21; odd >= 1; odd -= 2) sum = sum * square + 1.0 / odd;
  return s * sum;
}

/// Both prices positive.
[[nodiscard]] inline double log_return(double now, double before) noexcept {
  constexpr double kRootOfHalf = 0.70710678118654752, kLogOf2 = 0.69314718055994531;
  const double s = (now - before) / (now + before);
  if (std::abs(s) < 0.171) return 2 * artanh_of_small(s);
  int exponent = 0;
  double mantissa = std::frexp(now / before, &exponent);
  if (mantissa < kRootOfHalf) {
    mantissa *= 2;
    --exponent;
  }
  return exponent * kLogOf2 + 2 * artanh_of_small((mantissa - 1) / (mantissa + 1));
}

}  // namespace tickplant::analytics
