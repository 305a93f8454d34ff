// What an admin asked of the plant and what takes more than a moment: feeds that rest or go on, a new file of the
// journal, a savepoint, draining. Each is begun, looked at every turn, and answered when it is done or takes too long;
// nobody waits for a thread here.
//
// Threads: the one that owns the plant. Not here: who may ask (control/), resting itself (stage_thread.hpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/control/plant_requests.hpp"
#include "daemon/plant_journal.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/stage_thread.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

class PlantChanges {
 public:
  struct Parts {
    const config::PlantConfig& config;
    const std::vector<std::unique_ptr<StageThread>>& threads;
    PlantSegments& segments;
    PlantJournal* journal;  // nullptr: there is none
  };
  explicit PlantChanges(Parts parts) : parts_(parts) {}

  void begin(PlantRequest request, platform::UnixNanos now);
  /// Those that are done or refused.
  [[nodiscard]] std::vector<PlantAnswer> turn(platform::UnixNanos now);

 private:
  static constexpr std::int64_t kFeedNanos = 5 * platform::kNanosPerSecond;
  static constexpr std::int64_t kDiskNanos = 30 * platform::kNanosPerSecond;

  struct Open {
    PlantRequest request;
    platform::UnixNanos until{};
    PlantAnswer answer;
    std::vector<std::string> feeds = {};  // that are to rest or to go on
    bool has_rested = false;              // of a restart
    int quiet_turns = 0;                  // of a drain
  };

  [[nodiscard]] static bool is_of_feeds(const Open& change) noexcept;
  // True: the answer is there.
  [[nodiscard]] bool begin_one(Open& change);
  [[nodiscard]] bool step(Open& change);
  [[nodiscard]] bool begin_feed(Open& change, bool rests);
  [[nodiscard]] bool step_feeds(Open& change, bool rests);
  [[nodiscard]] bool step_savepoint(Open& change);
  [[nodiscard]] bool step_drain(Open& change);
  void give_up(Open& change);

  [[nodiscard]] StageThread& thread_of(const std::string& feed) const;
  [[nodiscard]] StageThread::Rest rest_of(const std::string& feed) const;
  /// What is not in the journal yet, or not computed with; empty: nothing.
  [[nodiscard]] std::string behind();

  Parts parts_;
  std::vector<Open> open_;
};

}  // namespace tickplant::daemon
