// The journal of a plant of one shard, as it would be written, with what its analytics publishes.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analytics/engine.hpp"
#include "analytics/replay/checkpoint_state.hpp"
#include "config/load_analytics.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/journal_in_folder.hpp"

namespace tickplant::tests {

/// A plant of one shard, one trade a tenth of a second, that writes its journal as it goes.
class JournalOfAPlant {
 public:
  static constexpr std::uint32_t kTicks = 1, kOrder = 2, kDerived = 3;
  static constexpr std::uint64_t kHash = 4711;
  static constexpr const char* kConfig =
      "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
      "sets:\n  all:\n    windows: [{name: S1, size: 1s}]\n    indicators: [{on: S1, of: [sma(2)]}]\n";

  static constexpr const char* kOtherConfig =
      "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
      "sets:\n  others:\n    symbols: [MSFT]\n    windows: [{name: S2, size: 2s}]\n"
      "  all:\n    windows: [{name: S1, size: 1s}]\n    indicators: [{on: S1, of: [sma(2)]}]\n";

  explicit JournalOfAPlant(const std::filesystem::path& folder, std::size_t units = 4)
      : folder_(folder),
        journal_(folder, units * ringbuf::kJournalUnitBytes),
        program_(config::load_analytics_text(kConfig, "test.yaml"), feeds_),
        engine_(std::make_unique<analytics::Engine>(program_, ringbuf::Shard{}, lookup_, output_)) {
    tell_facts();
    journal_.restate = [this] { tell_facts(); };
    begin();
  }

  void begin(std::uint64_t hash = kHash) {
    engine_ = std::make_unique<analytics::Engine>(program_, ringbuf::Shard{}, lookup_, output_);
    has_input_ = false;
    command(ringbuf::kBeginAnalytics, hash);
  }
  /// The file says something else: another window, and the one there was.
  void reload() {
    config_hash_ = kHash + 1;
    config_ = kOtherConfig;
    ringbuf::FactsBuilder facts;
    facts.add_config(config_hash_, config_);
    journal_.append_facts(facts);
    other_program_ =
        std::make_unique<analytics::Program>(config::load_analytics_text(kOtherConfig, "test.yaml"), feeds_, &program_);
    command(ringbuf::kReloadAnalytics, config_hash_);
    engine_->reload(*other_program_);
  }
  /// So many ticks never get a place: a ring went round, or its memory was made anew.
  void skip(std::uint64_t count) {
    next_tick_ += count;
    if (has_input_) engine_->on_lost({next_cause_});
  }
  /// Trades that the journal has and this plant's shard was too slow for.
  void lose(std::uint32_t count) {
    ringbuf::ResultGapBody gap;
    gap.first = {next_cause_};
    gap.count = count;
    ringbuf::DerivedHeader header;
    header.cause_seq = gap.first;
    results_.push_back(ringbuf::make_derived(header, gap));
    is_lapped_ = true;
    engine_->on_lost(gap.first);
    trade(count);
    is_lapped_ = false;
  }
  /// A daemon found a full disk, and died: of its results the ring had `results` no more. What else it left comes
  /// behind that: `runs` of the order, its own start among them.
  void lose_results(std::uint64_t results, std::uint64_t runs) {
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::LossFact{kDerived, ringbuf::LossReason::restart, next_result_, next_result_ + results - 1,
                                next_run_ + runs - 1});
    journal_.append_facts(facts);
    lost_results_ = results;
  }
  /// A successor goes on.
  void resume() { command(ringbuf::kResumeAnalytics, kHash); }
  /// What is held is put down beside the journal, where the order says so. `is_written`: false: the disk refuses.
  void snapshot(bool is_written = true, std::uint64_t journal_id = kTestJournalId) {
    ringbuf::Checkpoint checkpoint;
    checkpoint.head.journal_id = journal_id;
    checkpoint.head.cause_seq = next_cause_;
    command(ringbuf::kSnapshotAnalytics, config_hash_);
    analytics::CheckpointState state;
    state.configs.emplace_back(kConfig);
    if (other_program_) state.configs.emplace_back(kOtherConfig);
    state.feeds = feeds_;
    analytics::StateArchive archive(state.shards.emplace_back());
    analytics::archive_live(*engine_, next_result_ + results_.size(), archive);
    analytics::put_state(checkpoint, std::move(state));
    if (is_written) (void)ringbuf::CheckpointFiles(folder_).write_snapshot(checkpoint);
  }
  /// The order is lost from here on: what a plant does then nobody hears of, until find_order().
  void lose_order() { lost_from_ = next_run_; }
  void find_order() {
    ringbuf::LossFact loss;
    loss.ring = kOrder;
    loss.reason = ringbuf::LossReason::overrun;
    loss.first = std::exchange(lost_from_, 0);
    loss.last = next_run_ - 1;
    ringbuf::FactsBuilder facts;
    facts.add(loss);
    journal_.append_facts(facts);
  }
  /// `is_journalled`: false: the ticks are missing, and said to be. `shows_early`: what was computed comes before the
  /// run that gives its input a place.
  void trade(std::uint32_t count, bool is_journalled = true, bool shows_early = false) {
    const ringbuf::SequenceRange range{next_tick_, next_tick_ + count - 1};
    std::vector<ringbuf::Record> records;
    for (std::uint64_t q = range.first; q <= range.last; ++q) {
      ringbuf::Record record = JournalInFolder::tick(q);
      record.header.ts_event = record.header.ts_recv = {kTestTime + static_cast<std::int64_t>(q) * 100'000'000};
      records.push_back(record);
    }
    if (is_journalled) {
      journal_.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, kTicks, range.first, records),
                      std::as_bytes(std::span(records)));
    }
    ringbuf::SequencerRun run;
    run.kind = ringbuf::RunKind::records;
    run.ring = {kTicks};
    std::memcpy(run.body.data(), &range, sizeof range);
    const std::uint64_t first = next_cause_;
    if (!shows_early) put(run, count);
    next_tick_ = range.last + 1;
    if (races_at_) std::swap(records[*races_at_], records[*races_at_ + 10]);
    for (std::uint32_t i = 0; i < count && !is_lapped_; ++i) engine_->on_record({first + i}, records[i]);
    has_input_ = true;
    if (!shows_early) return;
    publish();
    put(run, count);
  }
  /// The same, with a fault: what is computed sees two of ten in an order that the clock on the wall decides. The
  /// journal does not know.
  void trade_racing(std::uint32_t tens) {
    const auto luck = static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count() % 10);
    races_at_ = luck;
    trade(10 * std::max(tens, 2u));
    races_at_.reset();
  }
  /// What was computed since the last time goes into the journal.
  void publish() {
    for (ringbuf::DerivedRecord& record : results_) record.header.stamp = next_result_++;
    results_.erase(results_.begin(), results_.begin() + static_cast<std::ptrdiff_t>(std::exchange(lost_results_, 0)));
    if (results_.empty()) return;
    journal_.append(
        JournalInFolder::header_of(ringbuf::BlockKind::derived, kDerived, results_.front().header.stamp, results_),
        std::as_bytes(std::span(results_)));
    results_.clear();
  }
  [[nodiscard]] std::vector<ringbuf::DerivedRecord>& results() { return results_; }

 private:
  class Lookup final : public analytics::InstrumentLookup {
   public:
    [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId) const override {
      return analytics::facts_of(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    }
  };
  struct Output final : analytics::EngineOutput {
    explicit Output(std::vector<ringbuf::DerivedRecord>& to) : results(to) {}
    void publish(const ringbuf::DerivedRecord& record) noexcept override { results.push_back(record); }
    std::vector<ringbuf::DerivedRecord>& results;
  };
  void tell_facts() {
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::PlantFact{});
    facts.add(JournalInFolder::ring_fact(kTicks, "ticks"));
    facts.add(JournalInFolder::ring_fact(kOrder, "sequencer", ringbuf::BlockKind::runs));
    facts.add(JournalInFolder::ring_fact(kDerived, "derived", ringbuf::BlockKind::derived));
    ringbuf::FeedEntry feed;
    feed.id = {1};
    ringbuf::set_text(feed.name, "nasdaq");
    facts.add(feed);
    facts.add_config(config_hash_, config_);
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    journal_.append_facts(facts);
  }
  void command(std::uint16_t what, std::uint64_t hash) {
    ringbuf::CommandBody body;
    body.command = what;
    body.count = 1;
    body.argument = hash;
    ringbuf::SequencerRun run;
    run.kind = ringbuf::RunKind::command;
    std::memcpy(run.body.data(), &body, sizeof body);
    put(run, 1);
  }
  void put(ringbuf::SequencerRun run, std::uint64_t places) {
    run.stamp = next_run_++;
    run.cause_seq = {next_cause_};
    next_cause_ += places;
    if (lost_from_ != 0) return;
    const std::vector<ringbuf::SequencerRun> runs{run};
    journal_.append(JournalInFolder::header_of(ringbuf::BlockKind::runs, kOrder, run.stamp, runs),
                    std::as_bytes(std::span(runs)));
  }

  std::filesystem::path folder_;
  JournalInFolder journal_;
  std::vector<analytics::NamedFeed> feeds_{{"nasdaq", {1}}};
  analytics::Program program_;
  Lookup lookup_;
  std::vector<ringbuf::DerivedRecord> results_;  // not published yet
  Output output_{results_};
  std::unique_ptr<analytics::Program> other_program_;
  std::unique_ptr<analytics::Engine> engine_;
  std::uint64_t config_hash_ = kHash;
  std::string config_ = kConfig;
  std::optional<std::uint32_t> races_at_;
  bool is_lapped_ = false;
  std::uint64_t lost_results_ = 0;  // of those that come next
  std::uint64_t next_tick_ = 1, next_run_ = 1, next_cause_ = 1, next_result_ = 1;
  std::uint64_t lost_from_ = 0;  // run; 0: none is
  bool has_input_ = false;       // since the begin
};

}  // namespace tickplant::tests
