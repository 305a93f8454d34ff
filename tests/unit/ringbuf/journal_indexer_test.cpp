// Indexes made beside a journal that is damaged, on a disk that fails, for who changes its mind; and of the journal's
// end, in memory.
#include "ringbuf/journal/journal_indexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/segment_compressor.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using tests::FailingCall;
using tests::RandomPast;
using tests::with_failing;

class JournalIndexerTest : public testing::Test {
 protected:
  JournalIndexerTest() : journal_(folder_.path(), random_, {}) { journal_.write_segments(5); }

  [[nodiscard]] fs::path path(std::uint64_t segment) const { return folder_.path() / index_file_name(segment); }
  /// All that can be had.
  std::vector<std::uint64_t> index_all(IndexCheck check = IndexCheck::tables) {
    std::vector<std::uint64_t> made;
    JournalIndexer indexer(folder_.path(), check);
    while (const auto each = indexer.step()) made.push_back(each->number);
    return made;
  }
  void flip(const fs::path& file, std::size_t at) {
    std::vector<char> bytes = tests::bytes_of_file(file);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
    tests::write_file(file, bytes);
  }
  void remove_indexes() {
    for (std::uint64_t segment = 1; segment <= 5; ++segment) fs::remove(path(segment));
  }

  tests::TempDirectory folder_{"/dev/shm"};
  tests::Random random_{tests::test_seed()};
  RandomPast journal_;
};

TEST_F(JournalIndexerTest, TellsOfADamagedSegmentOnceAndLeavesItAlone) {
  flip(journal_.journal().path(3), 100'000);
  JournalIndexer indexer(folder_.path());
  EXPECT_EQ(indexer.step()->number, 1u);
  EXPECT_EQ(indexer.step()->number, 2u);
  EXPECT_THROW((void)indexer.step(), SetupError);
  EXPECT_FALSE(indexer.step()) << "not again";
  EXPECT_FALSE(fs::exists(path(3)));
  fs::remove(path(2));
  fs::remove(path(1));
  JournalIndexer again(folder_.path());
  EXPECT_EQ(again.step()->number, 1u);
  EXPECT_EQ(again.step()->number, 2u);
}

/// Nothing behind the damage can be known: it goes through it.
TEST_F(JournalIndexerTest, DoesNotGoAroundADamage) {
  ASSERT_EQ(index_all().size(), 4u);
  fs::remove(path(4));
  fs::remove(path(2));
  fs::remove(path(3));
  fs::remove(path(1));
  fs::remove(journal_.journal().path(1));
  flip(journal_.journal().path(2), 100'000);
  JournalIndexer indexer(folder_.path());
  EXPECT_THROW((void)indexer.step(), SetupError);
}

TEST_F(JournalIndexerTest, PassesOverASegmentThatNoOtherFollows) {
  fs::remove(journal_.journal().path(3));
  EXPECT_EQ(index_all(), (std::vector<std::uint64_t>{1, 4}));
}

TEST_F(JournalIndexerTest, GivesUpWhenItIsNotWantedAndDoesItLater) {
  bool is_unwanted = true;
  JournalIndexer indexer(folder_.path(), IndexCheck::tables, [&] { return is_unwanted; });
  EXPECT_THROW((void)indexer.step(), SetupError);
  EXPECT_FALSE(fs::exists(path(1)));
  is_unwanted = false;
  EXPECT_EQ(indexer.step()->number, 1u);
  flip(journal_.journal().path(2), 100'000);
  EXPECT_THROW((void)indexer.step(), SetupError);
  EXPECT_FALSE(indexer.step());
}

TEST_F(JournalIndexerTest, LooksAtEveryByteOfWhatIsThereIfAsked) {
  ASSERT_EQ(index_all().size(), 4u);
  const std::vector<char> before = tests::bytes_of_file(path(2));
  flip(path(2), before.size() - 3);  // of a state
  EXPECT_TRUE(index_all(IndexCheck::tables).empty());
  EXPECT_EQ(index_all(IndexCheck::all), std::vector<std::uint64_t>{2});
  EXPECT_EQ(tests::bytes_of_file(path(2)), before);
  EXPECT_TRUE(index_all(IndexCheck::all).empty());
}

TEST_F(JournalIndexerTest, LeavesAWholeIndexOrNoneOnAFaultyDisk) {
  ASSERT_EQ(index_all().size(), 4u);
  const std::vector<char> before = tests::bytes_of_file(path(2));
  for (const int error : {ENOSPC, FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      fs::remove(path(2));
      bool is_made = false;
      const std::vector<long> calls{SYS_openat, SYS_write, SYS_rename};
      const bool has_failed = with_failing({calls, error, nth, ".half"}, [&] {
        try {
          is_made = JournalIndexer(folder_.path()).step().has_value();
        } catch (const SetupError&) {
        }
      });
      EXPECT_EQ(is_made, !has_failed || error == FailingCall::kHalf);
      if (is_made) {
        EXPECT_EQ(tests::bytes_of_file(path(2)), before);
      } else {
        EXPECT_FALSE(fs::exists(path(2)));
      }
      if (!has_failed) break;
    }
  }
  fs::remove(path(2));
  with_failing({{SYS_write}, EINTR, 1, ".half"}, [&] { EXPECT_TRUE(JournalIndexer(folder_.path()).step()); });
  EXPECT_EQ(tests::bytes_of_file(path(2)), before) << "a signal is none";
  fs::remove(path(2));
  const auto bytes = static_cast<std::uint32_t>(before.size());
  tests::with_refused({{SYS_write, 0, 2, bytes}},
                      [&] { EXPECT_THROW((void)JournalIndexer(folder_.path()).step(), SetupError); });
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_NE(entry.path().extension(), kHalfCompressedSuffix) << entry.path();
  }
}

TEST_F(JournalIndexerTest, ReadsAJournalOnAFaultyDiskWholeOrNotAtAll) {
  ASSERT_EQ(index_all().size(), 4u);
  const std::vector<char> before = tests::bytes_of_file(path(1));
  for (std::uint64_t nth = 1;; nth += 3) {
    SCOPED_TRACE("call " + std::to_string(nth));
    fs::remove(path(1));
    const bool has_failed = with_failing({tests::kReadingCalls, EIO, nth, folder_.path().string()}, [&] {
      try {
        (void)JournalIndexer(folder_.path()).step();
      } catch (const SetupError&) {
      }
    });
    if (fs::exists(path(1))) {
      EXPECT_EQ(tests::bytes_of_file(path(1)), before);
    }
    remove_indexes();
    ASSERT_EQ(index_all().size(), 4u);
    if (!has_failed) break;
  }
}

TEST_F(JournalIndexerTest, KnowsTheJournalsEndInMemory) {
  const std::uint64_t last = journal_.journal().place().segment;
  for (const bool has_indexes : {false, true}) {
    if (has_indexes) (void)index_all();
    for (std::uint64_t from = 1; from <= last; ++from) {
      JournalIndexer indexer(folder_.path());
      const JournalIndexer::Tail tail = indexer.tail_from(from);
      ASSERT_EQ(tail.indexes.size(), last - from + 1);
      EXPECT_FALSE(tail.is_damaged);
      EXPECT_EQ(tail.indexes.back().head().last_block, journal_.journal().chain().last_number());
      for (const SegmentIndex& index : tail.indexes) EXPECT_TRUE(index.is_whole());
      EXPECT_EQ(indexer.tail_from(from).indexes.size(), tail.indexes.size()) << "and again";
    }
  }
  EXPECT_TRUE(JournalIndexer(folder_.path()).tail_from(last + 1).indexes.empty());
}

TEST_F(JournalIndexerTest, SaysWhereTheEndIsADamage) {
  flip(journal_.journal().path(4), 50'000);
  const JournalIndexer::Tail tail = JournalIndexer(folder_.path()).tail_from(2);
  EXPECT_TRUE(tail.is_damaged);
  ASSERT_EQ(tail.indexes.size(), 3u);
  EXPECT_LT(tail.indexes.back().head().last_block, journal_.journal().chain().last_number());
  EXPECT_THROW((void)JournalIndexer(folder_.path()).tail_from(5), SetupError) << "what was before is not known";
}

/// The journal that an index is made of, and what of it the index may not say.
class OddJournal : public testing::Test {
 protected:
  void tell(const FactsBuilder& told) {
    FactsBuilder facts = told;
    journal_.append_facts(facts);
  }
  static FeedEntry feed(std::uint16_t id, std::string_view name, std::string_view ring) {
    FeedEntry entry;
    entry.id = {id};
    set_text(entry.name, name);
    set_text(entry.ring, ring);
    return entry;
  }
  SegmentIndex index_of_all() {
    JournalIndexer::Tail tail = JournalIndexer(folder_.path()).tail_from(1);
    return std::move(tail.indexes.at(0));
  }
  void append(std::uint32_t ring, std::uint64_t first, const std::vector<Record>& some) {
    std::vector<Record> records = some;
    for (Record& record : records) record.header.stamp = first++;
    journal_.append(tests::JournalInFolder::header_of(BlockKind::ticks, ring, first - records.size(), records),
                    std::as_bytes(std::span(records)));
  }

  tests::TempDirectory folder_;
  tests::JournalInFolder journal_{folder_.path()};
};

TEST_F(OddJournal, ChangesOfRingsFeedsAndInstrumentsAreFlagged) {
  using tests::JournalInFolder;
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks"));
  facts.add(JournalInFolder::ring_fact(2, "other"));
  facts.add(JournalInFolder::ring_fact(7, "derived", BlockKind::derived));
  facts.add(feed(1, "a", "ticks"));
  facts.add(feed(2, "b", "other"));
  facts.add(feed(3, "c", "ticks"));
  InstrumentEntry moved = JournalInFolder::instrument(1, "MOVED", "XNAS");
  facts.add(moved);
  moved.feed = {2};
  facts.add(moved);
  InstrumentEntry scaled = JournalInFolder::instrument(2, "SCALED", "XNAS");
  facts.add(scaled);
  scaled.size_scale = 2;
  facts.add(scaled);
  InstrumentEntry orphan = JournalInFolder::instrument(3, "ORPHAN", "XNAS");
  orphan.feed = {9};
  facts.add(orphan);
  facts.add(JournalInFolder::instrument(0x7fffffff, "BEYOND", "XNAS"));
  facts.add(JournalInFolder::instrument(5, "PLAIN", "XNAS"));
  facts.add(feed(3, "c", "other"));
  tell(facts);
  const SegmentIndex index = index_of_all();
  const auto is_changed = [&](const char* name) { return index.find(name)->flags == IndexInstrumentFlags::changed; };
  EXPECT_TRUE(is_changed("MOVED@XNAS"));
  EXPECT_TRUE(is_changed("SCALED@XNAS"));
  EXPECT_FALSE(is_changed("PLAIN@XNAS"));
  EXPECT_EQ(index.find("ORPHAN@XNAS")->feed, kNotIndexed);
  EXPECT_EQ(index.find("BEYOND@XNAS")->posting_count, 0u);
  EXPECT_TRUE(has(index.find_feed("c")->flags, IndexFeedFlags::changed));
  EXPECT_FALSE(has(index.find_feed("a")->flags, IndexFeedFlags::changed));
  EXPECT_EQ(index.find_ring("derived"), nullptr) << "only rings of ticks";
}

TEST_F(OddJournal, RingsThatGetOtherNumbersAreFlagged) {
  using tests::JournalInFolder;
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks"));
  facts.add(JournalInFolder::ring_fact(2, "other"));
  facts.add(JournalInFolder::ring_fact(4, "third"));
  tell(facts);
  FactsBuilder later;
  later.add(JournalInFolder::ring_fact(3, "ticks"));
  later.add(JournalInFolder::ring_fact(2, "fourth"));
  tell(later);
  const SegmentIndex index = index_of_all();
  EXPECT_TRUE(has(index.find_ring("ticks")->flags, IndexRingFlags::renumbered));
  EXPECT_TRUE(has(index.find_ring("fourth")->flags, IndexRingFlags::renumbered));
  EXPECT_FALSE(has(index.find_ring("third")->flags, IndexRingFlags::renumbered));
}

TEST_F(OddJournal, RecordsThatNobodySpokeOfAndTimesThatFallCountForNobody) {
  using tests::JournalInFolder;
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks"));
  facts.add(feed(1, "a", "ticks"));
  facts.add(JournalInFolder::instrument(1, "KNOWN", "XNAS"));
  facts.add(LossFact{1, LossReason::disk, 0, 5, 0});
  facts.add(LossFact{1, LossReason::disk, 9, 5, 0});
  facts.add(LossFact{77, LossReason::disk, 1, 5, 0});
  tell(facts);
  Record unknown = JournalInFolder::tick(1), early = JournalInFolder::tick(0);
  unknown.header.instrument = {0xfffffff0};
  const SessionBody nobodys{.trading_date = 20'200'101, .feed = {9}};
  Record session = make_record({0}, UnixNanos{tests::kTestTime}, UnixNanos{tests::kTestTime}, nobodys);
  append(1, 1, {JournalInFolder::tick(1), JournalInFolder::tick(2), unknown, early, session});
  append(5, 1, {JournalInFolder::tick(1)});
  const SegmentIndex index = index_of_all();
  EXPECT_EQ(index.find("KNOWN@XNAS")->posting_count, 3u);
  EXPECT_TRUE(has(index.find_ring("ticks")->flags, IndexRingFlags::disordered));
  EXPECT_EQ(index.find_ring("ticks")->lost, 0u);
  EXPECT_TRUE(index.events().empty());
  EXPECT_EQ(index.rings().size(), 1u);
}

/// Records too old to be kept are lost to who asks, behind the first that were.
TEST_F(OddJournal, WhatWasDroppedIsLost) {
  using tests::JournalInFolder;
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks"));
  facts.add(feed(1, "a", "ticks"));
  facts.add(JournalInFolder::instrument(1, "KNOWN", "XNAS"));
  for (std::uint64_t segment = 1; segment <= 4; ++segment) {
    if (segment > 1) journal_.begin_segment();
    tell(facts);
    journal_.append_ticks(1, 1 + (segment - 1) * 100, 100);
  }
  for (const std::uint64_t segment : {1u, 3u}) (void)tests::compress_in_place(folder_.path(), segment, true);
  const JournalIndexer::Tail tail = JournalIndexer(folder_.path()).tail_from(1);
  ASSERT_EQ(tail.indexes.size(), 4u);
  EXPECT_EQ(tail.indexes[0].find_ring("ticks")->count, 0u);
  EXPECT_EQ(tail.indexes[1].find_ring("ticks")->count, 100u);
  EXPECT_EQ(tail.indexes[2].find_ring("ticks")->count, 0u);
  EXPECT_EQ(tail.indexes[3].find_ring("ticks")->lost_last, 100u);
  EXPECT_TRUE(std::ranges::any_of(tail.indexes[3].events(),
                                  [](const IndexEvent& event) { return event.kind == IndexEventKind::loss; }));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
