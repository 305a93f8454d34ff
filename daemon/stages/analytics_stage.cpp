#include "daemon/stages/analytics_stage.hpp"

namespace tickplant::daemon {

using ringbuf::CauseSequence;
using ringbuf::Record;
using ringbuf::RingId;
using ringbuf::SequenceRange;

std::size_t AnalyticsStage::take() noexcept {
  return order_.turn(
      [this](RingId, std::span<const Record> run) {
        shard_->expect(run);
        return platform::kNoTime;
      },
      [this](CauseSequence place, RingId ring, const Record& record) { shard_->on_record(place, ring, record); },
      [this](RingId ring, SequenceRange range) { shard_->on_skipped(order_.next(), ring, range); });
}

std::size_t AnalyticsStage::take_command() noexcept {
  const std::optional<ringbuf::CommandBody> body = commands_.next();
  if (!body) [[likely]]
    return 0;
  shard_->on_command(order_.command(*body, platform::kNoTime), *body);
  return 1;
}

std::size_t AnalyticsStage::do_work() noexcept {
  std::size_t total = shard_->has_room() ? take_command() : 0;
  const bool is_commanded = total != 0;  // another command may follow before any record
  for (int i = 0; i < kRunsPerTurn && !is_commanded && shard_->has_room(); ++i) {
    const std::size_t count = take();
    total += count;
    if (count < ringbuf::Sequencer::kRunMax) break;
  }
  if (total == 0 && shard_->is_sweeping() && shard_->has_room()) {
    shard_->on_pause(order_.pause(platform::kNoTime));
    counters_.on_pause();
    total = 1;
  }
  if (total != 0) {
    shard_->end_batch();
    counters_.follow(order_);
  }
  // Without work there is none, unless it is held up: the line that writers write is left alone.
  if (total != 0 || !shard_->has_room()) shard_->set_lag(order_.backlog());
  pause_.after(total != 0, clock_.now());
  return total;
}

void AnalyticsStage::on_stop() noexcept {
  // Feeds have ended, or go on without us. The journal goes on until we have ended.
  shard_->begin_stop();
  const platform::UnixNanos end = clock_.now() + kStopNanosMax;
  while (do_work() != 0 || (!shard_->has_room() && clock_.now() < end)) continue;
  order_.stop();
}

}  // namespace tickplant::daemon
