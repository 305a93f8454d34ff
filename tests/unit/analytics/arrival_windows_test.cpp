#include <gtest/gtest.h>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::WindowRowBody;

class ArrivalWindowsTest : public ::testing::Test {
 protected:
  /// `window`: "ticks: 3".
  AnalyticsRun run(const std::string& window) {
    WindowsYaml yaml;
    yaml.corrections = 64;
    return AnalyticsRun(windows_yaml(yaml, {"{name: W, " + window + "}"}), instruments_);
  }
  static std::vector<WindowRowBody> rows_of(const AnalyticsRun& run) {
    std::vector<WindowRowBody> rows;
    for (const auto& record : run.rows_as_told()) rows.push_back(record.as<WindowRowBody>());
    return rows;
  }

  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A");
  ringbuf::InstrumentId b_ = instruments_.add("B");
};

TEST_F(ArrivalWindowsTest, AWindowByTradesIsFullWithThatMany) {
  AnalyticsRun run = this->run("ticks: 3");
  for (int i = 1; i <= 7; ++i) run.on(trade(a_, i * kSecond, 100 + i, 1, static_cast<std::uint64_t>(i)));
  const auto rows = rows_of(run);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].open.value, 101 * kCent);
  EXPECT_EQ(rows[0].close.value, 103 * kCent);
  EXPECT_EQ(rows[0].start.value, kSecond);
  EXPECT_EQ(rows[0].end.value, 3 * kSecond + 1) << "behind the newest trade";
  EXPECT_EQ(rows[0].index, 0u);
  EXPECT_EQ(rows[1].open.value, 104 * kCent);
  EXPECT_EQ(rows[1].index, 1u);
}

TEST_F(ArrivalWindowsTest, ItIsFinalAtOnceAndNamesItsInput) {
  AnalyticsRun run = this->run("ticks: 2");
  run.on(trade(a_, kSecond, 100, 1, 1)).on(trade(b_, kSecond, 50, 1, 2)).on(trade(a_, 2 * kSecond, 101, 1, 3));
  ASSERT_EQ(run.rows_as_told().size(), 1u);
  const auto& header = run.rows_as_told()[0].header;
  EXPECT_EQ(header.basis, ringbuf::Basis::final);
  EXPECT_EQ(header.cause_seq.value, 3u);
  EXPECT_EQ(header.input_first.value, 1u);
  EXPECT_EQ(header.input_last.value, 3u);
  EXPECT_EQ(run.finals().size(), 1u);
}

TEST_F(ArrivalWindowsTest, TheTradeThatFillsAWindowByVolumeBelongsToItWhole) {
  AnalyticsRun run = this->run("volume: 100");
  run.on(trade(a_, kSecond, 100, 99, 1))
      .on(trade(a_, 2 * kSecond, 101, 500, 2))
      .on(trade(a_, 3 * kSecond, 102, 100, 3));
  const auto rows = rows_of(run);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].volume.value, 599u);
  EXPECT_EQ(rows[1].volume.value, 100u);
}

TEST_F(ArrivalWindowsTest, AWindowByValueCountsPriceTimesSize) {
  AnalyticsRun run = this->run("value: 1000");  // currency units; prices are cents
  run.on(trade(a_, kSecond, 10'000, 9, 1));     // 900
  EXPECT_TRUE(run.rows_as_told().empty());
  run.on(trade(a_, 2 * kSecond, 10'000, 1, 2));  // 1000: full
  EXPECT_EQ(run.rows_as_told().size(), 1u);
}

TEST_F(ArrivalWindowsTest, ItFollowsArrivalAndStillOpensWithTheFirstEventTime) {
  AnalyticsRun run = this->run("ticks: 2");
  run.on(trade(a_, 2 * kSecond, 102, 1, 2, 3 * kSecond)).on(trade(a_, kSecond, 101, 1, 1, 3 * kSecond));
  const auto rows = rows_of(run);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].open.value, 101 * kCent);
  EXPECT_EQ(rows[0].close.value, 102 * kCent);
}

TEST_F(ArrivalWindowsTest, ATradeTakenBackLeavesTheWindowThatIsNotFull) {
  AnalyticsRun run = this->run("ticks: 3");
  run.on(trade(a_, kSecond, 100, 1, 1)).on(trade(a_, 2 * kSecond, 900, 1, 2)).on(cancel(a_, 3 * kSecond, 2));
  run.on(trade(a_, 4 * kSecond, 101, 1, 3)).on(trade(a_, 5 * kSecond, 102, 1, 4));
  const auto rows = rows_of(run);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].high.value, 102 * kCent);
  EXPECT_EQ(rows[0].count, 3u);
  EXPECT_TRUE(run.corrections().empty());
}

TEST_F(ArrivalWindowsTest, AFullWindowIsNamedWhenATradeOfItIsTakenBack) {
  AnalyticsRun run = this->run("ticks: 2");
  run.on(trade(a_, kSecond, 100, 1, 1)).on(trade(a_, 2 * kSecond, 101, 1, 2)).on(cancel(a_, 3 * kSecond, 1));
  ASSERT_EQ(run.corrections().size(), 1u);
  EXPECT_EQ(run.corrections()[0].window_count, 1);
  EXPECT_EQ(run.corrections()[0].trade_time.value, kSecond);
  EXPECT_EQ(rows_of(run).size(), 1u) << "it is not written again";
}

TEST_F(ArrivalWindowsTest, WhatIsNotFullAtTheEndIsNotTold) {
  AnalyticsRun run = this->run("ticks: 3");
  run.on(trade(a_, kSecond, 100, 1, 1)).finish();
  EXPECT_TRUE(run.rows_as_told().empty());
}

}  // namespace
}  // namespace tickplant::tests::this_file
