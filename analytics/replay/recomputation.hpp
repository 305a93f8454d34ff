// A plant's analytics computed again from its journal: the order that the plant wrote is applied anew, and every result
// compared with the one that it published, bit for bit. From one `begin analytics` in the order to the next.
//
// A plant is deterministic, so they are the same; the first place at which they part is what to look at. Where input is
// missing nothing is compared any more.
//
// It is what audits a journal, what makes checkpoints, and what a restart goes on with.
//
// Threads: one. Memory: an engine for each shard; results that the journal has later than others, and those that were
// never published.
// Not here: reading a journal (ringbuf/journal/journal_replay.hpp), checkpoints (journal_follower.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "analytics/instrument_facts.hpp"
#include "analytics/program.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// The instruments that a journal has told of so far.
class JournalInstruments final : public InstrumentLookup {
 public:
  explicit JournalInstruments(const ringbuf::JournalKnowledge& knowledge) : knowledge_(knowledge) {}
  [[nodiscard]] std::optional<InstrumentFacts> find(ringbuf::InstrumentId id) const override;

 private:
  const ringbuf::JournalKnowledge& knowledge_;
};

/// Where a result was another one than the journal says.
struct ResultDifference {
  std::string ring;
  std::uint64_t cause = 0;                                   // place of the input that made the earlier of the two
  std::optional<ringbuf::DerivedRecord> recorded, computed;  // nothing: only the other side has one
};

/// Written: what a live engine holds that has published all its results up to, not including, number `next_result` of
/// its ring. As Recomputation::archive() takes it up.
void archive_live(Engine& engine, std::uint64_t next_result, StateArchive& archive);

class Recomputation {
 public:
  struct Counts {
    std::uint64_t inputs = 0;       // records, pauses and reloads
    std::uint64_t results = 0;      // compared, and equal
    std::uint64_t unpublished = 0;  // after end(): computed, and never published
    std::uint64_t lost_inputs = 0;  // not in the journal, or a shard never saw them: nothing behind was compared
    std::uint64_t lost_behind = 0;  // place of the input before the first of them
    std::uint64_t uncompared = 0;   // results behind that
  };

  /// `shards` engines of the config that the journal tells of, which has that hash. `lookup` and `knowledge` outlive
  /// it. It is over at once, and says why, if the journal does not have that config.
  Recomputation(const ringbuf::JournalKnowledge& knowledge, const InstrumentLookup& lookup, std::uint64_t config_hash,
                std::uint32_t shards);
  /// Of a checkpoint: the same of what configs() says; archive() is called for each shard before any input.
  /// `has_input`: it had some since the begin.
  Recomputation(const ringbuf::JournalKnowledge& knowledge, const InstrumentLookup& lookup,
                std::span<const std::string> configs, std::uint32_t shards, std::span<const NamedFeed> feeds,
                bool has_input);

  // --- what ringbuf::JournalReplay tells ---

  void on_record(ringbuf::CauseSequence place, const ringbuf::Record& record);
  void on_pause(ringbuf::CauseSequence place);
  void on_reload(ringbuf::CauseSequence place, std::uint64_t config_hash);
  /// The plant lost them, too: a live feed's ring was overwritten before they had a place. Before the first input since
  /// the begin they are of an earlier life.
  void on_skipped(ringbuf::CauseSequence next);
  void on_lost(std::uint64_t count) { on_lost_behind(newest_, count); }
  /// `ring`: its name; "derived" is of shard 0, "derived.3" of shard 3.
  void on_derived(const std::string& ring, const ringbuf::DerivedRecord& record);
  /// The journal shows results that were not computed yet.
  [[nodiscard]] bool has_unexplained();
  /// The journal has all of the order and of the results up to here: what it shows and was not computed differs.
  void expect_all_explained();
  /// Nothing more comes.
  void end();

  /// Nothing is computed any more: something was missing, another than recorded, or cannot be computed.
  [[nodiscard]] bool is_over() const noexcept { return shards_.empty(); }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  /// The first one; nothing behind it was compared.
  [[nodiscard]] const std::optional<ResultDifference>& difference() const noexcept { return difference_; }
  /// Why it could not be computed; empty: it could.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  // --- what has become of it, while it is not over ---

  [[nodiscard]] std::uint32_t shard_count() const noexcept { return static_cast<std::uint32_t>(shards_.size()); }
  /// Texts of what it began with and of what each reload said, oldest first.
  [[nodiscard]] const std::vector<std::string>& configs() const noexcept { return configs_; }
  /// Their hashes.
  [[nodiscard]] const std::vector<std::uint64_t>& config_hashes() const noexcept { return config_hashes_; }
  [[nodiscard]] std::span<const NamedFeed> feeds() const noexcept { return feeds_; }
  [[nodiscard]] Engine& engine(std::uint32_t shard) { return shards_[shard]->engine; }
  /// Computed, and the journal has not shown them: at its end they were never published.
  [[nodiscard]] std::deque<ringbuf::DerivedRecord>& unpublished(std::uint32_t shard) { return shards_[shard]->results; }
  /// The engine of a shard, and the results that wait: written, or taken up. Throws StateMismatch.
  void archive(std::uint32_t shard, StateArchive& archive);

 private:
  /// One shard, computed again.
  struct Shard final : EngineOutput {
    Shard(const Program& program, ringbuf::Shard shard, const InstrumentLookup& lookup)
        : engine(program, shard, lookup, *this) {}
    void publish(const ringbuf::DerivedRecord& record) noexcept override { results.push_back(record); }

    Engine engine;
    std::deque<ringbuf::DerivedRecord> results;   // that the journal has not shown yet
    std::deque<ringbuf::DerivedRecord> recorded;  // that we have not computed yet
    std::uint64_t first_result = 0;               // number in its ring: those before were in what was taken up
    std::string ring;
  };

  void make_shards(const InstrumentLookup& lookup, std::uint32_t count);
  void count_input() noexcept {
    ++counts_.inputs;
    has_input_ = true;
  }
  [[nodiscard]] bool load(std::uint64_t config_hash);
  [[nodiscard]] bool compile(const std::string& config);
  void on_lost_behind(ringbuf::CauseSequence place, std::uint64_t count);
  void compare(Shard& shard);
  void differ(const Shard& shard);
  void fail(const std::string& problem);

  const ringbuf::JournalKnowledge& knowledge_;
  std::vector<std::string> configs_;
  std::vector<std::uint64_t> config_hashes_;
  std::vector<NamedFeed> feeds_;
  Counts counts_;
  bool has_input_ = false;  // since the begin
  std::optional<ResultDifference> difference_;
  std::string problem_;
  std::vector<std::unique_ptr<Program>> programs_;  // engines look at all of them
  std::vector<std::unique_ptr<Shard>> shards_;      // none: it is over
  ringbuf::CauseSequence newest_{};
};

}  // namespace tickplant::analytics
