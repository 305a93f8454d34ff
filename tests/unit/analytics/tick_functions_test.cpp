#include <gtest/gtest.h>

#include "ringbuf/records/source.hpp"
#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::Basis;
using ringbuf::DerivedType;
using ringbuf::IndicatorValuesBody;
using ringbuf::SignalBody;
using ringbuf::SignalValue;

class TickFunctionsTest : public ::testing::Test {
 protected:
  AnalyticsRun run(const std::string& set_lines, Time bound = 0) {
    WindowsYaml yaml;
    yaml.bound = bound;
    yaml.corrections = 64;
    yaml.set_lines = set_lines;
    return AnalyticsRun(windows_yaml(yaml, {"{name: S300_60, size: 5m, slide: 1m}", "{name: T60, size: 1m}"}),
                        instruments_);
  }
  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A");
};

constexpr const char* kCross = "    signals:\n      - {name: x, on: ticks, cross: [price, ma_5min]}\n";

TEST_F(TickFunctionsTest, ThePriceCrossesTheMeanOfTheNewestFiredFiveMinutes) {
  AnalyticsRun run = this->run(kCross);
  run.on(trade(a_, 1 * kSecond, 100, 1, 1))
      .on(trade(a_, 61 * kSecond, 90, 1, 2));  // the window to 60 s fires: mean 100
  run.on(trade(a_, 62 * kSecond, 99, 1, 3));   // below: the first side known is not news
  run.on(trade(a_, 63 * kSecond, 101, 1, 4));  // above
  run.on(trade(a_, 64 * kSecond, 102, 1, 5));
  run.on(trade(a_, 65 * kSecond, 98, 1, 6));  // below again
  const auto signals = run.others(DerivedType::signal);
  ASSERT_EQ(signals.size(), 2u);
  EXPECT_EQ(signals[0].header.basis, Basis::tick);
  EXPECT_EQ(signals[0].header.cause_seq.value, 4u);
  EXPECT_EQ(signals[0].as<SignalBody>().what, SignalValue::golden);
  EXPECT_EQ(signals[0].as<SignalBody>().value[1], 1.0);
  EXPECT_EQ(signals[0].as<SignalBody>().price.value, 101 * kCent);
  EXPECT_EQ(signals[1].as<SignalBody>().what, SignalValue::death);
}

TEST_F(TickFunctionsTest, BeforeAWindowHasFiredThereIsNothingToCross) {
  AnalyticsRun run = this->run(kCross);
  for (int i = 1; i < 50; ++i) run.on(trade(a_, i * kSecond, 100 + i % 2, 1, static_cast<std::uint64_t>(i)));
  EXPECT_TRUE(run.others(DerivedType::signal).empty());
}

TEST_F(TickFunctionsTest, ALateTradeIsNotThePrice) {
  AnalyticsRun run = this->run(kCross);
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 61 * kSecond, 90, 1, 2)).on(trade(a_, 63 * kSecond, 99, 1, 3));
  run.on(trade(a_, 62 * kSecond, 120, 1, 4, 63 * kSecond));
  EXPECT_TRUE(run.others(DerivedType::signal).empty());
}

TEST_F(TickFunctionsTest, EmaAndVwapMoveWithEveryTrade) {
  AnalyticsRun run = this->run("    indicators:\n      - {on: ticks, of: [ema(2), vwap]}\n");
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 2 * kSecond, 200, 3, 2)).on(trade(a_, 3 * kSecond, 300, 4, 3));
  const auto values = run.others(DerivedType::indicator_values);
  ASSERT_EQ(values.size(), 3u);
  const auto at = [&](std::size_t i) { return values[i].as<IndicatorValuesBody>().value; };
  EXPECT_TRUE(at(0)[0] != at(0)[0]) << "warming up";
  EXPECT_DOUBLE_EQ(at(1)[0], 1.5);
  EXPECT_DOUBLE_EQ(at(2)[0], 1.5 + 2.0 / 3 * (3 - 1.5));
  EXPECT_DOUBLE_EQ(at(1)[1], 7.0 / 4);
  EXPECT_DOUBLE_EQ(at(2)[1], 19.0 / 8);
  EXPECT_EQ(run.program().name_of(values[0].header.function), "ticks.ema(2)");
}

TEST_F(TickFunctionsTest, TheVwapBeginsAnewWithASession) {
  AnalyticsRun run = this->run("    indicators:\n      - {on: ticks, of: [vwap]}\n      - {on: T60, of: [vwap]}\n");
  ringbuf::SessionBody session;
  session.feed = {1};
  run.on(trade(a_, 1 * kSecond, 100, 1, 1));
  run.on(ringbuf::make_record(ringbuf::kNoInstrument, {100 * kSecond}, {100 * kSecond}, session));
  run.on(trade(a_, 121 * kSecond, 200, 1, 2)).finish();
  const auto values = run.others(DerivedType::indicator_values);
  ASSERT_EQ(values.size(), 4u);
  for (const auto& record : values) {
    EXPECT_DOUBLE_EQ(record.as<IndicatorValuesBody>().value[0],
                     record.header.ts_event.value < 100 * kSecond ? 1.0 : 2.0);
  }
}

TEST_F(TickFunctionsTest, ATradeTakenBackLeavesTheVwap) {
  AnalyticsRun run = this->run("    indicators:\n      - {on: ticks, of: [vwap]}\n");
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 2 * kSecond, 900, 1, 2)).on(cancel(a_, 3 * kSecond, 2));
  run.on(trade(a_, 4 * kSecond, 200, 1, 3));
  const auto values = run.others(DerivedType::indicator_values);
  ASSERT_EQ(values.size(), 3u);
  EXPECT_DOUBLE_EQ(values[2].as<IndicatorValuesBody>().value[0], 1.5);
}

TEST_F(TickFunctionsTest, ThePriceCrossesATickAverageAndANumber) {
  AnalyticsRun run = this->run(
      "    signals:\n      - {name: e, on: ticks, cross: [price, ema(2)]}\n"
      "      - {name: n, on: ticks, cross: [price, 1.5]}\n");
  run.on(trade(a_, 1 * kSecond, 100, 1, 1)).on(trade(a_, 2 * kSecond, 100, 1, 2));  // touches the average
  run.on(trade(a_, 3 * kSecond, 90, 1, 3)).on(trade(a_, 4 * kSecond, 200, 1, 4));
  const auto signals = run.others(DerivedType::signal);
  ASSERT_EQ(signals.size(), 2u);
  for (const auto& signal : signals) {
    EXPECT_EQ(signal.as<SignalBody>().what, SignalValue::golden);
    EXPECT_EQ(signal.header.cause_seq.value, 4u);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
