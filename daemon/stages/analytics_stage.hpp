// Analytics in one thread: decides in which order the records of all rings are applied, writes that down, and computes.
// The shortest path there is from a tick to what follows from it; fused with the feed it takes no hop.
//
// A reader that does not lose: sources that can wait do so for it, live ones never do. What it lost then is counted,
// and windows that it touches say so. A minute's end is work for all instruments at once, done a few instruments a
// record; when there are no more records, a pause in the order says so and the work goes on.
//
// Threads: as Stage.
// Not here: several shards (sequencer_stage.hpp, shard_stage.hpp).
#pragma once

#include <memory>

#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/analytics_shard.hpp"
#include "daemon/stages/order_counters.hpp"
#include "daemon/stages/stage_commands.hpp"
#include "daemon/stages/turn_pause.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::daemon {

class AnalyticsStage final : public Stage {
 public:
  /// `start`: what the order tells first.
  AnalyticsStage(ringbuf::Sequencer order, std::unique_ptr<AnalyticsShard> shard, StageCommands commands,
                 const ringbuf::CommandBody& start, ringbuf::CountersWriter& counters, PlantClock clock)
      : order_(std::move(order)), shard_(std::move(shard)), commands_(commands), counters_(counters), clock_(clock) {
    (void)order_.command(start, platform::kNoTime);
  }

  [[nodiscard]] const std::string& name() const noexcept override { return shard_->name(); }
  std::size_t do_work() noexcept override;
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return pause_.next_turn(); }
  void on_stop() noexcept override;

 private:
  /// Runs in one turn of the thread: then somebody else's.
  static constexpr int kRunsPerTurn = 16;
  static constexpr std::int64_t kStopNanosMax = 2 * platform::kNanosPerSecond;

  std::size_t take() noexcept;
  /// Returns how many were written.
  std::size_t take_command() noexcept;

  ringbuf::Sequencer order_;
  std::unique_ptr<AnalyticsShard> shard_;
  StageCommands commands_;
  OrderCounters counters_;
  PlantClock clock_;
  TurnPause pause_;
};

}  // namespace tickplant::daemon
