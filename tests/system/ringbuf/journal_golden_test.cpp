// A journal of each version that ever was, read by us and by a C program that knows nothing but docs/journal.md.
//
// To keep another version: TICKPLANT_KEEP_JOURNAL=tests/golden/journal/vN tests_ringbuf --gtest_filter=JournalGolden.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ringbuf/journal/journal_scanner.hpp"
#include "tests/support/journal_golden.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

const std::filesystem::path kGolden = TICKPLANT_SOURCE_DIR "/tests/golden/journal/v1";

struct Output {
  std::string text;
  int status = 0;
};

Output c_reader_on(const std::filesystem::path& folder) {
  Output out;
  FILE* pipe = ::popen(("'" TICKPLANT_BINARY_DIR "/bin/c_journal_reader' '" + folder.string() + "' 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) out.text += buffer.data();
  const int status = ::pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

TEST(JournalGolden, IsWhatThisVersionWrites) {
  tests::TempDirectory folder;
  tests::write_golden_journal(folder.path());
  if (const char* keep = std::getenv("TICKPLANT_KEEP_JOURNAL")) {  // NOLINT(concurrency-mt-unsafe)
    std::filesystem::create_directories(keep);
    using Options = std::filesystem::copy_options;
    std::filesystem::copy(folder.path(), keep, Options::overwrite_existing | Options::recursive);
  }
  for (const std::uint64_t segment : {1U, 2U}) {
    const std::string name = segment_file_name(segment);
    const std::vector<char> golden = tests::bytes_of_file(kGolden / name);
    EXPECT_FALSE(golden.empty());
    EXPECT_TRUE(tests::bytes_of_file(folder.path() / name) == golden)
        << name << ": raise kJournalMajor or kJournalMinor";
  }
}

TEST(JournalGolden, OfVersion1IsReadForEver) {
  JournalScanner scanner(kGolden);
  std::uint64_t blocks = 0, ticks = 0, facts = 0;
  while (const auto block = scanner.next()) {
    ++blocks;
    if (block->header.kind == BlockKind::ticks) ticks += block->header.count;
    if (block->header.kind != BlockKind::facts) continue;
    FactsReader reader(block->payload);
    while (reader.next()) ++facts;
    EXPECT_FALSE(reader.is_damaged());
  }
  EXPECT_EQ(blocks, 14u);
  EXPECT_EQ(ticks, 36u);
  EXPECT_EQ(facts, 22u);
  EXPECT_EQ(scanner.end(Search::thorough).kind, JournalEndKind::tail);
  const JournalOpening opening = find_end(kGolden);
  EXPECT_TRUE(opening.is_closed);
  EXPECT_EQ(opening.next.at(tests::kGoldenTicks), 41u);
  EXPECT_EQ(opening.next.at(tests::kGoldenRuns), 4u);
  EXPECT_EQ(opening.next.at(tests::kGoldenDerived), 3u);
}

TEST(JournalGolden, IsReadByAStranger) {
  const Output output = c_reader_on(kGolden);
  EXPECT_EQ(output.status, 0) << output.text;
  for (const char* line :
       {"segment 1 first=1 plant=test\n", "plant build=golden 1\n", "ring 3 ticks next=1\n",
        "feed 1 nasdaq venue=XNAS\n", "instrument 3 GOOG@XNAS\n", "function 1 T60\n", "config abcdef 0 of 25\n",
        "text 1 64 halt lifted\n", "loss 3 21 24 reason=2\n", "segment 2 first=9 plant=test\n",
        "ring 3 ticks next=31\n", "run 2 watermark=1700000000000000000 cause=11 ring=3\n",
        "derived derived 2 instrument=AAPL@XNAS function=1 cause=30\n", "closed\nend 14 blocks\n"}) {
    EXPECT_THAT(output.text, testing::HasSubstr(line));
  }
  for (std::uint64_t sequence = 1; sequence <= 40; ++sequence) {
    const Record record = tests::JournalInFolder::tick(sequence);
    const std::string line = "tick ticks " + std::to_string(sequence) +
                             " type=1 instrument=AAPL@XNAS event=" + std::to_string(record.header.ts_event.value) +
                             " recv=" + std::to_string(record.header.ts_recv.value) + "\n";
    const bool is_lost = sequence >= 21 && sequence <= 24;
    EXPECT_EQ(output.text.find(line) == std::string::npos, is_lost) << line;
  }
}

TEST(JournalGolden, AStrangerTakesNoBlockThatDoesNotHold) {
  tests::TempDirectory folder;
  std::filesystem::copy(kGolden, folder.path());
  const std::filesystem::path file = folder / segment_file_name(2);
  std::vector<char> bytes = tests::bytes_of_file(file);
  bytes[bytes.size() - 1] ^= 1;
  tests::write_file(file, bytes);
  EXPECT_THAT(c_reader_on(folder.path()).text, testing::HasSubstr("end 13 blocks\n"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
