#include "analytics/signals/volume_anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "analytics/signals/wide_product.hpp"

namespace tickplant::analytics {

namespace {

/// n (v - mean) and n^2 variance: |D| < 2^64 and below 2^128, by the bounds of the baseline.
struct Spread {
  Int128 distance;
  Uint128 variance;
};

Spread spread_of(const VolumeBaseline& before, std::int64_t volume) noexcept {
  const Uint128 count = before.count(), sum = before.sum();
  return {static_cast<Int128>(count * static_cast<Uint128>(volume)) - static_cast<Int128>(sum),
          count * before.sum_of_squares() - sum * sum};
}

/// v > mean and (v - mean)^2 >= z^2 variance. z in 1e-9: both sides are taken times 1e18.
bool z_fires(const Spread& spread, config::Decimal z) noexcept {
  if (z.nano == 0 || spread.variance == 0 || spread.distance <= 0) return false;
  const auto distance = static_cast<Uint128>(spread.distance);
  const auto scale = static_cast<Uint128>(config::kDecimalScale), threshold = static_cast<Uint128>(z.nano);
  return WideProduct::of(distance * distance, scale * scale) >= WideProduct::of(threshold * threshold, spread.variance);
}

/// How far the baseline's volumes lie from their median, in integers.
struct Deviations {
  RobustKind kind = RobustKind::none;
  Uint128 size = 0;  // mad: 4 MAD, below 2^58; mean_deviation: sum of twice the deviations, below 2^65
};

/// Twice the median of what is ascending.
std::int64_t median_twice(const VolumeBaseline& before) noexcept {
  const std::int64_t* const all = before.sorted();
  const std::size_t half = before.count() / 2;
  return before.count() % 2 != 0 ? 2 * all[half] : all[half - 1] + all[half];
}

Deviations deviations_of(const VolumeBaseline& before, std::int64_t middle) noexcept {
  const std::int64_t* const all = before.sorted();
  const std::size_t count = before.count(), half = count / 2;
  // Ascending volumes are two runs of rising deviations, left and right of the median. They are merged up to the
  // middle; neither run is used up in the first half of the steps.
  std::size_t left = half, right = half;
  std::int64_t current = 0;
  for (std::size_t i = 0; i < half; ++i) {
    const std::int64_t of_left = middle - 2 * all[left - 1], of_right = 2 * all[right] - middle;
    const bool take_left = of_left < of_right;
    current = take_left ? of_left : of_right;
    left -= static_cast<std::size_t>(take_left);
    right += static_cast<std::size_t>(!take_left);
  }
  constexpr std::int64_t kUsedUp = std::numeric_limits<std::int64_t>::max();
  const std::int64_t last =
      std::min(left == 0 ? kUsedUp : middle - 2 * all[left - 1], right == count ? kUsedUp : 2 * all[right] - middle);
  const std::int64_t four_mad = count % 2 != 0 ? 2 * last : current + last;
  if (four_mad != 0) return {RobustKind::mad, static_cast<Uint128>(four_mad)};
  Deviations out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t deviation = 2 * all[i] - middle;
    out.size += static_cast<Uint128>(deviation < 0 ? -deviation : deviation);
  }
  if (out.size != 0) out.kind = RobustKind::mean_deviation;
  return out;
}

/// m = numerator / denominator, both times what makes them integers. With d = 2 (v - median):
///   mad             0.6745 d / 2 / MAD                   = 1349 d / (1000 x 4 MAD)
///   mean_deviation  d / 2 / (1.253314 x sum / (2 n))     = 10^6 n d / (1253314 x sum)
struct RobustScore {
  Int128 numerator;
  Uint128 denominator;
};

RobustScore robust_of(const Deviations& deviations, Int128 distance, std::uint32_t count) noexcept {
  if (deviations.kind == RobustKind::mad) return {1'349 * distance, 1'000 * deviations.size};
  return {Int128{1'000'000} * count * distance, 1'253'314 * deviations.size};
}

bool robust_fires(const RobustScore& robust, config::Decimal threshold) noexcept {
  if (threshold.nano == 0 || robust.numerator <= 0) return false;
  return WideProduct::of(static_cast<Uint128>(robust.numerator), static_cast<Uint128>(config::kDecimalScale)) >=
         WideProduct::of(static_cast<Uint128>(threshold.nano), robust.denominator);
}

/// false: even the least MAD that the quartiles allow is too much. Half of the volumes lie no further from the median
/// than the MAD, so on one side of it at least a quarter of them do.
bool robust_may_fire(const VolumeBaseline& before, std::int64_t middle, Int128 distance,
                     config::Decimal threshold) noexcept {
  const std::int64_t* const all = before.sorted();
  const std::size_t count = before.count(), half = count / 2;
  if (half == 0) return true;
  const std::size_t quarter = (half + 1) / 2;  // at least so many on one side, the middle one of an odd count left out
  const std::int64_t left = middle - 2 * all[half - quarter], right = 2 * all[count - half + quarter - 1] - middle;
  const std::int64_t least = std::min(left, right);
  return least == 0 ||
         robust_fires(robust_of({RobustKind::mad, static_cast<Uint128>(2 * least)}, distance, 0), threshold);
}

}  // namespace

VolumeAnomaly VolumeRule::look(const VolumeBaseline& before, std::uint64_t volume) const noexcept {
  VolumeAnomaly out;
  out.absolute_fired = absolute != 0 && volume >= absolute;
  const std::uint32_t count = before.count();
  if (count == 0 || count < minimum) return out;
  const std::int64_t counted = VolumeBaseline::counted(volume);
  const Spread spread = spread_of(before, counted);
  out.z_fired = z_fires(spread, z);
  // Most bars are not above their median: the deviations are only looked at where they matter.
  const std::int64_t middle = median_twice(before), distance = 2 * counted - middle;
  if (!out.fired() && distance <= 0) return out;
  if (!out.fired() && !robust_may_fire(before, middle, distance, robust)) return out;
  const Deviations deviations = deviations_of(before, middle);
  const bool has_robust = deviations.kind != RobustKind::none;
  const RobustScore robust_z = has_robust ? robust_of(deviations, distance, count) : RobustScore{};
  out.robust_fired = has_robust && robust_fires(robust_z, robust);
  if (!out.fired()) return out;
  if (spread.variance != 0) {
    out.z = static_cast<double>(spread.distance) / std::sqrt(static_cast<double>(spread.variance));
  }
  out.robust_kind = deviations.kind;
  if (has_robust) {
    out.robust_z = static_cast<double>(robust_z.numerator) / static_cast<double>(robust_z.denominator);
  }
  return out;
}

}  // namespace tickplant::analytics
