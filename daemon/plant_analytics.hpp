// Analytics of a running plant: the program that all shards share, and the stages that run them, over the plant's
// rings.
//
// A successor goes on behind the newest run: what tick rings hold and has no place yet is ordered next. Where the
// journal gives back what had been computed up to there (analytics_recovery.hpp), computing goes on with it, too; else
// it begins anew, and windows that began before say that they are partial.
//
// Threads: made by the set-up thread before stages run, which then reloads; outlives them.
// Not here: the stages (stages/), their memory (plant_segments.hpp).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analytics/program.hpp"
#include "config/plant_config.hpp"
#include "daemon/alert_bell.hpp"
#include "daemon/analytics_plan.hpp"
#include "daemon/analytics_recovery.hpp"
#include "daemon/analytics_version.hpp"
#include "daemon/found_alerts.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/shard_stage.hpp"
#include "daemon/state_snapshots.hpp"
#include "ringbuf/sequenced_reader.hpp"

namespace tickplant::daemon {

/// Lines of a ring's gating page; the journal has line 1.
inline constexpr std::size_t kRecorderLine = 0;
inline constexpr std::size_t kSequencerLine = 2;
inline constexpr std::size_t kFirstShardLine = 3;
static_assert(kFirstShardLine + config::kMaxShards <= ringbuf::kGatingReaders);

class PlantJournal;

class PlantAnalytics {
 public:
  /// All outlive it. `feeds`: as the catalog numbers them. Throws SetupError.
  PlantAnalytics(const AnalyticsPlan& plan, std::span<const analytics::NamedFeed> feeds, PlantSegments& segments);

  /// What is computed at first; reloads append to it.
  [[nodiscard]] const AnalyticsVersion& first_version() const noexcept { return versions_.front(); }

  /// The stage that puts alerts into one ring. Call once, before make_stages(), when `journal` has all that a
  /// predecessor left in rings. nullptr: there is none. `parks`: its thread sleeps without work, and is not that of all
  /// shards. `wake`: called by its thread when there are new alerts.
  [[nodiscard]] std::unique_ptr<Stage> make_alert_stage(const PlantJournal* journal, bool parks,
                                                        std::function<void()> wake = {});

  /// For who follows its journal.
  [[nodiscard]] StateSnapshots& snapshots() noexcept { return *snapshots_; }

  /// What `threads` may name: config::stages_of(). Call once. `recovered`: to go on with; nullptr: computing begins
  /// anew. Throws analytics::StateMismatch.
  [[nodiscard]] std::vector<std::unique_ptr<Stage>> make_stages(RecoveredAnalytics* recovered = nullptr);

  /// Reads the file of `config` again and computes what it says now from the next place in the order on. Returns what
  /// that changes, a line each; none: it says the same. Throws SetupError, and changes nothing: the file cannot be read
  /// or says what cannot be, a feed or calendar that is not there, no room for more functions.
  std::vector<std::string> reload(const config::PlantConfig& config);

 private:
  /// Where a ring of ticks is read from.
  struct Input {
    TickRing* ring;
    ringbuf::RingId id;
    ringbuf::Sequence next;
    ringbuf::Sequence expected;  // of the first record that was to come next: those up to `next` are lost
  };

  std::vector<std::string> turn_to(const config::AnalyticsConfig& wanted);
  [[nodiscard]] ringbuf::Sequence first_without_place(TickRing& ring, ringbuf::RingId id) const;
  [[nodiscard]] ringbuf::Sequencer make_sequencer();
  [[nodiscard]] ringbuf::SequencedReader make_follower(std::size_t shard);
  [[nodiscard]] RingBeginnings beginnings() const;
  [[nodiscard]] AlertsInJournal alerts_in(const PlantJournal* journal) const;
  [[nodiscard]] ringbuf::DerivedReader results_of(std::size_t shard, ringbuf::Sequence next) const;
  /// The first result of that shard's ring that is to be looked through.
  [[nodiscard]] ringbuf::Sequence first_for_alerts(std::size_t shard, const AlertsInJournal& told) const;
  void make_versions(const AnalyticsPlan& plan);
  [[nodiscard]] std::unique_ptr<AnalyticsShard> make_shard(std::size_t shard, const AnalyticsVersion& version,
                                                           RecoveredAnalytics* recovered);

  PlantSegments& segments_;
  AnalyticsMemory& memory_;
  std::vector<analytics::NamedFeed> feeds_;
  std::deque<AnalyticsVersion> versions_;    // stages and engines look at them: none moves, none goes
  std::optional<StateSnapshots> snapshots_;  // of them
  std::vector<Input> inputs_;
  ringbuf::Counter reloads_, reloads_refused_;
  std::deque<ShardProgress> progress_;  // by shard
  std::optional<AlertBell> bell_;
};

}  // namespace tickplant::daemon
