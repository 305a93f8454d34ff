// Windows that are not simply fired by time: filled by trades, shown while they are open, carried while they are empty.
#include "analytics/cohort.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/analytics/cohort_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::Quality;
using ringbuf::RowKind;
using ringbuf::WindowRowBody;

// ---- by arrival

TEST_F(CohortTest, AWindowOfTradesIsFullAtThatManyAndFinalAtOnce) {
  AnalyticsRun run = make(default_bounds(), {"{name: K, ticks: 3}"});
  run.on(trade(a_, 5, 100, 1, 1)).on(trade(b_, 6, 900, 1, 2)).on(trade(a_, 3, 102, 1, 3));
  EXPECT_TRUE(run.rows().empty());
  run.on(trade(a_, 9, 101, 1, 4)).on(trade(a_, 10, 500, 1, 5));
  const auto rows = run.rows();
  ASSERT_EQ(rows.size(), 1u);
  const auto row = rows[0].as<WindowRowBody>();
  EXPECT_EQ(rows[0].header.cause_seq.value, 4u);
  EXPECT_EQ(rows[0].header.basis, ringbuf::Basis::final);
  EXPECT_EQ(row.count, 3u);
  EXPECT_EQ(row.start.value, 3);
  EXPECT_EQ(row.end.value, 10) << "behind the newest";
  EXPECT_EQ(cents(row.open), 102) << "by event time, as everywhere";
  EXPECT_EQ(cents(row.close), 101);
}

TEST_F(CohortTest, AWindowOfVolumeTakesTheTradeThatFillsItWhole) {
  AnalyticsRun run = make({}, {"{name: V, volume: 100}"});
  run.on(trade(a_, 1, 100, 60, 1)).on(trade(a_, 2, 100, 60, 2)).on(trade(a_, 3, 100, 99, 3)).on(trade(a_, 4, 1, 1, 4));
  const auto rows = run.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].as<WindowRowBody>().volume.value, 120u);
  EXPECT_EQ(rows[1].as<WindowRowBody>().volume.value, 100u) << "exactly enough";
}

TEST_F(CohortTest, AWindowOfValueIsFullWhenPriceTimesSizeIsWorthIt) {
  AnalyticsRun run = make({}, {"{name: N, value: 1000}"});
  run.on(trade(a_, 1, 100, 999, 1));
  EXPECT_TRUE(run.rows().empty()) << "999.00";
  run.on(trade(a_, 2, 100, 1, 2));
  EXPECT_EQ(run.rows().size(), 1u);
}

TEST_F(CohortTest, ATradeTakenBackLeavesAnOpenWindowOfTradesAndIsNamedByAFullOne) {
  AnalyticsRun run = make(default_bounds(64), {"{name: K, ticks: 2}"});
  run.on(trade(a_, 1, 100, 1, 1)).on(trade(a_, 2, 900, 1, 2)).on(trade(a_, 3, 100, 1, 3)).on(cancel(a_, 4, 3));
  run.on(trade(a_, 5, 100, 1, 4));
  EXPECT_EQ(run.rows().size(), 1u) << "one trade is left in the second window";
  run.on(cancel(a_, 6, 2));
  ASSERT_EQ(run.corrections().size(), 1u);
  EXPECT_EQ(run.corrections()[0].window_count, 1u);
  EXPECT_EQ(run.program().name_of(run.corrections()[0].function[0]), "K");
  EXPECT_EQ(run.counts().corrections_late, 1u);
}

// ---- open windows

TEST_F(CohortTest, AnOpenWindowIsShownNowAndThenIfItTraded) {
  AnalyticsRun run = make(default_bounds(), {"{name: T60, size: 1m, early: 10s}"});
  run.on(trade(a_, kSecond, 100, 1, 1)).on(trade(a_, 12 * kSecond, 101, 1, 2)).on(quote(a_, 25 * kSecond));
  run.on(trade(a_, 28 * kSecond, 102, 1, 3))
      .on(trade(a_, 31 * kSecond, 103, 1, 4))
      .on(quote(a_, kMinute + 5 * kSecond));
  EXPECT_TRUE(run.settle());
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 3u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(rows[i].as<WindowRowBody>().kind, RowKind::provisional);
    EXPECT_TRUE(has(rows[i].header.quality, Quality::provisional));
  }
  EXPECT_EQ(rows[0].as<WindowRowBody>().count, 2u);
  EXPECT_EQ(rows[0].header.cause_seq.value, 2u);
  EXPECT_EQ(rows[1].as<WindowRowBody>().count, 4u);
  EXPECT_EQ(rows[2].as<WindowRowBody>().kind, RowKind::on_time);
  EXPECT_FALSE(has(rows[2].header.quality, Quality::provisional));
  EXPECT_EQ(run.counts().rows_provisional, 2u);
}

// ---- empty windows

TEST_F(CohortTest, AnEmptyWindowCarriesTheCloseBeforeItWhereItShall) {
  AnalyticsRun run = make({.lateness = kMinute}, {"{name: T60, size: 1m, empty: carry}"});
  run.on(trade(a_, kMinute, 100, 1, 1)).on(trade(a_, kMinute + 1, 90, 1, 2)).on(trade(b_, 3 * kMinute + 1, 7, 1, 3));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 2u) << "nothing before the first trade, nothing of B that has none yet";
  const auto rows = run.rows_of("T60", a_, 2 * kMinute);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].kind, RowKind::carried);
  EXPECT_EQ(rows[0].count, 0u);
  EXPECT_EQ(rows[0].volume.value, 0u);
  for (const ringbuf::Price price : {rows[0].open, rows[0].high, rows[0].low, rows[0].close}) {
    EXPECT_EQ(cents(price), 90);
  }
  EXPECT_NE(rows[0].vwap, rows[0].vwap) << "NaN";
  run.on(trade(a_, 2 * kMinute + 5, 95, 1, 4, 3 * kMinute + 2));
  const auto again = run.records_of("T60", a_, 2 * kMinute);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[1].header.revision, 1u) << "a late trade replaces it";
  EXPECT_EQ(again[1].as<WindowRowBody>().count, 1u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
