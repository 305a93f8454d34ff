// Keeps a copy of every packet of a feed on disk as pcapng, as it came and when: what came in can be proven and
// replayed. The feed's thread hands packets over in a queue and never waits; without room they are counted, and the
// file says how many are missing where.
//
// Threads: as Stage. Writes block, so it belongs on a thread that is not pinned. It stops after its feed.
// Not here: the queue and the files (sources/packet_capture_*.hpp).
#pragma once

#include <memory>
#include <string>

#include "config/plant_config.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/following_counter.hpp"
#include "feedhandlers/sources/packet_capture_file.hpp"
#include "feedhandlers/sources/packet_capture_queue.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon {

/// Memory between a feed and its capture; outlives both.
class CaptureQueue {
 public:
  explicit CaptureQueue(std::uint64_t ring_bytes)
      : ring_bytes_(ring_bytes), memory_(feedhandlers::sources::capture_queue_bytes(ring_bytes)) {}

  [[nodiscard]] feedhandlers::sources::PacketCapture feed_end() noexcept {
    return feedhandlers::sources::PacketCapture::over(memory_.bytes(), ring_bytes_);
  }
  [[nodiscard]] feedhandlers::sources::CapturedPackets file_end() noexcept {
    return feedhandlers::sources::CapturedPackets::over(memory_.bytes(), ring_bytes_);
  }

 private:
  std::uint64_t ring_bytes_;
  ringbuf::PrivatePayload memory_;
};

class CaptureStage final : public Stage {
 public:
  /// Makes the first file. Throws SetupError.
  CaptureStage(const config::FeedConfig& feed, CaptureQueue& queue, ringbuf::CountersWriter& counters,
               PlantClock clock);

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_turn_; }
  void on_stop() noexcept override;

 private:
  static constexpr std::int64_t kTurnNanos = 5'000'000;

  void count() noexcept;

  std::string name_;
  PlantClock clock_;
  feedhandlers::sources::CapturedPackets packets_;
  feedhandlers::sources::PacketCaptureFile file_;
  platform::UnixNanos next_turn_{};
  FollowingCounter packets_counter_, bytes_, not_captured_, files_, errors_;
  ringbuf::Counter error_;
};

}  // namespace tickplant::daemon
