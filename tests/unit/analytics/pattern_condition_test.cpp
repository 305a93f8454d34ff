// What conditions mean: each operator, what binds tighter, names, earlier events, and values that there are none of.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analytics/patterns/condition_compiler.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kUnit = 1'000'000'000;

/// A bar of 100, 102.5, 99.75, 101; 1,000 shares in 12 trades; and a step `d` that took two events and may take five.
class ConditionTest : public testing::Test {
 protected:
  Truth ask(const std::string& text) {
    std::vector<Capture> captures;
    const Condition condition = compile_condition(
        {text, "test"}, {.schema = schema_, .steps = steps_, .visible_steps = 2, .captures = captures});
    std::vector<std::int64_t> values;
    for (const Capture& capture : captures) values.push_back(captured(capture));
    return condition.evaluate({.fields = event_.data(), .captures = values.data(), .counts = counts_.data()});
  }
  bool holds(const std::string& text) { return ask(text) == Truth::yes; }
  bool fails(const std::string& text) { return ask(text) == Truth::no; }
  bool is_undefined(const std::string& text) { return ask(text) == Truth::undefined; }

  EventSchema schema_ = bar_events();
  std::array<std::int64_t, kBarFields> event_{
      100 * kUnit,  102 * kUnit + kUnit / 2, 99 * kUnit + kUnit / 4 * 3, 101 * kUnit, 1'000, 12,
      kAbsentField, 60'000'000'000};

 private:
  std::int64_t captured(const Capture& capture) const {
    const std::uint32_t taken = static_cast<std::uint32_t>(counts_[capture.step]);
    const std::uint32_t index = capture.index == Capture::kLast ? taken - 1 : capture.index;
    return index < taken ? bound_[index][capture.field] : kAbsentField;
  }

  std::vector<StepName> steps_{{"d", 5}, {"r", 1}, {"later", 1}};
  std::array<std::uint64_t, 3> counts_{2, 0, 0};
  std::array<std::array<std::int64_t, kBarFields>, 2> bound_{
      {{90 * kUnit, 91 * kUnit, 89 * kUnit, 90 * kUnit, 10, 1, kAbsentField, 1},
       {95 * kUnit, 96 * kUnit, 94 * kUnit, 95 * kUnit, 20, 2, kAbsentField, 2}}};
};

TEST_F(ConditionTest, EachComparisonHoldsWhereItShould) {
  struct Row {
    const char* sign;
    bool less, equal, greater;
  };
  for (const Row& row : {Row{"<", true, false, false}, Row{"<=", true, true, false}, Row{">", false, false, true},
                         Row{">=", false, true, true}, Row{"==", false, true, false}, Row{"!=", true, false, true}}) {
    // Of two fields (no stack), of a field and a number, of two sums.
    const std::string sign = row.sign;
    EXPECT_EQ(holds("open" + sign + "close"), row.less) << sign;
    EXPECT_EQ(holds("open" + sign + "open"), row.equal) << sign;
    EXPECT_EQ(holds("close" + sign + "open"), row.greater) << sign;
    EXPECT_EQ(holds("close" + sign + "101.5"), row.less) << sign;
    EXPECT_EQ(holds("close" + sign + "101"), row.equal) << sign;
    EXPECT_EQ(holds("close" + sign + "100.999999999"), row.greater) << sign;
    EXPECT_EQ(holds("close - open" + sign + "3 / 2"), row.less) << sign;
    EXPECT_EQ(holds("close - open" + sign + "3 / 3"), row.equal) << sign;
    EXPECT_EQ(holds("close - open" + sign + "3 / 4"), row.greater) << sign;
  }
}

TEST_F(ConditionTest, ArithmeticIsExact) {
  EXPECT_TRUE(holds("(high - low) * 1000 == 2750"));
  EXPECT_TRUE(holds("high - low == 2.75"));
  EXPECT_TRUE(holds("open / 3 * 3 == open"));
  EXPECT_TRUE(holds("open / 3 + open / 3 + open / 3 == 100"));
  EXPECT_TRUE(holds("0.1 + 0.2 == 0.3"));
  EXPECT_TRUE(holds("close * close * close == 1030301"));
  EXPECT_TRUE(holds("volume / count > 83.333333333 and volume / count < 83.333333334"));
  EXPECT_TRUE(holds("ts == 60e9"));
}

TEST_F(ConditionTest, ProductsBindTighterThanSumsAndTheLeftOneComesFirst) {
  EXPECT_TRUE(holds("1 + 2 * 3 == 7"));
  EXPECT_TRUE(holds("(1 + 2) * 3 == 9"));
  EXPECT_TRUE(holds("10 - 3 - 2 == 5"));
  EXPECT_TRUE(holds("24 / 4 / 2 == 3"));
  EXPECT_TRUE(holds("24 / 4 * 2 == 12"));
  EXPECT_TRUE(holds("-2 * -3 == 6"));
  EXPECT_TRUE(holds("1 - -1 == 2"));
  EXPECT_TRUE(holds("- (1 + 2) == -3"));
  EXPECT_TRUE(holds("--1 == 1"));
}

TEST_F(ConditionTest, AndBindsTighterThanOrAndNotTighterThanBoth) {
  EXPECT_TRUE(holds("1 == 1 or 1 == 2 and 1 == 2"));
  EXPECT_TRUE(fails("(1 == 1 or 1 == 2) and 1 == 2"));
  EXPECT_TRUE(fails("not 1 == 1 and 1 == 2"));
  EXPECT_TRUE(holds("not (1 == 1 and 1 == 2)"));
  EXPECT_TRUE(holds("not not 1 == 1"));
  EXPECT_TRUE(fails("not 1 == 1 or not 2 == 2"));
  EXPECT_TRUE(holds("(open < close) and not (close < open)"));
}

TEST_F(ConditionTest, AbsMinAndMaxTakeSums) {
  EXPECT_TRUE(holds("abs(open - close) == 1"));
  EXPECT_TRUE(holds("abs(close - open) == 1"));
  EXPECT_TRUE(holds("min(open, close) == 100"));
  EXPECT_TRUE(holds("max(open, close, high - 0.5, low) == 102"));
  EXPECT_TRUE(holds("min(3, 1, 2) == 1 and max(1, 3, 2) == 3"));
  EXPECT_TRUE(holds("min(1, 1.0) == max(1, 1.00)"));
  EXPECT_TRUE(holds("max(-1, -2) == -1"));
}

TEST_F(ConditionTest, NumbersAreDecimalsWithOrWithoutAnExponent) {
  EXPECT_TRUE(holds("1e3 == 1000"));
  EXPECT_TRUE(holds("1.5E+2 == 150"));
  EXPECT_TRUE(holds("25e-1 == 2.5"));
  EXPECT_TRUE(holds(".5 == 0.50"));
  EXPECT_TRUE(holds("0.000000001 > 0 and 1e-9 == 0.000000001"));
  EXPECT_TRUE(holds("999999999999999999 > 1e17"));
  EXPECT_TRUE(holds("007 == 7 and 0 == 0.0 and 0e5 == 0"));
  EXPECT_TRUE(holds("123456789.123456789 * 1e9 == 123456789123456789"));
}

TEST_F(ConditionTest, EarlierEventsAreReadByStepAndNumber) {
  EXPECT_TRUE(holds("d[0].open == 90"));
  EXPECT_TRUE(holds("d[1].open == 95"));
  EXPECT_TRUE(holds("d[last].high == 96"));
  EXPECT_TRUE(holds("d [ 1 ] . ts == 2"));
  EXPECT_TRUE(holds("close > d[0].high and d[1].low > d[0].low"));
  EXPECT_TRUE(holds("count(d) == 2"));
  EXPECT_TRUE(holds("count(r) == 0"));
  EXPECT_TRUE(holds("d[last].open + d[0].open == 185"));
}

TEST_F(ConditionTest, WithoutAValueThereIsNoAnswer) {
  EXPECT_TRUE(is_undefined("d[2].open > 0"));  // it took two
  EXPECT_TRUE(is_undefined("r[last].open > 0"));
  EXPECT_TRUE(is_undefined("vwap > 0"));
  EXPECT_TRUE(is_undefined("vwap == vwap"));
  EXPECT_TRUE(is_undefined("close / (open - 100) > 0"));
  EXPECT_TRUE(is_undefined("close / 0 != close / 0"));
  EXPECT_TRUE(is_undefined("abs(vwap) >= 0"));
  EXPECT_TRUE(is_undefined("-vwap < 0"));
  EXPECT_TRUE(is_undefined("min(open, vwap) > 0"));
  EXPECT_TRUE(is_undefined("max(vwap, open) > 0"));
  EXPECT_TRUE(is_undefined("vwap + 1 > 0"));
  EXPECT_TRUE(is_undefined("vwap - vwap == 0"));
  EXPECT_TRUE(is_undefined("vwap * 0 == 0"));
  EXPECT_TRUE(is_undefined("1e17*1e17*1e17 > 0"));  // 1e51
}

TEST_F(ConditionTest, AnUndefinedSideCountsOnlyWhenTheOtherDoesNotDecide) {
  EXPECT_TRUE(is_undefined("not vwap > 0"));
  EXPECT_TRUE(fails("vwap > 0 and 1 == 2"));
  EXPECT_TRUE(fails("1 == 2 and vwap > 0"));
  EXPECT_TRUE(is_undefined("vwap > 0 and 1 == 1"));
  EXPECT_TRUE(is_undefined("1 == 1 and vwap > 0"));
  EXPECT_TRUE(is_undefined("vwap > 0 and vwap < 0"));
  EXPECT_TRUE(holds("vwap > 0 or 1 == 1"));
  EXPECT_TRUE(holds("1 == 1 or vwap > 0"));
  EXPECT_TRUE(is_undefined("vwap > 0 or 1 == 2"));
  EXPECT_TRUE(is_undefined("1 == 2 or vwap > 0"));
  EXPECT_TRUE(is_undefined("vwap > 0 or vwap < 0"));
  EXPECT_TRUE(holds("count(r) == 0 or close > r[last].close"));
}

TEST_F(ConditionTest, NamesOfSignalsAreComparedAsTheyAreWritten) {
  schema_ = signal_events({"golden_cross", "death_cross", "volume"});
  const auto values = signal_values(1, 2'500'000'000, {7});
  std::copy(values.begin(), values.end(), event_.begin());
  EXPECT_TRUE(holds("name == \"death_cross\""));
  EXPECT_TRUE(holds("name == 'death_cross' and value == 2.5 and ts == 7"));
  EXPECT_TRUE(fails("name == \"golden_cross\""));
  EXPECT_TRUE(holds("\"volume\" != name"));
  EXPECT_TRUE(holds("name == name"));
}

TEST_F(ConditionTest, TheStackIsAsDeepAsNestingMayGo) {
  std::string text = "1";
  for (std::size_t i = 1; i < Condition::kMaxDepth - 1; ++i) text = "1 + (" + text + ")";
  EXPECT_TRUE(holds(text + " == " + std::to_string(Condition::kMaxDepth - 1)));
  std::string minuses(90, '-');
  EXPECT_TRUE(holds(minuses + "1 == 1"));
}

TEST(BarEvents, PricesAreScaledByTheirUnitAndVwapIsRounded) {
  const Bar bar{.start = {5},
                .end = {6},
                .open = 1'000'000,
                .high = 1'000'100,
                .low = -3,
                .close = 1,
                .volume = 3,
                .notional = 2,
                .count = 4,
                .price_unit = 100'000};
  const std::array<std::int64_t, kBarFields> expected{100 * kUnit, 100'010'000'000, -300'000, 100'000, 3, 4, 66'667, 5};
  EXPECT_EQ(bar_values(bar), expected);
}

TEST(BarEvents, WhatDoesNotFitIsAbsent) {
  Bar bar{.open = INT64_MAX / 2, .volume = UINT64_MAX, .notional = fraction_detail::kMost, .price_unit = 100'000};
  EXPECT_EQ(bar_values(bar)[0], kAbsentField);
  EXPECT_EQ(bar_values(bar)[4], kAbsentField);
  EXPECT_EQ(bar_values(bar)[6], kAbsentField);
  bar.notional = 0;
  bar.volume = 0;
  EXPECT_EQ(bar_values(bar)[6], kAbsentField) << "no volume, no average";
  bar.notional = -5;
  bar.volume = 2;
  bar.price_unit = 1;
  EXPECT_EQ(bar_values(bar)[6], -2) << "-2.5, half up";
}

TEST(TickEvents, HavePriceSizeAndTime) {
  const std::array<std::int64_t, kTickFields> expected{12'300'000, 100, 9};
  EXPECT_EQ(tick_values(123, 100'000, 100, {9}), expected);
  EXPECT_EQ(tick_values(INT64_MIN, 2, 0, {}).front(), kAbsentField);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
