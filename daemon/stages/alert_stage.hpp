// Puts the alerts of all shards into one ring, numbered without a hole: looks through the results of each shard, in
// their order, and publishes every alert once more, with where it came from. A lossless reader: shards wait for it, as
// for the journal (results_gate.hpp), and it waits for the journal itself.
//
// It looks no further than a shard has told to be complete: so the journal, which asks how far the ring of alerts has
// come before it asks how far the results have, never has an alert before the result that it repeats.
//
// Killed at any instant, its successor goes on with the result behind the newest alert, or behind what was looked
// through since (ringbuf/alert_ring.hpp). What a ring had overwritten before it was looked through is counted:
// `lost_records`.
//
// Threads: as Stage. Not here: where it begins (plant_analytics.cpp), delivery (daemon/control).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "daemon/alert_bell.hpp"
#include "daemon/found_alerts.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/following_counter.hpp"
#include "daemon/stages/turn_pause.hpp"
#include "ringbuf/alert_ring.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/gating.hpp"

namespace tickplant::daemon {

struct AlertStageSetup {
  struct Shard {
    ringbuf::DerivedReader results;  // at the first to be looked at
    ringbuf::GatingReader gating;
  };
  std::vector<Shard> shards;
  ringbuf::AlertRingWriter ring;
  ringbuf::Gate gate = {};             // of `ring`
  std::vector<FoundAlert> found = {};  // by set-up, of rings that are gone: they come first
  AlertBell* bell = nullptr;           // of a thread that parks; outlives the stage
  std::function<void()> wake = {};     // called by the stage's thread when there are new alerts
  ringbuf::CountersWriter& counters;
  PlantClock clock;
};

class AlertStage final : public Stage {
 public:
  /// Throws SetupError when the counters are full.
  explicit AlertStage(AlertStageSetup setup);

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override;
  [[nodiscard]] std::span<const int> descriptors() const noexcept override {
    return bell_ == nullptr ? std::span<const int>() : std::span(&bell_->descriptor(), 1);
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return pause_.next_turn(); }
  void on_stop() noexcept override;

 private:
  /// Of a shard in one turn: then another one's.
  static constexpr std::size_t kResultsPerTurn = 1024;
  static constexpr std::int64_t kStopNanosMax = 2 * platform::kNanosPerSecond;
  static constexpr std::int64_t kLongestPauseWithBell = 10'000'000;

  std::size_t turn() noexcept;
  /// False: the journal has no room for all of them yet.
  bool publish_found() noexcept;
  std::size_t look_through(std::size_t index) noexcept;
  void publish(const ringbuf::DerivedRecord& alert, std::size_t shard) noexcept;
  [[nodiscard]] bool has_room() noexcept { return gate_.room(ring_.last()) != 0; }
  [[nodiscard]] std::uint64_t backlog() const noexcept;

  std::string name_;
  std::vector<AlertStageSetup::Shard> shards_;
  ringbuf::AlertRingWriter ring_;
  ringbuf::Gate gate_;
  std::vector<FoundAlert> found_;
  std::size_t found_at_ = 0;  // before this they are published
  AlertBell* bell_;
  std::function<void()> wake_;
  PlantClock clock_;
  TurnPause pause_;
  std::uint64_t taken_total_ = 0, published_total_ = 0, lost_total_ = 0;
  FollowingCounter taken_, published_, lost_;
  ringbuf::Counter lag_;
};

}  // namespace tickplant::daemon
