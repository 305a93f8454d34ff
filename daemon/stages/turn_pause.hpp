// When a stage that polls wants its next turn, on a thread that parks: soon after it has found work, ever later while
// it finds none.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>

#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

class TurnPause {
 public:
  static constexpr std::int64_t kShortest = 20'000;
  static constexpr std::int64_t kLongest = 1'000'000;

  /// `longest`: where it is woken for what is urgent it need not look so often.
  explicit TurnPause(std::int64_t longest = kLongest) noexcept : longest_(longest) {}

  /// After a turn at `now`.
  void after(bool found_work, platform::UnixNanos now) noexcept {
    pause_ = found_work ? kShortest : std::min(2 * pause_, longest_);
    next_turn_ = now + pause_;
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept { return next_turn_; }

 private:
  std::int64_t longest_;
  std::int64_t pause_ = kShortest;
  platform::UnixNanos next_turn_{};
};

}  // namespace tickplant::daemon
