#include "daemon/stages/sequencer_stage.hpp"

#include <sched.h>

#include <algorithm>
#include <utility>

namespace tickplant::daemon {

namespace counter = ringbuf::counter;
using ringbuf::CauseSequence;
using ringbuf::Record;
using ringbuf::RingId;
using ringbuf::SequenceRange;

SequencerStage::SequencerStage(ringbuf::Sequencer order, ringbuf::Gate gate, RingBeginnings inputs,
                               const std::deque<ShardProgress>& shards, StageCommands commands,
                               const ringbuf::CommandBody& start, ringbuf::CountersWriter& counters, PlantClock clock)
    : order_(std::move(order)),
      gate_(gate),
      inputs_(std::move(inputs)),
      room_wanted_(inputs_.size() + 1),
      shards_(shards),
      commands_(commands),
      counters_(counters),
      lost_records_(
          counters.add(name_, {counter::kLostRecords, "records overwritten before they had a place", "records"})),
      lag_(counters.add(
          name_, {counter::kLag, "records published that have no place yet", "records", ringbuf::CounterKind::level})),
      clock_(clock) {
  lag_.set(0);
  (void)order_.command(start, platform::kNoTime);
}

bool SequencerStage::are_up_to_date() const noexcept {
  return std::all_of(shards_.begin(), shards_.end(), [this](const ShardProgress& shard) {
    return shard.next.load(std::memory_order_acquire) > order_.last().value;  // its is_sweeping is of there, too
  });
}

bool SequencerStage::is_any_sweeping() const noexcept {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const ShardProgress& shard) { return shard.is_sweeping.load(std::memory_order_relaxed); });
}

std::size_t SequencerStage::order_command() noexcept {
  const std::optional<ringbuf::CommandBody> body = commands_.next();
  if (!body) [[likely]]
    return 0;
  (void)order_.command(*body, platform::kNoTime);
  return 1;
}

std::size_t SequencerStage::order() noexcept {
  if (gate_.room(order_.last()) < room_wanted_) return 0;
  if (order_command() != 0) return 1;  // another one may follow before any record
  std::size_t total = order_.turn(
      [](RingId, std::span<const Record>) { return platform::kNoTime; }, [](CauseSequence, RingId, const Record&) {},
      [this](RingId ring, SequenceRange range) { lost_records_.add(inputs_.records_in(ring, range)); });
  // One pause at a time: who is behind has enough to do.
  if (total == 0 && are_up_to_date() && is_any_sweeping()) {
    (void)order_.pause(platform::kNoTime);
    counters_.on_pause();
    total = 1;
  }
  return total;
}

std::size_t SequencerStage::do_work() noexcept {
  const std::size_t total = order();
  const bool is_held_up = gate_.room(order_.last()) < room_wanted_;
  if (total != 0) counters_.follow(order_);
  if (total != 0 || is_held_up) lag_.set(order_.backlog());
  pause_.after(total != 0, clock_.now());
  return total;
}

void SequencerStage::on_stop() noexcept {
  const platform::UnixNanos end = clock_.now() + kStopNanosMax;
  do {
    while (do_work() != 0) continue;
    if (are_up_to_date() && !is_any_sweeping() && order_.backlog() == 0) break;
    ::sched_yield();
  } while (clock_.now() < end);
  order_.stop();
}

}  // namespace tickplant::daemon
