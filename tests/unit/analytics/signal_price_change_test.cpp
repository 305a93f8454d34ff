#include "analytics/signals/price_change.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "analytics/signals/swing.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

/// '.' no hit, 'u' and 'd' hits, 'U' and 'D' the first of a run.
std::string story(const PriceChangeRule& rule, const std::vector<std::int64_t>& closes) {
  PriceChangeState state;
  std::vector<std::int64_t> ring(rule.horizon);
  std::string text;
  for (const std::int64_t close : closes) {
    const PriceChange change = rule.on_bar(state, ring.data(), 10'000, close);
    text += !change.hit ? '.' : change.up ? (change.edge ? 'U' : 'u') : (change.edge ? 'D' : 'd');
  }
  return text;
}

TEST(PriceChange, IncludesTheThresholdItself) {
  EXPECT_TRUE(price_changed(10'000, 10'100, config::whole(100)));
  EXPECT_FALSE(price_changed(10'000, 10'099, config::whole(100)));
  EXPECT_TRUE(price_changed(10'000, 9'900, config::whole(100)));
  EXPECT_FALSE(price_changed(10'000, 9'901, config::whole(100)));
}

TEST(PriceChange, KnowsPartsOfABasisPoint) {
  EXPECT_TRUE(price_changed(10'000'000, 10'000'250, config::Decimal{250'000'000}));
  EXPECT_FALSE(price_changed(10'000'000, 10'000'249, config::Decimal{250'000'000}));
}

TEST(PriceChange, FromAPriceOfZeroIsNone) {
  EXPECT_FALSE(price_changed(0, 1'000'000, config::Decimal{1}));
  EXPECT_FALSE(price_changed(0, 0, config::Decimal{1}));
}

TEST(PriceChange, FromANegativePriceIsRelativeToItsMagnitude) {
  EXPECT_FALSE(price_changed(-10'000, -10'099, config::whole(100)));
  EXPECT_TRUE(price_changed(-10'000, -10'100, config::whole(100)));
  const PriceChange change = price_change(-10'000, -9'000, config::whole(100), false);
  EXPECT_TRUE(change.up);
  EXPECT_DOUBLE_EQ(change.percent, 10);
}

TEST(PriceChange, HoldsAtTheEndsOfTheRangeOfPrices) {
  EXPECT_TRUE(price_changed(kLowest, kHighest, config::whole(10'000)));
  EXPECT_TRUE(price_changed(kHighest, kLowest, config::whole(20'000)));  // 2 x, and a little more
  EXPECT_FALSE(price_changed(kHighest, kLowest, config::whole(20'001)));
  EXPECT_FALSE(price_changed(kHighest, kLowest, config::Decimal{kHighest}));
}

TEST(PriceChange, ComparesOpenAndCloseWithoutAHorizon) {
  EXPECT_EQ(story({config::whole(100), 0}, {10'000, 10'100, 10'200, 10'050, 9'900}), ".Uu.D");
}

TEST(PriceChange, ComparesClosesOverTheHorizonOnceThereAreThatMany) {
  EXPECT_EQ(story({config::whole(100), 2}, {10'000, 20'000, 10'100, 20'199, 10'302}), "..U.U");
  EXPECT_EQ(story({config::whole(100), 1}, {10'000, 10'100, 10'201, 10'200, 10'098, 9'990}), ".Uu.Dd");
}

TEST(PriceChange, MarksTheFirstOfARunWhicheverWayItGoes) {
  EXPECT_EQ(story({config::whole(100), 1}, {10'000, 11'000, 10'000, 10'000, 9'000}), ".Ud.D");
}

TEST(PriceChange, LookingLeavesTheStateAsItIs) {
  const PriceChangeRule rule{config::whole(100), 1};
  PriceChangeState state;
  std::array<std::int64_t, 1> ring{};
  EXPECT_FALSE(rule.on_bar(state, ring.data(), 0, 10'000).hit);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(rule.look(state, ring.data(), 0, 10'100).edge);
  EXPECT_TRUE(rule.on_bar(state, ring.data(), 0, 10'100).edge);
  EXPECT_FALSE(rule.look(state, ring.data(), 0, 10'201).edge);
}

// ---- swings

TEST(Swing, ExcludesTheThresholdItself) {
  const SwingRule rule{config::whole(2)};
  EXPECT_FALSE(rule.fires(10'200, 10'000));
  EXPECT_TRUE(rule.fires(10'201, 10'000));
}

TEST(Swing, IsNoneOnALowOfZeroAndOnAnEmptyRange) {
  const SwingRule rule{config::Decimal{0}};
  EXPECT_FALSE(rule.fires(100, 0));
  EXPECT_FALSE(rule.fires(100, 100));
  EXPECT_TRUE(rule.fires(101, 100));
}

TEST(Swing, IsRelativeToTheMagnitudeOfANegativeLow) {
  const SwingRule rule{config::whole(2)};
  EXPECT_FALSE(rule.fires(-9'800, -10'000));
  EXPECT_TRUE(rule.fires(-9'799, -10'000));
  EXPECT_DOUBLE_EQ(swing_percent(-9'000, -10'000), 10);
}

TEST(Swing, HoldsAtTheEndsOfTheRangeOfPrices) {
  EXPECT_TRUE(SwingRule{config::whole(199)}.fires(kHighest, kLowest));
  EXPECT_FALSE(SwingRule{config::whole(200)}.fires(kHighest, kLowest));
  EXPECT_FALSE(SwingRule{config::Decimal{kHighest}}.fires(kHighest, kLowest));
}

TEST(SwingWatch, SaysItOnceOnTheTickThatMakesItTrue) {
  const SwingRule rule{config::whole(2)};
  SwingWatch watch;
  EXPECT_FALSE(watch.on_price(rule, 10'100));
  EXPECT_FALSE(watch.on_price(rule, 10'200));
  EXPECT_FALSE(watch.on_price(rule, 10'150));
  EXPECT_TRUE(watch.on_price(rule, 9'999));
  EXPECT_FALSE(watch.on_price(rule, 9'000));
  EXPECT_FALSE(watch.on_price(rule, 11'000));
  EXPECT_EQ(watch.high, 11'000);
  EXPECT_EQ(watch.low, 9'000);
}

TEST(SwingWatch, TakesPricesFromTheFirstTickOn) {
  SwingWatch watch;
  EXPECT_FALSE(watch.on_price({config::whole(2)}, 10'000));
  EXPECT_FALSE(watch.on_price({config::whole(2)}, 10'200));
  EXPECT_TRUE(watch.on_price({config::whole(2)}, 10'201));
}

}  // namespace
}  // namespace tickplant::analytics::this_file
