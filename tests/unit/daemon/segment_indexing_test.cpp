// Indexes come and go with the segments of a journal.
#include "daemon/journal/segment_indexing.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/journal/retention.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace fs = std::filesystem;

class SegmentIndexingTest : public testing::Test {
 protected:
  SegmentIndexingTest() : journal_(folder_.path(), random_, {}) { journal_.write_segments(5); }

  void make(bool makes_indexes = true) {
    indexing_.emplace(folder_.path(), makes_indexes, errors_, [] { return false; });
  }
  int settle(platform::UnixNanos now = {1}) {
    int steps = 0;
    while (indexing_->step(now)) ++steps;
    return steps;
  }
  [[nodiscard]] fs::path path(std::uint64_t segment) const {
    return folder_.path() / ringbuf::index_file_name(segment);
  }
  [[nodiscard]] bool has_index(std::uint64_t segment) const { return fs::exists(path(segment)); }

  tests::TempDirectory folder_{"/dev/shm"};
  tests::Random random_{tests::test_seed()};
  tests::RandomPast journal_;
  std::atomic<std::uint64_t> error_count_{0};
  ringbuf::Counter errors_{error_count_};
  std::optional<SegmentIndexing> indexing_;
};

TEST_F(SegmentIndexingTest, MakesThoseOfCompleteSegmentsAndNoOther) {
  make();
  EXPECT_EQ(settle(), 4);
  for (std::uint64_t segment = 1; segment < 5; ++segment) EXPECT_TRUE(has_index(segment));
  EXPECT_FALSE(has_index(5));
  journal_.write_segments(6);
  EXPECT_EQ(settle(), 1);
  EXPECT_TRUE(has_index(5));
  make();
  EXPECT_EQ(settle(), 0) << "they are there";
  EXPECT_EQ(errors_.value(), 0u);
}

TEST_F(SegmentIndexingTest, RemovesThoseWhoseSegmentsAreGoneAlsoWhenItMakesNone) {
  make();
  settle();
  fs::remove(folder_.path() / ringbuf::segment_file_name(1));
  tests::compress_in_place(folder_.path(), 2);
  make(false);
  EXPECT_EQ(settle(), 0);
  EXPECT_FALSE(has_index(1));
  EXPECT_TRUE(has_index(2)) << "it is compressed, not gone";
}

TEST_F(SegmentIndexingTest, GoesOnAfterAMinuteWhereAnIndexCouldNotBeWritten) {
  fs::create_directory(path(2));  // nothing can be renamed to that
  tests::write_file(path(2) / "full", {});
  make();
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(errors_.value(), 1u);
  fs::remove_all(path(2));
  EXPECT_EQ(settle(), 0) << "not yet";
  EXPECT_EQ(settle({2 + SegmentIndexing::kRetryNanos}), 3);
  EXPECT_TRUE(has_index(4));
}

TEST_F(SegmentIndexingTest, EndsAtADamage) {
  std::vector<char> bytes = tests::bytes_of_file(journal_.journal().path(3));
  bytes[100'000] ^= 1;
  tests::write_file(journal_.journal().path(3), bytes);
  make();
  EXPECT_EQ(settle(), 2);
  EXPECT_EQ(errors_.value(), 1u);
  EXPECT_FALSE(has_index(3));
  EXPECT_FALSE(has_index(4));
  EXPECT_EQ(settle({2 + SegmentIndexing::kRetryNanos}), 0);
  EXPECT_EQ(errors_.value(), 1u) << "said once";
}

TEST_F(SegmentIndexingTest, LeavesNoIndexWhereTicksAreDropped) {
  make();
  settle();
  config::JournalSection config;
  config.folder = folder_.path().string();
  config.segment_bytes = ringbuf::kJournalUnitBytes;
  config.delete_after_ns = 1;
  ringbuf::PrivatePayload memory(ringbuf::CountersWriter::payload_bytes(16));
  ringbuf::CountersWriter counters(memory.bytes(), 16);
  journal_.write_segments(40);
  Retention retention({folder_.path(), config, "test", tests::kTestJournalId, counters});
  EXPECT_TRUE(retention.step({tests::kTestTime + 10}));
  EXPECT_FALSE(has_index(1));
  EXPECT_TRUE(has_index(2));
  EXPECT_TRUE(ringbuf::open_segment(folder_.path(), 1).file.is_results_only);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
