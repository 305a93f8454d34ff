// A bar's volume is unusual against the bars before it. Three tests, each may be off, only upward:
//   z         (v - mean) / population standard deviation; none when that is 0
//   robust z  0.6745 (v - median) / MAD, MAD the median of absolute deviations from the median (Iglewicz and Hoaglin);
//             MAD 0: (v - median) / (1.253314 x mean absolute deviation); that 0, too: none
//   absolute  v itself
// The current bar is not part of its own baseline, earlier anomalies are. Decisions are made on integers; the doubles
// are for people.
//
// Threads: values; the state is volume_baseline.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "analytics/signals/volume_baseline.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

enum class RobustKind : std::uint8_t { none, mad, mean_deviation };

struct VolumeAnomaly {
  double z = std::numeric_limits<double>::quiet_NaN();         // not a number: there is none; only set when one fired
  double robust_z = std::numeric_limits<double>::quiet_NaN();  // likewise
  bool z_fired = false;
  bool robust_fired = false;
  bool absolute_fired = false;
  RobustKind robust_kind = RobustKind::none;

  [[nodiscard]] bool fired() const noexcept { return z_fired || robust_fired || absolute_fired; }
};

/// A threshold of 0 is off. `lookback` 1 to kLookbackMax; thresholds are not negative.
struct VolumeRule {
  std::uint32_t lookback = 20;
  std::uint32_t minimum = 10;  // bars before which neither z is looked at
  config::Decimal z = config::whole(3);
  config::Decimal robust{3'500'000'000};
  std::uint64_t absolute = 0;

  /// Measures a volume against the bars before it, and changes nothing.
  [[nodiscard]] VolumeAnomaly look(const VolumeBaseline& before, std::uint64_t volume) const noexcept;

  /// One bar: measured, then part of the baseline. `state`: VolumeBaseline::bytes(lookback) of them.
  [[nodiscard]] VolumeAnomaly on_bar(std::byte* state, std::uint64_t volume) const noexcept {
    const VolumeAnomaly found = look(VolumeBaseline(state, lookback), volume);
    VolumeRing(state, lookback).push(volume);
    return found;
  }
};

}  // namespace tickplant::analytics
