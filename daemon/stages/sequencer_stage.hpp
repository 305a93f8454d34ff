// Decides for several shards in which order the records of all rings are applied, and writes that down. It waits for
// room in its own ring: a shard that is far behind holds up files, and live feeds overrun what nobody has taken.
//
// Threads: as Stage.
// Not here: computing (shard_stage.hpp), one shard (analytics_stage.hpp: there both are one).
#pragma once

#include <deque>
#include <string>

#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/order_counters.hpp"
#include "daemon/stages/ring_beginnings.hpp"
#include "daemon/stages/shard_stage.hpp"
#include "daemon/stages/stage_commands.hpp"
#include "daemon/stages/turn_pause.hpp"
#include "ringbuf/gating.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::daemon {

class SequencerStage final : public Stage {
 public:
  /// `gate`: that of the sequencer ring. `shards` outlives the stage. `inputs`: as many runs a turn, and
  /// one more: a command or a pause. `start`: what the order tells first.
  SequencerStage(ringbuf::Sequencer order, ringbuf::Gate gate, RingBeginnings inputs,
                 const std::deque<ShardProgress>& shards, StageCommands commands, const ringbuf::CommandBody& start,
                 ringbuf::CountersWriter& counters, PlantClock clock);

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return pause_.next_turn(); }
  void on_stop() noexcept override;

 private:
  /// How long a stop waits for shards that have windows to write.
  static constexpr std::int64_t kStopNanosMax = 2 * platform::kNanosPerSecond;

  std::size_t order() noexcept;
  /// Returns how many were written.
  std::size_t order_command() noexcept;
  /// All have followed what there is.
  [[nodiscard]] bool are_up_to_date() const noexcept;
  [[nodiscard]] bool is_any_sweeping() const noexcept;

  std::string name_ = "sequencer";
  ringbuf::Sequencer order_;
  ringbuf::Gate gate_;
  RingBeginnings inputs_;
  std::uint64_t room_wanted_;
  const std::deque<ShardProgress>& shards_;
  StageCommands commands_;
  OrderCounters counters_;
  ringbuf::Counter lost_records_, lag_;
  PlantClock clock_;
  TurnPause pause_;
};

}  // namespace tickplant::daemon
