#include "ringbuf/depth_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tickplant::ringbuf::this_file {
namespace {

class DepthTable : public testing::Test {
 protected:
  /// Writes what changed from `side`'s levels, as a feed does.
  void update(Side side, const std::vector<DepthLevel>& levels, std::size_t first, std::size_t last,
              bool maybe_bad = false) {
    writer_.update(kId, {++sequence_}, UnixNanos{500}, maybe_bad, {side, first, last}, levels.size(),
                   [&](std::size_t i) { return i < levels.size() ? levels[i] : DepthLevel{}; });
  }
  DepthEntry read() {
    DepthEntry entry;
    EXPECT_EQ(reader_.read(kId, entry), TableRead::value);
    return entry;
  }
  static std::vector<DepthLevel> levels(std::int64_t best, std::int64_t step, std::size_t count) {
    std::vector<DepthLevel> out;
    for (std::size_t i = 0; i < count; ++i) {
      out.push_back({Price{best + step * static_cast<std::int64_t>(i)}, Size{10 * (i + 1)}, 1, 0});
    }
    return out;
  }

  static constexpr InstrumentId kId{1};
  std::vector<DepthSlot> slots_ = std::vector<DepthSlot>(3);
  DepthWriter writer_{slots_};
  DepthReader reader_{slots_};
  std::uint64_t sequence_ = 0;
};

TEST_F(DepthTable, SaysNeverWithoutABook) {
  DepthEntry entry;
  EXPECT_EQ(reader_.read({2}, entry), TableRead::never);
  EXPECT_EQ(reader_.read({3}, entry), TableRead::never);
}

TEST_F(DepthTable, ShowsTheTenBestOfBothSides) {
  const auto bids = levels(100, -1, 15);
  const auto asks = levels(101, +1, 4);
  update(Side::bid, bids, 0, kDepthLevels);
  update(Side::ask, asks, 0, kDepthLevels);
  const DepthEntry entry = read();
  EXPECT_EQ(entry.bid_count, 10u);
  EXPECT_EQ(entry.ask_count, 4u);
  for (std::size_t i = 0; i < kDepthLevels; ++i) {
    EXPECT_EQ(entry.bid[i], bids[i]) << i;
    EXPECT_EQ(entry.ask[i], i < asks.size() ? asks[i] : DepthLevel{}) << i;
  }
  EXPECT_EQ(entry.stamp, 2u);
  EXPECT_EQ(entry.ts_event, UnixNanos{500});
}

TEST_F(DepthTable, WritesOnlyTheLevelsThatChanged) {
  auto bids = levels(100, -1, 5);
  update(Side::bid, bids, 0, kDepthLevels);
  bids[2].size = {999};
  bids[3].size = {888};  // not told: must not be written
  update(Side::bid, bids, 2, 3);
  EXPECT_EQ(read().bid[2].size, Size{999});
  EXPECT_EQ(read().bid[3].size, Size{40});
}

TEST_F(DepthTable, ForgetsLevelsThatAreGone) {
  auto asks = levels(100, 1, 10);
  update(Side::ask, asks, 0, kDepthLevels);
  asks.erase(asks.begin() + 4);
  update(Side::ask, asks, 4, kDepthLevels);
  const DepthEntry entry = read();
  EXPECT_EQ(entry.ask_count, 9u);
  EXPECT_EQ(entry.ask[4].price, Price{105});
  EXPECT_EQ(entry.ask[9], DepthLevel{});
}

TEST_F(DepthTable, SaysWhenTheBookMayBeWrong) {
  update(Side::bid, levels(100, -1, 1), 0, 10, true);
  EXPECT_EQ(read().flags, DepthEntry::kMaybeBad);
  update(Side::bid, levels(100, -1, 1), 0, 1, false);
  EXPECT_EQ(read().flags, 0u);
  EXPECT_EQ(read().bid_count, 1u);
}

TEST_F(DepthTable, ClearsBothSides) {
  update(Side::bid, levels(100, -1, 3), 0, 10);
  update(Side::ask, levels(101, 1, 3), 0, 10);
  writer_.clear(kId, {++sequence_}, UnixNanos{600});
  const DepthEntry entry = read();
  EXPECT_EQ(entry.bid_count + entry.ask_count, 0);
  EXPECT_EQ(entry.bid[0], DepthLevel{});
  EXPECT_EQ(entry.ask[0], DepthLevel{});
  EXPECT_EQ(entry.ts_event, UnixNanos{600});
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
