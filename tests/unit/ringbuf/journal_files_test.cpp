// What the files of a journal are called, and which of what lies in its folder they are.
#include "ringbuf/journal/journal_files.hpp"

#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/segment_page.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;

TEST(JournalFiles, AreNamedByTheirNumbers) {
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{9'999'999'999'999'999}}) {
    EXPECT_EQ(segment_number_of(segment_file_name(number)), number);
    EXPECT_EQ(compressed_number_of(compressed_file_name(number)), number);
    EXPECT_FALSE(segment_number_of(compressed_file_name(number)));
  }
  EXPECT_EQ(segment_file_name(12'345'678'901'234'567), "12345678901234567.journal") << "longer, never cut";
  for (const char* const name :
       {"", "1.journal", "0000000000000000.journal", "000000000000000x.journal", "x000000000000001.journal",
        "-000000000000001.journal", "0000000000000001.journal.x", "spare-0.journal"}) {
    EXPECT_FALSE(segment_number_of(name)) << name;
  }
}

TEST(JournalFiles, SayWhyTheyAreNoSegments) {
  tests::TempDirectory folder;
  fs::create_directory(folder / segment_file_name(1));
  tests::write_file(folder / segment_file_name(2), std::vector<char>(4095));
  tests::write_file(folder / segment_file_name(3), std::vector<char>(8192));
  tests::write_file(folder / compressed_file_name(4), std::vector<char>(100));
  tests::write_file(folder / compressed_file_name(5), std::vector<char>(8192));
  tests::write_file(folder / "README", std::vector<char>(1));
  const std::vector<JournalSegmentFile> found = list_segments(folder.path());
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0].fault, PageFault::unreadable);
  EXPECT_EQ(found[1].fault, PageFault::too_short);
  EXPECT_EQ(found[2].fault, PageFault::not_a_journal);
  EXPECT_EQ(found[3].fault, PageFault::too_short);
  EXPECT_EQ(found[4].fault, PageFault::not_a_journal);
  EXPECT_FALSE(journal_id_of(found));
}

TEST(JournalFiles, AreOfTheJournalThatMostAreOf) {
  std::vector<JournalSegmentFile> segments(5);
  const std::uint64_t ids[] = {7, 8, 8, 9, 8};
  for (std::size_t i = 0; i < segments.size(); ++i) segments[i].page.journal_id = ids[i];
  EXPECT_EQ(journal_id_of(segments), 8u);
  segments[1].fault = segments[2].fault = segments[4].fault = PageFault::crc;
  segments[3].fault = PageFault::misnamed;
  EXPECT_EQ(journal_id_of(segments), 9u) << "the later one of two with as many";
  segments[0].fault = segments[3].fault = PageFault::version;
  EXPECT_FALSE(journal_id_of(segments));
}

TEST(JournalFiles, CompressedOrPlainAreListedOrItIsSaidThatTheyWereNotRead) {
  tests::TempDirectory folder("/dev/shm");
  tests::JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  std::uint64_t next = 1;
  fill_journal(journal, 8, 1500, next);
  (void)tests::compress_in_place(folder.path(), 1);
  fs::create_directory(folder / kArchiveName);
  for (std::uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE("call " + std::to_string(nth));
    std::size_t whole = 0, all = 0;
    bool is_refused = false, is_told = false;
    const bool has_failed = tests::with_failing({tests::kReadingCalls, EIO, nth, folder.path().string()}, [&] {
      try {
        for (const JournalSegmentFile& file : list_segments(folder.path())) {
          ++all;
          whole += file.fault == PageFault::none ? 1u : 0u;
          is_told = is_told || file.read_error != 0 || file.fault != PageFault::none;
        }
      } catch (const platform::SetupError&) {
        is_refused = true;
      }
    });
    EXPECT_TRUE(is_refused || is_told || whole == all);
    if (!has_failed) break;
  }
}

TEST(JournalFiles, ASignalWhileTheyAreReadChangesNothing) {
  tests::TempDirectory folder;
  tests::JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  std::uint64_t next = 1;
  fill_journal(journal, 3, 100, next);
  const auto before = tests::walk(folder.path());
  for (std::uint64_t nth = 1;; ++nth) {
    std::vector<tests::WalkedBlock> found;
    const bool has_failed = tests::with_failing({{SYS_pread64}, EINTR, nth, folder.path().string()},
                                                [&] { found = tests::walk(folder.path()); });
    EXPECT_EQ(found, before) << nth;
    if (!has_failed) break;
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
