// The journal of a running plant: its folder, its disk, its memory, and the stage that writes it.
//
// Threads: made by the set-up thread before stages run, and stopped by it when they have ended; outlives them.
// Not here: the stage (stages/journal_stage.hpp), finding where the journal goes on (journal/journal_opening.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/analytics_recovery.hpp"
#include "daemon/analytics_version.hpp"
#include "daemon/journal/checkpoint_maker.hpp"
#include "daemon/journal/disk_journal_io.hpp"
#include "daemon/journal/journal_opening.hpp"
#include "daemon/journal/retention.hpp"
#include "daemon/journal/segment_supply.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/stages/journal_stage.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon {

/// Gating line of every ring that has some.
inline constexpr std::size_t kJournalLine = 1;

class PlantJournal {
 public:
  /// Opens it, and says in the log what it found. Throws SetupError: another daemon writes it, its folder cannot be
  /// made or read.
  explicit PlantJournal(const config::PlantConfig& config);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }

  /// Computing is to go on from this savepoint; else from the newest checkpoint. Call before the others.
  void start_from(const std::string& savepoint) { savepoint_ = savepoint; }
  [[nodiscard]] const std::string& savepoint() const noexcept { return savepoint_; }

  /// Texts of what was computed last, since computing began, oldest first; none: nothing, or by another build.
  [[nodiscard]] std::vector<std::string> computed_configs() const;
  /// By name of ring: behind what the journal had of it when it was opened. Empty: it is new.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& ends() const noexcept { return opened_.next; }
  /// When the newest tick of that ring was received that the journal has; kNoTime: it is not known.
  [[nodiscard]] platform::UnixNanos last_recv(const std::string& ring) const;

  /// Call once, when all feeds are in the catalog. `segments` and `analytics` outlive the stage; nullptr: nothing is
  /// computed. From here on segments are prepared.
  [[nodiscard]] std::unique_ptr<Stage> make_stage(PlantSegments& segments, const AnalyticsVersion* analytics);

  /// Behind make_stage(), before threads run: takes what a predecessor left in the rings, and what it had computed out
  /// of the journal.
  /// Throws SetupError: it cannot, from the savepoint that was asked for.
  [[nodiscard]] Recovery recover(PlantSegments& segments, const AnalyticsPlan& plan,
                                 std::span<const analytics::NamedFeed> feeds);

  /// Behind recover(): from here on checkpoints are made, if config wants some.
  void start_checkpoints(PlantSegments& segments, StateSnapshots& snapshots);

  /// The stage runs: the journal is to go on in a new file, soon; has it?
  void ask_for_rotation() noexcept { stage_->ask_for_rotation(); }
  [[nodiscard]] bool is_rotation_due() const noexcept { return stage_->is_rotation_due(); }
  /// nullptr: no checkpoints are made.
  [[nodiscard]] CheckpointMaker* checkpoints() noexcept { return checkpoints_ ? &*checkpoints_ : nullptr; }

  /// The stage has ended: nothing is prepared or compressed any more.
  void stop() noexcept;

 private:
  [[nodiscard]] analytics::FollowerWish follower_wish(std::uint64_t last_block) const;

  const config::PlantConfig& config_;
  std::string savepoint_;
  JournalFolder folder_;
  OpenedJournal opened_;
  ringbuf::PrivatePayload memory_;  // before the disk, which may still be writing from it
  DiskJournalIo io_;
  std::optional<SegmentSupply> supply_;
  JournalStage* stage_ = nullptr;
  std::unique_ptr<analytics::JournalFollower> follower_;  // between recover() and start_checkpoints()
  std::optional<CheckpointMaker> checkpoints_;
  std::optional<Retention> retention_;
};

/// Says in the plant's folder where its journal is, for who knows the plant alone; nullptr: it has none. A link that
/// cannot be made is a warning in the log.
void link_journal(const std::filesystem::path& plant_folder, const PlantJournal* journal);

/// Where the journal of this config lies. Throws SetupError: auto, and there is no state folder.
[[nodiscard]] std::filesystem::path journal_folder_of(const config::PlantConfig& config);

}  // namespace tickplant::daemon
