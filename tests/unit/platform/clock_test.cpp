#include "platform/clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "fake_root.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::platform::this_file {
namespace {

constexpr std::int64_t kStart = 1'548'858'600'000'000'000;

// A machine whose counter runs at 2 ticks per nanosecond and whose looks take 40 ns each, the clock read in the middle.
struct FakeMachine {
  std::int64_t true_nanos = kStart;
  std::int64_t system_offset = 0;  // grows or shrinks when the system clock is stepped
  std::uint64_t tsc = 1'000'000;
  std::int64_t rate_ppb = 0;  // how much faster the counter runs now

  void pass(std::int64_t nanos) {
    true_nanos += nanos;
    tsc += static_cast<std::uint64_t>(2 * nanos + 2 * nanos / 1000 * rate_ppb / 1'000'000);
  }
  ClockSample look() {
    ClockSample sample;
    sample.tsc_before = tsc;
    pass(20);
    sample.utc = system_time();
    pass(20);
    sample.tsc_after = tsc;
    return sample;
  }
  [[nodiscard]] UnixNanos system_time() const { return {true_nanos + system_offset}; }
};

CalibrationOptions quick() {
  CalibrationOptions options;
  options.samples = 4;
  options.first_baseline_nanos = 1'000'000;
  return options;
}

ClockCalibrator calibrator_of(FakeMachine& machine) {
  return ClockCalibrator{[&machine] { return machine.look(); }, quick()};
}

TEST(ClockParameters, ConvertBeforeAndAfterTheirBase) {
  constexpr ClockParameters kHalf{
      .tsc_base = 1000, .unix_nanos_base = kStart, .multiplier = 1, .shift = 1, .source = ClockSource::tsc};
  static_assert(to_unix_nanos(kHalf, 1000).value == kStart);
  static_assert(to_unix_nanos(kHalf, 3000).value == kStart + 1000);
  static_assert(to_unix_nanos(kHalf, 0).value == kStart - 500);
  EXPECT_EQ(nanos_between(kHalf, 100, 300), 100);
  EXPECT_EQ(nanos_between(kHalf, 300, 100), -100);
}

TEST(ClockParameters, DoNotOverflowOverAYearOfTicks) {
  constexpr std::uint64_t kYearOfTicks = 5'000'000'000ULL * 86'400 * 365;
  const ClockParameters line{.multiplier = (1ULL << 52) / 5, .shift = 52};
  EXPECT_NEAR(static_cast<double>(to_unix_nanos(line, kYearOfTicks).value), 86'400e9 * 365, 10.0);
}

TEST(ClockParameters, PromiseAnErrorThatGrowsInBothDirections) {
  const ClockParameters line{
      .tsc_base = 1'000'000, .multiplier = 1ULL << 10, .shift = 10, .error_nanos = 30, .error_multiplier = 1};
  EXPECT_EQ(error_nanos_at(line, 1'000'000), 31);
  EXPECT_EQ(error_nanos_at(line, 1'000'000 + 10'240), 41);
  EXPECT_EQ(error_nanos_at(line, 1'000'000 - 10'240), 41);
}

TEST(ClockCalibrator, FindsRateAndOffset) {
  FakeMachine machine;
  const ClockCalibrator calibrator = calibrator_of(machine);
  machine.pass(500'000'000);
  const ClockParameters& line = calibrator.parameters();
  EXPECT_EQ(line.source, ClockSource::tsc);
  EXPECT_NEAR(static_cast<double>(to_unix_nanos(line, machine.tsc) - machine.system_time()), 0.0, 3.0);
  EXPECT_EQ(nanos_between(line, 0, 2'000'000), 1'000'000);
}

TEST(ClockCalibrator, PromisesHalfABracketPlusDrift) {
  FakeMachine machine;
  const ClockCalibrator calibrator = calibrator_of(machine);
  const std::int64_t at_once = error_nanos_at(calibrator.parameters(), machine.tsc);
  EXPECT_GE(at_once, 20);
  EXPECT_LE(at_once, 30);
  // One second later: 10 ppm of wander = 10 us, and 2 x 21 ns over a 1 ms baseline = 42 us.
  machine.pass(kNanosPerSecond);
  const std::int64_t later = error_nanos_at(calibrator.parameters(), machine.tsc);
  EXPECT_GE(later, at_once + 10'000);
  EXPECT_LE(later, at_once + 60'000);
}

TEST(ClockCalibrator, KnowsTheRateBetterAsTheBaselineGrows) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  const std::uint64_t first = calibrator.parameters().error_multiplier;
  for (int second = 0; second < 40; ++second) {
    machine.pass(kNanosPerSecond);
    EXPECT_EQ(calibrator.calibrate().step, ClockStep::none) << "second " << second;
  }
  EXPECT_LT(calibrator.parameters().error_multiplier, first / 4);
}

TEST(ClockCalibrator, ForgetsTheRateOfLongAgo) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  for (int second = 0; second < 400; ++second) {
    machine.rate_ppb -= 100;  // 40 ppm in the end, four times what may change over a baseline
    machine.pass(kNanosPerSecond);
    ASSERT_EQ(calibrator.calibrate().step, ClockStep::none) << "second " << second;
  }
}

TEST(ClockCalibrator, KeepsTheTightestOfItsSamples) {
  FakeMachine machine;
  int look = 0;
  const ClockCalibrator calibrator{[&] {
                                     ClockSample sample = machine.look();
                                     if (++look % 4 != 0) {  // three of four are interrupted for 10 us
                                       machine.pass(10'000);
                                       sample.tsc_after = machine.tsc;
                                     }
                                     return sample;
                                   },
                                   quick()};
  EXPECT_LT(calibrator.parameters().error_nanos, 100);
}

TEST(ClockCalibrator, FollowsAStepForwardAtOnceAndReportsIt) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  machine.pass(kNanosPerSecond);
  machine.system_offset += 5 * kNanosPerSecond;
  const Calibration result = calibrator.calibrate();
  EXPECT_EQ(result.step, ClockStep::forward);
  EXPECT_NEAR(static_cast<double>(result.offset_nanos), 5e9, 100.0);
  EXPECT_EQ(result.held_nanos, 0);
  EXPECT_EQ(calibrator.parameters().step_count, 1u);
  EXPECT_NEAR(static_cast<double>(to_unix_nanos(calibrator.parameters(), machine.tsc) - machine.system_time()), 0, 5);
}

TEST(ClockCalibrator, StandsStillAfterAStepBackUntilTheSystemClockHasCaughtUp) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  machine.pass(kNanosPerSecond);
  const UnixNanos before = to_unix_nanos(calibrator.parameters(), machine.tsc);
  machine.system_offset -= 5 * kNanosPerSecond;
  const Calibration result = calibrator.calibrate();
  EXPECT_EQ(result.step, ClockStep::backward);
  EXPECT_NEAR(static_cast<double>(result.held_nanos), 5e9, 1000.0);
  EXPECT_GE(to_unix_nanos(calibrator.parameters(), machine.tsc), before);

  UnixNanos last = before;
  for (int second = 0; second < 8; ++second) {
    machine.pass(kNanosPerSecond);
    const UnixNanos now = to_unix_nanos(calibrator.parameters(), machine.tsc);
    EXPECT_GE(now, last);
    last = now;
    EXPECT_LE(now - machine.system_time(), error_nanos_at(calibrator.parameters(), machine.tsc));
    EXPECT_EQ(calibrator.calibrate().step, ClockStep::none) << "one step is reported once";
  }
  EXPECT_EQ(calibrator.parameters().step_count, 1u);
  EXPECT_LT(error_nanos_at(calibrator.parameters(), machine.tsc), 1'000) << "caught up, and the bound says so";
}

TEST(ClockCalibrator, PromisesNoMoreThanItHoldsWhenTheNextCalibrationIsOverdue) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  machine.pass(kNanosPerSecond);
  machine.system_offset -= kNanosPerSecond / 2;
  calibrator.calibrate();  // half speed for one second, then it should have been calibrated
  for (int second = 0; second < 10; ++second) {
    machine.pass(kNanosPerSecond);
    const std::int64_t off = to_unix_nanos(calibrator.parameters(), machine.tsc) - machine.system_time();
    EXPECT_LE(std::abs(off), error_nanos_at(calibrator.parameters(), machine.tsc)) << "second " << second;
  }
}

TEST(ClockCalibrator, GivesBackASmallLeadWithinOneIntervalWithoutStandingStill) {
  FakeMachine machine;
  ClockCalibrator calibrator = calibrator_of(machine);
  for (int second = 0; second < 20; ++second) {
    machine.pass(kNanosPerSecond);
    calibrator.calibrate();
  }
  machine.pass(kNanosPerSecond);
  machine.system_offset -= 5'000;  // inside the bound: steering, not a step
  const Calibration result = calibrator.calibrate();
  EXPECT_EQ(result.step, ClockStep::none);
  EXPECT_NEAR(static_cast<double>(result.held_nanos), 5'000, 50);
  EXPECT_GT(nanos_between(calibrator.parameters(), 0, 2'000'000), 999'990);
  machine.pass(kNanosPerSecond);
  EXPECT_NEAR(static_cast<double>(to_unix_nanos(calibrator.parameters(), machine.tsc) - machine.system_time()), 0, 500);
}

TEST(ClockCalibrator, RefusesASystemClockThatStandsStill) {
  FakeMachine machine;
  EXPECT_THROW(ClockCalibrator(
                   [&] {
                     ClockSample sample = machine.look();
                     sample.utc = {kStart};
                     return sample;
                   },
                   quick()),
               SetupError);
}

TEST(TscVerdict, FollowsTheProcessorAndTheKernel) {
  FakeRoot root;
  EXPECT_FALSE(tsc_verdict(false, root.path()).usable);
  EXPECT_TRUE(tsc_verdict(true, root.path()).usable) << "an unreadable /sys is not a no";
  const std::string file = "sys/devices/system/clocksource/clocksource0/available_clocksource";
  root.write(file, "kvm-clock tsc acpi_pm\n");
  EXPECT_TRUE(tsc_verdict(true, root.path()).usable);
#if defined(__x86_64__)
  root.write(file, "hpet acpi_pm\n");
  EXPECT_FALSE(tsc_verdict(true, root.path()).usable);
  EXPECT_NE(tsc_verdict(true, root.path()).reason.find("unstable"), std::string::npos);
#endif
}

TEST(TscClock, BecomesASystemClockWithoutAUsableTscAndSaysSo) {
  TscClock clock{TscVerdict{false, "no invariant TSC"}, [] { return ClockSample{}; }};
  EXPECT_EQ(clock.parameters().source, ClockSource::system);
  EXPECT_EQ(clock.verdict().reason, "no invariant TSC");
  const UnixNanos before = system_now();
  const UnixNanos now = clock.now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, system_now());
  EXPECT_EQ(clock.calibrate().step, ClockStep::none);
}

TEST(TscClock, AgreesWithTheSystemClockOfThisMachineWithinItsBound) {
  TscClock clock;
  if (clock.parameters().source != ClockSource::tsc) GTEST_SKIP() << clock.verdict().reason;
  clock.calibrate();
  ASSERT_EQ(clock.parameters().step_count, 0u);
  const ClockSample sample = sample_this_machine();
  const std::int64_t bound = error_nanos_at(clock.parameters(), sample.tsc_after);
  EXPECT_LE(to_unix_nanos(clock.parameters(), sample.tsc_before) - sample.utc, bound);
  EXPECT_GE(to_unix_nanos(clock.parameters(), sample.tsc_after) - sample.utc, -bound);
}

TEST(TscClock, NeverGoesBackWhileItIsRecalibrated) {
  TscClock clock;
  UnixNanos last = clock.now();
  for (int i = 0; i < 2'000; ++i) {
    if (i % 10 == 0) clock.calibrate();
    const UnixNanos now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(FixedClock, StandsStillUntilTold) {
  FixedClock clock{{kStart}};
  EXPECT_EQ(clock.now(), UnixNanos{kStart});
  EXPECT_EQ(clock.now(), UnixNanos{kStart});
  clock.advance(250);
  EXPECT_EQ(clock.now(), UnixNanos{kStart + 250});
  clock.set({7});
  EXPECT_EQ(clock.now(), UnixNanos{7});
}

TEST(ReadTsc, GoesForward) {
  const std::uint64_t first = read_tsc_ordered();
  const std::uint64_t second = read_tsc_ordered();
  EXPECT_GT(second, first);
}

}  // namespace
}  // namespace tickplant::platform::this_file
