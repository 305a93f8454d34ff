// Walking the chain of a journal that is whole, that is being written, and that ends in every way there is.
#include "ringbuf/journal/journal_scanner.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::JournalInFolder;

std::vector<std::uint64_t> numbers_of(JournalScanner& scanner, Payloads payloads = Payloads::all) {
  std::vector<std::uint64_t> out;
  while (const auto block = scanner.next(payloads)) out.push_back(block->header.number);
  return out;
}

std::vector<std::uint64_t> numbers_to(std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t number = 1; number <= last; ++number) out.push_back(number);
  return out;
}

TEST(JournalScanner, FindsNothingInAnEmptyFolder) {
  tests::TempDirectory folder;
  JournalScanner scanner(folder.path());
  EXPECT_FALSE(scanner.next());
  EXPECT_EQ(scanner.end().kind, JournalEndKind::tail);
  EXPECT_FALSE(scanner.resume());
  EXPECT_TRUE(find_end(folder.path()).is_empty);
}

TEST(JournalScanner, WalksBlocksUnitsAndSegmentsInOrder) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  std::uint64_t sequence = 1;
  for (const std::uint32_t count : {1u, 700u, 3000u, 4000u, 4090u, 5u, 4000u, 2000u, 4094u, 1u}) {
    journal.append_ticks(3, sequence, count);
    sequence += count;
  }
  ASSERT_GT(journal.place().segment, 2u);
  for (const Payloads payloads : {Payloads::all, Payloads::facts, Payloads::none}) {
    JournalScanner scanner(folder.path());
    EXPECT_EQ(numbers_of(scanner, payloads), numbers_to(10));
    const JournalEnd end = scanner.end(Search::thorough);
    EXPECT_EQ(end.kind, JournalEndKind::tail);
    EXPECT_EQ(end.place, journal.place());
    EXPECT_EQ(end.number, 11u);
  }
  JournalScanner scanner(folder.path());
  std::uint64_t next = 1;
  while (const auto block = scanner.next()) {
    for (std::uint32_t i = 0; i < block->header.count; ++i) {
      Record record;
      std::memcpy(&record, block->payload.data() + std::size_t{64} * i, sizeof record);
      const Record expected = JournalInFolder::tick(next++);
      ASSERT_EQ(std::memcmp(&record, &expected, sizeof record), 0);
    }
  }
  EXPECT_EQ(next, sequence);
}

TEST(JournalScanner, SeesBlocksAsTheyAreWritten) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  JournalScanner scanner(folder.path());
  std::uint64_t sequence = 1;
  for (std::uint64_t number = 1; number <= 40; ++number) {
    EXPECT_FALSE(scanner.next());
    const std::uint32_t count = number % 3 == 0 ? 4000 : 7;
    journal.append_ticks(1, sequence, count);
    sequence += count;
    const auto block = scanner.next();
    ASSERT_TRUE(block) << number;
    EXPECT_EQ(block->header.number, number);
  }
}

TEST(JournalScanner, DoesNotTakeAWriterWhoGoesOnForDamage) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  journal.append_ticks(1, 1, 4000);
  JournalScanner scanner(folder.path());
  EXPECT_EQ(numbers_of(scanner), numbers_to(1));
  for (std::uint64_t i = 1; i < 5; ++i) journal.append_ticks(1, 1 + 4000 * i, 4000);
  for (const Search search : {Search::quick, Search::thorough})
    EXPECT_EQ(scanner.end(search).kind, JournalEndKind::tail);
  EXPECT_EQ(numbers_of(scanner), (std::vector<std::uint64_t>{2, 3, 4, 5}));
}

TEST(JournalScanner, PassesOverNoPayloadThatAKillLeftTorn) {
  for (const bool has_more_behind : {false, true}) {
    const tests::TempDirectory folder;
    tests::JournalInFolder journal(folder.path(), 4 * kJournalUnitBytes);
    journal.append_ticks(1, 1, 10);
    journal.append_ticks(2, 1, 10);
    const JournalChain whole = journal.chain();
    const JournalPlace torn = journal.append_ticks(2, 11, 10);
    if (has_more_behind) journal.append_ticks(2, 21, 10);
    const std::array<std::byte, 64> zeros{};
    journal.write(torn.offset + sizeof(JournalBlockHeader) + 128, zeros);
    journal.go_on_behind(whole);
    journal.append_ticks(2, 11, 10);
    journal.append_ticks(1, 11, 10);
    JournalScanner scanner(folder.path());
    std::uint64_t ticks_of_first = 0;
    while (const auto block = scanner.next([](const JournalBlockHeader& header) { return header.ring == 1; })) {
      EXPECT_EQ(block->payload.empty(), block->header.ring != 1);
      if (block->header.ring == 1) ticks_of_first += block->header.count;
    }
    EXPECT_EQ(ticks_of_first, 20u);
    EXPECT_EQ(scanner.chain().last_number(), 4u);
    EXPECT_FALSE(scanner.next(Payloads::none)) << "again and again";
    EXPECT_EQ(scanner.end().kind, JournalEndKind::tail);
  }
}

TEST(JournalScanner, BeginsAtAnySegment) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  for (std::uint64_t i = 0; i < 6; ++i) journal.append_ticks(1, 1 + 4000 * i, 4000);
  JournalScanner scanner(folder.path());
  scanner.begin_at(4);
  EXPECT_EQ(numbers_of(scanner), (std::vector<std::uint64_t>{4, 5, 6}));
  std::filesystem::remove(journal.path(1));
  std::filesystem::remove(journal.path(2));
  JournalScanner rest(folder.path());
  EXPECT_EQ(numbers_of(rest), (std::vector<std::uint64_t>{3, 4, 5, 6})) << "old segments may go";
}

TEST(JournalOpening, KnowsWhereTheNextBlockGoes) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  std::uint64_t sequence = 1;
  for (std::uint64_t number = 1; number <= 30; ++number) {
    journal.append_ticks(static_cast<std::uint32_t>(1 + number % 2), sequence, 1000);
    if (number % 2 == 0) sequence += 1000;
    const JournalOpening opening = find_end(folder.path());
    EXPECT_FALSE(opening.is_empty);
    EXPECT_EQ(opening.end.kind, JournalEndKind::tail);
    EXPECT_EQ(opening.place, journal.place()) << number;
    EXPECT_EQ(opening.chain.last_number(), number);
    EXPECT_EQ(opening.chain.last_header_crc(), journal.chain().last_header_crc());
    EXPECT_EQ(opening.page.segment_number, journal.place().segment);
    EXPECT_EQ(opening.last_segment, journal.place().segment);
    EXPECT_EQ(opening.next.at(static_cast<std::uint32_t>(1 + number % 2)),
              number % 2 == 0 ? sequence : sequence + 1000);
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
