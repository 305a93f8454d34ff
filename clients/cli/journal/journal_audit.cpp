#include "clients/cli/journal/journal_audit.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "analytics/replay/checkpoint_state.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

/// A successor journals what its predecessor had published and not journalled: results of the life before may come
/// behind the start of the next.
class Auditor {
 public:
  Auditor(const std::filesystem::path& folder, const JournalReplay& replay)
      : files_(folder), replay_(replay), knowledge_(replay.knowledge()), lookup_(knowledge_) {}

  void on_record(CauseSequence place, RingId, const Record& record) {
    if (now_ != nullptr) now_->computed->on_record(place, record);
  }
  void on_pause(CauseSequence place) {
    if (now_ != nullptr) now_->computed->on_pause(place);
  }
  void on_command(CauseSequence place, const CommandBody& body) {
    if (body.command == kReloadAnalytics && now_ != nullptr) now_->computed->on_reload(place, body.argument);
    if (body.command == kResumeAnalytics && now_ != nullptr) ++now_->facts.restarts;
    if (body.command == kBeginAnalytics) begin(place, body);
    if (body.command == kSnapshotAnalytics) go_on_from_snapshot(place);
  }
  /// Before the first input they are of an earlier life.
  void on_skipped(CauseSequence next, RingId, SequenceRange) {
    if (now_ != nullptr && now_->computed->counts().inputs != 0) now_->computed->on_skipped(next);
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
  void on_derived(const RingFact& ring, const DerivedRecord& record) {
    const bool is_of_now = now_ != nullptr && record.header.cause_seq.value >= now_->results_from;
    Life* const its = is_of_now ? now_ : before_;
    if (its != nullptr) return its->computed->on_derived(std::string(text_of(ring.name)), record);
    ++results_before_;
  }

  [[nodiscard]] JournalAudit finish() {
    JournalAudit audit;
    if (before_ != nullptr) before_->computed->end();
    if (now_ != nullptr) now_->computed->end();
    for (Life& life : lives_) audit.lives.push_back(life.facts_now());
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
      auto computed = analytics::take_up(analytics::state_of(*snapshot), knowledge_, lookup_);
      AuditedLife facts;
      facts.first_cause = place.value;
      facts.is_from_snapshot = true;
      facts.config_hash = snapshot->head.config_hash;
      facts.shards = computed->shard_count();
      before_ = now_;
      lives_.push_back({std::move(facts), std::move(computed)});
      now_ = &lives_.back();
    } catch (const analytics::StateMismatch&) {  // of another build: as if there were none
    }
  }

  const CheckpointFiles files_;
  const JournalReplay& replay_;
  const JournalKnowledge& knowledge_;
  analytics::JournalInstruments lookup_;
  std::deque<Life> lives_;
  Life* before_ = nullptr;
  Life* now_ = nullptr;
  std::uint64_t results_before_ = 0;
};

}  // namespace

bool JournalAudit::is_equal() const noexcept {
  return std::none_of(lives.begin(), lives.end(),
                      [](const AuditedLife& life) { return life.difference || !life.problem.empty(); });
}

JournalAudit audit_journal(const std::filesystem::path& folder, const std::function<void(std::uint64_t)>& progress) {
  JournalReplay replay(folder);
  Auditor auditor(folder, replay);
  while (replay.poll(auditor) != 0) {
    if (progress) progress(replay.place().segment);
  }
  replay.finish(auditor);
  JournalAudit audit = auditor.finish();
  audit.end = replay.end();
  return audit;
}

}  // namespace tickplant::cli
