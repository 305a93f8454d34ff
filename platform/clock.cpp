#include "platform/clock.hpp"

#include <ctime>
#include <utility>

namespace tickplant::platform {

UnixNanos system_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return {static_cast<std::int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec};
}

TscClock::TscClock(CalibrationOptions options) : TscClock(tsc_verdict(), sample_this_machine, options) {}

TscClock::TscClock(TscVerdict verdict, ClockSampler sampler, CalibrationOptions options)
    : verdict_(std::move(verdict)) {
  if (!verdict_.usable) return;
  calibrator_.emplace(std::move(sampler), options);
  line_ = calibrator_->parameters();
}

Calibration TscClock::calibrate() {
  if (!calibrator_) return {};
  const Calibration result = calibrator_->calibrate();
  line_ = calibrator_->parameters();
  return result;
}

}  // namespace tickplant::platform
