// A journal computed again: the same results are found equal, another one where it is, and what is missing is not
// compared.
#include "clients/cli/journal/journal_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "analytics/replay/journal_follower.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/support/journal_of_a_plant.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using testing::HasSubstr;

class JournalAuditTest : public testing::Test {
 protected:
  [[nodiscard]] JournalAudit audit(const AuditWish& wish = {}) const { return audit_journal(folder_.path(), wish); }
  /// Of all up to now. Returns its place.
  std::uint64_t make_checkpoint() const {
    analytics::JournalFollower follower(folder_.path());
    while (follower.poll() != 0) continue;
    Checkpoint made = follower.checkpoint();
    (void)CheckpointFiles(folder_.path()).write(made);
    return made.head.cause_seq;
  }

  tests::TempDirectory folder_;
  tests::JournalOfAPlant plant_{folder_.path()};
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
  EXPECT_EQ(found.lives[0].counts.inputs, 150u);
  EXPECT_GT(found.lives[0].counts.results, 20u);
  EXPECT_EQ(found.lives[0].counts.unpublished, 0u);
  EXPECT_EQ(found.lives[1].first_cause, 152u);
  EXPECT_GT(found.lives[1].counts.results, 5u);
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
  EXPECT_EQ(found.lives.at(0).counts.unpublished, unpublished);
  EXPECT_GT(found.lives.at(1).counts.results, 5u);
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
  EXPECT_EQ(found.lives.at(0).counts.results, late.size());
  EXPECT_GT(found.lives.at(1).counts.results, 5u);
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
  EXPECT_GT(found.lives[0].counts.uncompared, 0u);
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
  EXPECT_EQ(found.lives.at(0).counts.lost_inputs, 10u);
  EXPECT_GT(found.lives[0].counts.uncompared, 0u);
  EXPECT_EQ(found.lives.at(1).counts.lost_inputs, 0u);
  EXPECT_GT(found.lives.at(1).counts.results, 5u);
}

TEST_F(JournalAuditTest, AConfigThatIsNotThereIsSaid) {
  plant_.begin(tests::JournalOfAPlant::kHash + 1);
  plant_.trade(60);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_FALSE(found.is_equal());
  EXPECT_THAT(found.lives.at(1).problem, HasSubstr("does not have the analytics file"));
}

TEST_F(JournalAuditTest, WhatWasLostIsBoundedByTheSnapshotBehindIt) {
  plant_.trade(100);
  plant_.publish();
  plant_.trade(10, false);
  plant_.trade(50);
  const std::size_t published = plant_.results().size();
  plant_.snapshot();
  plant_.publish();
  plant_.trade(100);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  ASSERT_EQ(found.lives.size(), 2u);
  EXPECT_EQ(found.lives[0].counts.lost_inputs, 10u);
  EXPECT_EQ(found.lives[0].counts.lost_behind, 101u);
  EXPECT_FALSE(found.lives[0].is_from_snapshot);
  EXPECT_TRUE(found.lives[1].is_from_snapshot);
  EXPECT_EQ(found.lives[1].first_cause, 162u);
  EXPECT_EQ(found.lives[1].counts.inputs, 100u);
  EXPECT_GT(found.lives[1].counts.results, 15u);
  EXPECT_EQ(found.lives[0].counts.uncompared + found.lives[1].counts.uncompared, published);
  EXPECT_EQ(found.lives[1].counts.lost_inputs, 0u);
}

TEST_F(JournalAuditTest, InputThatAShardWasTooSlowForIsMissingAndNoDifference) {
  plant_.trade(100);
  plant_.publish();
  plant_.lose(10);
  plant_.trade(50);
  plant_.publish();
  plant_.snapshot();
  plant_.trade(100);
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  ASSERT_EQ(found.lives.size(), 2u);
  EXPECT_EQ(found.lives[0].counts.lost_inputs, 10u);
  EXPECT_EQ(found.lives[0].counts.lost_behind, 101u);
  EXPECT_GT(found.lives[0].counts.uncompared, 0u);
  EXPECT_TRUE(found.lives[1].is_from_snapshot);
  EXPECT_GT(found.lives[1].counts.results, 15u);
}

TEST_F(JournalAuditTest, AFaultBehindASnapshotIsFound) {
  plant_.trade(10, false);
  plant_.trade(50);
  plant_.publish();
  plant_.snapshot();
  plant_.trade(100);
  plant_.results().back().header.revision += 1;
  plant_.publish();
  const JournalAudit found = audit();
  EXPECT_FALSE(found.is_equal());
  ASSERT_EQ(found.lives.size(), 2u);
  EXPECT_TRUE(found.lives[1].difference);
}

TEST_F(JournalAuditTest, ComparesTheStateWithEachCheckpoint) {
  plant_.trade(100);
  const std::uint64_t first = make_checkpoint();
  plant_.publish();
  plant_.trade(55);
  const std::uint64_t second = make_checkpoint();
  plant_.snapshot();
  plant_.trade(55);
  plant_.publish();
  JournalAudit found = audit();
  EXPECT_TRUE(found.is_equal());
  EXPECT_EQ(found.states, 3u);

  CheckpointFiles files(folder_.path());
  Checkpoint wrong = *files.newest({.journal_id = tests::kTestJournalId, .plant_name = ""}).checkpoint;
  ASSERT_EQ(wrong.head.cause_seq, second);
  const auto state = std::ranges::find(wrong.sections, SectionKind::analytics, &CheckpointSection::kind);
  state->bytes[state->bytes.size() / 2] ^= std::byte{1};
  (void)files.write(wrong);
  found = audit();
  EXPECT_FALSE(found.is_equal());
  EXPECT_EQ(found.states, 2u);
  ASSERT_TRUE(found.state_difference);
  EXPECT_EQ(found.state_difference->cause, second);
  EXPECT_EQ(found.state_difference->equal_at, first);
  EXPECT_FALSE(found.lives.at(0).difference) << "no result shows it";
}

TEST_F(JournalAuditTest, ARangeBeginsWithTheNewestCheckpointBeforeIt) {
  plant_.trade(100);
  plant_.publish();
  const std::uint64_t first = make_checkpoint();
  plant_.trade(100);
  plant_.publish();
  const std::uint64_t second = make_checkpoint();
  plant_.trade(100);
  plant_.publish();
  EXPECT_EQ(audit().lives.at(0).counts.inputs, 300u);
  const JournalAudit all = audit({.from = first});
  EXPECT_TRUE(all.checkpoint.empty()) << "it holds that input";
  const JournalAudit behind = audit({.from = first + 1});
  EXPECT_FALSE(behind.checkpoint.empty());
  EXPECT_TRUE(behind.is_equal());
  EXPECT_EQ(behind.lives.at(0).first_cause, first + 1);
  EXPECT_EQ(behind.lives.at(0).counts.inputs, 200u);
  EXPECT_GT(behind.lives.at(0).counts.results, 20u);
  EXPECT_EQ(behind.states, 1u);
  EXPECT_EQ(audit({.from = second + 50}).lives.at(0).counts.inputs, 100u);
  const JournalAudit part = audit({.from = first + 1, .until = second});
  EXPECT_TRUE(part.is_equal());
  EXPECT_GE(part.lives.at(0).counts.inputs, 100u);

  std::ofstream(behind.checkpoint, std::ios::binary | std::ios::app) << "more";
  EXPECT_TRUE(audit({.from = first + 1}).checkpoint.empty()) << "a damaged one is passed over";
}

}  // namespace
}  // namespace tickplant::cli::this_file
