// Laws of the calibrated clock over simulated machines: the promised error bound holds, and time never goes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "platform/clock.hpp"

namespace tickplant::platform::this_file {
namespace {

// A counter of random rate whose ratio to the system clock wanders within +-wander/2, and looks of random length with
// the system clock read anywhere inside, sometimes interrupted.
class SimulatedMachine {
 public:
  explicit SimulatedMachine(std::uint64_t seed, std::uint64_t wander_ppb)
      : random_(seed),
        nominal_ticks_per_nano_(between(0.02, 5.0)),
        ticks_per_nano_(nominal_ticks_per_nano_),
        half_wander_(static_cast<double>(wander_ppb) * 0.45e-9) {}

  void pass(double nanos) {
    nanos_ += nanos;
    ticks_ += nanos * ticks_per_nano_;
  }
  void wander() { ticks_per_nano_ = nominal_ticks_per_nano_ * (1 + between(-half_wander_, half_wander_)); }
  void step(std::int64_t nanos) { offset_ += nanos; }

  ClockSample look() {
    ClockSample sample;
    if (between(0, 1) < 0.01) pass(between(0, 3e7));  // a time slice lost between two looks
    sample.tsc_before = tsc();
    pass(between(5, 60));
    if (between(0, 1) < 0.1) pass(between(0, 20'000));
    sample.utc = utc();
    if (between(0, 1) < 0.1) pass(between(0, 20'000));
    pass(between(5, 60));
    sample.tsc_after = tsc();
    return sample;
  }

  [[nodiscard]] std::uint64_t tsc() const { return 1'000'000'000'000 + static_cast<std::uint64_t>(ticks_); }
  [[nodiscard]] UnixNanos utc() const {
    return {1'600'000'000'000'000'000 + offset_ + static_cast<std::int64_t>(std::floor(nanos_))};
  }
  /// A tick of a slow counter is longer than a nanosecond: reading it hides that much of the time.
  [[nodiscard]] std::int64_t tick_nanos() const { return static_cast<std::int64_t>(1 / ticks_per_nano_) + 1; }
  double between(double low, double high) { return std::uniform_real_distribution<double>{low, high}(random_); }

 private:
  std::mt19937_64 random_;
  double nominal_ticks_per_nano_;
  double ticks_per_nano_;
  double half_wander_;
  double nanos_ = 0;
  double ticks_ = 0;
  std::int64_t offset_ = 0;
};

CalibrationOptions options() {
  CalibrationOptions options;
  options.samples = 8;
  options.first_baseline_nanos = 2'000'000;
  options.baseline_nanos = 4 * kNanosPerSecond;
  return options;
}

std::int64_t distance(UnixNanos a, UnixNanos b) { return std::abs(a - b); }

TEST(ClockProperty, StaysWithinItsPromisedErrorAndNeverGoesBack) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SimulatedMachine machine{seed, options().wander_ppb};
    UnixNanos last = kNoTime;
    const ClockParameters* published = nullptr;  // others convert while it is being calibrated
    ClockCalibrator calibrator{[&] {
                                 const ClockSample sample = machine.look();
                                 if (published != nullptr) last = to_unix_nanos(*published, sample.tsc_after);
                                 return sample;
                               },
                               options()};
    published = &calibrator.parameters();
    for (int interval = 0; interval < 40; ++interval) {
      for (int look = 0; look < 20; ++look) {
        machine.pass(machine.between(0, 1e8));
        if (machine.between(0, 1) < 0.2) machine.wander();
        const ClockParameters& line = calibrator.parameters();
        const UnixNanos now = to_unix_nanos(line, machine.tsc());
        ASSERT_GE(now, last);
        ASSERT_LE(distance(now, machine.utc()), error_nanos_at(line, machine.tsc()) + machine.tick_nanos());
        last = now;
      }
      ASSERT_EQ(calibrator.calibrate().step, ClockStep::none) << "interval " << interval;
    }
    // Calibrated each second or so, the promise is worth something.
    EXPECT_LT(calibrator.parameters().error_nanos, 10'000);
  }
}

TEST(ClockProperty, ReportsEachStepOnceAndNeverGoesBack) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SimulatedMachine machine{seed, options().wander_ppb};
    UnixNanos last = kNoTime;
    const ClockParameters* published = nullptr;  // others convert while it is being calibrated
    ClockCalibrator calibrator{[&] {
                                 const ClockSample sample = machine.look();
                                 if (published != nullptr) last = to_unix_nanos(*published, sample.tsc_after);
                                 return sample;
                               },
                               options()};
    published = &calibrator.parameters();
    std::uint64_t steps = 0;
    for (int interval = 0; interval < 60; ++interval) {
      for (int look = 0; look < 10; ++look) {
        machine.pass(machine.between(0, 1e8));
        const UnixNanos now = to_unix_nanos(calibrator.parameters(), machine.tsc());
        ASSERT_GE(now, last);
        last = now;
      }
      const bool steps_now = machine.between(0, 1) < 0.15;
      const std::int64_t bound = error_nanos_at(calibrator.parameters(), machine.tsc());
      // A step hides inside the bound when it is smaller; with twice the bound (and a look's own error) it cannot.
      const auto size = static_cast<std::int64_t>(machine.between(1, 1e9)) + 2 * bound + 100'000;
      const bool forward = machine.between(0, 1) < 0.5;
      if (steps_now) machine.step(forward ? size : -size);
      const Calibration result = calibrator.calibrate();
      const ClockStep expected = !steps_now ? ClockStep::none : forward ? ClockStep::forward : ClockStep::backward;
      ASSERT_EQ(result.step, expected) << "interval " << interval;
      steps += steps_now ? 1 : 0;
      ASSERT_EQ(calibrator.parameters().step_count, steps);
      const ClockParameters& line = calibrator.parameters();
      ASSERT_LE(distance(to_unix_nanos(line, machine.tsc()), machine.utc()),
                error_nanos_at(line, machine.tsc()) + machine.tick_nanos());
    }
  }
}

}  // namespace
}  // namespace tickplant::platform::this_file
