// What a reader does when nothing came. Nobody waits for it, so this is only its own trade of latency for CPU.
//
//   spin     nothing: a whole core at 100 %
//   pause    a PAUSE: nearly as quick, gentler to the sibling thread and to the line that is polled
//   yield    sched_yield: others may run, then we are back
//   sleep    until the plant says there is news: no CPU, but its wake interval (100 us by default) and a kernel wake-up
//
// The plant's housekeeping wakes, never a writer. One that does not (an older one, its wake off, dead) costs nothing
// but time: a sleep ends after `sleep_max`, and the reader looks for itself.
//
// Threads: one each. Not here: the order that loses no wake (sleeper.hpp, the way to use this).
#pragma once

#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "platform/cpu_pause.hpp"
#include "platform/futex.hpp"

namespace tickplant::clients {

enum class IdleStrategy : std::uint8_t { spin, pause, yield, sleep };

class Idle {
 public:
  static constexpr std::chrono::nanoseconds kSleepMax = std::chrono::milliseconds(10);

  explicit Idle(IdleStrategy strategy, std::chrono::nanoseconds sleep_max = kSleepMax) noexcept
      : strategy_(strategy), sleep_nanos_max_(sleep_max.count()) {}

  [[nodiscard]] bool sleeps() const noexcept { return strategy_ == IdleStrategy::sleep; }

  /// Once, for those that do not sleep.
  void pass() const noexcept {
    if (strategy_ == IdleStrategy::pause) platform::cpu_pause();
    if (strategy_ == IdleStrategy::yield) ::sched_yield();
  }

  /// Until `word` is no longer `seen`, or a signal came, or sleep_max is over. `seen` is loaded (acquire) before a poll
  /// that found nothing: whoever loads it behind that poll may sleep through news.
  void sleep(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
    ++slept_count_;
    timed_out_count_ += platform::futex_wait(word, seen, sleep_nanos_max_) ? 0 : 1;
  }

  /// Sleeps begun, and those of them that were not ended by a wake or a signal.
  [[nodiscard]] std::uint64_t slept_count() const noexcept { return slept_count_; }
  [[nodiscard]] std::uint64_t timed_out_count() const noexcept { return timed_out_count_; }

 private:
  IdleStrategy strategy_;
  std::int64_t sleep_nanos_max_;
  std::uint64_t slept_count_ = 0;
  std::uint64_t timed_out_count_ = 0;
};

}  // namespace tickplant::clients
