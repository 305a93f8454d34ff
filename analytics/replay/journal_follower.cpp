#include "analytics/replay/journal_follower.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "analytics/replay/checkpoint_state.hpp"
#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::analytics {

using ringbuf::Checkpoint;

JournalFollower::JournalFollower(const std::filesystem::path& folder) : replay_(folder), handler_(folder, replay_) {}

JournalFollower::JournalFollower(const std::filesystem::path& folder, const Checkpoint& checkpoint)
    : replay_(folder, place_of(checkpoint)), handler_(folder, replay_) {
  handler_.take_up(checkpoint);
}

void JournalFollower::Handler::on_command(ringbuf::CauseSequence place, const ringbuf::CommandBody& body) {
  if (body.command == ringbuf::kReloadAnalytics && computed) computed->on_reload(place, body.argument);
  if (body.command == ringbuf::kSnapshotAnalytics) return on_snapshot(place);
  if (body.command != ringbuf::kBeginAnalytics) return;
  computed = std::make_unique<Recomputation>(knowledge, lookup, body.argument, body.count);
  first_cause = place.value;
  build = knowledge.build();
  misses_something = false;
}

void JournalFollower::Handler::on_snapshot(ringbuf::CauseSequence place) {
  if (computed && (!computed->is_over() || computed->difference())) return;
  const auto snapshot = ringbuf::CheckpointFiles(folder).snapshot(place.value, replay.chain().journal_id());
  if (!snapshot) return;
  try {
    take_up(*snapshot, true);
  } catch (const StateMismatch&) {  // of another build: as if there were none
  }
}

void JournalFollower::Handler::on_derived(const ringbuf::RingFact& ring, const ringbuf::DerivedRecord& record) {
  // Results of the daemon before may come behind a begin.
  if (!computed || record.header.cause_seq.value < first_cause) return;
  computed->on_derived(std::string(ringbuf::text_of(ring.name)), record);
}

bool JournalFollower::needs_snapshot() const noexcept {
  const Recomputation* const computed = handler_.computed.get();
  return computed != nullptr ? computed->is_over() && !computed->difference() : handler_.misses_something;
}

bool JournalFollower::can_checkpoint() noexcept {
  const Recomputation* const computed = handler_.computed.get();
  return computed != nullptr && !computed->is_over() && !replay_.has_gone_at_end();
}

Checkpoint JournalFollower::checkpoint() {
  TP_CHECK(can_checkpoint());
  Recomputation& computed = *handler_.computed;
  const ringbuf::ReplayPlace place = replay_.replay_place();
  Checkpoint checkpoint;
  checkpoint.head.journal_id = replay_.chain().journal_id();
  checkpoint.head.next_block = replay_.chain().next_number();
  checkpoint.head.cause_seq = place.played.value;
  checkpoint.head.segment = place.segment;
  checkpoint.head.config_hash = computed.config_hashes().back();
  checkpoint.set_positions(place.positions);
  CheckpointState state;
  state.configs = computed.configs();
  state.feeds.assign(computed.feeds().begin(), computed.feeds().end());
  state.first_cause = handler_.first_cause;
  for (std::uint32_t shard = 0; shard < computed.shard_count(); ++shard) {
    StateArchive archive(state.shards.emplace_back());
    computed.archive(shard, archive);
  }
  put_state(checkpoint, std::move(state));
  return checkpoint;
}

void JournalFollower::Handler::take_up(const Checkpoint& checkpoint, bool is_snapshot) {
  CheckpointState state = state_of(checkpoint);
  if (is_snapshot) state.has_input = false;
  computed = analytics::take_up(state, knowledge, lookup);
  if (state.first_cause != 0) first_cause = state.first_cause;
  build = ringbuf::text_of(checkpoint.head.build);
  misses_something = false;
}

FollowerStart follow_journal(const std::filesystem::path& folder, const FollowerWish& wish) {
  FollowerStart start;
  const ringbuf::CheckpointFiles files(folder);
  ringbuf::CheckpointFiles::Wanted wanted;
  wanted.journal_id = ringbuf::journal_id_of(ringbuf::list_segments(folder)).value_or(0);
  wanted.plant_name = wish.plant_name;
  wanted.build = wish.build;
  wanted.savepoint = wish.savepoint;
  for (;;) {
    ringbuf::CheckpointFiles::Found found = files.newest(wanted);
    for (std::string& reason : found.skipped) {
      const std::string file = reason.substr(0, reason.find(':'));
      const auto is_said = [&](const std::string& said) { return said.starts_with(file); };
      if (std::ranges::none_of(start.skipped, is_said)) start.skipped.push_back(std::move(reason));
    }
    if (!found.checkpoint) break;
    const ringbuf::CheckpointHead& head = found.checkpoint->head;
    try {
      if (head.next_block > wish.last_block + 1) throw StateMismatch("the journal was cut: it ends before that place");
      start.follower = std::make_unique<JournalFollower>(folder, *found.checkpoint);
      start.checkpoint = found.path;
      return start;
    } catch (const std::runtime_error& error) {  // StateMismatch, SetupError
      start.skipped.push_back(found.path.filename().string() + ": " + error.what());
    }
    if (head.cause_seq == 0 || !wish.savepoint.empty()) break;
    wanted.cause_seq_max = head.cause_seq - 1;  // older ones
  }
  if (!wish.savepoint.empty()) {
    throw platform::SetupError("savepoint " + wish.savepoint + " cannot be taken up: " + start.skipped.front(),
                               "tickplant journal list shows which there are; a start without one goes on with the "
                               "newest checkpoint");
  }
  start.follower = std::make_unique<JournalFollower>(folder);
  return start;
}

}  // namespace tickplant::analytics
