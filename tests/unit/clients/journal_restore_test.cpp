// A copy of a journal becomes a journal that a daemon can go on with; compressing by hand.
#include "clients/cli/journal/journal_restore.hpp"

#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_compress.hpp"
#include "clients/cli/journal/journal_repair.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
namespace fs = std::filesystem;
using tests::walk;

class RestoreTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kSegmentBytes = 8 * kJournalUnitBytes;

  RestoreTest() : journal_(folder_.path(), kSegmentBytes) {
    std::uint64_t next = 1;
    fill_journal(journal_, 64, 3000, next);
    before_ = walk(folder_.path());
  }
  void flip(std::uint64_t number) const {
    const JournalPlace place = journal_.place_of(number);
    std::vector<char> bytes = tests::bytes_of_file(journal_.path(place.segment));
    bytes.at(place.offset + 150) = static_cast<char>(bytes.at(place.offset + 150) ^ 4);
    tests::write_file(journal_.path(place.segment), bytes);
  }
  [[nodiscard]] fs::path to() const { return elsewhere_.path() / "restored"; }

  tests::TempDirectory folder_{"/dev/shm"}, elsewhere_{"/dev/shm"};
  tests::JournalInFolder journal_;
  std::vector<tests::WalkedBlock> before_;
};

TEST_F(RestoreTest, HasTheSameBlocksAtTheSamePlacesWhereverTheyWere) {
  (void)tests::compress_in_place(folder_.path(), 1);
  (void)tests::compress_in_place(folder_.path(), 2, true);
  fs::create_directory(folder_.path() / kArchiveName);
  fs::rename(folder_.path() / compressed_file_name(1), folder_.path() / kArchiveName / compressed_file_name(1));
  before_ = walk(folder_.path());
  const RestoreResult result = restore_journal(folder_.path(), to());
  EXPECT_EQ(result.blocks, before_.size());
  EXPECT_EQ(result.compressed, 2u);
  EXPECT_EQ(result.segments, journal_.place().segment);
  EXPECT_EQ(result.end.kind, JournalEndKind::tail);
  EXPECT_EQ(walk(to()), before_);
  const JournalOpening opening = find_end(to());
  EXPECT_EQ(opening.place, journal_.place());
  EXPECT_EQ(fs::file_size(to() / segment_file_name(opening.place.segment)), kSegmentBytes);
  EXPECT_FALSE(fs::exists(to() / kArchiveName));
}

TEST_F(RestoreTest, CutsTheTailThatACopyCouldNotHaveWhole) {
  flip(before_.size() - 4);  // in the newest segment, and later blocks call it durable
  const RestoreResult result = restore_journal(folder_.path(), to());
  EXPECT_EQ(result.end.kind, JournalEndKind::damaged);
  EXPECT_EQ(result.blocks, before_.size() - 5);
  std::vector<tests::WalkedBlock> kept(before_.begin(), before_.end() - 5);
  EXPECT_EQ(walk(to()), kept);
  JournalScanner scanner(to());
  while (scanner.next()) continue;
  EXPECT_EQ(scanner.end(Search::thorough).kind, JournalEndKind::tail) << "nothing of it lies behind";
}

TEST_F(RestoreTest, RefusesACopyThatIsDamagedBefore) {
  ASSERT_GE(journal_.place().segment, 4u);
  flip(5);
  EXPECT_THROW((void)restore_journal(folder_.path(), to()), Failure);
  EXPECT_FALSE(fs::exists(to()));
}

TEST_F(RestoreTest, WritesOverNothing) {
  EXPECT_THROW((void)restore_journal(folder_.path(), folder_.path()), Failure);
  tests::TempDirectory empty;
  EXPECT_THROW((void)restore_journal(empty.path(), to()), platform::SetupError);
  EXPECT_THROW((void)restore_journal(empty.path() / "none", to()), platform::SetupError);
  EXPECT_FALSE(fs::exists(to()));
  EXPECT_EQ(restore_journal(folder_.path(), empty.path()).blocks, before_.size()) << "an empty one will do";
}

TEST_F(RestoreTest, ExpandsTheLastSegmentForAWriterToGoOnIn) {
  (void)tests::compress_in_place(folder_.path(), 3);
  for (std::uint64_t segment = 4; segment <= journal_.place().segment; ++segment) fs::remove(journal_.path(segment));
  const RestoreResult result = restore_journal(folder_.path(), to());
  EXPECT_EQ(result.segments, 3u);
  EXPECT_EQ(result.compressed, 0u);
  EXPECT_EQ(walk(to()), walk(folder_.path()));
}

TEST_F(RestoreTest, CompressesByHandWhatIsOld) {
  const CompressedJournal result = compress_journal(folder_.path(), false);
  EXPECT_EQ(result.segments, journal_.place().segment - untouched_segments(kSegmentBytes));
  EXPECT_GT(result.segments, 0u);
  EXPECT_LT(result.file_bytes * 3, result.bytes);
  EXPECT_EQ(walk(folder_.path()), before_);
  EXPECT_EQ(compress_journal(folder_.path(), false).segments, 0u);
  EXPECT_EQ(compress_journal(folder_.path(), true).segments, result.segments);
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::all);
  EXPECT_FALSE(survey.is_damaged());
  EXPECT_GT(survey.rings.at(tests::kTicksRing).dropped, 0u);
  EXPECT_EQ(survey.rings.at(tests::kTicksRing).lost, 0u);
  EXPECT_EQ(survey.rings.at(tests::kResultsRing).dropped, 0u);
}

TEST_F(RestoreTest, VerifyFindsADamagedIndex) {
  const CompressedJournal result = compress_journal(folder_.path(), false);
  ASSERT_GT(result.segments, 0u);
  const fs::path first = folder_.path() / compressed_file_name(1);
  std::vector<char> bytes = tests::bytes_of_file(first);
  bytes[bytes.size() - 70] = static_cast<char>(bytes[bytes.size() - 70] ^ 1);
  tests::write_file(first, bytes);
  EXPECT_FALSE(survey_journal(folder_.path(), SurveyDepth::headers).is_damaged());
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::all);
  EXPECT_TRUE(survey.is_damaged());
  EXPECT_TRUE(survey.segments.front().is_broken);
  EXPECT_EQ(survey.blocks, before_.size()) << "nothing is lost by it";
}

TEST_F(RestoreTest, ARepairSaysWhatWasDropped) {
  (void)tests::compress_in_place(folder_.path(), 1, true);
  const RepairResult result = repair_journal(folder_.path(), to());
  EXPECT_TRUE(result.lost.empty()) << "no damage cost it";
  JournalReader ticks(to(), {.rings = {"ticks"}});
  std::uint64_t dropped = 0;
  while (const auto item = ticks.next()) {
    const auto* loss = std::get_if<JournalLoss>(&*item);
    if (loss == nullptr) continue;
    EXPECT_EQ(loss->reason, LossReason::age);
    dropped += loss->range.count();
  }
  EXPECT_GT(dropped, 0u);
}

}  // namespace
}  // namespace tickplant::cli::this_file
