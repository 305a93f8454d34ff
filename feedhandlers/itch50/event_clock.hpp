// Turns the time stamps of messages, which count from midnight, into points in time, and notices when they go back.
//
// Threads: the feed's own. No clock is asked: time comes with the messages.
// Not here: which day it is (feedhandlers/trading_day.hpp), receive times (tick_publisher.hpp).
#pragma once

#include <algorithm>

#include "feedhandlers/itch50/messages.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::feedhandlers::itch50 {

class EventClock {
 public:
  void start(platform::UnixNanos midnight) noexcept {
    midnight_ = midnight;
    last_ = midnight;
    first_ = platform::kNoTime;
  }

  /// When the message happened; from here on it is the message at hand.
  template <class Message>
  platform::UnixNanos time_of(const Message& message) noexcept {
    const platform::UnixNanos time = moment_of(message);
    now_ = time;
    const bool backward = time < last_;
    backward_times_ += backward ? 1 : 0;
    late_flag_ = backward ? ringbuf::RecordFlags::late : ringbuf::RecordFlags::none;
    last_ = backward ? last_ : time;
    if (first_ == platform::kNoTime) [[unlikely]]
      first_ = time;
    return time;
  }

  /// When a message happened that is not part of the stream.
  template <class Message>
  [[nodiscard]] platform::UnixNanos moment_of(const Message& message) const noexcept {
    return midnight_ + static_cast<std::int64_t>(message.timestamp().nanos);
  }

  /// A predecessor told of a message at `time`.
  void on_told(platform::UnixNanos time) noexcept {
    last_ = std::max(last_, time);
    if (first_ == platform::kNoTime) first_ = time;
  }

  [[nodiscard]] platform::UnixNanos midnight() const noexcept { return midnight_; }
  [[nodiscard]] platform::UnixNanos first() const noexcept { return first_; }  // of the session, kNoTime before it
  [[nodiscard]] platform::UnixNanos last() const noexcept { return last_; }    // newest so far
  [[nodiscard]] platform::UnixNanos now() const noexcept { return now_; }      // of the message at hand
  [[nodiscard]] ringbuf::RecordFlags late_flag() const noexcept { return late_flag_; }
  [[nodiscard]] std::uint64_t backward_times() const noexcept { return backward_times_; }

 private:
  platform::UnixNanos midnight_{};
  platform::UnixNanos first_ = platform::kNoTime;
  platform::UnixNanos last_ = platform::kNoTime;
  platform::UnixNanos now_ = platform::kNoTime;
  ringbuf::RecordFlags late_flag_ = ringbuf::RecordFlags::none;
  std::uint64_t backward_times_ = 0;
};

}  // namespace tickplant::feedhandlers::itch50
