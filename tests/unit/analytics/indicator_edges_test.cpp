// Indicators at their edges: nothing, one bar, the bar before the first value and that with it, flat prices, no volume.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "analytics/indicators/log_return.hpp"
#include "analytics/windows/totals.hpp"
#include "tests/support/indicator_series.hpp"

namespace tickplant::analytics::this_file {
namespace {

using tests::IndicatorSeries;

std::vector<std::string> all_functions() {
  std::vector<std::string> functions = tests::golden_functions();
  for (const char* other : {"vwap", "realised_volatility(10)", "avg_volume(10)", "sma(2)", "ema(2)", "atr(1)", "mom(1)",
                            "plus_di(1)", "stoch(1,1,1)", "macd(2,3,1)", "realised_volatility(1)", "avg_volume(1)"}) {
    functions.emplace_back(other);
  }
  return functions;
}

/// Up and down, with volume.
void add_wave(IndicatorSeries& series, int bar) {
  Bar next;
  next.price_unit = 100'000;
  next.open = next.close = 1'000'000 + bar % 7 * 500 - bar % 3 * 800;
  next.high = next.close + 700;
  next.low = next.close - 300;
  next.volume = 100;
  next.notional = Int128{next.close} * next.volume;
  series.add(next);
}

TEST(IndicatorEdges, NothingIsReadyBeforeTheFirstBar) {
  const IndicatorSeries series(all_functions());
  EXPECT_EQ(series.graph.bars(series.state.data(), 0), 0);
  for (std::size_t i = 0; i < series.graph.outputs().size(); ++i) {
    EXPECT_FALSE(series.value(i)) << series.graph.outputs()[i].function;
  }
}

TEST(IndicatorEdges, EachValueComesExactlyWithItsFirstBarAlsoAfterAReset) {
  IndicatorSeries series(all_functions(), 2);
  const auto outputs = series.graph.outputs();
  for (int session = 0; session < 2; ++session) {
    for (int bar = 0; bar < 250; ++bar) {
      add_wave(series, bar);
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        ASSERT_EQ(series.value(i).has_value(), bar >= outputs[i].first) << outputs[i].function << " at bar " << bar;
      }
    }
    series.reset();
    EXPECT_EQ(series.graph.bars(series.state.data(), 2), 0);
  }
}

TEST(IndicatorEdges, FlatPricesHaveTheirPriceAsMeanAndNoDeviationAtAnyLevel) {
  for (const std::int64_t price : {1'000'200LL, 3LL, 599'999'999'999LL}) {
    IndicatorSeries series(all_functions());
    for (int bar = 0; bar < 250; ++bar) series.add_close(price);
    const double expected = to_double(price, 100'000);
    for (const char* mean : {"sma(5)", "sma(20)", "sma(200)"}) EXPECT_EQ(series.value(mean, "sma"), expected) << mean;
    EXPECT_EQ(series.value("wma(20)", "wma"), expected);
    EXPECT_EQ(series.value("bbands(20,2)", "upper"), expected);
    EXPECT_EQ(series.value("bbands(20,2)", "lower"), expected);
    EXPECT_EQ(series.value("vwap", "vwap"), expected);
    EXPECT_NEAR(*series.value("ema(20)", "ema"), expected, 1e-12 * expected);
    for (const char* none : {"stddev(5,1)", "stddev(20,1)"}) EXPECT_EQ(series.value(none, "stddev"), 0) << none;
    for (const char* still : {"rsi(14)", "trange", "atr(14)", "natr(14)", "mom(10)", "roc(10)", "plus_di(14)",
                              "minus_di(14)", "adx(14)", "realised_volatility(10)"}) {
      const std::string name = still;
      EXPECT_EQ(series.value(name, name.substr(0, name.find('('))), 0) << name;
    }
    EXPECT_EQ(series.value("stoch(14,3,3)", "slowk"), 0);
    EXPECT_EQ(series.value("obv", "obv"), 1) << "only the first bar counts";
  }
}

TEST(IndicatorEdges, RsiStaysWhenPricesStopAndFallsToZeroWhenItsAveragesVanish) {
  IndicatorSeries series({"rsi(2)"});
  for (const std::int64_t price : {1'000'000, 1'010'000, 1'005'000, 1'012'000}) series.add_close(price);
  const double last = *series.value(0);
  EXPECT_GT(last, 50);
  int bars = 0;
  for (; bars < 100; ++bars) {
    series.add_close(1'012'000);
    if (series.value(0) == 0.0) break;
    ASSERT_NEAR(*series.value(0), last, 1e-9) << bars;
  }
  // 0.9 at the last change, halved each bar: below 1e-14 after 46 or 47.
  EXPECT_GE(bars, 44);
  EXPECT_LE(bars, 48);
}

TEST(IndicatorEdges, StandardDeviationIsExactWhereDoublesCancel) {
  // Around 60,000 in billionths, one unit apart: squares differ in their 32nd digit.
  IndicatorSeries series({"stddev(2)", "stddev(4)"});
  Bar bar;
  bar.price_unit = 1;
  for (int i = 0; i < 40; ++i) {
    bar.open = bar.high = bar.low = bar.close = 60'000'000'000'000 + i % 2;
    series.add(bar);
  }
  EXPECT_EQ(series.value(0), 0.5e-9);
  EXPECT_EQ(series.value(1), 0.5e-9);
}

TEST(IndicatorEdges, SumsHoldWhereSixtyFourBitsEnd) {
  IndicatorSeries series({"sma(200)", "wma(200)", "stddev(200)"});
  Bar bar;
  bar.price_unit = 1;
  bar.open = bar.high = bar.low = bar.close = 9'000'000'000'000'000'000;
  for (int i = 0; i < 450; ++i) series.add(bar);
  EXPECT_DOUBLE_EQ(*series.value(0), 9e9);
  EXPECT_DOUBLE_EQ(*series.value(1), 9e9);
  EXPECT_EQ(series.value(2), 0.0);
}

TEST(IndicatorEdges, MacdIsNotTheDifferenceOfTwoAveragesUntilItsSeedIsForgotten) {
  IndicatorSeries series({"macd(12,26,9)", "ema(12)", "ema(26)"});
  const auto gap = [&] {
    return std::abs(*series.value("macd(12,26,9)", "macd") -
                    (*series.value("ema(12)", "ema") - *series.value("ema(26)", "ema")));
  };
  for (int bar = 0; bar <= 33; ++bar) series.add_close(1'000'000 + 1'000 * bar * bar);
  EXPECT_GT(gap(), 1e-3);
  for (int bar = 34; bar < 300; ++bar) series.add_close(2'000'000 + 10'000 * (bar % 9));
  EXPECT_LT(gap(), 1e-9);
}

TEST(IndicatorEdges, MinAndMaxAreOfLowsAndHighs) {
  IndicatorSeries series({"min(2)", "max(2)", "max(3)"});
  const auto add = [&](std::int64_t high, std::int64_t low) {
    Bar bar;
    bar.price_unit = 1'000'000'000;
    bar.open = bar.close = (high + low) / 2;
    bar.high = high;
    bar.low = low;
    series.add(bar);
  };
  add(20, 1);
  add(12, 8);
  EXPECT_EQ(series.value(0), 1);
  EXPECT_EQ(series.value(1), 20);
  EXPECT_FALSE(series.value(2));
  add(11, 9);
  EXPECT_EQ(series.value(0), 8);
  EXPECT_EQ(series.value(1), 12);
  EXPECT_EQ(series.value(2), 20);
  add(10, 10);
  EXPECT_EQ(series.value(2), 12);
}

TEST(IndicatorEdges, OnBalanceVolumeTurnsWithTheClose) {
  IndicatorSeries series({"obv"});
  const auto after = [&](std::int64_t price, std::uint64_t volume) {
    series.add_close(price, volume);
    return *series.value(0);
  };
  EXPECT_EQ(after(-100, 7), 7) << "the first bar counts whatever its price";
  EXPECT_EQ(after(-90, 10), 17);
  EXPECT_EQ(after(-90, 100), 17);
  EXPECT_EQ(after(-91, 20), -3);
  EXPECT_EQ(after(-80, 0), -3);
}

TEST(IndicatorEdges, SessionVwapNeedsVolumeAndStartsAnewWhenReset) {
  IndicatorSeries series({"vwap"});
  series.add_close(1'000'000, 0);
  EXPECT_FALSE(series.value(0)) << "nothing was traded";
  series.add_close(1'000'000, 300);
  series.add_close(1'010'000, 100);
  EXPECT_EQ(series.value(0), 100.25);
  series.add_close(5'000'000, 0);
  EXPECT_EQ(series.value(0), 100.25);
  series.reset();
  EXPECT_FALSE(series.value(0));
  series.add_close(990'000, 1);
  EXPECT_EQ(series.value(0), 99.0);
}

TEST(IndicatorEdges, SessionVwapOfOneBarIsThatOfItsWindow) {
  IndicatorSeries series({"vwap"});
  Totals totals;
  ASSERT_TRUE(totals.add(1'234'567, 77, true));
  ASSERT_TRUE(totals.add(1'234'599, 1'003, true));
  Bar bar;
  bar.price_unit = 100'000;
  bar.volume = totals.volume;
  bar.notional = totals.notional;
  series.add(bar);
  EXPECT_EQ(series.value(0), vwap_of(totals, 100'000));
}

TEST(IndicatorEdges, AverageVolumeForgetsWhatLeavesItsWindow) {
  IndicatorSeries series({"avg_volume(3)"});
  for (const std::uint64_t volume : {1'000'000'000'000'000'000ULL, 2ULL, 3ULL}) series.add_close(1, volume);
  EXPECT_DOUBLE_EQ(*series.value(0), 1e18 / 3);
  series.add_close(1, 7);
  EXPECT_EQ(series.value(0), 4.0);
}

TEST(IndicatorEdges, RealisedVolatilityIsUndefinedNextToAPriceOfZero) {
  IndicatorSeries series({"realised_volatility(2)"});
  for (const std::int64_t price : {100, 200, 100}) series.add_close(price);
  EXPECT_NEAR(*series.value(0), std::sqrt(2.0) * std::log(2.0), 1e-15);
  series.add_close(0);
  EXPECT_FALSE(series.value(0));
  series.add_close(100);
  EXPECT_FALSE(series.value(0));
  series.add_close(100);
  EXPECT_FALSE(series.value(0)) << "of two returns only one is defined";
  series.add_close(100);
  EXPECT_EQ(series.value(0), 0.0);
}

TEST(IndicatorEdges, RatesOfNothingAreZero) {
  IndicatorSeries series({"roc(1)", "natr(1)"});
  series.add_close(0);
  series.add_close(100);
  EXPECT_EQ(series.value(0), 0.0);
  series.add_close(0);
  EXPECT_EQ(series.value(0), -100.0);
  EXPECT_EQ(series.value(1), 0.0);
}

TEST(IndicatorEdges, LogReturnsAreThoseOfTheLibraryFromTinyToHuge) {
  for (const double before : {1e-9, 0.37, 100.02, 61'234.567, 9e9}) {
    for (const double ratio :
         {1.0, 1 + 1e-12, 1 - 1e-9, 1.0001, 0.97, 0.7, 0.71, 1.4, 1.42, 2.0, 3.0, 1e-6, 123'456.0}) {
      const double now = before * ratio;
      const auto expected =
          static_cast<double>(std::log(static_cast<long double>(now) / static_cast<long double>(before)));
      EXPECT_NEAR(log_return(now, before), expected, 1e-15 * std::abs(expected) + 1e-18) << before << " x " << ratio;
    }
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
