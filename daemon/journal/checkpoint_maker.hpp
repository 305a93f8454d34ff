// Makes checkpoints: follows the journal that the plant writes, computes what the plant computes, and every so often
// puts down what has become of it, so that a restart has little to compute again. The threads that publish know nothing
// of it.
//
// Where the journal has lost something of what was computed with, what became of it cannot be computed again: it asks
// the plant for what it holds, puts that beside the journal, and goes on from there.
//
// Since it computes everything once more and compares, it notices at once when a result is another one than was
// published: the determinism alarm.
//
// Threads: one of its own, of low priority; made, started and stopped by the set-up thread. Its counters are its own.
// Not here: following (analytics/replay/journal_follower.hpp), files (ringbuf/journal/checkpoint_files.hpp).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "analytics/replay/journal_follower.hpp"
#include "daemon/state_snapshots.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

struct CheckpointMakerSetup {
  std::filesystem::path folder;      // of the journal
  analytics::FollowerWish follower;  // what it was opened with
  std::int64_t interval_ns = 0;
  std::function<std::uint64_t()> durable_block;  // newest that is on disk for certain; any thread
  StateSnapshots& snapshots;                     // of what the plant computes; outlives it
  /// It goes on with this one, and makes a checkpoint at once: a plant that dies again and again has then not more to
  /// compute each time. nullptr: it begins to follow by itself.
  std::unique_ptr<analytics::JournalFollower> begun = {};
};

class CheckpointMaker {
 public:
  /// Throws SetupError when the counters are full.
  CheckpointMaker(CheckpointMakerSetup setup, ringbuf::CountersWriter& counters);
  CheckpointMaker(const CheckpointMaker&) = delete;
  CheckpointMaker& operator=(const CheckpointMaker&) = delete;
  ~CheckpointMaker();

  void start();
  /// The journal is closed: follows it to its end, and makes one more, so that a planned restart has nothing to
  /// compute. Gives that up after kStopNanos.
  void stop() noexcept;

  struct Savepoint {
    std::filesystem::path file;
    std::string problem;  // not empty: there is none
  };
  /// Any thread: what was computed so far is to be put down under that name, when the journal has all of it. One at a
  /// time. False: one is on its way.
  [[nodiscard]] bool ask_for_savepoint(const std::string& name);
  /// What became of it; nullopt: it is on its way.
  [[nodiscard]] std::optional<Savepoint> take_savepoint();
  /// Nobody waits for it any more.
  void forget_savepoint();

  /// One turn of the thread: follows what there is, up to some blocks, and makes a checkpoint when one is due. True:
  /// there was something.
  bool step(platform::UnixNanos now);

 private:
  static constexpr std::int64_t kStopNanos = 2 * platform::kNanosPerSecond;
  static constexpr std::int64_t kIdleMillis = 20;
  static constexpr std::int64_t kRetryNanos = platform::kNanosPerSecond;
  static constexpr std::size_t kBlocksPerStep = 64;

  void run();
  void begin_to_follow(platform::UnixNanos now);
  void ask_for_snapshot(platform::UnixNanos now);
  [[nodiscard]] bool take_snapshot(platform::UnixNanos now);
  [[nodiscard]] bool make(platform::UnixNanos now);
  void sign(ringbuf::Checkpoint& checkpoint, platform::UnixNanos now) const;
  /// Can what the follower has be put down now? Then everything it refers to is on disk.
  [[nodiscard]] bool is_settled() const;
  /// True: one was made, or cannot be.
  bool make_savepoint(platform::UnixNanos now);
  void look_for_alarm();

  CheckpointMakerSetup setup_;
  std::unique_ptr<analytics::JournalFollower> follower_;  // none: there is no journal yet
  platform::UnixNanos next_try_{}, next_{}, next_snapshot_{};
  bool has_asked_ = false;  // for a snapshot, and does not have it yet
  std::uint64_t made_at_cause_ = 0;
  bool is_alarmed_ = false;
  ringbuf::Counter checkpoints_, errors_, alarms_, place_, bytes_, snapshots_, stall_;

  std::mutex mutex_;
  std::condition_variable wanted_;
  bool is_stopping_ = false;
  std::optional<std::string> savepoint_name_;
  std::optional<Savepoint> savepoint_;
  std::thread thread_;
};

}  // namespace tickplant::daemon
