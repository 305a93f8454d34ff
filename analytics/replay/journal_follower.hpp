// Follows a journal and computes what its plant computes: to make checkpoints of it, and to go on with it after a
// restart.
//
//   begin analytics ... resume analytics ... the end, for now
//   what is computed is that of the newest begin, over all restarts that went on with it
//
// It may follow a journal that is being written. A checkpoint is what had been computed at one place of the order; from
// it another follower goes on to the same bits, whatever lies before.
//
// Threads: one. Memory: as Recomputation and JournalReplay.
// Not here: when checkpoints are made (daemon/journal/checkpoint_maker.hpp), their files
// (ringbuf/journal/checkpoint_files.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/replay/recomputation.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::analytics {

class JournalFollower {
 public:
  /// From the journal's beginning. Throws SetupError: no journal there.
  explicit JournalFollower(const std::filesystem::path& folder);
  /// From a checkpoint of it on. Throws SetupError: that part of the journal is not there; StateMismatch: what it holds
  /// is not the state of what its config says.
  JournalFollower(const std::filesystem::path& folder, const ringbuf::Checkpoint& checkpoint);
  JournalFollower(const JournalFollower&) = delete;
  JournalFollower& operator=(const JournalFollower&) = delete;

  /// What at most `limit` blocks hold. Returns how many there were: 0 at the end, for now.
  std::size_t poll(std::size_t limit = 64) { return replay_.poll(handler_, limit); }
  /// The journal has ended for good: what waits for records that never came is told as lost.
  void finish() { replay_.finish(handler_); }

  /// nullptr: no begin was seen yet.
  [[nodiscard]] Recomputation* computed() noexcept { return handler_.computed.get(); }
  /// Who wrote the begin: version and commit.
  [[nodiscard]] const std::string& build() const noexcept { return handler_.build; }
  /// Everything up to here has been computed.
  [[nodiscard]] ringbuf::CauseSequence played() const noexcept { return replay_.played(); }
  [[nodiscard]] const ringbuf::JournalReplay& replay() const noexcept { return replay_; }

  /// Something that was computed with is not in the journal: nothing is computed until the order leads to a snapshot,
  /// or to a begin.
  [[nodiscard]] bool needs_snapshot() const noexcept;
  /// Something is computed, and it is known who goes on with it.
  [[nodiscard]] bool can_checkpoint() noexcept;
  /// Precondition: can_checkpoint(). Not in it: plant, build, time.
  [[nodiscard]] ringbuf::Checkpoint checkpoint();

 private:
  struct Handler {
    Handler(std::filesystem::path journal, const ringbuf::JournalReplay& from)
        : folder(std::move(journal)), replay(from), knowledge(from.knowledge()), lookup(knowledge) {}

    void on_record(ringbuf::CauseSequence place, ringbuf::RingId, const ringbuf::Record& record) {
      if (computed) computed->on_record(place, record);
    }
    void on_command(ringbuf::CauseSequence place, const ringbuf::CommandBody& body);
    void on_snapshot(ringbuf::CauseSequence place);
    void on_pause(ringbuf::CauseSequence place) {
      if (computed) computed->on_pause(place);
    }
    void on_skipped(ringbuf::CauseSequence next, ringbuf::RingId, ringbuf::SequenceRange) {
      if (computed) computed->on_skipped(next);
    }
    void on_lost(ringbuf::CauseSequence, std::uint64_t count) {
      misses_something = true;
      if (computed) computed->on_lost(count);
    }
    void on_order_lost(ringbuf::SequenceRange runs) { on_lost({}, runs.count()); }
    void on_derived_lost(std::uint32_t, ringbuf::SequenceRange range) { on_lost({}, range.count()); }
    void on_derived(const ringbuf::RingFact& ring, const ringbuf::DerivedRecord& record);

    void take_up(const ringbuf::Checkpoint& checkpoint, bool is_snapshot = false);

    std::filesystem::path folder;
    const ringbuf::JournalReplay& replay;
    const ringbuf::JournalKnowledge& knowledge;
    JournalInstruments lookup;
    std::unique_ptr<Recomputation> computed;
    std::uint64_t first_cause = 0;  // of its begin
    std::string build;
    bool misses_something = false;  // since then
  };

  ringbuf::JournalReplay replay_;
  Handler handler_;
};

/// What a follower may begin with.
struct FollowerWish {
  std::string plant_name;
  std::string build;
  std::uint64_t last_block = 0;  // the journal ends with it
  std::string savepoint = {};    // this one and nothing else; empty: the newest checkpoint
};
/// What a follower begins with.
struct FollowerStart {
  std::unique_ptr<JournalFollower> follower;
  std::filesystem::path checkpoint;  // empty: it begins with the journal
  std::vector<std::string> skipped;  // newer checkpoints, each with the reason: for the log
};

/// From the newest checkpoint that holds, is of this journal and build, and can be taken up; else from the journal's
/// beginning. Throws SetupError: no journal there, or the savepoint cannot be taken up, and why.
[[nodiscard]] FollowerStart follow_journal(const std::filesystem::path& folder, const FollowerWish& wish);

}  // namespace tickplant::analytics
