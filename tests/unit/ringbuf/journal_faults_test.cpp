// A disk that fails at the nth thing it is asked while a journal is read or an old segment compressed, for every n:
// what is found is a beginning of what is there, and whoever finds less can tell. And pages and headers that are whole
// by their CRC and say what cannot be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using tests::FailingCall;
using tests::walk;
using tests::with_failing;

class JournalOnAFaultyDisk : public testing::Test {
 protected:
  static constexpr std::uint64_t kSegmentBytes = 2 * kJournalUnitBytes;

  JournalOnAFaultyDisk() {
    tests::JournalInFolder journal(folder_.path(), kSegmentBytes);
    journal.call_durable_behind(5);
    std::uint64_t next = 1;
    fill_journal(journal, 8, 1500, next);
    last_ = journal.place().segment;
    before_ = walk(folder_.path());
  }
  [[nodiscard]] std::string below() const { return folder_.path().string(); }
  [[nodiscard]] bool is_beginning(const std::vector<tests::WalkedBlock>& found) const {
    return found.size() <= before_.size() && std::equal(found.begin(), found.end(), before_.begin());
  }
  /// How often it was read in part, over all failures.
  int read_with(int error) {
    int partly = 0;
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      std::vector<tests::WalkedBlock> found;
      bool is_told = false;
      const bool has_failed = with_failing({tests::kReadingCalls, error, nth, below()}, [&] {
        try {
          JournalScanner scanner(folder_.path());
          while (const auto block = scanner.next()) {
            const auto header = std::as_bytes(std::span(&block->header, 1));
            found.push_back({block->place,
                             {header.begin(), header.end()},
                             {block->payload.begin(), block->payload.end()},
                             block->is_dropped});
          }
          is_told = scanner.read_error() != 0 || scanner.end().kind == JournalEndKind::damaged;
        } catch (const SetupError&) {
          is_told = true;
        }
      });
      EXPECT_TRUE(is_beginning(found));
      EXPECT_TRUE(is_told || found.size() == before_.size()) << "less, as if there were no more";
      partly += found.size() < before_.size() ? 1 : 0;
      if (!has_failed) return partly;
    }
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::uint64_t last_ = 0;
  std::vector<tests::WalkedBlock> before_;
};

TEST_F(JournalOnAFaultyDisk, IsReadInPartAtMostAndSaysSo) {
  EXPECT_GT(read_with(EIO), 0);
  EXPECT_GT(read_with(EMFILE), 0);
  EXPECT_EQ(read_with(FailingCall::kHalf), 0) << "a short read is gone on with";
}

TEST_F(JournalOnAFaultyDisk, IsListedWholeOrNotAtAll) {
  for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
    SCOPED_TRACE("call " + std::to_string(nth));
    bool is_told = false;
    std::size_t count = 0;
    const bool has_failed = with_failing({tests::kReadingCalls, EIO, nth, below()}, [&] {
      try {
        for (const JournalSegmentFile& segment : list_segments(folder_.path())) {
          count += segment.fault == PageFault::none ? 1 : 0;
          is_told = is_told || segment.read_error != 0;
        }
      } catch (const SetupError&) {
        is_told = true;
      }
    });
    EXPECT_TRUE(is_told || count == last_) << count;
    if (!has_failed) break;
  }
}

TEST_F(JournalOnAFaultyDisk, FindsItsEndOrSaysThatItCouldNotRead) {
  const JournalOpening whole = find_end(folder_.path());
  for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
    SCOPED_TRACE("call " + std::to_string(nth));
    JournalOpening found;
    bool is_told = false;
    const bool has_failed = with_failing({tests::kReadingCalls, EIO, nth, below()}, [&] {
      try {
        found = find_end(folder_.path());
        is_told = found.read_error != 0;
      } catch (const SetupError&) {
        is_told = true;
      }
    });
    EXPECT_TRUE(is_told || (found.chain.last_number() == whole.chain.last_number() && found.next == whole.next));
    if (!has_failed) break;
  }
}

TEST_F(JournalOnAFaultyDisk, IsCompressedWholeOrNotAtAll) {
  for (const int error : {ENOSPC, EIO, FailingCall::kHalf}) {
    for (const auto* const calls : {&tests::kWritingCalls, &tests::kReadingCalls}) {
      for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
        SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
        const tests::TempDirectory copy("/dev/shm");
        fs::copy(folder_.path(), copy.path());
        bool is_compressed = true;
        const bool has_failed = with_failing({*calls, error, nth, copy.path().string()}, [&] {
          try {
            (void)tests::compress_in_place(copy.path(), 1);
          } catch (const std::runtime_error&) {  // or the old one could not go
            is_compressed = false;
          }
        });
        EXPECT_TRUE(is_compressed || has_failed);
        EXPECT_TRUE(is_compressed || fs::exists(copy.path() / segment_file_name(1)));
        ASSERT_EQ(walk(copy.path()), before_);
        (void)fs::remove(copy.path() / (compressed_file_name(1) + kHalfCompressedSuffix));
        if (!is_compressed) (void)tests::compress_in_place(copy.path(), 1);
        ASSERT_EQ(walk(copy.path()), before_) << "the next try does";
        if (!has_failed) break;
      }
    }
  }
}

/// A whole page in which that was changed.
PageFault fault_of_page(const std::function<void(JournalSegmentPage&)>& change) {
  JournalSegmentPage page;
  page.segment_number = 7;
  page.segment_bytes = kJournalUnitBytes;
  page.first_block = 1;
  change(page);
  seal_page(page);
  return check_page(page, 7);
}

TEST(JournalPage, IsRefusedForWhatItSaysThoughItsChecksumHolds) {
  EXPECT_EQ(fault_of_page([](JournalSegmentPage&) {}), PageFault::none);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.magic = {}; }), PageFault::not_a_journal);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.endian_probe += 1; }), PageFault::endian);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.major += 1; }), PageFault::version);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.page_bytes *= 2; }), PageFault::sizes);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.unit_bytes *= 2; }), PageFault::sizes);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.segment_bytes += 64; }), PageFault::sizes);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.segment_bytes = 0; }), PageFault::sizes);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.first_block = 0; }), PageFault::sizes);
  EXPECT_EQ(fault_of_page([](JournalSegmentPage& page) { page.segment_number = 8; }), PageFault::misnamed);
}

BlockFault fault_of_header(const std::function<void(JournalBlockHeader&)>& change) {
  JournalBlockHeader header;
  header.kind = BlockKind::ticks;
  header.record_bytes = 64;
  header.ring = 1;
  header.first = 1;
  header.count = 2;
  header.number = 1;
  header.payload_bytes = 128;
  change(header);
  header.header_crc = header_crc_of(header);
  return header_fault(header);
}

TEST(JournalHeader, IsRefusedForWhatItSaysThoughItsChecksumHolds) {
  EXPECT_EQ(fault_of_header([](JournalBlockHeader&) {}), BlockFault::none);
  EXPECT_EQ(fault_of_header([](JournalBlockHeader& header) { header.magic = {}; }), BlockFault::no_block);
  using Change = void (*)(JournalBlockHeader&);
  const std::vector<Change> impossible{
      [](JournalBlockHeader& header) { header.payload_bytes = 0; },
      [](JournalBlockHeader& header) { header.payload_bytes = 100; },
      [](JournalBlockHeader& header) { header.payload_bytes = kJournalUnitBytes; },
      [](JournalBlockHeader& header) { header.number = 0; },
      [](JournalBlockHeader& header) { header.record_bytes = 128; },
      [](JournalBlockHeader& header) { header.ring = 0; },
      [](JournalBlockHeader& header) { header.first = 0; },
      [](JournalBlockHeader& header) { header.count = 3; },
      [](JournalBlockHeader& header) { header.kind = BlockKind::derived; },
      [](JournalBlockHeader& header) { header.kind = BlockKind::facts; },
  };
  for (const Change change : impossible) EXPECT_EQ(fault_of_header(change), BlockFault::malformed);
  EXPECT_EQ(fault_of_header([](JournalBlockHeader& header) { header.kind = static_cast<BlockKind>(99); }),
            BlockFault::none)
      << "of a later minor version: passed over";
}

template <class Kind>
void expect_words_for_each(int count) {
  std::set<std::string_view> words;
  for (int i = 0; i < count; ++i) words.insert(text_of(static_cast<Kind>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(count)) << "each has its own";
  EXPECT_EQ(text_of(static_cast<Kind>(count)), "unknown");
}

TEST(JournalFaults, HaveWords) {
  expect_words_for_each<PageFault>(static_cast<int>(PageFault::foreign) + 1);
  expect_words_for_each<BlockFault>(static_cast<int>(BlockFault::payload_crc) + 1);
  expect_words_for_each<JournalEndKind>(static_cast<int>(JournalEndKind::damaged) + 1);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
