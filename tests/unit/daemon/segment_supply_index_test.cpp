// A segment that is used again takes its index with it, and indexes count for what is kept.
#include <gtest/gtest.h>

#include "daemon/journal/segment_supply.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_disk.hpp"

namespace tickplant::daemon::this_file {
namespace {

constexpr std::uint64_t kBytes = std::uint64_t{64} << 20;

class SupplyOfIndexedSegments : public testing::Test {
 protected:
  void add(const std::string& name, std::uint64_t bytes) {
    const std::atomic<bool> is_unwanted{false};
    ASSERT_EQ(disk_.prepare(name, bytes, is_unwanted), 0);
  }
  [[nodiscard]] bool has(const std::string& name) { return disk_.names().contains(name); }

  ringbuf::PrivatePayload memory_{4 * ringbuf::kJournalUnitBytes};
  tests::JournalDisk disk_{memory_.bytes()};
};

TEST_F(SupplyOfIndexedSegments, TakesTheIndexOfTheOldestAway) {
  for (std::uint64_t segment = 1; segment <= 6; ++segment) {
    add(ringbuf::segment_file_name(segment), kBytes);
    add(ringbuf::index_file_name(segment), kBytes / 4);
  }
  SegmentSupply kept(disk_, kBytes, 6 * (kBytes + kBytes / 4));
  EXPECT_TRUE(kept.step());
  EXPECT_TRUE(has(ringbuf::segment_file_name(1)));
  SegmentSupply supply(disk_, kBytes, 6 * (kBytes + kBytes / 4) - 1);
  (void)supply.step();
  EXPECT_FALSE(has(ringbuf::segment_file_name(1))) << "the segments alone would not be too many";
  EXPECT_FALSE(has(ringbuf::index_file_name(1)));
  EXPECT_TRUE(has(ringbuf::segment_file_name(2)));
  EXPECT_TRUE(has(ringbuf::index_file_name(2)));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
