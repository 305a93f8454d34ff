#include "platform/clock_calibrator.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "platform/tsc.hpp"

namespace tickplant::platform {
namespace {

// 2^-52 ns per tick is 0.05 ns a day; and counters down to 1 MHz still fit a multiplier below 2^63.
constexpr std::uint32_t kShift = 52;
constexpr int kMaxFirstSamples = 4'000'000;

// a * b / c, rounded up.
std::uint64_t scaled_up(std::uint64_t a, std::uint64_t b, std::uint64_t c) noexcept {
  const Int128 product = static_cast<Int128>(a) * b;
  return static_cast<std::uint64_t>((product + c - 1) / c);
}

std::int64_t distance(std::int64_t a, std::int64_t b) noexcept { return a > b ? a - b : b - a; }

}  // namespace

ClockSample sample_this_machine() noexcept {
  ClockSample sample;
  timespec now{};
  sample.tsc_before = read_tsc_ordered();
  ::clock_gettime(CLOCK_REALTIME, &now);
  sample.tsc_after = read_tsc_ordered();
  sample.utc = {static_cast<std::int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec};
  return sample;
}

ClockCalibrator::ClockCalibrator(ClockSampler sampler, CalibrationOptions options)
    : sampler_(std::move(sampler)), options_(options) {
  TP_CHECK(options_.samples > 0 && options_.interval_nanos > 0 && options_.first_baseline_nanos > 0);
  anchor_ = next_anchor_ = tightest_of(options_.samples);
  for (int budget = kMaxFirstSamples; sampler_().utc - anchor_.utc < options_.first_baseline_nanos && budget > 0;)
    --budget;
  const Point newest = tightest_of(options_.samples);
  measure_rate(newest);
  if (rate_ == 0)
    throw SetupError{"the system clock (CLOCK_REALTIME) does not advance while the TSC is being calibrated",
                     "look at the time service of this machine: the clock is being set back, or stands still"};
  line_.shift = kShift;
  line_.source = ClockSource::tsc;
  start_line_at(newest.tsc, newest.utc.value, half_bracket_nanos(newest), 0);
}

Calibration ClockCalibrator::calibrate() {
  const Point newest = tightest_of(options_.samples);
  Calibration result;
  result.offset_nanos = newest.utc - to_unix_nanos(line_, newest.tsc);
  if (distance(result.offset_nanos, 0) > error_nanos_at(line_, newest.tsc) + half_bracket_nanos(newest)) {
    result.step = result.offset_nanos > 0 ? ClockStep::forward : ClockStep::backward;
    ++line_.step_count;
    anchor_ = next_anchor_ = newest;  // a rate measured across a step would be nonsense: keep the old one for now
  } else {
    measure_rate(newest);
  }

  // The switch is after every sample: whoever reads the counter from now on reads at least this.
  const std::uint64_t now = last_tsc_;
  const std::int64_t handed_out = to_unix_nanos(line_, now).value;
  const auto since = static_cast<std::int64_t>(now - newest.tsc);
  const std::int64_t measured = newest.utc.value + scale_ticks(since, rate_, kShift);
  const std::int64_t error = half_bracket_nanos(newest) + scale_ticks(since, rate_error_, kShift) + 2;
  result.held_nanos = std::max<std::int64_t>(handed_out - measured, 0);
  start_line_at(now, measured + result.held_nanos, error, result.held_nanos);
  return result;
}

ClockCalibrator::Point ClockCalibrator::tightest_of(int count) {
  Point best;
  best.half_ticks = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < count; ++i) {
    const ClockSample sample = sampler_();
    const std::uint64_t bracket = sample.tsc_after - sample.tsc_before;
    last_tsc_ = sample.tsc_after;
    if (bracket / 2 + 1 < best.half_ticks) best = {sample.tsc_before + bracket / 2, bracket / 2 + 1, sample.utc};
  }
  return best;
}

// The rate between two points is wrong by both half brackets and both roundings of the system clock to a nanosecond.
void ClockCalibrator::measure_rate(const Point& newest) noexcept {
  if (newest.utc - next_anchor_.utc >= options_.baseline_nanos) anchor_ = std::exchange(next_anchor_, newest);
  const std::int64_t nanos = newest.utc - anchor_.utc;
  if (nanos < options_.first_baseline_nanos / 2) return;  // too near to say more than the rate we have
  const std::uint64_t ticks = newest.tsc - anchor_.tsc;
  rate_ = static_cast<std::uint64_t>((static_cast<Int128>(nanos) << kShift) / static_cast<Int128>(ticks));
  constexpr std::uint64_t kTwoRoundings = std::uint64_t{2} << kShift;
  rate_error_ = scaled_up(rate_, anchor_.half_ticks + newest.half_ticks, ticks) + scaled_up(kTwoRoundings, 1, ticks) +
                scaled_up(rate_, options_.wander_ppb, static_cast<std::uint64_t>(kNanosPerSecond)) + 1;
}

// `held_nanos` ahead of the truth: give them back within one interval, or stand still if they are more than that.
void ClockCalibrator::start_line_at(std::uint64_t tsc, std::int64_t nanos, std::int64_t error_nanos,
                                    std::int64_t held_nanos) noexcept {
  const auto given_back = static_cast<std::uint64_t>(std::min(held_nanos, options_.interval_nanos));
  const std::uint64_t slower = scaled_up(rate_, given_back, static_cast<std::uint64_t>(options_.interval_nanos));
  line_.tsc_base = tsc;
  line_.unix_nanos_base = nanos;
  line_.multiplier = rate_ - std::min(slower, rate_);
  line_.error_nanos = error_nanos + held_nanos;
  line_.error_multiplier = rate_error_ + slower;
}

std::int64_t ClockCalibrator::half_bracket_nanos(const Point& point) const noexcept {
  return scale_ticks(static_cast<std::int64_t>(point.half_ticks), rate_ + rate_error_, kShift) + 2;
}

}  // namespace tickplant::platform
