// Single records out of a segment, by what its index says: each is the one that was written, or nothing is given.
#include "ringbuf/journal/segment_records.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;

class SegmentRecordsTest : public testing::Test {
 protected:
  SegmentRecordsTest() {
    tests::Random random(tests::test_seed());
    tests::RandomPast past(folder_.path(), random, {.segment_bytes = 6 * kJournalUnitBytes});
    past.write_segments(3);
    JournalIndexer indexer(folder_.path());
    while (indexer.step()) continue;
    std::string why;
    index_ = SegmentIndex::open(folder_.path() / index_file_name(1), why);
    JournalScanner scanner(folder_.path());
    for (auto block = scanner.next(); block && block->place.segment == 1; block = scanner.next()) {
      if (block->header.kind != BlockKind::ticks) continue;
      std::vector<Record>& records = written_[block->header.ring];
      const std::size_t before = records.size();
      records.resize(before + block->header.count);
      std::memcpy(static_cast<void*>(records.data() + before), block->payload.data(), block->payload.size());
    }
  }
  [[nodiscard]] fs::path plain() const { return folder_.path() / segment_file_name(1); }
  [[nodiscard]] std::vector<IndexBlock> blocks(const char* ring = "ticks") const {
    const auto rows = index_->blocks(*index_->find_ring(ring));
    return {rows.begin(), rows.end()};
  }
  [[nodiscard]] const std::vector<Record>& written(std::uint32_t ring = 1) const { return written_.at(ring); }
  static bool are_equal(const std::optional<Record>& found, const Record& record) {
    return found && std::memcmp(&*found, &record, sizeof record) == 0;
  }
  /// From one ring and the other in turn, backwards: the cache has something to do.
  void expect_all(SegmentRecords& records) const {
    const std::vector<IndexBlock> ticks = blocks(), other = blocks("other");
    for (std::size_t i = written(1).size(); i-- > 0;) {
      ASSERT_TRUE(are_equal(records.at(ticks, static_cast<std::uint32_t>(i)), written(1)[i])) << i;
      if (i >= written(2).size()) continue;
      ASSERT_TRUE(are_equal(records.at(other, static_cast<std::uint32_t>(i)), written(2)[i])) << i;
    }
  }
  void flip(std::uint64_t at) const {
    std::vector<char> bytes = tests::bytes_of_file(plain());
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
    tests::write_file(plain(), bytes);
  }
  [[nodiscard]] std::optional<Record> first_of(const IndexBlock& block) {
    BlockCache cache;
    return SegmentRecords(folder_.path(), 1, cache).at(std::span(&block, 1), block.first_ordinal);
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::optional<SegmentIndex> index_;
  std::map<std::uint32_t, std::vector<Record>> written_;  // by ring
};

TEST_F(SegmentRecordsTest, AreThoseThatWereWritten) {
  BlockCache cache;
  SegmentRecords records(folder_.path(), 1, cache);
  expect_all(records);
  (void)tests::compress_in_place(folder_.path(), 1);
  SegmentRecords compressed(folder_.path(), 1, cache);
  expect_all(compressed);
  expect_all(compressed);
}

TEST_F(SegmentRecordsTest, AreFoundHoweverLittleIsKept) {
  (void)tests::compress_in_place(folder_.path(), 1);
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1} << 20}) {
    BlockCache cache(bytes);
    SegmentRecords records(folder_.path(), 1, cache);
    const std::vector<IndexBlock> ticks = blocks();
    for (const IndexBlock& block : ticks) {
      ASSERT_TRUE(are_equal(records.at(ticks, block.first_ordinal), written()[block.first_ordinal]));
    }
  }
}

TEST_F(SegmentRecordsTest, AreNotThereWhereNoneWas) {
  for (const bool is_compressed : {false, true}) {
    if (is_compressed) (void)tests::compress_in_place(folder_.path(), 1);
    BlockCache cache;
    SegmentRecords records(folder_.path(), 1, cache);
    const std::vector<IndexBlock> ticks = blocks();
    const auto count = static_cast<std::uint32_t>(written().size());
    EXPECT_TRUE(records.at(ticks, count - 1));
    EXPECT_FALSE(records.at(ticks, count));
    EXPECT_FALSE(records.at({}, 0));
    EXPECT_FALSE(records.at(std::span(ticks).subspan(1), 0)) << "of a block before";
    EXPECT_FALSE(SegmentRecords(folder_.path(), 99, cache).at(ticks, 0)) << "no such segment";
  }
}

TEST_F(SegmentRecordsTest, AreNotGivenOfABlockThatIsNotTheOneThatWasIndexed) {
  for (const bool is_compressed : {false, true}) {
    if (is_compressed) (void)tests::compress_in_place(folder_.path(), 1);
    const IndexBlock block = blocks().at(1);
    EXPECT_TRUE(first_of(block));
    using Change = void (*)(IndexBlock&);
    const std::vector<Change> others{
        [](IndexBlock& each) { each.header_crc += 1; }, [](IndexBlock& each) { each.first += 1; },
        [](IndexBlock& each) { each.count += 1; }, [](IndexBlock& each) { each.offset += kBlockAlignment; },
        [](IndexBlock& each) { each.offset = std::uint64_t{1} << 40; }};
    for (const Change change : others) {
      IndexBlock other = block;
      change(other);
      EXPECT_FALSE(first_of(other));
    }
  }
}

TEST_F(SegmentRecordsTest, AreNotGivenOfADamagedBlockAndOfTheOthersTheyAre) {
  const IndexBlock hurt = blocks().at(1), whole = blocks().at(2);
  flip(hurt.offset + sizeof(JournalBlockHeader) + 10);
  EXPECT_FALSE(first_of(hurt));
  EXPECT_TRUE(first_of(whole));
  flip(hurt.offset + sizeof(JournalBlockHeader) + 10);
  flip(hurt.offset + 60);
  EXPECT_FALSE(first_of(hurt));
  flip(hurt.offset + 60);
  EXPECT_TRUE(first_of(hurt));
}

TEST_F(SegmentRecordsTest, AreNotGivenOfAFileThatIsCutOrUsedAgain) {
  BlockCache cache;
  SegmentRecords records(folder_.path(), 1, cache);
  const std::vector<IndexBlock> ticks = blocks();
  const IndexBlock& block = ticks.back();
  const std::vector<char> bytes = tests::bytes_of_file(plain());
  fs::resize_file(plain(), block.offset + sizeof(JournalBlockHeader) + 10);
  EXPECT_FALSE(records.at(ticks, block.first_ordinal)) << "its payload is gone";
  tests::write_file(plain(), bytes);
  EXPECT_TRUE(records.at(ticks, block.first_ordinal));
  fs::resize_file(plain(), block.offset);
  EXPECT_FALSE(records.at(ticks, block.first_ordinal)) << "though it was checked";
  fs::resize_file(plain(), bytes.size());
  EXPECT_FALSE(records.at(ticks, block.first_ordinal)) << "zeros have other sequences";
}

TEST_F(SegmentRecordsTest, AreGoneWhereResultsOnlyWereKept) {
  (void)tests::compress_in_place(folder_.path(), 1, true);
  for (const IndexBlock& block : blocks()) EXPECT_FALSE(first_of(block));
}

TEST_F(SegmentRecordsTest, OnAFaultyDiskAreTheSameOrNothing) {
  for (const bool is_compressed : {false, true}) {
    if (is_compressed) (void)tests::compress_in_place(folder_.path(), 1);
    const IndexBlock block = blocks().at(1);
    int given = 0;
    for (const int error : {EIO, tests::FailingCall::kHalf, EINTR}) {
      for (std::uint64_t nth = 1;; ++nth) {
        SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
        std::optional<Record> found;
        const bool has_failed =
            tests::with_failing({{SYS_pread64}, error, nth, folder_.path().string()}, [&] { found = first_of(block); });
        EXPECT_TRUE(!found || are_equal(found, written()[block.first_ordinal]));
        EXPECT_TRUE(found || (has_failed && error == EIO)) << "what was cut short is gone on with";
        given += found ? 1 : 0;
        if (!has_failed) break;
      }
    }
    EXPECT_GT(given, 3);
  }
}

TEST(BlockCache, KeepsWhatWasAskedForLast) {
  BlockCache cache(250);
  const auto put = [&](std::uint64_t offset, std::size_t bytes) {
    cache.put({1, offset}, std::vector<std::byte>(bytes, static_cast<std::byte>(offset)));
  };
  put(1, 100);
  put(2, 100);
  EXPECT_EQ(cache.find({1, 1}).size(), 100u);
  put(3, 100);
  EXPECT_TRUE(cache.find({1, 2}).empty()) << "asked for longest ago";
  EXPECT_EQ(cache.find({1, 1}).front(), std::byte{1});
  put(1, 50);
  EXPECT_EQ(cache.find({1, 1}).size(), 100u) << "it has that";
  put(4, 1000);
  EXPECT_EQ(cache.find({1, 4}).size(), 1000u) << "the newest stays, however large";
  EXPECT_TRUE(cache.find({1, 1}).empty());
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
