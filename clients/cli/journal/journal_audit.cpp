#include "clients/cli/journal/journal_audit.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "analytics/replay/checkpoint_state.hpp"
#include "analytics/state_archive.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

constexpr std::size_t kBlocksATime = 16;

/// A successor journals what its predecessor had published and not journalled: results of the life before may come
/// behind the start of the next.
class Auditor {
 public:
  Auditor(const std::filesystem::path& folder, const JournalReplay& replay)
      : files_(folder), replay_(replay), knowledge_(replay.knowledge()), lookup_(knowledge_) {
    for (const std::filesystem::path& file : files_.list()) {
      try {
        states_.emplace(CheckpointFiles::read_head(file).cause_seq, file);
      } catch (const platform::SetupError&) {  // none: a start passes it over, too
      }
    }
  }

  /// Throws StateMismatch: it cannot be taken up.
  void begin_with(const Checkpoint& checkpoint) { take_up(checkpoint, {checkpoint.head.cause_seq + 1}, false); }

  void on_record(CauseSequence place, RingId, const Record& record) {
    compare_states_before(place);
    if (now_ != nullptr) now_->computed->on_record(place, record);
  }
  void on_pause(CauseSequence place) {
    compare_states_before(place);
    if (now_ != nullptr) now_->computed->on_pause(place);
  }
  void on_command(CauseSequence place, const CommandBody& body) {
    compare_states_before(place);
    if (body.command == kReloadAnalytics && now_ != nullptr) now_->computed->on_reload(place, body.argument);
    if (body.command == kResumeAnalytics && now_ != nullptr) ++now_->facts.restarts;
    if (body.command == kBeginAnalytics) begin(place, body);
    if (body.command == kSnapshotAnalytics) go_on_from_snapshot(place);
  }
  void on_skipped(CauseSequence next, RingId, SequenceRange) {
    if (now_ != nullptr) now_->computed->on_skipped(next);
  }
  void on_lost(CauseSequence, std::uint64_t count) {
    if (now_ != nullptr) now_->computed->on_lost(count);
  }
  void on_order_lost(SequenceRange runs) {
    if (now_ != nullptr) now_->computed->on_lost(runs.count());
  }
  void on_derived_lost(std::uint32_t, SequenceRange range) {
    if (now_ != nullptr) now_->computed->on_lost(range.count());
  }
  void on_alert(const DerivedRecord& record) { alerts_.on_alert(record); }
  void on_derived(const RingFact& ring, const DerivedRecord& record) {
    alerts_.on_result(record);
    const bool is_of_now = now_ != nullptr && record.header.cause_seq.value >= now_->results_from;
    Life* const its = is_of_now ? now_ : before_;
    if (its != nullptr) return its->computed->on_derived(std::string(text_of(ring.name)), record);
    ++results_before_;
  }

  /// `is_whole`: up to the journal's end.
  [[nodiscard]] JournalAudit finish(bool is_whole) {
    compare_states_before({replay_.played().value + 1});
    JournalAudit audit;
    audit.states = states_equal_;
    audit.state_difference = state_difference_;
    if (is_whole && before_ != nullptr) before_->computed->end();
    if (is_whole && now_ != nullptr) now_->computed->end();
    for (Life& life : lives_) audit.lives.push_back(life.facts_now());
    audit.alerts = alerts_.result();
    audit.results_before = results_before_;
    return audit;
  }

 private:
  struct Life {
    AuditedLife facts;
    std::unique_ptr<analytics::Recomputation> computed;
    std::uint64_t results_from = 0;  // cause

    [[nodiscard]] AuditedLife facts_now() const {
      AuditedLife now = facts;
      now.counts = computed->counts();
      now.difference = computed->difference();
      now.problem = computed->problem();
      return now;
    }
  };
  void begin(CauseSequence place, const CommandBody& body) {
    if (before_ != nullptr) before_->computed->end();
    before_ = now_;
    AuditedLife facts;
    facts.first_cause = place.value;
    facts.config_hash = body.argument;
    facts.shards = body.count;
    lives_.push_back({std::move(facts),
                      std::make_unique<analytics::Recomputation>(knowledge_, lookup_, body.argument, body.count),
                      place.value});
    now_ = &lives_.back();
  }
  /// What was lost before, nobody can compute with: what the plant held there can be gone on with.
  void go_on_from_snapshot(CauseSequence place) {
    if (now_ != nullptr && (!now_->computed->is_over() || now_->computed->difference())) return;
    const auto snapshot = files_.snapshot(place.value, replay_.chain().journal_id());
    if (!snapshot) return;
    try {
      take_up(*snapshot, place, true);
    } catch (const analytics::StateMismatch&) {  // of another build: as if there were none
    }
  }
  void take_up(const Checkpoint& checkpoint, CauseSequence place, bool is_from_snapshot) {
    analytics::CheckpointState state = analytics::state_of(checkpoint);
    if (is_from_snapshot) state.has_input = false;
    auto computed = analytics::take_up(state, knowledge_, lookup_);
    AuditedLife facts;
    facts.first_cause = place.value;
    facts.is_from_snapshot = is_from_snapshot;
    facts.config_hash = checkpoint.head.config_hash;
    facts.shards = computed->shard_count();
    before_ = now_;
    lives_.push_back({std::move(facts), std::move(computed)});
    now_ = &lives_.back();
  }

  /// All inputs before `place` have been computed with, and none from there on.
  void compare_states_before(CauseSequence place) {
    while (!states_.empty() && states_.begin()->first < place.value) {
      const auto first = states_.extract(states_.begin());
      // Of a place before this audit began nothing is computed.
      if (now_ != nullptr && !now_->computed->is_over() && first.key() >= now_->facts.first_cause) {
        compare_state(first.mapped());
      }
    }
  }
  void compare_state(const std::filesystem::path& file) {
    try {
      const Checkpoint checkpoint = CheckpointFiles::read(file);
      if (checkpoint.head.journal_id != replay_.chain().journal_id()) return;
      if (text_of(checkpoint.head.build) != knowledge_.build()) return;
      const std::uint64_t place = checkpoint.head.cause_seq;
      if (holds_state_of(checkpoint, *now_->computed)) {
        ++states_equal_;
        state_equal_at_ = place;
      } else if (!state_difference_) {
        state_difference_ = {file, place, state_equal_at_};
      }
    } catch (const platform::SetupError&) {  // damaged, or gone meanwhile
    }
  }
  /// Behind an engine's state a checkpoint has results that the journal had not shown yet.
  static bool holds_state_of(const Checkpoint& checkpoint, analytics::Recomputation& computed) {
    for (std::uint32_t shard = 0; shard < computed.shard_count(); ++shard) {
      const CheckpointSection* const section = checkpoint.find(SectionKind::analytics, shard);
      std::vector<std::byte> bytes;
      analytics::StateArchive archive(bytes);
      computed.engine(shard).archive(archive);
      if (section == nullptr || section->bytes.size() < bytes.size() ||
          !std::equal(bytes.begin(), bytes.end(), section->bytes.begin())) {
        return false;
      }
    }
    return true;
  }

  const CheckpointFiles files_;
  const JournalReplay& replay_;
  const JournalKnowledge& knowledge_;
  analytics::JournalInstruments lookup_;
  std::deque<Life> lives_;
  Life* before_ = nullptr;
  Life* now_ = nullptr;
  std::uint64_t results_before_ = 0;
  std::multimap<std::uint64_t, std::filesystem::path> states_;  // by place: not compared yet
  std::uint64_t states_equal_ = 0, state_equal_at_ = 0;
  std::optional<StateDifference> state_difference_;
  AlertAudit alerts_;
};

/// The newest checkpoint or savepoint that has all before `from` and can be taken up.
class AuditStart {
 public:
  AuditStart(const std::filesystem::path& folder, std::uint64_t from) : folder_(folder) {
    for (const std::filesystem::path& file : CheckpointFiles(folder).list()) {
      if (CheckpointFiles::is_snapshot(file)) continue;  // it leads to no block
      try {
        const CheckpointHead head = CheckpointFiles::read_head(file);
        if (head.cause_seq < from && head.journal_id == journal_id_of(list_segments(folder))) {
          files_.emplace(head.cause_seq, file);
        }
      } catch (const platform::SetupError&) {
      }
    }
    while (!replay && !files_.empty()) try_next();
    if (replay) return;
    replay.emplace(folder);
    auditor.emplace(folder, *replay);
  }

  std::optional<JournalReplay> replay;
  std::optional<Auditor> auditor;
  std::filesystem::path checkpoint;

 private:
  void try_next() {
    const auto newest = files_.extract(std::prev(files_.end()));
    try {
      const Checkpoint found = CheckpointFiles::read(newest.mapped());
      replay.emplace(folder_, analytics::place_of(found));
      auditor.emplace(folder_, *replay);
      auditor->begin_with(found);
      checkpoint = newest.mapped();
    } catch (const std::runtime_error&) {  // SetupError, StateMismatch: an older one
      auditor.reset();
      replay.reset();
    }
  }

  const std::filesystem::path& folder_;
  std::multimap<std::uint64_t, std::filesystem::path> files_;  // by place
};

}  // namespace

bool JournalAudit::is_equal() const noexcept {
  return !state_difference && !alerts.difference &&
         std::none_of(lives.begin(), lives.end(),
                      [](const AuditedLife& life) { return life.difference || !life.problem.empty(); });
}

JournalAudit audit_journal(const std::filesystem::path& folder, const AuditWish& wish,
                           const std::function<void(std::uint64_t)>& progress) {
  AuditStart start(folder, wish.from);
  JournalReplay& replay = *start.replay;
  std::uint64_t bytes = 0;
  JournalPlace before = replay.place();
  const auto is_done = [&] { return replay.played().value >= wish.until; };
  while (!is_done() && replay.poll(*start.auditor, kBlocksATime) != 0) {
    const JournalPlace now = replay.place();
    bytes += now.segment == before.segment ? now.offset - before.offset : now.offset;
    before = now;
    if (progress) progress(bytes);
  }
  const bool is_whole = !is_done();
  if (is_whole) replay.finish(*start.auditor);
  JournalAudit audit = start.auditor->finish(is_whole);
  audit.checkpoint = start.checkpoint;
  audit.end = replay.end();
  return audit;
}

}  // namespace tickplant::cli
