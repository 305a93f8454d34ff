// Walks and salvages over journals of which other things are odd than a flipped byte: files that are none, pages that
// contradict, headers that reach too far, files that change while they are read.
#include <gtest/gtest.h>

#include <functional>

#include "ringbuf/journal/journal_scanner.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using tests::JournalInFolder;
using tests::numbers_between;
using tests::numbers_without;
using tests::salvage;

class OddSegments : public testing::Test {
 protected:
  OddSegments() {
    for (std::uint64_t i = 0; i < 5; ++i) journal_.append_ticks(1, 1 + 4000 * i, 4000);  // one a segment
  }
  void alter_page(std::uint64_t segment, const std::function<void(JournalSegmentPage&)>& change) const {
    std::vector<char> bytes = tests::bytes_of_file(journal_.path(segment));
    JournalSegmentPage page;
    std::memcpy(static_cast<void*>(&page), bytes.data(), sizeof page);
    change(page);
    seal_page(page);
    std::memcpy(bytes.data(), &page, sizeof page);
    tests::write_file(journal_.path(segment), bytes);
  }
  /// Nobody can read it, and it is there.
  void make_folder_of(std::uint64_t segment) const {
    fs::remove(journal_.path(segment));
    fs::create_directory(journal_.path(segment));
  }
  std::vector<std::uint64_t> walked() const {
    std::vector<std::uint64_t> out;
    JournalScanner scanner(folder_.path());
    while (const auto block = scanner.next()) out.push_back(block->header.number);
    return out;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  JournalInFolder journal_{folder_.path()};
};

TEST_F(OddSegments, APageThatDoesNotContinueEndsTheWalk) {
  using Change = void (*)(JournalSegmentPage&);
  const std::vector<Change> others{[](JournalSegmentPage& page) { page.previous_crc += 1; },
                                   [](JournalSegmentPage& page) { page.first_block += 1; },
                                   [](JournalSegmentPage& page) { page.epoch = 0; }};
  const std::vector<char> whole = tests::bytes_of_file(journal_.path(3));
  for (const Change change : others) {
    alter_page(3, change);
    EXPECT_EQ(walked(), numbers_between(1, 2));
    EXPECT_EQ(salvage(folder_.path()).numbers, numbers_between(1, 5));
    tests::write_file(journal_.path(3), whole);
  }
}

TEST_F(OddSegments, PagesOfSizesOrOrderThatWeDoNotKnowAreLeftAlone) {
  using Change = void (*)(JournalSegmentPage&);
  const std::pair<Change, PageFault> others[] = {
      {[](JournalSegmentPage& page) { page.endian_probe = 0x04030201; }, PageFault::endian},
      {[](JournalSegmentPage& page) { page.endian_probe = 0x01020304, page.page_bytes = 8192; }, PageFault::sizes}};
  for (const auto& [change, fault] : others) {
    alter_page(4, change);
    JournalScanner scanner(folder_.path());
    while (scanner.next()) continue;
    EXPECT_EQ(scanner.end().kind, JournalEndKind::damaged);
    EXPECT_EQ(scanner.end().page_fault, fault);
  }
}

TEST_F(OddSegments, WhatIsNoFileIsPassedOver) {
  make_folder_of(3);
  EXPECT_EQ(walked(), numbers_between(1, 2));
  const tests::JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.numbers, numbers_without(5, 3));
  JournalScanner scanner(folder_.path());
  scanner.begin_at({3, kJournalPageBytes}, journal_.chain());
  EXPECT_FALSE(scanner.next());
  make_folder_of(1);
  EXPECT_EQ(salvage(folder_.path()).numbers, (std::vector<std::uint64_t>{2, 4, 5}));
}

TEST_F(OddSegments, WithoutAnyPageThatHoldsAllIsFoundByItsBlocks) {
  for (std::uint64_t segment = 1; segment <= 5; ++segment) {
    std::vector<char> bytes = tests::bytes_of_file(journal_.path(segment));
    std::fill_n(bytes.begin(), kJournalPageBytes, '\0');
    tests::write_file(journal_.path(segment), bytes);
  }
  EXPECT_TRUE(walked().empty());
  const tests::JournalSalvage found = salvage(folder_.path());
  EXPECT_EQ(found.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(found.numbers, numbers_between(1, 5));
  tests::TempDirectory empty;
  tests::write_file(empty / segment_file_name(1), std::vector<char>(100));
  EXPECT_TRUE(salvage(empty.path()).numbers.empty());
  EXPECT_EQ(open_segment(empty.path(), 1).file.fault, PageFault::too_short);
}

TEST_F(OddSegments, AnEndIsAskedForAtAnyTimeOfASalvage) {
  std::vector<char> bytes = tests::bytes_of_file(journal_.path(2));
  bytes[kJournalPageBytes + 500] ^= 1;
  tests::write_file(journal_.path(2), bytes);
  JournalScanner scanner(folder_.path());
  while (scanner.next()) continue;
  ASSERT_TRUE(scanner.resume());
  for (const Search search : {Search::quick, Search::thorough}) {
    const JournalEnd end = scanner.end(search);
    EXPECT_EQ(end.number, 3u);
    EXPECT_GE(end.last_behind, 3u) << "that it has found";
  }
  const auto hole = scanner.resume();
  ASSERT_TRUE(hole) << "again, the same";
  EXPECT_EQ(scanner.next()->header.number, 3u);
}

TEST(JournalSalvageOf, AFileThatChangesMeanwhileGivesWhatHoldsThen) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  for (std::uint64_t i = 0; i < 6; ++i) journal.append_ticks(1, 1 + 3 * i, 3);
  const std::array<std::byte, 64> zeros{};
  journal.write(journal.place_of(2).offset, zeros);
  JournalScanner scanner(folder.path());
  while (scanner.next()) continue;
  ASSERT_TRUE(scanner.resume());
  EXPECT_EQ(scanner.next()->header.number, 3u);
  for (std::uint64_t number = 4; number <= 6; ++number) journal.write(journal.place_of(number).offset, zeros);
  std::size_t count = 0;
  while (scanner.next() || scanner.resume()) ASSERT_LT(++count, 100u) << "it ends";
}

TEST(JournalSalvageOf, HeadersThatReachTooFarAreNone) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path(), 2 * kJournalUnitBytes);
  journal.append_ticks(1, 1, 10);
  const std::vector<std::byte> payload(std::size_t{64} * 4050);
  JournalChain chain = journal.chain();
  const JournalPlace at = journal.append_ticks(1, 11, 3000);
  // Whole by itself, and longer than its unit.
  JournalBlockHeader header;
  header.kind = BlockKind::ticks;
  header.ring = 1, header.first = 11, header.count = 4050, header.record_bytes = 64;
  chain.seal(header, payload);
  journal.write(at.offset, std::as_bytes(std::span(&header, 1)));
  JournalScanner scanner(folder.path());
  EXPECT_TRUE(scanner.next());
  EXPECT_FALSE(scanner.next());
  const JournalEnd end = scanner.end();
  EXPECT_EQ(end.fault, BlockFault::too_long);
  EXPECT_EQ(end.kind, JournalEndKind::torn);
  EXPECT_EQ(salvage(folder.path()).numbers, numbers_between(1, 1));
}

TEST(JournalSalvageOf, AUnitThatIsFullToItsLastBytesGoesOnInTheNext) {
  for (const std::size_t left : {std::size_t{0}, std::size_t{64}, std::size_t{128}}) {
    tests::TempDirectory folder;
    JournalInFolder journal(folder.path(), 4 * kJournalUnitBytes);
    const std::size_t records = (kPayloadBytesMax - left) / 64;
    journal.append_ticks(1, 1, static_cast<std::uint32_t>(records));
    EXPECT_EQ(room_in_unit(journal.place().offset) % kJournalUnitBytes, left);
    journal.append_ticks(1, 1 + records, 3);
    for (const Payloads payloads : {Payloads::all, Payloads::none}) {
      JournalScanner scanner(folder.path());
      std::uint64_t last = 0;
      while (const auto block = scanner.next(payloads)) last = block->header.number;
      EXPECT_EQ(last, 2u) << left;
      EXPECT_EQ(scanner.end(Search::thorough).kind, JournalEndKind::tail);
    }
  }
}

TEST(JournalSalvageOf, OldSegmentsWithoutPayloadsIsOfHeaders) {
  tests::TempDirectory folder("/dev/shm");
  JournalInFolder journal(folder.path(), 4 * kJournalUnitBytes);
  std::uint64_t next = 1;
  fill_journal(journal, 6, 1000, next);
  journal.begin_segment();
  fill_journal(journal, 2, 10, next);
  const std::size_t count = tests::walk(folder.path()).size();
  (void)tests::compress_in_place(folder.path(), 1, true);
  const fs::path file = folder / compressed_file_name(1);
  std::vector<char> bytes = tests::bytes_of_file(file);
  bytes[kColumnsPageBytes + 40] ^= 1;  // the segment's own page
  tests::write_file(file, bytes);
  EXPECT_TRUE(tests::walk(folder.path()).empty());
  EXPECT_EQ(salvage(folder.path()).numbers.size(), count);
}

TEST(JournalOpening, TakesLossesForWhatNeedsNoNumberAnyMore) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks", BlockKind::ticks, 50));
  facts.add(LossFact{2, LossReason::disk, 10, 90, 0});
  facts.add_closed();
  journal.append_facts(facts);
  const JournalOpening opening = find_end(folder.path());
  EXPECT_EQ(opening.next.at(1), 50u);
  EXPECT_EQ(opening.next.at(2), 91u);
  EXPECT_TRUE(opening.is_closed);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
