#include "feedhandlers/venue/pacer.hpp"

#include <algorithm>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::venue {

SinceStart Pacer::due(std::uint64_t index, SinceMidnight stamp) noexcept {
  SinceStart due;
  switch (options_.pace) {
    case Pace::rate:
      due.nanos = static_cast<std::int64_t>(static_cast<double>(index) *
                                            (platform::kNanosPerSecond / options_.messages_per_second));
      break;
    case Pace::burst:
      due.nanos = static_cast<std::int64_t>(index / options_.burst_messages) * options_.burst_interval_nanos;
      break;
    case Pace::stamps:
      if (index == 0) first_stamp_ = stamp;
      due.nanos = static_cast<std::int64_t>(
          static_cast<double>(static_cast<std::int64_t>(stamp.nanos - first_stamp_.nanos)) / options_.speed);
      break;
    case Pace::max: break;
  }
  return last_ = std::max(last_, due);
}

void Lateness::on_message(SinceStart due, SinceStart now) noexcept {
  nanos_now_ = std::max<std::int64_t>(0, now - due);
  nanos_max_ = std::max(nanos_max_, nanos_now_);
  if (nanos_now_ > kLateNanos) ++late_messages_;
}

bool Lateness::take_complaint(SinceStart now) noexcept {
  if (nanos_now_ < kCannotKeepUpNanos || now < next_complaint_) return false;
  next_complaint_ = now + kComplaintIntervalNanos;
  return true;
}

}  // namespace tickplant::feedhandlers::venue
