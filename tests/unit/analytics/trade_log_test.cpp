#include "analytics/windows/trade_log.hpp"

#include <gtest/gtest.h>

namespace tickplant::analytics::this_file {
namespace {

std::uint64_t log_trade(TradeLog& log, std::uint64_t id, std::uint64_t previous = 0) {
  log.count_trade();
  LoggedTrade trade;
  trade.trade_id = id;
  trade.previous = previous;
  return log.append(trade);
}

TEST(TradeLog, OfNoCapacityKeepsNothing) {
  EXPECT_FALSE(TradeLog(0).keeps());
  EXPECT_TRUE(TradeLog(1).keeps());
}

TEST(TradeLog, FindsWhatItKeptByItsPlace) {
  TradeLog log(4);
  const std::uint64_t first = log_trade(log, 11), second = log_trade(log, 22, first);
  EXPECT_EQ(first, 1u) << "0 is no place";
  ASSERT_NE(log.find(second), nullptr);
  EXPECT_EQ(log.find(second)->trade_id, 22u);
  EXPECT_EQ(log.find(log.find(second)->previous)->trade_id, 11u);
  EXPECT_EQ(log.find(0), nullptr);
}

TEST(TradeLog, KeepsExactlyTheNewest) {
  TradeLog log(4);
  for (std::uint64_t id = 1; id <= 9; ++id) log_trade(log, id);
  EXPECT_EQ(log.last(), 9u);
  EXPECT_EQ(log.find(5), nullptr);
  ASSERT_NE(log.find(6), nullptr);
  EXPECT_EQ(log.find(6)->trade_id, 6u);
}

TEST(TradeLog, HasNothingWhereNothingWasWrittenYet) {
  TradeLog log(4);
  log_trade(log, 1);
  EXPECT_EQ(log.find(2), nullptr);
}

TEST(TradeLog, ForgetsAsFastAsAShardThatGetsAllTrades) {
  TradeLog log(4);
  const std::uint64_t place = log_trade(log, 1);
  for (int others = 0; others < 3; ++others) log.count_trade();
  EXPECT_NE(log.find(place), nullptr);
  log.count_trade();
  EXPECT_EQ(log.find(place), nullptr);
}

TEST(TradeLog, TakesChangesToWhatItKeeps) {
  TradeLog log(2);
  const std::uint64_t place = log_trade(log, 5);
  log.find(place)->is_cancelled = true;
  EXPECT_TRUE(log.find(place)->is_cancelled);
  log_trade(log, 6);
  log_trade(log, 7);
  EXPECT_FALSE(log.find(3)->is_cancelled) << "a new trade in its place";
}

}  // namespace
}  // namespace tickplant::analytics::this_file
