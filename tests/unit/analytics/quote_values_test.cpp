#include "analytics/quotes/quote_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tickplant::analytics::this_file {
namespace {

using ringbuf::kNoPrice;
using ringbuf::Price;

constexpr std::int64_t kCent = 10'000'000;
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max() - 1;
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

QuoteBody quote(std::int64_t bid, std::int64_t ask, std::uint64_t bid_size = 100, std::uint64_t ask_size = 100) {
  return {{bid}, {ask}, {bid_size}, {ask_size}};
}
QuoteBody cents(std::int64_t bid, std::int64_t ask, std::uint64_t bid_size = 100, std::uint64_t ask_size = 100) {
  return quote(bid * kCent, ask * kCent, bid_size, ask_size);
}
QuoteBody only_bid(std::int64_t bid) { return {{bid * kCent}, kNoPrice, {100}, {0}}; }
QuoteBody only_ask(std::int64_t ask) { return {kNoPrice, {ask * kCent}, {0}, {100}}; }

TEST(QuoteState, SaysWhichSidesAreThereAndHowTheyStand) {
  EXPECT_EQ(state_of(QuoteBody{}), QuoteState::empty);
  EXPECT_EQ(state_of(only_bid(100)), QuoteState::bid_only);
  EXPECT_EQ(state_of(only_ask(100)), QuoteState::ask_only);
  EXPECT_EQ(state_of(cents(100, 101)), QuoteState::normal);
  EXPECT_EQ(state_of(cents(100, 100)), QuoteState::locked);
  EXPECT_EQ(state_of(cents(101, 100)), QuoteState::crossed);
}

TEST(QuotePrices, AreQuotientsOfWhatTheVenueSaid) {
  const QuoteBody q = cents(10'000, 10'004, 300, 100);
  EXPECT_EQ(spread_of(q), 0.04);
  EXPECT_EQ(mid_of(q), 100.02);
  EXPECT_DOUBLE_EQ(spread_bps_of(q), 0.04 / 100.02 * 1e4);
  EXPECT_DOUBLE_EQ(microprice_of(q), 100.03) << "nearer to the offer, which is thinner";
}

TEST(QuotePrices, HaveASpreadOfZeroWhenLockedAndANegativeOneWhenCrossed) {
  EXPECT_EQ(spread_of(cents(100, 100)), 0);
  EXPECT_EQ(spread_bps_of(cents(100, 100)), 0);
  EXPECT_EQ(spread_of(cents(101, 100)), -0.01);
  EXPECT_LT(spread_bps_of(cents(101, 100)), 0);
}

TEST(QuotePrices, AreUnknownWithoutBothSides) {
  for (const QuoteBody& q : {QuoteBody{}, only_bid(100), only_ask(100)}) {
    EXPECT_TRUE(std::isnan(spread_of(q)));
    EXPECT_TRUE(std::isnan(mid_of(q)));
    EXPECT_TRUE(std::isnan(spread_bps_of(q)));
    EXPECT_TRUE(std::isnan(microprice_of(q)));
    EXPECT_EQ(compare_spread(q, {0}), std::partial_ordering::unordered);
    EXPECT_EQ(compare_spread_bps(q, config::whole(5)), std::partial_ordering::unordered);
  }
}

TEST(QuotePrices, KnowNoBasisPointsOfAMidOfZero) {
  const QuoteBody q = cents(-100, 100);
  EXPECT_TRUE(std::isnan(spread_bps_of(q)));
  EXPECT_EQ(compare_spread_bps(q, config::whole(5)), std::partial_ordering::unordered);
  EXPECT_EQ(spread_of(q), 2);
}

TEST(QuotePrices, TakeBasisPointsOfANegativeMidWithoutItsSign) {
  EXPECT_DOUBLE_EQ(spread_bps_of(cents(-10'002, -9'998)), 4);
  EXPECT_TRUE(compare_spread_bps(cents(-10'002, -9'998), config::whole(4)) == 0);
}

TEST(Microprice, IsThePriceOfTheOtherSideWhereOneHasNoSize) {
  EXPECT_DOUBLE_EQ(microprice_of(cents(100, 102, 0, 5)), 1.00);
  EXPECT_DOUBLE_EQ(microprice_of(cents(100, 102, 5, 0)), 1.02);
  EXPECT_TRUE(std::isnan(microprice_of(cents(100, 102, 0, 0))));
}

TEST(Microprice, HoldsAtTheEndsOfTheRangeOfSizesAndPrices) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_DOUBLE_EQ(microprice_of(cents(100, 102, most, most)), 1.01);
  EXPECT_DOUBLE_EQ(microprice_of(quote(kHighest, kHighest, most, most)), static_cast<double>(kHighest) / 1e9);
  EXPECT_DOUBLE_EQ(microprice_of(quote(kLowest, kLowest, most, 1)), static_cast<double>(kLowest) / 1e9);
}

TEST(CompareSpreadBps, KnowsTheLimitItself) {
  const QuoteBody q = quote(19'995, 20'005);  // 10 of 20,000
  EXPECT_TRUE(compare_spread_bps(q, config::whole(5)) == 0);
  EXPECT_TRUE(compare_spread_bps(q, {config::whole(5).nano - 1}) > 0);
  EXPECT_TRUE(compare_spread_bps(q, {config::whole(5).nano + 1}) < 0);
}

TEST(CompareSpreadBps, DecidesWhereDoublesCannot) {
  const QuoteBody at = quote(1'500'000'000'000'000'000, 2'500'000'000'000'000'000);
  const QuoteBody above = quote(1'499'999'999'999'999'999, 2'500'000'000'000'000'000);
  ASSERT_EQ(spread_bps_of(at), spread_bps_of(above));
  EXPECT_TRUE(compare_spread_bps(at, config::whole(5'000)) == 0);
  EXPECT_TRUE(compare_spread_bps(above, config::whole(5'000)) > 0);
}

TEST(CompareSpreadBps, HoldsAtTheEndsOfTheRangeOfPrices) {
  for (const std::int64_t limit : {kLowest, kHighest + 1}) {
    EXPECT_EQ(compare_spread_bps(quote(kHighest, kHighest), {limit}) > 0, limit < 0);
    EXPECT_EQ(compare_spread_bps(quote(kLowest, kLowest), {limit}) > 0, limit < 0);
  }
  EXPECT_TRUE(compare_spread_bps(quote(kLowest, kHighest), {kHighest}) > 0);
}

TEST(CompareSpread, IsAgainstAPrice) {
  EXPECT_TRUE(compare_spread(cents(100, 102), {2 * kCent}) == 0);
  EXPECT_TRUE(compare_spread(cents(100, 102), {2 * kCent - 1}) > 0);
  EXPECT_TRUE(compare_spread(cents(102, 100), {0}) < 0);
  EXPECT_TRUE(compare_spread(quote(kLowest, kHighest), {kHighest}) > 0);
  EXPECT_EQ(compare_spread(cents(100, 102), kNoPrice), std::partial_ordering::unordered);
}

// ---- sizes

TEST(Imbalance, GoesFromAllOfferedToAllBid) {
  EXPECT_EQ(imbalance_of(sizes_of(cents(100, 101, 300, 100))), 0.5);
  EXPECT_EQ(imbalance_of(sizes_of(cents(100, 101, 100, 300))), -0.5);
  EXPECT_EQ(imbalance_of(sizes_of(cents(100, 101))), 0);
  EXPECT_EQ(imbalance_of(sizes_of(only_bid(100))), 1);
  EXPECT_EQ(imbalance_of(sizes_of(only_ask(100))), -1);
}

TEST(Imbalance, IsUnknownWhereNothingRests) {
  EXPECT_TRUE(std::isnan(imbalance_of(sizes_of(QuoteBody{}))));
  EXPECT_EQ(compare_imbalance({}, {0}), std::partial_ordering::unordered);
}

TEST(Imbalance, LeavesOutTheSizeOfASideThatIsNotThere) {
  QuoteBody q = only_bid(100);
  q.ask_size = {900};
  EXPECT_EQ(sizes_of(q), (RestingSizes{100, 0}));
}

TEST(Imbalance, ComparesExactly) {
  const config::Decimal third{333'333'333};
  EXPECT_TRUE(compare_imbalance({2, 1}, third) > 0) << "1/3 is more than 0.333333333";
  EXPECT_TRUE(compare_imbalance({2, 1}, {third.nano + 1}) < 0);
  EXPECT_TRUE(compare_imbalance({3, 1}, {500'000'000}) == 0);
  EXPECT_TRUE(compare_imbalance({1, 3}, {-500'000'000}) == 0);
}

TEST(Imbalance, HoldsAtTheEndsOfTheRangeOfSizes) {
  const RestingSizes most{10 * Uint128{std::numeric_limits<std::uint64_t>::max()}, 0};
  EXPECT_EQ(imbalance_of(most), 1);
  EXPECT_TRUE(compare_imbalance(most, config::whole(1)) == 0);
  EXPECT_TRUE(compare_imbalance(most, {std::numeric_limits<std::int64_t>::max()}) < 0);
  EXPECT_TRUE(compare_imbalance(most, {std::numeric_limits<std::int64_t>::min()}) > 0);
}

ringbuf::DepthEntry depth(std::size_t bids, std::size_t asks) {
  ringbuf::DepthEntry entry;
  entry.bid_count = static_cast<std::uint16_t>(bids);
  entry.ask_count = static_cast<std::uint16_t>(asks);
  for (std::size_t i = 0; i < ringbuf::kDepthLevels; ++i) {  // those beyond the count are not to be read
    entry.bid[i] = {{1'000 - static_cast<std::int64_t>(i)}, {10 + i}, 1, 0};
    entry.ask[i] = {{1'001 + static_cast<std::int64_t>(i)}, {100 + i}, 1, 0};
  }
  return entry;
}

TEST(DepthImbalance, SumsTheLevelsAskedFor) {
  EXPECT_EQ(sizes_of(depth(10, 10), 1), (RestingSizes{10, 100}));
  EXPECT_EQ(sizes_of(depth(10, 10), 3), (RestingSizes{33, 303}));
  EXPECT_EQ(sizes_of(depth(10, 10), 0), RestingSizes{});
}

TEST(DepthImbalance, TakesWhatThereIsWhereMoreIsAskedFor) {
  EXPECT_EQ(sizes_of(depth(2, 0), 5), (RestingSizes{21, 0}));
  EXPECT_EQ(sizes_of(depth(10, 10), 99), sizes_of(depth(10, 10), 10));
  EXPECT_EQ(sizes_of(depth(60'000, 10), 99), sizes_of(depth(10, 10), 10)) << "a damaged count reads no further";
  EXPECT_EQ(imbalance_of(sizes_of(depth(2, 0), 5)), 1);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
