#include "daemon/journal/checkpoint_maker.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "daemon/log.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"

namespace tickplant::daemon {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

CheckpointMaker::CheckpointMaker(CheckpointMakerSetup setup, ringbuf::CountersWriter& counters)
    : setup_(std::move(setup)),
      follower_(std::move(setup_.begun)),
      checkpoints_(counters.add(counter::kCheckpoints, {counter::kMade, "checkpoints made", "files"})),
      errors_(counters.add(counter::kCheckpoints, {counter::kErrors, "that could not be made: the disk", "errors"})),
      alarms_(counters.add(counter::kCheckpoints,
                           {counter::kDeterminismAlarms,
                            "results that were others when computed again: the plant is broken", "alarms"})),
      place_(counters.add(
          counter::kCheckpoints,
          {counter::kNewest, "input up to which the newest one goes, 0: none yet", "place", CounterKind::level})),
      bytes_(counters.add(counter::kCheckpoints,
                          {counter::kBytes, "size of the newest one", "bytes", CounterKind::level})),
      snapshots_(counters.add(
          counter::kCheckpoints,
          {counter::kStateSnapshots, "of what live analytics held, behind a loss in the journal", "files"})),
      stall_(counters.add(
          counter::kCheckpoints,
          {counter::kSnapshotStall, "that the newest of those stopped analytics for", "ns", CounterKind::level})) {}

CheckpointMaker::~CheckpointMaker() { stop(); }

void CheckpointMaker::start() {
  const platform::UnixNanos now = platform::system_now();
  next_ = follower_ ? now : now + setup_.interval_ns;
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "tp-checkpoint");
    (void)::setpriority(PRIO_PROCESS, 0, 10);  // of this thread alone: it may take its time
    run();
  });
}

void CheckpointMaker::run() {
  for (;;) {
    const bool worked = step(platform::system_now());
    std::unique_lock lock(mutex_);
    if (is_stopping_) return;
    if (!worked) wanted_.wait_for(lock, std::chrono::milliseconds(kIdleMillis), [this] { return is_stopping_; });
  }
}

void CheckpointMaker::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wanted_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  const platform::UnixNanos until = platform::system_now() + kStopNanos;
  bool has_ended = false;
  while (!has_ended && platform::system_now() < until) has_ended = !step(platform::system_now());
  if (has_ended) (void)make(platform::system_now());
}

bool CheckpointMaker::step(platform::UnixNanos now) {
  if (!follower_) {
    if (now < next_try_) return false;
    begin_to_follow(now);
    if (!follower_) return false;
  }
  if (has_asked_ && !take_snapshot(now)) return false;  // the order leads to it: its file comes first
  const bool worked = follower_->poll(kBlocksPerStep) != 0;
  look_for_alarm();
  if (!worked && follower_->needs_snapshot() && now >= next_snapshot_) ask_for_snapshot(now);
  if (now >= next_ && make(now)) next_ = now + setup_.interval_ns;
  if (!worked) make_savepoint(now);
  return worked;
}

void CheckpointMaker::begin_to_follow(platform::UnixNanos now) {
  next_try_ = now + kRetryNanos;
  try {
    if (ringbuf::list_segments(setup_.folder).empty()) return;
    follower_ = analytics::follow_journal(setup_.folder, setup_.follower).follower;
    made_at_cause_ = follower_->played().value;
  } catch (const std::runtime_error& error) {
    errors_.add(1);
    log_warning("checkpoints: the journal cannot be followed: " + std::string(error.what()));
  }
}

/// Not more often than checkpoints are made: a disk that fails every second must not stop analytics as often.
void CheckpointMaker::ask_for_snapshot(platform::UnixNanos now) {
  next_snapshot_ = now + setup_.interval_ns;
  has_asked_ = true;
  setup_.snapshots.ask();
}

/// What was asked for, once it is there: put beside the journal. False: it is not there yet.
bool CheckpointMaker::take_snapshot(platform::UnixNanos now) {
  std::optional<StateSnapshots::Taken> taken = setup_.snapshots.take();
  if (!taken) return false;
  has_asked_ = false;
  ringbuf::Checkpoint& checkpoint = taken->checkpoint;
  checkpoint.head.journal_id = follower_->replay().chain().journal_id();
  sign(checkpoint, now);
  stall_.set(static_cast<std::uint64_t>(taken->stall_ns));
  try {
    ringbuf::CheckpointFiles(setup_.folder).write_snapshot(checkpoint);
  } catch (const std::runtime_error& error) {
    errors_.add(1);
    log_warning("no snapshot of analytics: " + std::string(error.what()));
    return true;
  }
  snapshots_.add(1);
  log_info("records were lost, by the journal or a shard: what analytics held at input " +
           std::to_string(checkpoint.head.cause_seq) + " is beside it now, " +
           std::to_string(checkpoint.head.file_bytes) + " bytes; for that it stood still for " +
           std::to_string(taken->stall_ns / 1000) + " us");
  return true;
}

void CheckpointMaker::sign(ringbuf::Checkpoint& checkpoint, platform::UnixNanos now) const {
  ringbuf::set_text(checkpoint.head.plant_name, setup_.follower.plant_name);
  ringbuf::set_text(checkpoint.head.build, setup_.follower.build);
  checkpoint.head.made_at = now.value;
}

/// What it has, if there is something new in it. All of it is on disk before the checkpoint is. False: it cannot be
/// made yet.
bool CheckpointMaker::make(platform::UnixNanos now) {
  if (!follower_ || !follower_->can_checkpoint()) return false;
  if (follower_->played().value == made_at_cause_) return true;
  if (!is_settled()) return false;
  ringbuf::Checkpoint checkpoint = follower_->checkpoint();
  sign(checkpoint, now);
  try {
    ringbuf::CheckpointFiles(setup_.folder).write(checkpoint);
  } catch (const std::runtime_error& error) {
    errors_.add(1);
    log_warning("no checkpoint: " + std::string(error.what()));
    return true;
  }
  made_at_cause_ = checkpoint.head.cause_seq;
  checkpoints_.add(1);
  place_.set(checkpoint.head.cause_seq);
  bytes_.set(checkpoint.head.file_bytes);
  return true;
}

bool CheckpointMaker::is_settled() const {
  return follower_ && follower_->can_checkpoint() &&
         follower_->replay().chain().next_number() <= setup_.durable_block() + 1;
}

bool CheckpointMaker::ask_for_savepoint(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (savepoint_name_ || savepoint_) return false;
  savepoint_name_ = name;
  return true;
}

std::optional<CheckpointMaker::Savepoint> CheckpointMaker::take_savepoint() {
  const std::lock_guard lock(mutex_);
  return std::exchange(savepoint_, std::nullopt);
}

void CheckpointMaker::forget_savepoint() {
  const std::lock_guard lock(mutex_);
  savepoint_name_.reset();
  savepoint_.reset();
}

/// Where something follows at once, there is always a moment when all that was read is on disk: the journal is behind
/// what is computed, and we are behind the journal.
bool CheckpointMaker::make_savepoint(platform::UnixNanos now) {
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    if (!savepoint_name_) return false;
    name = *savepoint_name_;
  }
  if (!is_settled()) return false;
  Savepoint made;
  try {
    ringbuf::Checkpoint checkpoint = follower_->checkpoint();
    sign(checkpoint, now);
    made.file = ringbuf::CheckpointFiles(setup_.folder).write_savepoint(name, checkpoint);
  } catch (const platform::SetupError& error) {
    made.problem = error.problem() + "; remedy: " + error.remedy();
  } catch (const std::runtime_error& error) {
    made.problem = error.what();
  }
  const std::lock_guard lock(mutex_);
  if (std::exchange(savepoint_name_, std::nullopt)) savepoint_ = std::move(made);
  return true;
}

void CheckpointMaker::look_for_alarm() {
  const analytics::Recomputation* const computed = follower_->computed();
  const bool differs = computed != nullptr && computed->difference().has_value();
  if (differs && !is_alarmed_) {
    alarms_.add(1);
    log_error("determinism alarm: computed again, a result in ring " + computed->difference()->ring + " at input " +
              std::to_string(computed->difference()->cause) +
              " is another one than was published; tickplant journal audit shows it");
  }
  is_alarmed_ = differs;
}

}  // namespace tickplant::daemon
