// One of several shards of analytics, in a thread of its own: follows the order that the sequencer stage writes, and
// computes for its instruments.
//
// Threads: as Stage.
// Not here: deciding the order (sequencer_stage.hpp).
#pragma once

#include <atomic>
#include <memory>

#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/analytics_shard.hpp"
#include "daemon/stages/turn_pause.hpp"
#include "ringbuf/sequenced_reader.hpp"

namespace tickplant::daemon {

/// What the sequencer wants to know of a shard. One writer, the shard.
struct alignas(64) ShardProgress {
  std::atomic<bool> is_sweeping{false};
  std::atomic<std::uint64_t> next{1};  // run to be followed
};

class ShardStage final : public Stage {
 public:
  /// `progress` outlives the stage.
  ShardStage(ringbuf::SequencedReader order, std::unique_ptr<AnalyticsShard> shard, ShardProgress& progress,
             PlantClock clock)
      : order_(std::move(order)), shard_(std::move(shard)), progress_(progress), clock_(clock) {
    tell_progress();
  }

  [[nodiscard]] const std::string& name() const noexcept override { return shard_->name(); }
  std::size_t do_work() noexcept override {
    const std::size_t runs = shard_->has_room() ? order_.poll(*shard_, kRunsPerTurn) : 0;
    if (runs != 0) {
      shard_->end_batch();
      tell_progress();
    }
    shard_->set_lag(order_.backlog());
    pause_.after(runs != 0, clock_.now());
    return runs;
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return pause_.next_turn(); }
  /// The sequencer has ended: what it ordered is computed.
  void on_stop() noexcept override {
    shard_->begin_stop();
    const platform::UnixNanos end = clock_.now() + kStopNanosMax;
    while (do_work() != 0 || (!shard_->has_room() && clock_.now() < end)) continue;
    order_.stop();
  }

 private:
  /// What half of a ring of results has room for, whatever follows from them.
  static constexpr std::size_t kRunsPerTurn = 8;
  static constexpr std::int64_t kStopNanosMax = 2 * platform::kNanosPerSecond;

  void tell_progress() noexcept {
    progress_.is_sweeping.store(shard_->is_sweeping(), std::memory_order_relaxed);
    // Whoever sees that we are this far also sees whether we have work put off.
    progress_.next.store(order_.next().value, std::memory_order_release);
  }

  ringbuf::SequencedReader order_;
  std::unique_ptr<AnalyticsShard> shard_;
  ShardProgress& progress_;
  PlantClock clock_;
  TurnPause pause_;
};

}  // namespace tickplant::daemon
