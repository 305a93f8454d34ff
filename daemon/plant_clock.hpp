// The plant's time for its stages: UTC by the TSC and the line that housekeeping publishes, without a system call.
//
// Never goes back, also when a new line is a little behind the old one.
// Threads: one each. Not here: drawing the line (housekeeping.hpp, platform/clock_calibrator.hpp).
#pragma once

#include <cstdint>

#include "platform/clock.hpp"
#include "ringbuf/clock_page.hpp"

namespace tickplant::daemon {

class PlantClock {
 public:
  /// Over a page in which a line has been published.
  explicit PlantClock(ringbuf::ClockPageReader page) noexcept : page_(page) { refresh(); }

  [[nodiscard]] platform::UnixNanos now() noexcept {
    if (page_.version() != version_) [[unlikely]]
      refresh();
    const platform::UnixNanos time = platform::now_by(line_);
    if (time > newest_) newest_ = time;
    return newest_;
  }

  /// How far now() may be from UTC as the system has it, in ns.
  [[nodiscard]] std::int64_t error_nanos() const noexcept {
    return line_.source == platform::ClockSource::tsc ? platform::error_nanos_at(line_, platform::read_tsc()) : 0;
  }

 private:
  void refresh() noexcept {
    ringbuf::ClockEntry entry;
    if (page_.read(entry) != ringbuf::TableRead::value) return;  // being written: the next call sees it
    version_ = entry.stamp;
    line_ = entry.line;
  }

  ringbuf::ClockPageReader page_;
  std::uint64_t version_ = 0;
  platform::ClockParameters line_;
  platform::UnixNanos newest_ = platform::kNoTime;
};

}  // namespace tickplant::daemon
