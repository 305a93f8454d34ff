#include "analytics/windows/pane.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

WindowTrade trade_at(Time time, std::uint64_t order, std::int64_t price, std::uint64_t size = 1) {
  WindowTrade trade;
  trade.key = {time, order};
  trade.price = price;
  trade.size = size;
  trade.cause = order;
  return trade;
}

void expect_same(const PaneContent& a, const PaneContent& b) {
  EXPECT_EQ(a.totals, b.totals);
  EXPECT_EQ(a.open, b.open);
  EXPECT_EQ(a.high, b.high);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.close, b.close);
  EXPECT_EQ(a.first_key, b.first_key);
  EXPECT_EQ(a.last_key, b.last_key);
  EXPECT_EQ(a.quality, b.quality);
  EXPECT_EQ(a.last_cause, b.last_cause);
}

TEST(PaneContent, IsEmptyAndHasNoPriceToBeginWith) {
  const PaneContent content;
  EXPECT_TRUE(content.is_empty());
  EXPECT_FALSE(content.has_price());
  EXPECT_FALSE(content.has_close());
}

TEST(PaneContent, OpensAndClosesByEventTimeNotByArrival) {
  PaneContent content;
  for (const WindowTrade& trade :
       {trade_at(20, 1, 200), trade_at(10, 2, 100), trade_at(30, 3, 300), trade_at(25, 4, 250)}) {
    ASSERT_TRUE(content.add(trade));
  }
  EXPECT_EQ(content.open, 100);
  EXPECT_EQ(content.close, 300);
  EXPECT_EQ(content.high, 300);
  EXPECT_EQ(content.low, 100);
}

TEST(PaneContent, OrdersTradesOfOneTimeByTheVenuesSequence) {
  PaneContent content;
  for (const WindowTrade& trade : {trade_at(10, 7, 107), trade_at(10, 5, 105), trade_at(10, 9, 109)}) {
    ASSERT_TRUE(content.add(trade));
  }
  EXPECT_EQ(content.open, 105);
  EXPECT_EQ(content.close, 109);
}

TEST(PaneContent, TakesVolumeAndNoPriceFromATradeThatCountsForVolumeOnly) {
  PaneContent content;
  WindowTrade trade = trade_at(10, 1, 500, 40);
  trade.moves_high_low = trade.moves_last = false;
  ASSERT_TRUE(content.add(trade));
  EXPECT_FALSE(content.is_empty());
  EXPECT_FALSE(content.has_price());
  EXPECT_FALSE(content.has_close());
  EXPECT_EQ(content.totals.volume, 40u);
}

TEST(PaneContent, SetsTheCloseByATradeThatMayOnlySetTheLast) {
  PaneContent content;
  ASSERT_TRUE(content.add(trade_at(10, 1, 100)));
  WindowTrade last = trade_at(11, 2, 90);
  last.moves_high_low = false;
  ASSERT_TRUE(content.add(last));
  EXPECT_EQ(content.close, 90);
  EXPECT_EQ(content.low, 100);
}

TEST(PaneContent, RefusesWhatASumHasNoRoomForAndChangesNothing) {
  PaneContent content;
  ASSERT_TRUE(content.add(trade_at(10, 1, 100, std::numeric_limits<std::uint64_t>::max())));
  EXPECT_FALSE(content.add(trade_at(5, 2, 999)));
  EXPECT_EQ(content.open, 100);
  EXPECT_EQ(content.high, 100);
  EXPECT_EQ(content.totals.count, 1u);
}

TEST(PaneContent, MergedFromPiecesIsThatOfAllTradesHoweverTheyAreCut) {
  tests::Random random(tests::test_seed());
  for (int turn = 0; turn < 200; ++turn) {
    PaneContent whole, merged;
    std::vector<PaneContent> pieces(1 + random.below(5));
    const std::uint32_t trades = random.below(20);
    for (std::uint32_t i = 0; i < trades; ++i) {
      WindowTrade trade =
          trade_at(random.below(10), i + 1, static_cast<std::int64_t>(random.below(100)) - 50, 1 + random.below(5));
      trade.moves_high_low = !random.chance(1, 4);
      trade.moves_last = !random.chance(1, 4);
      trade.quality = random.chance(1, 10) ? 32u : 0u;
      ASSERT_TRUE(whole.add(trade));
      ASSERT_TRUE(pieces[random.below(static_cast<std::uint32_t>(pieces.size()))].add(trade));
    }
    for (const PaneContent& piece : pieces) ASSERT_TRUE(merged.merge(piece));
    SCOPED_TRACE("seed " + std::to_string(tests::test_seed()) + " turn " + std::to_string(turn));
    expect_same(merged, whole);
  }
}

TEST(PaneContent, KeepsACloseThatATradeOfNoSizeSet) {
  PaneContent quiet, content;
  WindowTrade last = trade_at(20, 2, 90, 0);
  last.moves_high_low = false;
  ASSERT_TRUE(quiet.add(last));
  ASSERT_TRUE(content.add(trade_at(10, 1, 100)));
  ASSERT_TRUE(content.merge(quiet));
  EXPECT_EQ(content.close, 90);
}

TEST(PanePool, GivesEmptyPanesAndTakesThemBack) {
  PanePool pool;
  const PaneIndex first = pool.take({10, 20});
  EXPECT_NE(first, 0u) << "0 is no pane";
  EXPECT_EQ(pool[first].start, 10);
  EXPECT_EQ(pool[first].end, 20);
  ASSERT_TRUE(pool[first].add(trade_at(15, 1, 100)));
  pool[first].older = 77;
  const PaneIndex second = pool.take({20, 30});
  EXPECT_NE(first, second);
  EXPECT_EQ(pool.used(), 2u);
  pool.give_back(first);
  EXPECT_EQ(pool.used(), 1u);
  const PaneIndex again = pool.take({40, 50});
  EXPECT_EQ(again, first);
  EXPECT_TRUE(pool[again].is_empty());
  EXPECT_EQ(pool[again].older, 0u);
  EXPECT_EQ(pool[again].start, 40);
}

TEST(PanePool, GrowsWhenItRunsOut) {
  PanePool pool(2);
  std::vector<PaneIndex> taken;
  for (Time i = 0; i < 100; ++i) taken.push_back(pool.take({i, i + 1}));
  for (Time i = 0; i < 100; ++i) EXPECT_EQ(pool[taken[static_cast<std::size_t>(i)]].start, i);
  for (const PaneIndex index : taken) pool.give_back(index);
  EXPECT_EQ(pool.used(), 0u);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
