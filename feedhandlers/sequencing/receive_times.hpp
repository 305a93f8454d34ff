// When a packet is told to have been received. One that waited in its socket while a heartbeat told a later time is
// told with that: no clock went wrong, however long a slow plant left it there. One from before other packets is of a
// clock that was set back: its time is left as it is, and whoever publishes it says so.
//
// Threads: plain.
// Not here: lines that differ a little (reorder_buffer.hpp), the flag (tick_publisher.hpp).
#pragma once

#include <algorithm>

#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sequencing {

class ReceiveTimes {
 public:
  void on_heartbeat(platform::UnixNanos now) noexcept { last_beat_ = now; }

  /// `received`: of the next packet in order.
  [[nodiscard]] platform::UnixNanos told(platform::UnixNanos received) noexcept {
    const bool was_set_back = received < newest_ && newest_ - received >= ReorderState::kClockStepNanos;
    newest_ = std::max(newest_, received);
    return was_set_back ? received : std::max(received, last_beat_);
  }

 private:
  platform::UnixNanos newest_ = platform::kNoTime;  // of packets
  platform::UnixNanos last_beat_ = platform::kNoTime;
};

}  // namespace tickplant::feedhandlers::sequencing
