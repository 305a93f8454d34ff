// The index of a segment: what it says of the segment, what it costs, and that it is believed only when it is whole.
#include "ringbuf/journal/segment_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::RandomPast;

class SegmentIndexTest : public testing::Test {
 protected:
  void write(std::uint64_t segments, const RandomPast::Shape& shape = {}) {
    journal_.emplace(folder_.path(), random_, shape);
    journal_->write_segments(segments);
    JournalIndexer indexer(folder_.path());
    while (const auto made = indexer.step()) made_.push_back(*made);
  }
  [[nodiscard]] std::filesystem::path path(std::uint64_t segment) const {
    return folder_.path() / index_file_name(segment);
  }
  [[nodiscard]] SegmentIndex open(std::uint64_t segment) const {
    std::string why;
    auto index = SegmentIndex::open(path(segment), why);
    if (!index) throw std::runtime_error(why);
    return std::move(*index);
  }
  static std::vector<std::byte> bytes_of(const std::filesystem::path& file) {
    const std::vector<char> chars = tests::bytes_of_file(file);
    const auto bytes = std::as_bytes(std::span(chars));
    return {bytes.begin(), bytes.end()};
  }

  tests::TempDirectory folder_{"/dev/shm"};
  tests::Random random_{tests::test_seed()};
  std::optional<RandomPast> journal_;
  std::vector<IndexedSegment> made_;
};

TEST_F(SegmentIndexTest, SaysWhereEachRecordOfAnInstrumentIs) {
  write(3);
  ASSERT_EQ(made_.size(), 2u);
  const SegmentIndex index = open(2);
  EXPECT_TRUE(index.has_beginnings());
  EXPECT_TRUE(index.is_whole());
  ASSERT_EQ(index.rings().size(), 2u);
  EXPECT_EQ(index.find_ring("ticks"), &index.rings()[0]);
  EXPECT_EQ(index.find_ring("none"), nullptr);
  EXPECT_EQ(index.rings()[0].count + index.rings()[1].count, made_[1].records);
  EXPECT_LE(index.rings()[0].before_recv, index.rings()[0].first_recv);
  const IndexInstrument* const row = index.find("S1@XNAS");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(index.find("S1@XLON"), nullptr);
  const auto postings = index.postings(*row);
  ASSERT_TRUE(postings);
  EXPECT_GT(postings->size(), 50u);
  EXPECT_TRUE(std::ranges::is_sorted(*postings));
  EXPECT_LT(postings->back(), index.rings()[0].count);
  EXPECT_FALSE(index.states(*row).empty());
}

TEST_F(SegmentIndexTest, TakesNoMoreThanIsPromised) {
  write(6);
  for (std::uint64_t segment = 1; segment < 6; ++segment) {
    const SegmentIndex index = open(segment);
    std::uint64_t posting_bytes = 0, state_bytes = 0, record_bytes = 64 * made_[segment - 1].records;
    for (const IndexInstrument& each : index.instruments()) {
      posting_bytes += 4 * each.posting_count;
      for (const IndexState& state : index.states(each)) state_bytes += state.bytes;
    }
    EXPECT_LE(posting_bytes, record_bytes / 16);
    EXPECT_LE(state_bytes, record_bytes / 16 + record_bytes / 8);
    EXPECT_EQ(index.head().file_bytes,
              sizeof(IndexHead) + index_table_bytes(index.head()) + posting_bytes + state_bytes);
  }
}

TEST_F(SegmentIndexTest, StatesAreDueWhenTheirRecordsAreWorthSixteenOfThem) {
  EXPECT_TRUE(state_is_due(1600, 100));
  EXPECT_FALSE(state_is_due(1599, 100));
  EXPECT_TRUE(beginnings_are_due(0, 0)) << "before anything was said";
  EXPECT_FALSE(beginnings_are_due(64 << 20, 11 << 20)) << "1.4 million open orders, 64 MiB of records";
  EXPECT_TRUE(beginnings_are_due(256 << 20, 11 << 20));
}

TEST_F(SegmentIndexTest, IsNotBelievedUnlessItIsWhole) {
  write(2);
  const std::vector<std::byte> whole = bytes_of(path(1));
  std::string why;
  ASSERT_TRUE(SegmentIndex::of(whole, why));
  for (int i = 0; i < 300; ++i) {
    std::vector<std::byte> changed = whole;
    const std::size_t at =
        i < 100 ? random_.below(sizeof(IndexHead)) : random_.below(static_cast<std::uint32_t>(whole.size()));
    changed[at] ^= static_cast<std::byte>(1 + random_.below(255));
    const auto index = SegmentIndex::of(changed, why);
    EXPECT_TRUE(!index || !index->is_whole()) << at;
    EXPECT_TRUE(index || !why.empty());
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{100}, sizeof(IndexHead), whole.size() - 1}) {
    EXPECT_FALSE(SegmentIndex::of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, why)) << size;
  }
}

TEST_F(SegmentIndexTest, IsOfNoOtherSegmentOrJournal) {
  write(4);
  const std::vector<JournalSegmentFile> segments = list_segments(folder_.path());
  std::string why;
  EXPECT_TRUE(open_index(folder_.path(), segments[0], segments[1], why)) << why;
  std::filesystem::copy_file(path(2), path(1), std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(open_index(folder_.path(), segments[0], segments[1], why));
  EXPECT_THAT(why, testing::HasSubstr("another journal"));
  JournalSegmentFile other = segments[2];
  other.page.previous_crc ^= 1;
  EXPECT_FALSE(open_index(folder_.path(), segments[1], other, why)) << "what it held was cut and written anew";
  EXPECT_FALSE(open_index(folder_.path(), segments[0], segments[2], why)) << "not the next one";
  std::filesystem::remove(path(1));
  EXPECT_FALSE(open_index(folder_.path(), segments[0], segments[1], why));
  EXPECT_EQ(why, "there is none");
}

TEST_F(SegmentIndexTest, IsNamedLikeItsSegment) {
  EXPECT_EQ(index_file_name(7), "0000000000000007.index");
  EXPECT_EQ(index_number_of("0000000000000007.index"), 7u);
  for (const char* name : {"7.index", "0000000000000007.journal", "000000000000000x.index", ".index", ""}) {
    EXPECT_FALSE(index_number_of(name)) << name;
  }
}

TEST_F(SegmentIndexTest, TheIndexerGoesOnFromTheNewestIndexNotFromTheBeginning) {
  write(5);
  std::filesystem::remove(journal_->journal().path(1));  // it would have to be read
  std::filesystem::remove(path(1));
  std::filesystem::remove(path(4));
  const std::vector<std::byte> before = bytes_of(path(3));
  JournalIndexer indexer(folder_.path());
  const auto made = indexer.step();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->number, 4u);
  EXPECT_FALSE(indexer.step());
  EXPECT_EQ(bytes_of(path(3)), before);
  EXPECT_NE(open(4).rings()[0].first, 0u) << "what was before is known";
  EXPECT_EQ(open(4).rings()[0].first, 1u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
