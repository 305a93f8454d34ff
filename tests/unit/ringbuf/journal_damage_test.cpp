// What happened to a journal is found, called by its name, and costs no block but those it happened to.
#include <gtest/gtest.h>

#include "tests/support/journal_in_folder.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::bytes_of_file;
using tests::JournalInFolder;
using tests::JournalSalvage;
using tests::numbers_between;
using tests::numbers_without;
using tests::salvage;
using tests::write_file;

/// Blocks of ring 1, `count` ticks each.
void append_blocks(JournalInFolder& journal, std::uint64_t blocks, std::uint32_t count) {
  for (std::uint64_t i = 0; i < blocks; ++i) journal.append_ticks(1, 1 + i * count, count);
}

std::span<char> block_in(std::vector<char>& bytes, const JournalInFolder& journal, std::uint64_t number,
                         std::uint32_t count) {
  return std::span(bytes).subspan(journal.place_of(number).offset, block_bytes(std::size_t{64} * count));
}

TEST(JournalDamage, ACutAnywhereInTheLastBlockLeavesAPerfectShorterJournal) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  append_blocks(journal, 6, 3);
  const JournalPlace last = journal.place_of(6);
  const std::vector<char> whole = bytes_of_file(journal.path());
  for (const bool is_zeroed : {false, true}) {
    for (std::uint64_t cut = last.offset; cut < journal.place().offset; cut += tests::some_where_slow(5, 1)) {
      std::vector<char> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
      if (is_zeroed) bytes.resize(whole.size());
      if (bytes == whole) continue;  // it ended in zeros
      write_file(journal.path(), bytes);
      const JournalSalvage found = salvage(folder.path());
      ASSERT_EQ(found.numbers, numbers_between(1, 5)) << cut;
      ASSERT_EQ(found.holes.size(), 0u);
      ASSERT_EQ(found.ends.front().place, last);
      const std::uint64_t written = cut - last.offset;
      const bool is_seen = written >= sizeof(JournalBlockHeader);
      if (written == 0) {
        ASSERT_EQ(found.first_end(), JournalEndKind::tail);
      }
      if (is_seen) {
        ASSERT_EQ(found.first_end(), JournalEndKind::torn) << cut;
      }
      ASSERT_NE(found.first_end(), JournalEndKind::damaged);
      const JournalOpening opening = find_end(folder.path());
      ASSERT_EQ(opening.place, last);
      ASSERT_EQ(opening.next.at(1), 16u);
    }
  }
}

/// Each byte in turn; `part` of `parts`, so that the parts may run side by side.
void flip_every_byte(unsigned part, unsigned parts) {
  constexpr std::uint64_t kBlocks = 30;
  tests::TempDirectory folder("/dev/shm");
  JournalInFolder journal(folder.path());
  std::vector<std::uint64_t> of_byte(kJournalPageBytes, 0);  // the block that a byte is of; 0: the page
  for (std::uint64_t number = 1; number <= kBlocks; ++number) {
    journal.append_ticks(1, 1 + (number - 1) * 30, 30);
    of_byte.resize(journal.place().offset, number);
  }
  ASSERT_GE(of_byte.size(), 64u * 1000);
  std::filesystem::resize_file(journal.path(), of_byte.size());
  const std::vector<char> whole = bytes_of_file(journal.path());
  const std::size_t stride = parts * tests::some_where_slow(9, 1);  // every bit of a byte in its turn
  for (std::size_t at = part; at < of_byte.size(); at += stride) {
    const char flipped = static_cast<char>(whole[at] ^ static_cast<char>(1 << at % 8));
    journal.write(at, std::as_bytes(std::span(&flipped, 1)));
    const JournalSalvage found = salvage(folder.path());
    const std::uint64_t number = of_byte[at];
    ASSERT_EQ(found.first_end(), number + 2 <= kBlocks ? JournalEndKind::damaged : JournalEndKind::torn) << at;
    ASSERT_EQ(found.numbers, numbers_without(kBlocks, number)) << at;
    journal.write(at, std::as_bytes(std::span(&whole[at], 1)));
  }
  EXPECT_EQ(salvage(folder.path()).first_end(), JournalEndKind::tail);
}

class JournalFlips : public ::testing::TestWithParam<unsigned> {};
TEST_P(JournalFlips, AreFoundAndCostOneBlock) { flip_every_byte(GetParam(), 12); }
INSTANTIATE_TEST_SUITE_P(EveryByte, JournalFlips, ::testing::Range(0U, 12U));

TEST(JournalDamage, AMissingBlockIsDamageOnceItWasDurable) {
  for (const bool was_durable : {true, false}) {
    tests::TempDirectory folder;
    JournalInFolder journal(folder.path());
    if (!was_durable) journal.call_nothing_durable();
    append_blocks(journal, 9, 3);
    std::vector<char> bytes = bytes_of_file(journal.path());
    std::ranges::fill(block_in(bytes, journal, 4, 3), '\0');
    write_file(journal.path(), bytes);
    const JournalSalvage found = salvage(folder.path());
    EXPECT_EQ(found.first_end(), was_durable ? JournalEndKind::damaged : JournalEndKind::torn);
    EXPECT_EQ(found.ends.front().number, 4u);
    EXPECT_EQ(found.ends.front().place, journal.place_of(4));
    EXPECT_EQ(found.numbers, numbers_without(9, 4));
    EXPECT_EQ(found.missing(), std::vector<std::uint64_t>{4});
    EXPECT_EQ(find_end(folder.path()).end.kind, found.first_end());
  }
}

TEST(JournalDamage, ABlockCutOutOfTheFileIsMissed) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  append_blocks(journal, 9, 3);
  std::vector<char> bytes = bytes_of_file(journal.path());
  const std::span<char> block = block_in(bytes, journal, 4, 3);
  const auto begin = bytes.begin() + (block.data() - bytes.data());
  bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(block.size()));
  write_file(journal.path(), bytes);
  const JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.ends.front().fault, BlockFault::ahead);
  EXPECT_EQ(found.numbers, numbers_without(9, 4));
}

TEST(JournalDamage, ADoubledBlockIsTakenOnce) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  append_blocks(journal, 9, 3);
  std::vector<char> bytes = bytes_of_file(journal.path());
  const std::span<char> block = block_in(bytes, journal, 4, 3);
  const std::vector<char> copy(block.begin(), block.end());
  bytes.insert(bytes.begin() + (block.data() - bytes.data()), copy.begin(), copy.end());
  write_file(journal.path(), bytes);
  const JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.ends.front().fault, BlockFault::repeated);
  EXPECT_EQ(found.numbers, numbers_between(1, 9));
  EXPECT_TRUE(found.missing().empty());
}

TEST(JournalDamage, SwappedBlocksAreBothKept) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  append_blocks(journal, 9, 3);
  std::vector<char> bytes = bytes_of_file(journal.path());
  std::ranges::swap_ranges(block_in(bytes, journal, 4, 3), block_in(bytes, journal, 6, 3));
  write_file(journal.path(), bytes);
  const JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.numbers, numbers_between(1, 9));
  EXPECT_TRUE(found.missing().empty());
}

TEST(JournalDamage, ABlockOfAnotherJournalIsForeign) {
  tests::TempDirectory folder, other_folder;
  JournalInFolder journal(folder.path());
  JournalInFolder other(other_folder.path(), kJournalUnitBytes, 4711);
  append_blocks(journal, 9, 3);
  append_blocks(other, 9, 3);
  std::vector<char> bytes = bytes_of_file(journal.path());
  std::vector<char> foreign = bytes_of_file(other.path());
  std::ranges::copy(block_in(foreign, other, 4, 3), block_in(bytes, journal, 4, 3).begin());
  write_file(journal.path(), bytes);
  const JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.ends.front().fault, BlockFault::foreign);
  EXPECT_EQ(found.numbers, numbers_without(9, 4));
}

class JournalSegments : public ::testing::Test {
 protected:
  JournalSegments() { append_blocks(journal_, 5, 4000); }  // one a segment
  tests::TempDirectory folder_;
  JournalInFolder journal_{folder_.path()};
};

TEST_F(JournalSegments, AMissingOneIsFound) {
  std::filesystem::remove(journal_.path(2));
  const JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.numbers, numbers_without(5, 2));
}

TEST_F(JournalSegments, SwappedOnesAreBothKept) {
  std::filesystem::rename(journal_.path(2), folder_ / "x");
  std::filesystem::rename(journal_.path(4), journal_.path(2));
  std::filesystem::rename(folder_ / "x", journal_.path(4));
  const JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.ends.front().page_fault, PageFault::misnamed);
  EXPECT_EQ(found.numbers, numbers_between(1, 5));
}

TEST_F(JournalSegments, ADoubledOneIsTakenOnce) {
  std::filesystem::copy_file(journal_.path(2), folder_ / segment_file_name(6));
  const JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.numbers, numbers_between(1, 5));
  EXPECT_EQ(found.ends.back().page_fault, PageFault::misnamed);
}

TEST_F(JournalSegments, AForeignOneIsNeverTaken) {
  tests::TempDirectory other_folder;
  JournalInFolder other(other_folder.path(), kJournalUnitBytes, 4711);
  append_blocks(other, 5, 4000);
  std::filesystem::copy_file(other.path(3), journal_.path(3), std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(other.path(5), folder_ / segment_file_name(6));
  const JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.ends.front().page_fault, PageFault::foreign);
  EXPECT_EQ(found.numbers, numbers_without(5, 3));
}

TEST_F(JournalSegments, APageThatIsGoneCostsNoBlock) {
  for (const std::uint64_t segment : {1u, 3u, 5u}) {
    const std::vector<char> whole = bytes_of_file(journal_.path(segment));
    std::vector<char> bytes = whole;
    std::fill_n(bytes.begin(), kJournalPageBytes, '\0');
    write_file(journal_.path(segment), bytes);
    const JournalSalvage found = salvage(folder_.path());
    EXPECT_EQ(found.first_end(), segment == 5 ? JournalEndKind::torn : JournalEndKind::damaged) << segment;
    EXPECT_EQ(found.numbers, numbers_between(1, 5)) << segment;
    write_file(journal_.path(segment), whole);
  }
}

TEST_F(JournalSegments, OneThatWasBegunAndNoMoreIsWhereTheNextBlockGoes) {
  journal_.begin_segment();
  const JournalOpening opening = find_end(folder_.path());
  EXPECT_EQ(opening.end.kind, JournalEndKind::tail);
  EXPECT_EQ(opening.place, (JournalPlace{6, kJournalPageBytes}));
  write_file(journal_.path(6), std::vector<char>(kJournalUnitBytes));
  EXPECT_EQ(find_end(folder_.path()).end.kind, JournalEndKind::torn);
  EXPECT_EQ(find_end(folder_.path()).place.segment, 5u);
}

TEST_F(JournalSegments, OfALaterVersionAreLeftAlone) {
  JournalSegmentPage page = open_segment(folder_.path(), 5).file.page;
  page.major = kJournalMajor + 1;
  seal_page(page);
  std::vector<char> bytes = bytes_of_file(journal_.path(5));
  std::memcpy(bytes.data(), &page, sizeof page);
  write_file(journal_.path(5), bytes);
  const JournalEnd end = find_end(folder_.path()).end;
  EXPECT_EQ(end.kind, JournalEndKind::damaged);
  EXPECT_EQ(end.page_fault, PageFault::version);
}

TEST(JournalDamage, WhatAReusedFileHeldIsNeverTaken) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  append_blocks(journal, 3, 4000);
  std::filesystem::rename(journal.path(1), folder.path() / segment_file_name(4));
  journal.begin_segment();
  journal.append_ticks(1, 12'001, 100);
  JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.numbers, numbers_between(2, 4));
  EXPECT_EQ(found.first_end(), JournalEndKind::tail);
}

TEST(JournalDamage, WhatACutLeftBehindNeverComesBack) {
  tests::TempDirectory folder;
  std::vector<char> bytes;
  {
    JournalInFolder journal(folder.path());
    journal.call_nothing_durable();
    append_blocks(journal, 20, 3);
    bytes = bytes_of_file(journal.path());
    std::ranges::fill(block_in(bytes, journal, 11, 3), '\0');  // a power cut let 12 to 20 through
  }
  JournalInFolder journal(folder.path());
  append_blocks(journal, 10, 3);
  std::vector<char> cut = bytes_of_file(journal.path());
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(journal.place().offset), bytes.end(),
            cut.begin() + static_cast<std::ptrdiff_t>(journal.place().offset));
  write_file(journal.path(), cut);
  EXPECT_EQ(find_end(folder.path()).end.kind, JournalEndKind::torn);

  JournalInFolder next(folder.path());
  append_blocks(next, 10, 3);
  next.begin_epoch(2);
  for (std::uint64_t number = 11; number <= 25; ++number) {
    next.append_ticks(1, 31 + (number - 11) * 3, 3);
    const JournalSalvage found = salvage(folder.path());
    ASSERT_EQ(found.numbers, numbers_between(1, number));
    ASSERT_EQ(found.first_end(), JournalEndKind::tail) << number;
  }
}

TEST(JournalDamage, TwoWoundsCostTwoBlocks) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path(), 4 * kJournalUnitBytes);
  append_blocks(journal, 60, 700);
  ASSERT_GE(journal.place().segment, 2u);
  for (const std::uint64_t number : {7u, 30u}) {
    const JournalPlace place = journal.place_of(number);
    std::vector<char> bytes = bytes_of_file(journal.path(place.segment));
    bytes[place.offset + 1000] ^= 1;
    write_file(journal.path(place.segment), bytes);
  }
  const JournalSalvage found = salvage(folder.path());
  EXPECT_EQ(found.missing(), (std::vector<std::uint64_t>{7, 30}));
  EXPECT_EQ(found.numbers.size(), 58u);
  EXPECT_EQ(found.ends.size(), 3u);
  EXPECT_EQ(found.ends.back().kind, JournalEndKind::tail);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
