// Old segments of a journal in a folder: compressed, archived, without ticks, gone, and readable at any time.
#include "daemon/journal/retention.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "ringbuf/counter_names.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace fs = std::filesystem;
namespace counter = ringbuf::counter;
using tests::kTestTime;
using tests::walk;

constexpr std::int64_t kDay = config::JournalSection::kDayNanos;

class RetentionTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kSegmentBytes = 4 * ringbuf::kJournalUnitBytes;

  RetentionTest() {
    config_.folder = folder_.path().string();
    config_.segment_bytes = kSegmentBytes;
    tests::JournalInFolder journal(folder_.path(), kSegmentBytes);
    std::uint64_t next = 1;
    fill_journal(journal, 48, 3000, next);
    last_ = journal.place().segment;
    before_ = walk(folder_.path());
  }
  void make() {
    retention_.reset();
    bytes_.emplace(ringbuf::CountersWriter::payload_bytes(16));
    writer_.emplace(bytes_->bytes(), 16);
    retention_.emplace(Retention::Setup{folder_.path(), config_, "test", tests::kTestJournalId, *writer_});
  }
  /// All that is due `age` after the segments ended.
  int settle(std::int64_t age) {
    int steps = 0;
    while (retention_->step({kTestTime + age})) ++steps;
    return steps;
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    return ringbuf::CountersReader(std::as_const(*bytes_).bytes()).find(counter::kJournal, name).value_or(0);
  }
  /// How many files of the folder end so.
  static std::size_t files(const fs::path& folder, std::string_view suffix) {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
      found += entry.path().filename().string().ends_with(suffix) ? 1U : 0U;
    }
    return found;
  }
  [[nodiscard]] std::size_t old_segments() const { return last_ - ringbuf::untouched_segments(kSegmentBytes); }

  tests::TempDirectory folder_{"/dev/shm"}, elsewhere_{"/dev/shm"};
  config::JournalSection config_;
  std::uint64_t last_ = 0;
  std::vector<tests::WalkedBlock> before_;
  std::optional<ringbuf::PrivatePayload> bytes_;
  std::optional<ringbuf::CountersWriter> writer_;
  std::optional<Retention> retention_;
};

TEST_F(RetentionTest, CompressesWhatIsOldAndLeavesTheNewest) {
  make();
  ASSERT_GE(old_segments(), 3u);
  EXPECT_EQ(settle(7 * kDay), 0);
  EXPECT_EQ(settle(7 * kDay + 1), static_cast<int>(old_segments()));
  EXPECT_EQ(files(folder_.path(), ".columns"), old_segments());
  EXPECT_EQ(files(folder_.path(), ".journal"), last_ - old_segments());
  EXPECT_EQ(walk(folder_.path()), before_);
  EXPECT_EQ(count(counter::kCompressedSegments), old_segments());
  EXPECT_GT(count(counter::kSavedBytes), old_segments() * kSegmentBytes / 2);
  EXPECT_EQ(count(counter::kRetentionErrors), 0u);
}

TEST_F(RetentionTest, DropsTicksThenEverything) {
  make();
  (void)settle(31 * kDay);
  EXPECT_EQ(count(counter::kDroppedSegments), old_segments());
  std::size_t dropped = 0;
  const auto after = walk(folder_.path());
  ASSERT_EQ(after.size(), before_.size());
  for (const tests::WalkedBlock& block : after) dropped += block.is_dropped ? 1U : 0U;
  EXPECT_GT(dropped, 0u);
  (void)settle(366 * kDay);
  EXPECT_EQ(files(folder_.path(), ".columns"), 0u);
  EXPECT_EQ(walk(folder_.path()).front().place.segment, old_segments() + 1);
}

TEST_F(RetentionTest, PutsOldSegmentsIntoTheArchiveWhereTheyAreFound) {
  config_.archive = (elsewhere_.path() / "deep" / "archive").string();
  make();
  (void)settle(8 * kDay);
  EXPECT_EQ(files(folder_.path(), ".columns"), 0u);
  EXPECT_EQ(files(folder_.path() / ringbuf::kArchiveName, ".columns"), old_segments());
  EXPECT_EQ(walk(folder_.path()), before_);
  config_.archive = (elsewhere_.path() / "other").string();
  make();
  EXPECT_EQ(
      walk(folder_.path()).size(), before_.size() -
                                       [&] {
                                         std::size_t archived = 0;
                                         for (const tests::WalkedBlock& block : before_)
                                           archived += block.place.segment <= old_segments() ? 1U : 0U;
                                         return archived;
                                       }())
      << "another archive, in which they are not";
  (void)settle(31 * kDay);
  EXPECT_EQ(count(counter::kRetentionErrors), 0u);
}

TEST_F(RetentionTest, GoesOnWithoutAnArchiveThatCannotBeUsed) {
  config_.archive = "/proc/no/such/place";
  make();
  EXPECT_EQ(count(counter::kRetentionErrors), 1u);
  (void)settle(8 * kDay);
  EXPECT_EQ(files(folder_.path(), ".columns"), old_segments());
}

TEST_F(RetentionTest, LeavesADamagedSegmentAsItIsAndTriesAgainLater) {
  const fs::path second = folder_.path() / ringbuf::segment_file_name(2);
  const std::vector<char> good = tests::bytes_of_file(second);
  std::vector<char> bad = good;
  bad[100'000] = static_cast<char>(bad[100'000] ^ 1);
  tests::write_file(second, bad);
  make();
  (void)settle(8 * kDay);
  EXPECT_EQ(count(counter::kRetentionErrors), 1u);
  EXPECT_EQ(tests::bytes_of_file(second), bad);
  EXPECT_EQ(files(folder_.path(), ".half"), 0u);
  EXPECT_GE(files(folder_.path(), ".columns"), 1u);
  tests::write_file(second, good);
  EXPECT_EQ(settle(8 * kDay + Retention::kRetryNanos / 2), 0);
  EXPECT_GT(settle(8 * kDay + 2 * Retention::kRetryNanos), 0);
  EXPECT_EQ(files(folder_.path(), ".columns"), old_segments());
  EXPECT_EQ(walk(folder_.path()), before_);
}

TEST_F(RetentionTest, TakesNoSegmentForOlderThanTheOneBefore) {
  for (const std::uint64_t number : {1u, 3u}) {
    const fs::path file = folder_.path() / ringbuf::segment_file_name(number);
    std::vector<char> bytes = tests::bytes_of_file(file);
    ringbuf::JournalSegmentPage page;
    std::memcpy(&page, bytes.data(), sizeof page);
    page.created_at = 0;  // a clock that was wrong, or not told
    ringbuf::seal_page(page);
    std::memcpy(bytes.data(), &page, sizeof page);
    tests::write_file(file, bytes);
  }
  make();
  EXPECT_EQ(settle(7 * kDay), 0);
  EXPECT_EQ(settle(7 * kDay + 1), static_cast<int>(old_segments()));
  EXPECT_EQ(count(counter::kDroppedSegments), 0u);
}

TEST_F(RetentionTest, TakesNoSegmentOfAnotherJournal) {
  retention_.reset();
  bytes_.emplace(ringbuf::CountersWriter::payload_bytes(16));
  writer_.emplace(bytes_->bytes(), 16);
  retention_.emplace(Retention::Setup{folder_.path(), config_, "test", tests::kTestJournalId + 1, *writer_});
  EXPECT_EQ(settle(1000 * kDay), 0);
}

TEST_F(RetentionTest, LeavesAJournalThatCanBeReadWhereverItIsKilled) {
  tests::Random random(tests::test_seed());
  for (int kills = 0; kills < 12; ++kills) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      make();
      (void)settle(8 * kDay);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(random.below(12'000)));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_EQ(walk(folder_.path()), before_) << kills;
  }
  make();
  EXPECT_EQ(files(folder_.path(), ".half"), 0u) << "what was left half done is gone";
  (void)settle(8 * kDay);
  EXPECT_EQ(files(folder_.path(), ".columns"), old_segments());
  EXPECT_EQ(files(folder_.path(), ".journal"), last_ - old_segments());
  EXPECT_EQ(walk(folder_.path()), before_);
}

TEST_F(RetentionTest, HasAThreadThatStops) {
  make();
  retention_->start([] { return platform::UnixNanos{kTestTime + 8 * kDay}; });
  retention_->stop();
  retention_->stop();
  EXPECT_EQ(walk(folder_.path()), before_);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
