// Counters in shared memory outlive the process that counts.
//
// Threads: one.
#pragma once

#include <cstdint>

#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

/// A counter that follows a total which starts at 0 in this process, while its own goes on from a predecessor's.
class FollowingCounter {
 public:
  explicit FollowingCounter(ringbuf::Counter counter) noexcept : counter_(counter) {}
  void follow(std::uint64_t total) noexcept {
    if (total == seen_) return;
    counter_.add(total - seen_);
    seen_ = total;
  }
  /// The total did not start at 0: it is a predecessor's, who may have ended before he told all of it.
  void go_on_at(std::uint64_t total) noexcept {
    counter_.raise_to(total);
    seen_ = total;
  }

 private:
  ringbuf::Counter counter_;
  std::uint64_t seen_ = 0;
};

}  // namespace tickplant::daemon
