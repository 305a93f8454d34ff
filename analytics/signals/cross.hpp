// a crosses b: a golden cross when it comes to lie above, a death cross when it comes to lie below. Price over an
// average, a fast average over a slow one, MACD over its signal line, RSI over a constant: the same function.
//
// Differences inside a dead band around b count as touching and change nothing: touched and left where it came from is
// no cross, touched and left on the other side is one, on the bar that leaves. The band has at least 1e-9 of b, so that
// the last digits of an average do not decide: on flat prices an average is the price.
//
// Threads: values, one state per instrument and rule.
// Not here: prices against a threshold known beforehand (cross_thresholds.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "config/analytics_config.hpp"

namespace tickplant::analytics {

enum class Cross : std::uint8_t { none, golden, death };

struct CrossRule {
  double band = 1e-9;          // part of |b|
  std::uint32_t confirm = 1;   // bars on the new side before it counts, at least 1
  std::uint32_t cooldown = 0;  // bars after a report in which no other is made

  [[nodiscard]] static CrossRule of(config::Decimal hysteresis_bps, std::uint32_t confirm, std::uint32_t cooldown) {
    return {std::max(1e-9, static_cast<double>(hysteresis_bps.nano) / 1e13), confirm, cooldown};
  }
};

/// +1: a lies above the band around b, -1: below, 0: within, or one of them is not a number.
[[nodiscard]] inline int side_of(double a, double b, double band) noexcept {
  const double difference = a - b, half_width = band * std::fabs(b);
  return static_cast<int>(difference > half_width) - static_cast<int>(difference < -half_width);
}

/// All zero: nothing seen yet.
struct CrossState {
  std::uint64_t quiet_until = 0;  // first bar at which the next report may be made
  std::uint32_t run = 0;          // bars on the other side that wait for confirmation
  std::int32_t side = 0;          // where a lies: +1, -1; 0: not known yet

  /// One bar; `bar_index` counts the instrument's bars. One that has no value yet is not a number, and the bar a touch.
  [[nodiscard]] Cross on_bar(const CrossRule& rule, double a, double b, std::uint64_t bar_index) noexcept {
    return on_side(rule, side_of(a, b, rule.band), bar_index);
  }

  /// The same with side_of() known: +1, -1 or 0.
  [[nodiscard]] Cross on_side(const CrossRule& rule, int now, std::uint64_t bar_index) noexcept {
    if (now == 0) return Cross::none;
    if (side == 0 || side == now) {  // the first side known is not news
      side = now;
      run = 0;
      return Cross::none;
    }
    if (++run < rule.confirm) return Cross::none;
    side = now;
    run = 0;
    if (bar_index < quiet_until) return Cross::none;
    quiet_until = bar_index + rule.cooldown + 1;
    return now > 0 ? Cross::golden : Cross::death;
  }

  friend bool operator==(const CrossState&, const CrossState&) = default;
};
static_assert(sizeof(CrossState) == 16 && std::has_unique_object_representations_v<CrossState>);

}  // namespace tickplant::analytics
