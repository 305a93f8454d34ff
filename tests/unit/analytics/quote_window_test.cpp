#include "analytics/quotes/quote_window.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kCent = 10'000'000;

StandingQuote wide(std::int64_t cents, std::uint64_t bid_size = 100, std::uint64_t ask_size = 100) {
  return StandingQuote::of({{100 * kCent}, {(100 + cents) * kCent}, {bid_size}, {ask_size}});
}
StandingQuote one_sided() { return StandingQuote::of({{100 * kCent}, ringbuf::kNoPrice, {100}, {}}); }

TEST(StandingQuote, HasNoSpreadWithOneSideMissingOrBeyondSixtyFourBits) {
  EXPECT_FALSE(one_sided().has_spread());
  EXPECT_FALSE(StandingQuote::of({}).has_spread());
  EXPECT_FALSE(StandingQuote::of({{INT64_MIN}, {INT64_MAX - 1}, {1}, {1}}).has_spread());
  EXPECT_EQ(wide(2).spread, 2 * kCent);
  EXPECT_EQ(wide(-2).spread, -2 * kCent) << "crossed";
}

TEST(StandingQuote, RoundsItsImbalanceToNearestWhateverTheSizes) {
  EXPECT_EQ(wide(1, 2, 1).imbalance, 333'333'333);
  EXPECT_EQ(wide(1, 1, 2).imbalance, -333'333'333);
  EXPECT_EQ(wide(1, 5, 1).imbalance, 666'666'667);
  EXPECT_EQ(wide(1, 1, 5).imbalance, -666'666'667);
  EXPECT_EQ(wide(1, 0, 0).imbalance, 0);
  const std::uint64_t large = std::uint64_t{1} << 40, most = ~std::uint64_t{0};
  EXPECT_EQ(wide(1, 5 * large, large).imbalance, 666'666'667);
  EXPECT_EQ(wide(1, most, 0).imbalance, 1'000'000'000);
  EXPECT_EQ(wide(1, 0, most).imbalance, -1'000'000'000);
  EXPECT_EQ(wide(1, most, most).imbalance, 0);
}

TEST(QuoteWindow, SaysNothingWithoutAQuote) {
  const QuoteWindowValues values = QuoteWindow{}.values(0, 100, {});
  EXPECT_EQ(values.count, 0u);
  EXPECT_EQ(values.two_sided_ns, 0);
  EXPECT_TRUE(std::isnan(values.open_spread) && std::isnan(values.close_spread) && std::isnan(values.min_spread) &&
              std::isnan(values.max_spread) && std::isnan(values.mean_spread) && std::isnan(values.mean_imbalance));
}

TEST(QuoteWindow, WeighsEachQuoteByHowLongItStood) {
  QuoteWindow window;
  window.on_quote(10, wide(1, 300, 100));
  window.on_quote(30, wide(4, 100, 300));
  const QuoteWindowValues values = window.values(0, 40, {});
  EXPECT_DOUBLE_EQ(values.mean_spread, (0.01 * 20 + 0.04 * 10) / 30);
  EXPECT_DOUBLE_EQ(values.mean_imbalance, (0.5 * 20 - 0.5 * 10) / 30);
  EXPECT_EQ(values.two_sided_ns, 30);
  EXPECT_EQ(values.count, 2u);
}

TEST(QuoteWindow, BeginsWithWhatStoodBefore) {
  QuoteWindow window;
  window.on_quote(30, wide(4));
  const QuoteWindowValues values = window.values(0, 40, wide(1));
  EXPECT_EQ(values.open_spread, 0.01);
  EXPECT_EQ(values.min_spread, 0.01);
  EXPECT_EQ(values.close_spread, 0.04);
  EXPECT_DOUBLE_EQ(values.mean_spread, (0.01 * 30 + 0.04 * 10) / 40);
  EXPECT_EQ(values.count, 1u) << "quotes that came in it";
}

TEST(QuoteWindow, ForgetsWhatStoodBeforeWhenItsFirstQuoteComesWithItsStart) {
  QuoteWindow window;
  window.on_quote(0, wide(4));
  const QuoteWindowValues values = window.values(0, 40, wide(1));
  EXPECT_EQ(values.open_spread, 0.04);
  EXPECT_EQ(values.min_spread, 0.04);
}

TEST(QuoteWindow, WithoutAQuoteOfItsOwnIsWhatStoodAllTheTime) {
  const QuoteWindowValues values = QuoteWindow{}.values(0, 40, wide(3, 300, 100));
  EXPECT_EQ(values.open_spread, 0.03);
  EXPECT_EQ(values.close_spread, 0.03);
  EXPECT_EQ(values.mean_spread, 0.03);
  EXPECT_EQ(values.mean_imbalance, 0.5);
  EXPECT_EQ(values.two_sided_ns, 40);
  EXPECT_EQ(values.count, 0u);
}

TEST(QuoteWindow, LeavesOutTheTimeInWhichOneSideWasMissing) {
  QuoteWindow window;
  window.on_quote(0, wide(1));
  window.on_quote(10, one_sided());
  window.on_quote(90, wide(3));
  const QuoteWindowValues values = window.values(0, 100, {});
  EXPECT_DOUBLE_EQ(values.mean_spread, 0.02);
  EXPECT_EQ(values.two_sided_ns, 20);
  EXPECT_EQ(values.count, 3u);
}

TEST(QuoteWindow, EndsOneSidedWhenItsLastQuoteIs) {
  QuoteWindow window;
  window.on_quote(0, wide(1));
  window.on_quote(10, one_sided());
  EXPECT_TRUE(std::isnan(window.values(0, 100, {}).close_spread));
  EXPECT_FALSE(window.standing(wide(7)).has_spread());
}

TEST(QuoteWindow, TakesTheLastOfQuotesAtOneTime) {
  QuoteWindow window;
  window.on_quote(10, wide(1));
  window.on_quote(10, wide(5));
  const QuoteWindowValues values = window.values(10, 20, {});
  EXPECT_DOUBLE_EQ(values.mean_spread, 0.05);
  EXPECT_EQ(values.min_spread, 0.01) << "it was said";
}

TEST(QuoteWindow, TakesAQuoteOlderThanItsFirstAsIfItHadComeInTime) {
  QuoteWindow late, in_time;
  late.on_quote(20, wide(2));
  late.on_quote(30, wide(3));
  late.on_quote(10, wide(9));
  in_time.on_quote(10, wide(9));
  in_time.on_quote(20, wide(2));
  in_time.on_quote(30, wide(3));
  EXPECT_EQ(late, in_time);
  EXPECT_EQ(late.late, 0u);
}

TEST(QuoteWindow, CountsALateQuoteAndLetsItMoveExtremesButNotMeans) {
  QuoteWindow window;
  window.on_quote(10, wide(2));
  window.on_quote(30, wide(2));
  window.on_quote(20, wide(9));
  const QuoteWindowValues values = window.values(10, 40, {});
  EXPECT_EQ(values.mean_spread, 0.02);
  EXPECT_EQ(values.max_spread, 0.09);
  EXPECT_EQ(values.close_spread, 0.02);
  EXPECT_EQ(values.count, 3u);
  EXPECT_EQ(values.late, 1u);
}

TEST(QuoteWindow, PanesMergeToTheWindowTheyAreCutFrom) {
  QuoteWindow whole, first, second, none;
  for (const auto& [time, cents] : {std::pair{5, 1}, {15, 4}}) {
    whole.on_quote(time, wide(cents));
    first.on_quote(time, wide(cents));
  }
  for (const auto& [time, cents] : {std::pair{27, 2}, {28, -1}}) {
    whole.on_quote(time, wide(cents));
    second.on_quote(time, wide(cents));
  }
  QuoteWindow merged = first;
  merged.merge(none);
  EXPECT_EQ(merged, first);
  merged.merge(second);
  EXPECT_EQ(merged, whole);
  none.merge(second);
  EXPECT_EQ(none, second);
}

TEST(QuoteWindow, GivesTheNextOneWhatStands) {
  QuoteWindow window;
  EXPECT_EQ(window.standing(wide(7)), wide(7));
  window.on_quote(10, wide(2));
  EXPECT_EQ(window.standing(wide(7)), wide(2));
}

TEST(QuoteWindow, HoldsTheWidestSpreadOverTheLongestTime) {
  constexpr std::int64_t kWidest = INT64_MAX - 1;
  for (const std::int64_t spread : {kWidest, -kWidest}) {
    QuoteWindow window;
    window.on_quote(kBeforeAll, {spread, 1'000'000'000});
    const QuoteWindowValues values = window.values(kBeforeAll, kAfterAll, {});
    EXPECT_DOUBLE_EQ(values.mean_spread, static_cast<double>(spread) / 1e9);
    EXPECT_DOUBLE_EQ(values.mean_imbalance, 1);
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
