#include "analytics/ticks/tick_average.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kCent = 10'000'000;

TEST(TickEma, SaysNothingBeforeItsNthTrade) {
  const TickEmaRule rule = TickEmaRule::of(3);
  TickEma ema;
  EXPECT_TRUE(std::isnan(ema.value(rule)));
  ema.on_trade(rule, 100, kCent);
  ema.on_trade(rule, 102, kCent);
  EXPECT_TRUE(std::isnan(ema.value(rule)));
  ema.on_trade(rule, 107, kCent);
  EXPECT_EQ(ema.value(rule), 1.03) << "the mean of three";
}

TEST(TickEma, GoesByItsShareOfTheWayToEachTrade) {
  const TickEmaRule rule = TickEmaRule::of(3);
  TickEma ema;
  for (const std::int64_t price : {100, 100, 100}) ema.on_trade(rule, price, kCent);
  ema.on_trade(rule, 200, kCent);
  EXPECT_EQ(ema.value(rule), 1.5);
  ema.on_trade(rule, 100, kCent);
  EXPECT_EQ(ema.value(rule), 1.25);
}

TEST(TickEma, OfOneTradeIsThatTrade) {
  const TickEmaRule rule = TickEmaRule::of(1);
  TickEma ema;
  for (const std::int64_t price : {100, 250, -3}) {
    ema.on_trade(rule, price, kCent);
    EXPECT_NEAR(ema.value(rule), to_double(price, kCent), 1e-15);
  }
}

TEST(TickEma, IsTheTextbookOneOnARandomWalk) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  for (const std::uint64_t n : {2u, 12u, 26u, 200u}) {
    const TickEmaRule rule = TickEmaRule::of(n);
    TickEma ema;
    std::vector<long double> prices;
    std::int64_t price = 10'000;
    for (int i = 0; i < 2'000; ++i) {
      price += static_cast<std::int64_t>(random.below(21)) - 10;
      prices.push_back(static_cast<long double>(price) / 100);
      ema.on_trade(rule, price, kCent);
    }
    long double expected = 0;
    for (std::size_t i = 0; i < n; ++i) expected += prices[i] / static_cast<long double>(n);
    const long double k = 2.0L / static_cast<long double>(n + 1);
    for (std::size_t i = n; i < prices.size(); ++i) expected += k * (prices[i] - expected);
    EXPECT_NEAR(ema.value(rule), static_cast<double>(expected), 1e-11) << n;
  }
}

TEST(TickEma, SeedsExactlyFromPricesAtTheEndOfTheirRange) {
  const TickEmaRule rule = TickEmaRule::of(4);
  TickEma ema;
  for (int i = 0; i < 4; ++i) ema.on_trade(rule, std::numeric_limits<std::int64_t>::max() - 1, 1);
  EXPECT_EQ(ema.value(rule), static_cast<double>(std::numeric_limits<std::int64_t>::max() - 1) / 1e9);
}

TEST(TickVwap, IsNotionalOverVolume) {
  TickVwap vwap;
  EXPECT_TRUE(std::isnan(vwap.value(kCent)));
  ASSERT_TRUE(vwap.on_trade(100, 300));
  ASSERT_TRUE(vwap.on_trade(104, 100));
  EXPECT_EQ(vwap.value(kCent), 1.01);
}

TEST(TickVwap, HasNoneWithoutVolume) {
  TickVwap vwap;
  ASSERT_TRUE(vwap.on_trade(100, 0));
  EXPECT_TRUE(std::isnan(vwap.value(kCent)));
}

TEST(TickVwap, IsComparedWithAPriceWithoutADivision) {
  TickVwap vwap;
  EXPECT_EQ(vwap.compare(100), std::partial_ordering::unordered);
  ASSERT_TRUE(vwap.on_trade(100, 2));
  ASSERT_TRUE(vwap.on_trade(103, 1));  // 101
  EXPECT_TRUE(vwap.compare(100) > 0);
  EXPECT_TRUE(vwap.compare(101) == 0);
  EXPECT_TRUE(vwap.compare(102) < 0);
  const std::int64_t large = 4'000'000'000'000'000'000;
  TickVwap close;
  ASSERT_TRUE(close.on_trade(large, 999));
  ASSERT_TRUE(close.on_trade(large + 1, 1));
  EXPECT_EQ(close.value(1), static_cast<double>(large) / 1e9) << "a double cannot tell";
  EXPECT_TRUE(close.compare(large) > 0);
  EXPECT_TRUE(close.compare(large + 1) < 0);
}

TEST(TickVwap, IsWhatOneWindowOverTheSessionSays) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  TickVwap vwap;
  Totals window;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t price = 9'000 + random.below(2'000);
    const std::uint64_t size = random.below(1'000);
    ASSERT_TRUE(vwap.on_trade(price, size));
    ASSERT_TRUE(window.add(price, size, true));
    ASSERT_EQ(vwap.value(kCent), vwap_of(window, kCent));
  }
}

TEST(TickVwap, NeverHadWhatWasTakenBack) {
  TickVwap vwap, without;
  ASSERT_TRUE(vwap.on_trade(100, 300));
  ASSERT_TRUE(vwap.on_trade(777, 55));
  ASSERT_TRUE(vwap.on_trade(101, 100));
  vwap.on_cancel(777, 55);
  ASSERT_TRUE(without.on_trade(100, 300));
  ASSERT_TRUE(without.on_trade(101, 100));
  EXPECT_EQ(vwap, without);
}

TEST(TickVwap, BeginsAnewWithASession) {
  TickVwap vwap;
  ASSERT_TRUE(vwap.on_trade(100, 300));
  vwap.reset();
  EXPECT_TRUE(std::isnan(vwap.value(kCent)));
  ASSERT_TRUE(vwap.on_trade(105, 1));
  EXPECT_EQ(vwap.value(kCent), 1.05);
}

TEST(TickVwap, RefusesATradeThatDoesNotFitAndKeepsWhatItHas) {
  const std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  TickVwap vwap;
  ASSERT_TRUE(vwap.on_trade(highest, most));
  const TickVwap before = vwap;
  EXPECT_FALSE(vwap.on_trade(1, 1)) << "the volume";
  EXPECT_FALSE(vwap.on_trade(highest, most)) << "both";
  EXPECT_EQ(vwap, before);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
