#include "daemon/stages/alert_stage.hpp"

#include <utility>

#include "config/plant_config.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {

namespace counter = ringbuf::counter;
using ringbuf::ReadStatus;
using ringbuf::Sequence;

AlertStage::AlertStage(AlertStageSetup setup)
    : name_(config::kAlertsStage),
      shards_(std::move(setup.shards)),
      ring_(setup.ring),
      gate_(setup.gate),
      found_(std::move(setup.found)),
      bell_(setup.bell),
      wake_(std::move(setup.wake)),
      clock_(setup.clock),
      pause_(bell_ == nullptr ? TurnPause::kLongest : kLongestPauseWithBell),
      taken_(
          setup.counters.add(counter::kAlerts, {counter::kTaken, "results looked through, of all shards", "records"})),
      published_(setup.counters.add(counter::kAlerts,
                                    {counter::kPublished, "alerts published in the ring of alerts", "alerts"})),
      lost_(setup.counters.add(counter::kAlerts, {counter::kLostRecords,
                                                  "results overwritten before they were looked through: alerts among "
                                                  "them are not in that ring",
                                                  "records"})),
      lag_(setup.counters.add(counter::kAlerts, {counter::kLag, "results published and not yet looked through",
                                                 "records", ringbuf::CounterKind::level})) {
  lag_.set(backlog());
  (void)publish_found();
  ring_.complete_batch();
  published_.follow(published_total_);
}

std::size_t AlertStage::do_work() noexcept {
  if (bell_ != nullptr) bell_->wake();
  std::size_t done = turn();
  while (done == 0 && bell_ != nullptr && !bell_->may_sleep()) done = turn();
  pause_.after(done != 0, clock_.now());
  return done;
}

std::size_t AlertStage::turn() noexcept {
  const std::uint64_t published = published_total_, lost = lost_total_;
  std::size_t done = 0;
  if (publish_found()) {
    for (std::size_t i = 0; i < shards_.size(); ++i) done += look_through(i);
  }
  const auto count = static_cast<std::size_t>(published_total_ - published);
  if (done == 0 && count == 0 && lost_total_ == lost) {
    // There is no lag then, unless the journal holds us up: the line that others read is left alone.
    if (const std::uint64_t lag = backlog(); lag != lag_.value()) lag_.set(lag);
    return 0;
  }
  ring_.complete_batch();
  // Behind that: what shards may overwrite now no successor will want to see.
  for (AlertStageSetup::Shard& shard : shards_) shard.gating.advance(shard.results.next());
  taken_.follow(taken_total_);
  published_.follow(published_total_);
  lost_.follow(lost_total_);
  lag_.set(backlog());
  if (count != 0 && wake_) wake_();
  return done + count;
}

bool AlertStage::publish_found() noexcept {
  while (found_at_ < found_.size() && has_room()) {
    const FoundAlert& next = found_[found_at_++];
    publish(next.record, next.shard);
  }
  if (found_at_ < found_.size()) return false;
  found_ = {};
  found_at_ = 0;
  return true;
}

std::size_t AlertStage::look_through(std::size_t index) noexcept {
  ringbuf::DerivedReader& results = shards_[index].results;
  const Sequence until = results.published();
  std::size_t count = 0;
  for (ringbuf::DerivedRecord record; count < kResultsPerTurn && results.next() <= until && has_room(); ++count) {
    const ReadStatus status = results.poll(&record);
    if (status == ReadStatus::empty) break;
    if (status == ReadStatus::overrun) {
      lost_total_ += results.lost().count();
      continue;
    }
    ++taken_total_;
    if (record.header.type == ringbuf::DerivedType::alert) publish(record, index);
  }
  if (count != 0) ring_.look_past(index, {results.next().value - 1});
  return count;
}

void AlertStage::publish(const ringbuf::DerivedRecord& alert, std::size_t shard) noexcept {
  (void)ring_.publish(alert, shard, {alert.header.stamp});
  ++published_total_;
}

std::uint64_t AlertStage::backlog() const noexcept {
  std::uint64_t sum = found_.size() - found_at_;
  for (const AlertStageSetup::Shard& shard : shards_) {
    const std::uint64_t behind = shard.results.published().value + 1, next = shard.results.next().value;
    sum += behind > next ? behind - next : 0;
  }
  return sum;
}

void AlertStage::on_stop() noexcept {
  // Shards have ended: this is all there will be. Where they go on, in a thread that ends later, they wait for us in
  // vain, and their successors publish the rest: so nothing is lost.
  const platform::UnixNanos end = clock_.now() + kStopNanosMax;
  while (turn() != 0 || (backlog() != 0 && clock_.now() < end)) continue;
}

}  // namespace tickplant::daemon
