// Says when it is time to look around, asking the clock so rarely that a spinning caller does not notice.
//
// The clock is asked every n-th time: n grows to 64 for a caller that spins, and is 1 for one that sleeps between its
// calls. A change of pace is noticed after at most 64 calls.
//
// Threads: one. Not here: what to look at (subscriber.hpp).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tickplant::clients {

/// For LookTimer::is_due().
[[nodiscard]] inline std::int64_t steady_nanos() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class LookTimer {
 public:
  static constexpr std::int64_t kPeriodNanos = 100'000'000;

  /// True about every kPeriodNanos. `now_nanos()` gives a time that does not go back.
  template <class Now>
  bool is_due(Now&& now_nanos) {
    if (--calls_left_ > 0) [[likely]]
      return false;
    const std::int64_t now = now_nanos();
    stride_ = now - asked_at_ < kFineNanos ? std::min(2 * stride_, kStrideMax) : 1;
    calls_left_ = stride_;
    asked_at_ = now;
    if (now - looked_at_ < kPeriodNanos) return false;
    looked_at_ = now;
    return true;
  }

  /// The next call is due.
  void hasten() noexcept {
    calls_left_ = 1;
    looked_at_ -= kPeriodNanos;
  }

 private:
  static constexpr std::int64_t kFineNanos = 1'000'000;
  static constexpr std::int64_t kStrideMax = 64;

  std::int64_t calls_left_ = 1;
  std::int64_t stride_ = 1;
  std::int64_t asked_at_ = 0;
  std::int64_t looked_at_ = 0;
};

}  // namespace tickplant::clients
