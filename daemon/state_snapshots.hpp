// What analytics holds, put down while it runs. Where the journal has lost something nobody can compute what became of
// it from the journal: who follows it asks, the stage that makes the order says so in the order, each shard puts down
// what it holds at that place, and the follower writes all of it beside the journal.
//
// A shard stands still while it does that.
//
// Threads: ask() and take(): one, the follower's. asked(): any. put_down(): each shard's own.
// Not here: when it is asked for (journal/checkpoint_maker.hpp), its file (ringbuf/journal/checkpoint_files.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "analytics/program.hpp"
#include "daemon/analytics_version.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::daemon {

/// What one shard held.
struct ShardState {
  ringbuf::CauseSequence place{};             // of the command
  const AnalyticsVersion* version = nullptr;  // by which it computes
  std::vector<std::byte> bytes = {};          // as analytics::archive_live()
  std::int64_t took_ns = 0;
};

class StateSnapshots {
 public:
  struct Taken {
    ringbuf::Checkpoint checkpoint;  // not in it: journal, plant, build, time
    std::int64_t stall_ns = 0;       // the longest that a shard stood still
  };

  /// `first`: what is computed at first, and behind it all that followed.
  StateSnapshots(const AnalyticsVersion& first, std::vector<analytics::NamedFeed> feeds, std::size_t shard_count);

  void ask() noexcept { asked_.fetch_add(1, std::memory_order_relaxed); }
  /// How often: a stage that sees that it is more than before orders one.
  [[nodiscard]] std::uint64_t asked() const noexcept { return asked_.load(std::memory_order_relaxed); }
  void put_down(std::size_t shard, ShardState state);
  /// What all shards put down at one place, once. nullopt: not all have.
  [[nodiscard]] std::optional<Taken> take();

 private:
  const AnalyticsVersion& first_;
  const std::vector<analytics::NamedFeed> feeds_;
  std::atomic<std::uint64_t> asked_{0};
  std::mutex mutex_;
  std::vector<ShardState> shards_;  // newest; no version: taken, or none yet
};

}  // namespace tickplant::daemon
