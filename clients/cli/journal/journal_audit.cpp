#include "clients/cli/journal/journal_audit.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <map>
#include <memory>

#include "analytics/engine.hpp"
#include "analytics/instrument_facts.hpp"
#include "config/load_analytics.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

/// But for the stamp, which is the ring's.
bool are_equal(const DerivedRecord& a, const DerivedRecord& b) noexcept {
  constexpr std::size_t kBehindStamp = sizeof a.header.stamp;
  return std::memcmp(reinterpret_cast<const std::byte*>(&a) + kBehindStamp,
                     reinterpret_cast<const std::byte*>(&b) + kBehindStamp, sizeof a - kBehindStamp) == 0;
}

/// "derived" is of shard 0, "derived.3" of shard 3.
std::uint32_t shard_of(std::string_view ring) {
  const std::size_t dot = ring.rfind('.');
  std::uint32_t shard = 0;
  if (dot != std::string_view::npos) std::from_chars(ring.data() + dot + 1, ring.data() + ring.size(), shard);
  return shard;
}

class KnownInstruments final : public analytics::InstrumentLookup {
 public:
  explicit KnownInstruments(const JournalKnowledge& knowledge) : knowledge_(knowledge) {}
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(InstrumentId id) const override {
    const InstrumentEntry* const entry = knowledge_.instrument(id);
    return entry == nullptr ? std::nullopt : std::optional(analytics::facts_of(*entry));
  }

 private:
  const JournalKnowledge& knowledge_;
};

/// One shard, computed again.
class Shard final : public analytics::EngineOutput {
 public:
  Shard(const analytics::Program& program, ringbuf::Shard shard, const analytics::InstrumentLookup& lookup)
      : engine(program, shard, lookup, *this) {}
  void publish(const DerivedRecord& record) noexcept override { results.push_back(record); }

  analytics::Engine engine;
  std::deque<DerivedRecord> results;   // that the journal has not shown yet
  std::deque<DerivedRecord> recorded;  // that we have not computed yet
  std::string ring;
};

/// One life of the plant, computed again. Over when something is missing, or differs: then it looks on.
class Computation {
 public:
  /// `life` outlives it and does not move.
  Computation(AuditedLife& life, const JournalKnowledge& knowledge, const analytics::InstrumentLookup& lookup)
      : life_(life), knowledge_(knowledge) {
    if (!load(life.config_hash)) return;
    for (std::uint32_t i = 0; i < life.shards; ++i) {
      shards_.push_back(std::make_unique<Shard>(*programs_.back(), ringbuf::Shard{i, life.shards}, lookup));
    }
  }

  void on_record(CauseSequence place, const Record& record) {
    newest_ = place;
    if (is_over()) return;
    ++life_.inputs;
    for (const auto& shard : shards_) shard->engine.on_record(place, record);
  }
  void on_pause(CauseSequence place) {
    newest_ = place;
    if (is_over()) return;
    ++life_.inputs;
    for (const auto& shard : shards_) shard->engine.on_pause(place);
  }
  void on_reload(CauseSequence place, std::uint64_t config_hash) {
    newest_ = place;
    if (is_over()) return;
    ++life_.inputs;
    if (!load(config_hash)) return;
    for (const auto& shard : shards_) shard->engine.reload(*programs_.back());
  }
  /// The plant lost them, too: a live feed's ring was overwritten before they had a place. Before the first input they
  /// are of an earlier life.
  void on_skipped(CauseSequence next) {
    if (is_over() || life_.inputs == 0) return;
    for (const auto& shard : shards_) shard->engine.on_lost(next);
  }
  void on_lost(std::uint64_t count) {
    life_.lost_inputs += count;
    shards_.clear();
  }
  void on_derived(const std::string& ring, const DerivedRecord& record) {
    if (is_over()) {
      ++life_.uncompared;
      return;
    }
    const std::uint32_t index = shard_of(ring);
    if (index >= shards_.size()) return fail("a result in ring " + ring + ", which it did not have");
    Shard& shard = *shards_[index];
    shard.ring = ring;
    shard.recorded.push_back(record);
    compare(shard);
  }
  /// Nothing more comes.
  void end() {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      // What several shards did side by side takes each its own steps: the order may end before this one is through.
      for (Shard& shard = *shards_[i]; !shard.recorded.empty() && shard.engine.is_sweeping();) {
        shard.engine.on_pause(newest_);
        compare(shard);
        if (is_over()) return;
      }
      if (!shards_[i]->recorded.empty()) return differ(*shards_[i]);
      life_.unpublished += shards_[i]->results.size();
    }
    shards_.clear();
  }

 private:
  [[nodiscard]] bool is_over() const noexcept { return shards_.empty(); }

  /// The program of that config, behind those before it. false: there is none.
  bool load(std::uint64_t config_hash) {
    if (knowledge_.config_hash() != config_hash) {
      fail("the journal does not have the analytics file whose hash the order names");
      return false;
    }
    std::vector<analytics::NamedFeed> feeds;
    for (const auto& [id, entry] : knowledge_.feeds()) feeds.push_back({std::string(text_of(entry.name)), entry.id});
    try {
      programs_.push_back(std::make_unique<analytics::Program>(
          config::load_analytics_text(knowledge_.config(), "the journal's analytics file"), feeds,
          programs_.empty() ? nullptr : programs_.back().get()));
      return true;
    } catch (const platform::SetupError& error) {
      fail(error.what());
      return false;
    }
  }
  void compare(Shard& shard) {
    while (!shard.results.empty() && !shard.recorded.empty()) {
      if (!are_equal(shard.results.front(), shard.recorded.front())) return differ(shard);
      shard.results.pop_front();
      shard.recorded.pop_front();
      ++life_.results;
    }
  }
  void differ(const Shard& shard) {
    AuditDifference& difference = life_.difference.emplace();
    difference.ring = shard.ring;
    difference.recorded = shard.recorded.front();
    difference.cause = shard.recorded.front().header.cause_seq.value;
    if (!shard.results.empty()) {
      difference.computed = shard.results.front();
      difference.cause = std::min(difference.cause, shard.results.front().header.cause_seq.value);
    }
    shards_.clear();
  }
  void fail(const std::string& problem) {
    life_.problem = problem;
    shards_.clear();
  }

  AuditedLife& life_;
  const JournalKnowledge& knowledge_;
  std::vector<std::unique_ptr<analytics::Program>> programs_;  // engines look at all of them
  std::vector<std::unique_ptr<Shard>> shards_;                 // none: it is over
  CauseSequence newest_{};
};

/// A successor journals what its predecessor had published and not journalled: results of the life before may come
/// behind the start of the next.
class Auditor {
 public:
  explicit Auditor(const JournalKnowledge& knowledge) : knowledge_(knowledge), lookup_(knowledge) {}

  void on_record(CauseSequence place, RingId, const Record& record) {
    if (now_) now_->on_record(place, record);
  }
  void on_pause(CauseSequence place) {
    if (now_) now_->on_pause(place);
  }
  void on_command(CauseSequence place, const CommandBody& body) {
    if (body.command == kReloadAnalytics && now_) now_->on_reload(place, body.argument);
    if (body.command != kBeginAnalytics) return;
    if (before_) before_->end();
    before_ = std::move(now_);
    AuditedLife& life = lives_.emplace_back();
    life.first_cause = place.value;
    life.config_hash = body.argument;
    life.shards = body.count;
    now_ = std::make_unique<Computation>(life, knowledge_, lookup_);
  }
  void on_skipped(CauseSequence next, RingId, SequenceRange) {
    if (now_) now_->on_skipped(next);
  }
  void on_lost(CauseSequence, std::uint64_t count) {
    if (now_) now_->on_lost(count);
  }
  void on_order_lost(SequenceRange runs) {
    if (now_) now_->on_lost(runs.count());
  }
  void on_derived_lost(std::uint32_t, SequenceRange range) {
    if (now_) now_->on_lost(range.count());
  }
  void on_derived(const RingFact& ring, const DerivedRecord& record) {
    const bool is_of_now = now_ && record.header.cause_seq.value >= lives_.back().first_cause;
    Computation* const its = is_of_now ? now_.get() : before_.get();
    if (its != nullptr) return its->on_derived(std::string(text_of(ring.name)), record);
    ++results_before_;
  }

  [[nodiscard]] JournalAudit finish() {
    if (before_) before_->end();
    if (now_) now_->end();
    JournalAudit audit;
    audit.lives.assign(lives_.begin(), lives_.end());
    audit.results_before = results_before_;
    return audit;
  }

 private:
  const JournalKnowledge& knowledge_;
  KnownInstruments lookup_;
  std::deque<AuditedLife> lives_;  // computations look at theirs
  std::unique_ptr<Computation> before_, now_;
  std::uint64_t results_before_ = 0;
};

}  // namespace

bool JournalAudit::is_equal() const noexcept {
  return std::none_of(lives.begin(), lives.end(),
                      [](const AuditedLife& life) { return life.difference || !life.problem.empty(); });
}

JournalAudit audit_journal(const std::filesystem::path& folder, const std::function<void(std::uint64_t)>& progress) {
  JournalReplay replay(folder);
  Auditor auditor(replay.knowledge());
  while (replay.poll(auditor) != 0) {
    if (progress) progress(replay.place().segment);
  }
  replay.finish(auditor);
  JournalAudit audit = auditor.finish();
  audit.end = replay.end();
  return audit;
}

}  // namespace tickplant::cli
