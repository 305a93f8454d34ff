// A journal whose only segment was begun, and nothing written into it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/journal/journal_opening.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

void write_segment(const std::filesystem::path& folder, std::uint64_t number, char filling) {
  std::ofstream(folder / ringbuf::segment_file_name(number), std::ios::binary)
      << std::string(ringbuf::kJournalUnitBytes, filling);
}

TEST(UnwrittenJournal, BeginsAsIfItWereNotThere) {
  const tests::TempDirectory folder("/dev/shm");
  write_segment(folder.path(), 1, '\0');
  const OpenedJournal opened = open_journal(folder.path());
  EXPECT_EQ(opened.start.segment, 0u);
  EXPECT_TRUE(opened.warnings.empty());
  EXPECT_TRUE(ringbuf::list_segments(folder.path()).empty());
}

TEST(UnwrittenJournal, KeepsWhatMayBeSomebodysAndSaysSo) {
  const tests::TempDirectory folder("/dev/shm");
  write_segment(folder.path(), 3, 'x');
  const OpenedJournal opened = open_journal(folder.path());
  EXPECT_EQ(opened.start.segment, 3u);
  EXPECT_EQ(opened.warnings.size(), 1u);
  EXPECT_EQ(ringbuf::list_segments(folder.path()).size(), 1u);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
