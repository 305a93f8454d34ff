// What a plant does besides its data: signs of life, the clock line, noticing what stands still, telling operators.
//
// Threads: one, never pinned; it only reads what stages count.
// Not here: signals (main.cpp), anything a stage waits for.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/journal_watch.hpp"
#include "daemon/lease_keeper.hpp"
#include "daemon/own_uid_clients.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/server_watch.hpp"
#include "daemon/stage_thread.hpp"
#include "platform/clock.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class Housekeeping {
 public:
  /// Between two searches for clients that run under our own user.
  static constexpr int kSecondsBetweenSearches = 5;
  /// Between two complaints about such clients.
  static constexpr std::int64_t kNanosBetweenComplaints = 60 * platform::kNanosPerSecond;

  /// Calibrates the clock (20 ms) and publishes its first line: stages can ask for the time from here on.
  Housekeeping(const config::PlantConfig& config, PlantSegments& segments, SequenceLeases& leases);

  /// Now by the plant's clock.
  [[nodiscard]] platform::UnixNanos now() const noexcept { return clock_.now(); }

  /// What is counted from here on is news. Before any thread runs: what the first moments bring is told, too.
  void begin();
  /// `threads` run from here on and are watched. The plant is ready.
  void watch(const std::vector<std::unique_ptr<StageThread>>& threads);
  /// From here on complains about clients under our own user that map files of `folder`.
  void watch_own_uid_clients(const std::filesystem::path& folder) { search_.emplace(folder); }
  /// Call about every plant.heartbeat_interval: beats, and once a second calibrates, looks at threads and feeds, talks.
  void turn();

 private:
  /// Of a feed, as last looked at.
  struct FeedWatch {
    std::string owner;
    std::uint64_t gaps = 0;
    std::uint64_t missed = 0;
    std::uint64_t drops = 0;
    std::uint64_t differing = 0;
    std::uint64_t state = 0;
    std::optional<ServerWatch> server{};  // none: it has none
  };
  struct ThreadWatch {
    const StageThread* thread = nullptr;
    std::uint64_t cycles = 0;
    bool is_stalled = false;
  };

  void once_a_second();
  void look_at(FeedWatch& feed);
  void look_at_alerts();
  std::uint64_t stalled_threads();
  void look_for_own_uid_clients();
  void complain_about(const std::vector<OwnUidClient>& clients);

  PlantSegments& segments_;
  platform::TscClock clock_;
  ringbuf::CountersReader reader_;
  ringbuf::Counter beats_, ready_at_, clock_error_, clock_steps_, stalled_, own_uid_;
  LeaseKeeper leases_;
  std::filesystem::path journal_folder_;  // empty: there is no journal
  std::vector<FeedWatch> feeds_;
  std::optional<JournalWatch> journal_;  // none: there is none
  std::uint64_t lost_for_alerts_ = 0;
  std::vector<ThreadWatch> threads_;
  platform::UnixNanos next_second_{};
  std::optional<OwnUidSearch> search_;
  int seconds_to_search_ = 0;
  std::vector<OwnUidClient> own_uid_told_;
  platform::UnixNanos next_complaint_{};
};

}  // namespace tickplant::daemon
