// What a checkpoint holds of analytics: its sections config, feeds and analytics.
//
// Threads: pure functions of values.
// Not here: the file (ringbuf/journal/checkpoint_files.hpp), where in the journal it belongs (journal_follower.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analytics/program.hpp"
#include "analytics/replay/recomputation.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::analytics {

struct CheckpointState {
  std::vector<std::string> configs;  // texts since computing began, oldest first
  std::vector<NamedFeed> feeds;      // that were computed with
  std::uint64_t first_cause = 0;     // place of the begin; 0: it is not known
  bool has_input = true;  // since the begin. Not behind a snapshot: what had lost its place until then is in its state
  std::vector<std::vector<std::byte>> shards;  // of each, as Recomputation::archive()
};

void put_state(ringbuf::Checkpoint& checkpoint, CheckpointState state);
/// Throws StateMismatch: sections are missing, or are not what they should be.
[[nodiscard]] CheckpointState state_of(const ringbuf::Checkpoint& checkpoint);

/// From where the journal is to be followed behind it.
[[nodiscard]] ringbuf::ReplayPlace place_of(const ringbuf::Checkpoint& checkpoint);
/// Computes on from there. `knowledge` and `lookup` outlive it. Throws StateMismatch: it is not the state of what its
/// config says.
[[nodiscard]] std::unique_ptr<Recomputation> take_up(const CheckpointState& state,
                                                     const ringbuf::JournalKnowledge& knowledge,
                                                     const InstrumentLookup& lookup);

}  // namespace tickplant::analytics
