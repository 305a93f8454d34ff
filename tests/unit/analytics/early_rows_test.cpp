#include <gtest/gtest.h>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::RowKind;
using ringbuf::WindowRowBody;

std::vector<WindowRowBody> provisional(const AnalyticsRun& run) {
  std::vector<WindowRowBody> rows;
  for (const auto& record : run.rows_as_told()) {
    const auto row = record.as<WindowRowBody>();
    if (row.kind == RowKind::provisional) rows.push_back(row);
  }
  return rows;
}

TEST(EarlyRows, AnOpenWindowIsShownWhenEventTimePassesTheNextStep) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m, early: 10s}"}), instruments);
  run.on(trade(a, 1 * kSecond, 100, 1, 1)).on(trade(a, 9 * kSecond, 103, 1, 2));
  EXPECT_TRUE(provisional(run).empty());
  run.on(trade(a, 11 * kSecond, 101, 1, 3));
  ASSERT_TRUE(run.settle());
  const auto rows = provisional(run);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].count, 3u) << "the trade that passed the step is in it";
  EXPECT_EQ(rows[0].high.value, 103 * kCent);
  EXPECT_TRUE(has(run.rows_as_told()[0].header.quality, ringbuf::Quality::provisional));
  EXPECT_EQ(run.rows_as_told()[0].header.revision, 0u);
}

TEST(EarlyRows, AWindowWithoutATradeSinceIsNotShownAgain) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A"), b = instruments.add("B");
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m, early: 10s}"}), instruments);
  run.on(trade(a, 1 * kSecond, 100, 1, 1)).on(trade(b, 11 * kSecond, 100, 1, 2)).on(trade(b, 21 * kSecond, 100, 1, 3));
  ASSERT_TRUE(run.settle());
  int of_a = 0;
  for (const auto& record : run.rows_as_told()) of_a += record.header.instrument == a ? 1 : 0;
  EXPECT_EQ(of_a, 1);
}

TEST(EarlyRows, EachWindowHasAClockOfItsOwn) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m, early: 1s}", "{name: T120, size: 2m, early: 10s}"}),
                   instruments);
  for (int i = 0; i < 10; ++i) run.on(trade(a, i * kSecond, 100, 1, static_cast<std::uint64_t>(i + 1)));
  ASSERT_TRUE(run.settle());
  EXPECT_EQ(provisional(run).size(), 9u) << "of the one shown each second";
}

TEST(EarlyRows, TheRowThatFiresIsTheSameWithThemAsWithout) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A");
  const auto fired = [&](const std::string& window) {
    AnalyticsRun run(windows_yaml({}, {window}), instruments);
    for (int i = 0; i < 200; ++i) run.on(trade(a, i * kSecond, 100 + i % 7, 1, static_cast<std::uint64_t>(i + 1)));
    return run.finish().final_lines();
  };
  EXPECT_EQ(fired("{name: T60, size: 1m, early: 3s}"), fired("{name: T60, size: 1m}"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
