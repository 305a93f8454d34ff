// The running plant, put together in the order data flows: sources, shared memory, feed stages, threads; housekeeping
// beside them.
//
// Starting: everything that can be refused is asked for first, in the order of its price; readers are let in when rings
// are allocated or taken over, made whole and prefaulted. Stopping: threads finish what they have begun, segments say
// `closed` and stay, so that a successor goes on behind the last sequence; `tickplant stop` removes them.
//
// Threads: made, turned and stopped by one thread, which does the housekeeping.
// Not here: arguments and signals (main.cpp), what the stages do (stages/).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/analytics_plan.hpp"
#include "daemon/control/control_server.hpp"
#include "daemon/housekeeping.hpp"
#include "daemon/plant_analytics.hpp"
#include "daemon/plant_changes.hpp"
#include "daemon/plant_folder_lock.hpp"
#include "daemon/plant_journal.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/sequence_leases.hpp"
#include "daemon/stage_thread.hpp"
#include "daemon/stages/capture_stage.hpp"
#include "daemon/told_feeds.hpp"
#include "daemon/waker.hpp"
#include "feedhandlers/sources/udp_multicast_source.hpp"

namespace tickplant::daemon {

/// What the control socket needs of whoever owns the plant; any thread calls them.
struct PlantHooks {
  /// There is a next_request().
  std::function<void()> wake = [] {};
  /// config_check.hpp, of this text or, empty, of the plant's own file.
  std::function<std::vector<std::string>(const std::string& text, std::uint64_t held_bytes)> check_config =
      [](const std::string&, std::uint64_t) { return std::vector<std::string>(); };
};

class Plant {
 public:
  /// Starts it; ready when this returns. `config` outlives the plant. `savepoint`: of its journal, computing goes on
  /// from there; empty: from the newest checkpoint. Throws SetupError.
  explicit Plant(const config::PlantConfig& config, const std::string& savepoint = "", PlantHooks hooks = {});
  Plant(const Plant&) = delete;
  Plant& operator=(const Plant&) = delete;
  ~Plant();

  /// Call every plant.heartbeat_interval.
  void turn();
  /// From here on complains about clients that run under our own user.
  void watch_own_uid_clients() { housekeeping_->watch_own_uid_clients(folder_.folder()); }
  /// Reads the analytics file again and computes what it says now. Returns what that changes, a line each, and tells
  /// the log. Other sections of the config are read at start only. Throws SetupError: refused, nothing changes.
  std::vector<std::string> reload_analytics();
  /// What a client at the control socket wants of whoever owns the plant; nothing: no one wants anything.
  [[nodiscard]] std::optional<PlantRequest> next_request() {
    return control_ ? control_->requests().next() : std::nullopt;
  }
  /// One that may take time: it is answered in a later turn, or at once.
  void begin_change(PlantRequest request) {
    changes_->begin(std::move(request), platform::system_now());
    answer_changes();
  }
  void answer(PlantAnswer answer) { control_->requests().answer(std::move(answer)); }
  /// Drains and closes. Threads are gone when it returns.
  void stop() noexcept;

 private:
  using Sources = std::vector<std::unique_ptr<feedhandlers::sources::UdpMulticastSource>>;

  void open_sources();
  [[nodiscard]] WriterCounts writer_counts() const;
  [[nodiscard]] feedhandlers::TickPublisher& publisher_of(const config::FeedConfig& feed, TickRing& ring) const;
  [[nodiscard]] ToldFeed told_of(const config::FeedConfig& feed, TickRing& ring, ringbuf::FeedId id);
  [[nodiscard]] std::unique_ptr<Stage> make_stage(const config::FeedConfig& feed, std::size_t index);
  [[nodiscard]] std::unique_ptr<Stage> make_recorder();
  void continue_receive_times();
  void restore_directory();
  [[nodiscard]] bool is_fed_live(const TickRing& ring) const;
  void tell_skipped(platform::UnixNanos now);
  void start_threads();
  void tell_ready(platform::UnixNanos began);
  void make_control(PlantHooks hooks);
  void answer_changes();

  [[nodiscard]] ringbuf::FeedId put_feed(const config::FeedConfig& feed);
  void plan_on_from_journal(const std::string& savepoint);
  /// And the journal's stage, which comes first: what a predecessor left is in it before anything is computed.
  void make_analytics(std::vector<std::unique_ptr<Stage>>& stages);
  [[nodiscard]] bool does_alert_thread_park() const;
  [[nodiscard]] std::optional<RecoveredAnalytics> recover_from_journal(std::span<const analytics::NamedFeed> feeds);

  const config::PlantConfig& config_;
  ThreadPlans plans_;
  std::optional<AnalyticsPlan> analytics_plan_;  // none: nothing is computed
  PlantFolderLock folder_;
  Sources sources_;  // one per feed, none for others than multicast; then with their stages
  std::vector<std::unique_ptr<CaptureQueue>> captures_;  // one per feed, none for those that are not captured
  SequenceLeases leases_;
  std::optional<PlantSegments> segments_;
  std::optional<Waker> waker_;
  std::optional<Housekeeping> housekeeping_;
  std::optional<PlantAnalytics> analytics_;
  std::optional<PlantJournal> journal_;
  std::vector<std::unique_ptr<StageThread>> threads_;
  std::optional<PlantChanges> changes_;
  std::optional<ControlSocket> control_socket_;
  std::optional<ControlServer> control_;  // none: control.socket is none
};

/// Where the plant of this config lives.
[[nodiscard]] std::filesystem::path folder_of(const config::PlantConfig& config);

}  // namespace tickplant::daemon
