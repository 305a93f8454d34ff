// What a plant does besides its data: signs of life, the clock line, noticing what stands still, telling operators.
//
// Threads: one, never pinned; it only reads what stages count.
// Not here: signals (main.cpp), anything a stage waits for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/stage_thread.hpp"
#include "platform/clock.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class Housekeeping {
 public:
  /// Calibrates the clock (20 ms) and publishes its first line: stages can ask for the time from here on.
  Housekeeping(const config::PlantConfig& config, PlantSegments& segments);

  /// Now by the plant's clock.
  [[nodiscard]] platform::UnixNanos now() const noexcept { return clock_.now(); }

  /// `threads` run from here on and are watched. The plant is ready.
  void watch(const std::vector<std::unique_ptr<StageThread>>& threads);
  /// Call about every plant.heartbeat_interval: beats, and once a second calibrates, looks at threads and feeds, talks.
  void turn();

 private:
  /// Of a feed, as last looked at.
  struct FeedWatch {
    std::string owner;
    std::uint64_t gaps = 0;
    std::uint64_t missed = 0;
    std::uint64_t drops = 0;
    std::uint64_t state = 0;
  };
  struct ThreadWatch {
    const StageThread* thread = nullptr;
    std::uint64_t cycles = 0;
    bool is_stalled = false;
  };

  void once_a_second();
  void look_at(FeedWatch& feed);
  std::uint64_t stalled_threads();

  PlantSegments& segments_;
  platform::TscClock clock_;
  ringbuf::CountersReader reader_;
  ringbuf::Counter beats_, ready_at_, clock_error_, clock_steps_, stalled_;
  std::vector<FeedWatch> feeds_;
  std::vector<ThreadWatch> threads_;
  platform::UnixNanos next_second_{};
};

}  // namespace tickplant::daemon
