#include <gtest/gtest.h>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::RowKind;
using ringbuf::WindowRowBody;

class CarriedWindows : public ::testing::Test {
 protected:
  AnalyticsRun run(Time lateness = 0) {
    WindowsYaml yaml;
    yaml.lateness = lateness;
    return AnalyticsRun(windows_yaml(yaml, {"{name: T60, size: 1m, empty: carry}"}), instruments_);
  }
  /// "0:on_time 100", "60:carried 100": start in seconds, kind, close in cents.
  static std::vector<std::string> told(const AnalyticsRun& run, ringbuf::InstrumentId id) {
    std::vector<std::string> lines;
    for (const auto& record : run.rows()) {
      if (record.header.instrument != id) continue;
      const auto row = record.as<WindowRowBody>();
      lines.push_back(std::to_string(row.start.value / kSecond) + ":" +
                      (row.kind == RowKind::carried ? "carried"
                       : row.kind == RowKind::late  ? "late"
                                                    : "on_time") +
                      " " + std::to_string(row.close.value / kCent) +
                      (record.header.revision != 0 ? " rev " + std::to_string(record.header.revision) : ""));
    }
    return lines;
  }

  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A"), b_ = instruments_.add("B");
};

TEST_F(CarriedWindows, AnEmptyWindowHasThePriceBeforeIt) {
  AnalyticsRun run = this->run();
  run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(trade(b_, 200 * kSecond, 7, 1, 2));
  ASSERT_TRUE(run.settle());
  EXPECT_EQ(told(run, a_), (std::vector<std::string>{"0:on_time 100", "60:carried 100", "120:carried 100"}));
}

TEST_F(CarriedWindows, NothingIsToldBeforeTheFirstTrade) {
  AnalyticsRun run = this->run();
  run.on(trade(b_, 10 * kSecond, 7, 1, 1))
      .on(trade(a_, 130 * kSecond, 100, 1, 2))
      .on(trade(b_, 200 * kSecond, 7, 1, 3));
  ASSERT_TRUE(run.settle());
  EXPECT_EQ(told(run, a_), (std::vector<std::string>{"120:on_time 100"}));
}

TEST_F(CarriedWindows, TheDayEndsThem) {
  constexpr Time kDay = platform::kNanosPerDay;
  AnalyticsRun run = this->run();
  run.on(trade(a_, kDay - 150 * kSecond, 100, 1, 1)).on(trade(b_, kDay + 300 * kSecond, 7, 1, 2));
  ASSERT_TRUE(run.settle());
  const auto lines = told(run, a_);
  ASSERT_EQ(lines.size(), 3u);  // the window of the trade, and two until midnight
  EXPECT_EQ(lines.back(), std::to_string(kDay / kSecond - 60) + ":carried 100");
}

TEST_F(CarriedWindows, ALateTradeIsARevisionOfWhatWasCarriedAndOfWhatFollows) {
  AnalyticsRun run = this->run(300 * kSecond);
  run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(trade(b_, 200 * kSecond, 7, 1, 2));
  ASSERT_TRUE(run.settle());
  run.on(trade(a_, 70 * kSecond, 105, 1, 3, 200 * kSecond));
  EXPECT_EQ(told(run, a_), (std::vector<std::string>{"0:on_time 100", "60:carried 100", "120:carried 100",
                                                     "60:late 105 rev 1", "120:carried 105 rev 1"}));
}

TEST_F(CarriedWindows, TheyAreNoBars) {
  WindowsYaml yaml;
  yaml.set_lines = "    indicators:\n      - {on: T60, of: [sma(2)]}\n";
  AnalyticsRun run(windows_yaml(yaml, {"{name: T60, size: 1m, empty: carry}"}), instruments_);
  run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(trade(a_, 200 * kSecond, 102, 1, 2)).finish();
  const auto values = run.others(ringbuf::DerivedType::indicator_values);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].as<ringbuf::IndicatorValuesBody>().value[0], 1.01) << "the mean of two bars that traded";
}

}  // namespace
}  // namespace tickplant::tests::this_file
