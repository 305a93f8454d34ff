// The two recursive averages that most indicators are made of, for a pair of lanes. Both start as a plain sum of their
// first n inputs and become a mean with the n-th.
//
// `nth`: which input of the average this is, from 1; below 1 it has not begun.
#pragma once

#include <cmath>
#include <cstdint>

#include "analytics/indicators/lanes.hpp"

namespace tickplant::analytics {

/// The weight that a bad input still has when it counts as forgotten.
inline constexpr double kForgottenWeight = 1e-6;

/// EMA: e += k (x - e), in this form.
[[nodiscard]] inline Doubles ema_forward(Doubles average, Doubles input, double k) noexcept {
  return k * (input - average) + average;
}
[[nodiscard]] inline Doubles ema_from_start(Doubles average, Doubles input, Longs nth, std::int64_t n,
                                            double k) noexcept {
  const Doubles sum = average + input;
  const Doubles seeded = nth == n ? sum / static_cast<double>(n) : ema_forward(average, input, k);
  const Doubles begun = nth < n ? sum : seeded;
  return nth < std::int64_t{1} ? average : begun;
}

/// Wilder's: (a (n - 1) + v) / n.
[[nodiscard]] inline Doubles wilder_forward(Doubles average, Doubles input, double n) noexcept {
  return (average * (n - 1) + input) / n;
}
[[nodiscard]] inline Doubles wilder_from_start(Doubles average, Doubles input, Longs nth, std::int64_t n) noexcept {
  const Doubles sum = average + input;
  const auto bars = static_cast<double>(n);
  const Doubles seeded = nth == n ? sum / bars : wilder_forward(average, input, bars);
  const Doubles begun = nth < n ? sum : seeded;
  return nth < std::int64_t{1} ? average : begun;
}

/// Bars until an input of a recursion that keeps `kept` of itself per bar is forgotten.
[[nodiscard]] inline std::uint64_t bars_until_forgotten(double kept) noexcept {
  if (kept <= 0) return 1;
  return static_cast<std::uint64_t>(std::log(kForgottenWeight) / std::log(kept)) + 1;
}
[[nodiscard]] inline double ema_k(std::int64_t n) noexcept { return 2.0 / static_cast<double>(n + 1); }
[[nodiscard]] inline std::uint64_t ema_memory(std::int64_t n) noexcept { return bars_until_forgotten(1 - ema_k(n)); }
[[nodiscard]] inline std::uint64_t wilder_memory(std::int64_t n) noexcept {
  return bars_until_forgotten(1 - 1 / static_cast<double>(n));
}

}  // namespace tickplant::analytics
