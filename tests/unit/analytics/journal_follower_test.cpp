// A journal followed: from any checkpoint to the same bits as from its beginning.
#include "analytics/replay/journal_follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analytics/replay/journal_configs.hpp"
#include "ringbuf/fixed_text.hpp"
#include "tests/support/journal_of_a_plant.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::analytics::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JournalFollowerTest : public testing::Test {
 protected:
  /// Results come into the journal when chance will have it, some of them never.
  void run_plant(std::uint64_t seed, int turns) {
    tests::Random random(seed);
    for (int i = 0; i < turns; ++i) {
      plant_.trade(1 + static_cast<std::uint32_t>(random.below(40)));
      if (random.below(3) == 0) plant_.publish();
    }
  }
  static std::vector<std::byte> state_of(JournalFollower& follower) {
    std::vector<std::byte> bytes;
    StateArchive archive(bytes);
    follower.computed()->archive(0, archive);
    return bytes;
  }
  static void follow_to_end(JournalFollower& follower) {
    while (follower.poll() != 0) continue;
  }

  tests::TempDirectory folder_;
  tests::JournalOfAPlant plant_{folder_.path(), 1};  // a unit a segment
};

TEST_F(JournalFollowerTest, GoesOnFromACheckpointAnywhereToTheSameBits) {
  run_plant(7, 300);
  JournalFollower whole(folder_.path());
  follow_to_end(whole);
  const std::vector<std::byte> state = state_of(whole);
  ASSERT_FALSE(state.empty());
  JournalFollower walker(folder_.path());
  int blocks = 0, checkpoints = 0;
  std::uint64_t segments = 0;
  while (walker.poll(1) != 0) {
    if (!walker.can_checkpoint() || ++blocks % 7 != 0) continue;
    ++checkpoints;
    const ringbuf::Checkpoint checkpoint = walker.checkpoint();
    segments = std::max(segments, checkpoint.head.segment);
    JournalFollower follower(folder_.path(), checkpoint);
    ASSERT_EQ(follower.played(), walker.played());
    ASSERT_EQ(state_of(follower), state_of(walker)) << "at input " << walker.played().value;
    follow_to_end(follower);
    ASSERT_FALSE(follower.computed()->is_over()) << "at input " << walker.played().value;
    ASSERT_EQ(state_of(follower), state) << "from input " << walker.played().value;
  }
  EXPECT_GT(checkpoints, 90);
  EXPECT_GT(segments, 1u);
}

TEST_F(JournalFollowerTest, GoesOnFromACheckpointBehindAReload) {
  run_plant(8, 40);
  plant_.reload();
  run_plant(9, 40);
  JournalFollower whole(folder_.path()), walker(folder_.path());
  follow_to_end(whole);
  ASSERT_FALSE(whole.computed()->is_over()) << whole.computed()->problem();
  ASSERT_EQ(whole.computed()->configs().size(), 2u);
  int behind = 0;
  while (walker.poll(1) != 0) {
    if (!walker.can_checkpoint()) continue;
    JournalFollower follower(folder_.path(), walker.checkpoint());
    behind += follower.computed()->configs().size() == 2 ? 1 : 0;
    follow_to_end(follower);
    ASSERT_FALSE(follower.computed()->is_over());
    ASSERT_EQ(state_of(follower), state_of(whole)) << "from input " << walker.played().value;
  }
  EXPECT_GT(behind, 40);
  EXPECT_EQ(configs_computed_in(folder_.path(), {"test", "", walker.replay().chain().last_number()}),
            whole.computed()->configs());
}

TEST_F(JournalFollowerTest, GoesOnOverRestartsThatResume) {
  run_plant(1, 10);
  plant_.resume();
  run_plant(2, 10);
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_NE(follower.computed(), nullptr);
  EXPECT_FALSE(follower.computed()->is_over());
  const std::uint64_t inputs = follower.computed()->counts().inputs;
  plant_.begin();
  plant_.trade(5);
  follow_to_end(follower);
  EXPECT_GT(inputs, 20u);
  EXPECT_EQ(follower.computed()->counts().inputs, 5u) << "who begins anew has nothing of what was before";
}

TEST_F(JournalFollowerTest, KnowsOfWhatWasSkippedRightBehindACheckpoint) {
  run_plant(16, 10);
  plant_.publish();
  JournalFollower whole(folder_.path());
  follow_to_end(whole);
  const ringbuf::Checkpoint checkpoint = whole.checkpoint();
  plant_.skip(5);
  run_plant(17, 20);
  plant_.publish();
  JournalFollower follower(folder_.path(), checkpoint);
  follow_to_end(follower);
  follow_to_end(whole);
  ASSERT_FALSE(whole.computed()->is_over());
  ASSERT_FALSE(follower.computed()->is_over()) << "windows say so that something is missing inside";
  EXPECT_EQ(state_of(follower), state_of(whole));

  plant_.begin();  // who begins misses nothing of what was before
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  JournalFollower at_begin(folder_.path(), follower.checkpoint());
  plant_.skip(7);
  run_plant(18, 20);
  plant_.publish();
  follow_to_end(at_begin);
  EXPECT_FALSE(at_begin.computed()->is_over());
}

TEST_F(JournalFollowerTest, NoticesAResultThatIsAnotherOneWhileItFollows) {
  run_plant(3, 10);
  plant_.publish();
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  plant_.trade(40);
  plant_.results().at(0).body[8] ^= std::byte{1};
  plant_.publish();
  follow_to_end(follower);
  EXPECT_TRUE(follower.computed()->difference());
  EXPECT_FALSE(follower.can_checkpoint());
}

TEST_F(JournalFollowerTest, ComparesResultsThatTheJournalHasAheadOfTheirInput) {
  run_plant(3, 10);
  plant_.trade(200, true, true);
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  follower.finish();
  ASSERT_FALSE(follower.computed()->is_over());
  follower.computed()->expect_all_explained();
  EXPECT_FALSE(follower.computed()->difference());
  EXPECT_GT(follower.computed()->counts().results, 15u);
}

TEST_F(JournalFollowerTest, NoticesAPlantThatComputesAsTheClockWillHaveIt) {
  run_plant(10, 5);
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_FALSE(follower.computed()->difference());
  plant_.trade_racing(4);
  plant_.trade(20);
  plant_.publish();
  follow_to_end(follower);
  EXPECT_TRUE(follower.computed()->difference()) << "else everything that says equal says little";
}

TEST_F(JournalFollowerTest, BeginsWithTheNewestCheckpointThatFits) {
  run_plant(4, 10);
  JournalFollower walker(folder_.path());
  const ringbuf::CheckpointFiles files(folder_.path());
  const auto put = [&](const char* build) {
    follow_to_end(walker);
    ringbuf::Checkpoint made = walker.checkpoint();
    ringbuf::set_text(made.head.plant_name, "demo");
    ringbuf::set_text(made.head.build, build);
    return ringbuf::CheckpointFiles(folder_.path()).write(made).filename().string();
  };
  const std::string old = put("1.0");
  const std::uint64_t last_of_old = walker.replay().chain().last_number();
  run_plant(5, 10);
  const std::string newer = put("1.0");
  const std::uint64_t last = walker.replay().chain().last_number();
  const auto start = [&](const char* plant, const char* build, std::uint64_t last_block) {
    return follow_journal(folder_.path(), {plant, build, last_block});
  };
  EXPECT_EQ(start("demo", "1.0", last).checkpoint.filename(), newer);
  EXPECT_THAT(start("demo", "1.0", last).skipped, IsEmpty());
  const FollowerStart cut = start("demo", "1.0", last_of_old);
  EXPECT_EQ(cut.checkpoint.filename(), old);
  EXPECT_THAT(cut.skipped, ElementsAre(HasSubstr(newer + ": the journal was cut")));
  const FollowerStart other = start("demo", "2.0", last);
  EXPECT_TRUE(other.checkpoint.empty());
  EXPECT_THAT(other.skipped, ElementsAre(HasSubstr("computed by 1.0"), HasSubstr("computed by 1.0")));
  ASSERT_NE(other.follower, nullptr);
  EXPECT_EQ(start("other", "1.0", last).skipped.size(), 2u);
}

TEST_F(JournalFollowerTest, RefusesAStateThatIsNotOfItsConfig) {
  run_plant(6, 10);
  JournalFollower walker(folder_.path());
  follow_to_end(walker);
  ringbuf::Checkpoint made = walker.checkpoint();
  for (ringbuf::CheckpointSection& section : made.sections) {
    if (section.kind == ringbuf::SectionKind::analytics) section.bytes.resize(section.bytes.size() / 2);
  }
  EXPECT_THROW(JournalFollower(folder_.path(), made), StateMismatch);
  made.sections.pop_back();
  EXPECT_THROW(JournalFollower(folder_.path(), made), StateMismatch);
}

TEST_F(JournalFollowerTest, GoesOnFromASnapshotWhereSomethingWasLostBefore) {
  run_plant(12, 20);
  plant_.trade(10, false);
  run_plant(13, 20);
  JournalFollower follower(folder_.path());
  EXPECT_FALSE(follower.needs_snapshot());
  follow_to_end(follower);
  EXPECT_TRUE(follower.needs_snapshot());
  EXPECT_FALSE(follower.can_checkpoint());
  ASSERT_FALSE(plant_.results().empty()) << "published, and journalled behind the snapshot";
  plant_.snapshot();
  run_plant(14, 40);
  plant_.publish();
  follow_to_end(follower);
  EXPECT_FALSE(follower.needs_snapshot());
  ASSERT_TRUE(follower.can_checkpoint());
  ASSERT_FALSE(follower.computed()->is_over()) << follower.computed()->problem();
  EXPECT_GT(follower.computed()->counts().results, 30u);
  EXPECT_FALSE(follower.computed()->has_unexplained());
  EXPECT_TRUE(follower.computed()->unpublished(0).empty()) << "what is computed is what was published";

  JournalFollower later(folder_.path());
  follow_to_end(later);
  EXPECT_EQ(state_of(later), state_of(follower));
  run_plant(15, 20);
  plant_.publish();
  JournalFollower from_checkpoint(folder_.path(), follower.checkpoint());
  follow_to_end(from_checkpoint);
  ASSERT_FALSE(from_checkpoint.computed()->is_over());
  follow_to_end(later);
  EXPECT_EQ(state_of(from_checkpoint), state_of(later));
}

TEST_F(JournalFollowerTest, GoesOnFromASnapshotWhereAShardWasTooSlow) {
  run_plant(18, 20);
  plant_.publish();
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  plant_.lose(10);
  run_plant(19, 20);
  plant_.publish();
  follow_to_end(follower);
  EXPECT_FALSE(follower.computed()->difference()) << "what is different was to be expected";
  EXPECT_TRUE(follower.needs_snapshot());
  EXPECT_EQ(follower.computed()->counts().lost_inputs, 10u);
  plant_.snapshot();
  run_plant(20, 20);
  plant_.publish();
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  EXPECT_FALSE(follower.computed()->has_unexplained());
  EXPECT_TRUE(follower.computed()->unpublished(0).empty());
  EXPECT_GT(follower.computed()->counts().results, 10u);
}

TEST_F(JournalFollowerTest, AStartThatTheOrderHadLeftSeesToNothingThatIsGone) {
  for (const bool begins : {true, false}) {
    run_plant(21, 10);
    plant_.publish();
    plant_.lose_results(5, 2);
    begins ? plant_.begin() : plant_.resume();
    plant_.trade(200);
    ASSERT_GT(plant_.results().size(), 10u);
    plant_.publish();
    JournalFollower follower(folder_.path());
    follow_to_end(follower);
    ASSERT_NE(follower.computed(), nullptr);
    EXPECT_FALSE(follower.computed()->difference()) << "begins: " << begins;
    EXPECT_EQ(follower.computed()->counts().lost_inputs, 5u);
    plant_.begin();
    run_plant(22, 10);
    plant_.publish();
    follow_to_end(follower);
    EXPECT_TRUE(follower.can_checkpoint());
  }
}

TEST_F(JournalFollowerTest, ACheckpointRightBehindASnapshotKnowsWhatWasPublishedBefore) {
  plant_.trade(30);
  plant_.trade(10, false);
  plant_.trade(200);
  ASSERT_GT(plant_.results().size(), 10u);
  plant_.snapshot();
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  plant_.publish();
  plant_.trade(100);
  plant_.publish();
  JournalFollower from_checkpoint(folder_.path(), follower.checkpoint());
  follow_to_end(from_checkpoint);
  ASSERT_FALSE(from_checkpoint.computed()->is_over());
  EXPECT_GT(from_checkpoint.computed()->counts().results, 5u);
  EXPECT_FALSE(from_checkpoint.computed()->has_unexplained());
}

TEST_F(JournalFollowerTest, GoesOnFromASnapshotWhereTheOrderWasLostWithAReload) {
  run_plant(16, 20);
  plant_.publish();
  plant_.lose_order();
  plant_.trade(20);
  plant_.reload();
  plant_.trade(20);
  plant_.find_order();
  plant_.snapshot();
  run_plant(17, 40);
  plant_.publish();
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  ASSERT_TRUE(follower.can_checkpoint());
  EXPECT_EQ(follower.computed()->configs().size(), 2u);
  EXPECT_GT(follower.computed()->counts().results, 30u);
  EXPECT_FALSE(follower.computed()->has_unexplained());
  FollowerWish wish;
  wish.last_block = follower.replay().chain().last_number();
  EXPECT_THAT(configs_computed_in(folder_.path(), wish),
              ElementsAre(tests::JournalOfAPlant::kConfig, tests::JournalOfAPlant::kOtherConfig));
}

TEST_F(JournalFollowerTest, ASnapshotWithoutItsFileOrOfAnotherJournalIsAsIfThereWereNone) {
  plant_.trade(10, false);
  plant_.snapshot(false);
  plant_.trade(30);
  plant_.snapshot(true, 1);
  plant_.trade(30);
  JournalFollower follower(folder_.path());
  follow_to_end(follower);
  EXPECT_TRUE(follower.needs_snapshot());
  plant_.snapshot();
  plant_.trade(30);
  follow_to_end(follower);
  EXPECT_TRUE(follower.can_checkpoint());
}

TEST_F(JournalFollowerTest, ASnapshotChangesNothingForWhoMissesNothing) {
  run_plant(18, 40);
  plant_.snapshot();
  run_plant(19, 40);
  JournalFollower with(folder_.path());
  follow_to_end(with);
  const std::vector<std::byte> state = state_of(with);
  for (const auto& file : ringbuf::CheckpointFiles(folder_.path()).list()) std::filesystem::remove(file);
  JournalFollower without(folder_.path());
  follow_to_end(without);
  EXPECT_EQ(state_of(without), state);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
