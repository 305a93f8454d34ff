// A journal computed again: the same results are found equal, another one where it is, and what is missing is not
// compared.
#include "clients/cli/journal/journal_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "config/load_analytics.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;
using testing::HasSubstr;
using tests::JournalInFolder;

constexpr std::uint32_t kTicks = 1, kOrder = 2, kDerived = 3;
constexpr std::uint64_t kHash = 4711;
const std::string kConfig =
    "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
    "sets:\n  all:\n    windows: [{name: S1, size: 1s}]\n    indicators: [{on: S1, of: [sma(2)]}]\n";

class Lookup final : public analytics::InstrumentLookup {
 public:
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(InstrumentId) const override {
    return analytics::facts_of(JournalInFolder::instrument(1, "AAPL", "XNAS"));
  }
};

/// A plant of one shard, one trade a tenth of a second, that writes its journal as it goes.
class JournalOfAPlant {
 public:
  explicit JournalOfAPlant(const std::filesystem::path& folder)
      : journal_(folder, 4 * kJournalUnitBytes),
        program_(config::load_analytics_text(kConfig, "test.yaml"), feeds_),
        engine_(std::make_unique<analytics::Engine>(program_, Shard{}, lookup_, output_)) {
    FactsBuilder facts;
    facts.add(PlantFact{});
    facts.add(JournalInFolder::ring_fact(kTicks, "ticks"));
    facts.add(JournalInFolder::ring_fact(kOrder, "sequencer", BlockKind::runs));
    facts.add(JournalInFolder::ring_fact(kDerived, "derived", BlockKind::derived));
    FeedEntry feed;
    feed.id = {1};
    set_text(feed.name, "nasdaq");
    facts.add(feed);
    facts.add_config(kHash, kConfig);
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    journal_.append_facts(facts);
    begin();
  }

  void begin(std::uint64_t hash = kHash) {
    engine_ = std::make_unique<analytics::Engine>(program_, Shard{}, lookup_, output_);
    CommandBody body;
    body.command = kBeginAnalytics;
    body.count = 1;
    body.argument = hash;
    SequencerRun run;
    run.kind = RunKind::command;
    std::memcpy(run.body.data(), &body, sizeof body);
    put(run, 1);
  }
  /// `is_journalled`: false: the ticks are missing, and said to be.
  void trade(std::uint32_t count, bool is_journalled = true) {
    const SequenceRange range{next_tick_, next_tick_ + count - 1};
    std::vector<Record> records;
    for (std::uint64_t q = range.first; q <= range.last; ++q) {
      Record record = JournalInFolder::tick(q);
      record.header.ts_event = record.header.ts_recv = {tests::kTestTime + static_cast<std::int64_t>(q) * 100'000'000};
      records.push_back(record);
    }
    if (is_journalled) {
      journal_.append(JournalInFolder::header_of(BlockKind::ticks, kTicks, range.first, records),
                      std::as_bytes(std::span(records)));
    }
    SequencerRun run;
    run.kind = RunKind::records;
    run.ring = {kTicks};
    std::memcpy(run.body.data(), &range, sizeof range);
    const std::uint64_t first = next_cause_;
    put(run, count);
    next_tick_ = range.last + 1;
    for (std::uint32_t i = 0; i < count; ++i) engine_->on_record({first + i}, records[i]);
  }
  /// What was computed since the last time goes into the journal.
  void publish() {
    for (DerivedRecord& record : results_) record.header.stamp = next_result_++;
    if (results_.empty()) return;
    journal_.append(JournalInFolder::header_of(BlockKind::derived, kDerived, results_.front().header.stamp, results_),
                    std::as_bytes(std::span(results_)));
    results_.clear();
  }
  [[nodiscard]] std::vector<DerivedRecord>& results() { return results_; }

 private:
  struct Output final : analytics::EngineOutput {
    explicit Output(std::vector<DerivedRecord>& to) : results(to) {}
    void publish(const DerivedRecord& record) noexcept override { results.push_back(record); }
    std::vector<DerivedRecord>& results;
  };
  void put(SequencerRun run, std::uint64_t places) {
    run.stamp = next_run_++;
    run.cause_seq = {next_cause_};
    next_cause_ += places;
    const std::vector<SequencerRun> runs{run};
    journal_.append(JournalInFolder::header_of(BlockKind::runs, kOrder, run.stamp, runs),
                    std::as_bytes(std::span(runs)));
  }

  JournalInFolder journal_;
  std::vector<analytics::NamedFeed> feeds_{{"nasdaq", {1}}};
  analytics::Program program_;
  Lookup lookup_;
  std::vector<DerivedRecord> results_;  // not published yet
  Output output_{results_};
  std::unique_ptr<analytics::Engine> engine_;
  std::uint64_t next_tick_ = 1, next_run_ = 1, next_cause_ = 1, next_result_ = 1;
};

class JournalAuditTest : public testing::Test {
 protected:
  [[nodiscard]] JournalAudit audit() const { return audit_journal(folder_.path()); }

  tests::TempDirectory folder_;
  JournalOfAPlant plant_{folder_.path()};
};

TEST_F(JournalAuditTest, TheSameResultsAreEqualOverSeveralLives) {
  plant_.trade(100);
  plant_.publish();
  plant_.trade(50);
  plant_.publish();
  plant_.begin();
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  ASSERT_EQ(found.lives.size(), 2u);
  EXPECT_EQ(found.lives[0].inputs, 150u);
  EXPECT_GT(found.lives[0].results, 20u);
  EXPECT_EQ(found.lives[0].unpublished, 0u);
  EXPECT_EQ(found.lives[1].first_cause, 152u);
  EXPECT_GT(found.lives[1].results, 5u);
  EXPECT_EQ(found.results_before, 0u);
}

TEST_F(JournalAuditTest, WhatAKilledDaemonHadNotPublishedIsCounted) {
  plant_.trade(100);
  plant_.publish();
  plant_.trade(50);
  const std::size_t unpublished = plant_.results().size();
  ASSERT_GT(unpublished, 4u);
  plant_.results().clear();
  plant_.begin();
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  EXPECT_EQ(found.lives.at(0).unpublished, unpublished);
  EXPECT_GT(found.lives.at(1).results, 5u);
}

TEST_F(JournalAuditTest, ResultsOfTheLifeBeforeMayComeBehindTheNextOnesStart) {
  plant_.trade(100);
  std::vector<DerivedRecord> late = plant_.results();
  plant_.results().clear();
  plant_.begin();
  plant_.results() = late;
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  EXPECT_EQ(found.lives.at(0).results, late.size());
  EXPECT_GT(found.lives.at(1).results, 5u);
}

TEST_F(JournalAuditTest, AnotherResultIsFoundWhereItIs) {
  plant_.trade(100);
  plant_.publish();
  plant_.trade(100);
  DerivedRecord& wrong = plant_.results().at(3);
  wrong.body[100] ^= std::byte{1};
  const std::uint64_t cause = wrong.header.cause_seq.value;
  plant_.publish();
  plant_.begin();
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_FALSE(found.is_equal());
  ASSERT_TRUE(found.lives.at(0).difference);
  EXPECT_EQ(found.lives[0].difference->cause, cause);
  EXPECT_EQ(found.lives[0].difference->ring, "derived");
  EXPECT_TRUE(found.lives[0].difference->computed);
  EXPECT_GT(found.lives[0].uncompared, 0u);
  EXPECT_FALSE(found.lives.at(1).difference) << "the next life is looked at by itself";
}

TEST_F(JournalAuditTest, AResultTooManyIsADifference) {
  plant_.trade(100);
  plant_.results().push_back(plant_.results().back());
  plant_.publish();
  const JournalAudit found = audit();
  ASSERT_TRUE(found.lives.at(0).difference);
  EXPECT_TRUE(found.lives[0].difference->recorded);
}

TEST_F(JournalAuditTest, BehindMissingInputNothingIsCompared) {
  plant_.trade(100);
  plant_.publish();
  plant_.trade(10, false);
  plant_.trade(50);
  plant_.publish();
  plant_.begin();
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  EXPECT_EQ(found.lives.at(0).lost_inputs, 10u);
  EXPECT_GT(found.lives[0].uncompared, 0u);
  EXPECT_EQ(found.lives.at(1).lost_inputs, 0u);
  EXPECT_GT(found.lives.at(1).results, 5u);
}

TEST_F(JournalAuditTest, AConfigThatIsNotThereIsSaid) {
  plant_.begin(kHash + 1);
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_FALSE(found.is_equal());
  EXPECT_THAT(found.lives.at(1).problem, HasSubstr("does not have the analytics file"));
}

}  // namespace
}  // namespace tickplant::cli
