// Trades that the venue takes back or corrects: before their window fires, after it, and when it is too late.
#include "analytics/cohort.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/analytics/cohort_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::CorrectionKind;
using ringbuf::kNoPrice;
using ringbuf::Quality;
using ringbuf::RowKind;
using ringbuf::TradeEligibility;
using ringbuf::WindowRowBody;

TEST_F(CohortTest, ATradeCancelledBeforeItsWindowFiresWasNeverThere) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(trade(a_, 2, 900, 10, 2)).on(cancel(a_, 3, 2)).finish();
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].header.revision, 0u);
  EXPECT_EQ(cents(rows[0].as<WindowRowBody>().high), 100);
  EXPECT_EQ(cents(rows[0].as<WindowRowBody>().close), 100);
  EXPECT_EQ(run.counts().cancelled, 1u);
  EXPECT_TRUE(run.corrections().empty());
}

TEST_F(CohortTest, ATradeCancelledAfterItsWindowFiredRevisesTheRow) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(trade(a_, 2, 900, 10, 2)).on(quote(a_, kMinute + 5 * kSecond));
  run.on(cancel(a_, kMinute + 6 * kSecond, 2));
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].header.revision, 1u);
  EXPECT_EQ(rows[1].as<WindowRowBody>().kind, RowKind::late);
  EXPECT_EQ(rows[1].as<WindowRowBody>().count, 1u);
  EXPECT_EQ(cents(rows[1].as<WindowRowBody>().high), 100);
}

TEST_F(CohortTest, ARowThatWasToldIsRevisedAlsoWhenNothingButAPriceWasInIt) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 0, 1, {}, TradeEligibility::volume | TradeEligibility::last));
  run.on(quote(a_, kMinute + 5 * kSecond)).on(trade(a_, 2, 101, 10, 2));
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].header.revision, 0u);
  EXPECT_EQ(rows[1].header.revision, 1u);
}

TEST_F(CohortTest, TheFirstRowOfAWindowIsNoRevisionAlsoWhenACorrectionMadeIt) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 0, 1, {}, TradeEligibility::volume)).on(quote(a_, kMinute + 5 * kSecond));
  ASSERT_TRUE(run.records_of("T60", a_, 0).empty()) << "nothing to tell";
  run.on(correction(a_, kMinute + 6 * kSecond, 1, 100, 10));
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].header.revision, 0u);
  EXPECT_EQ(rows[0].as<WindowRowBody>().volume.value, 10u);
}

TEST_F(CohortTest, ATradeCorrectedInTimeCountsAsCorrected) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(trade(a_, 2, 900, 10, 2)).on(trade(a_, 3, 103, 10, 3));
  run.on(correction(a_, 4, 2, 95, 20)).finish();
  const auto row = run.rows_of("T60", a_, 0).at(0);
  EXPECT_EQ(cents(row.low), 95);
  EXPECT_EQ(cents(row.high), 103);
  EXPECT_EQ(row.volume.value, 40u);
  EXPECT_EQ(ringbuf::int128_of(row.notional), 100 * 10 + 95 * 20 + 103 * 10);
  EXPECT_EQ(run.counts().corrected, 1u);
}

TEST_F(CohortTest, ACorrectionToAnOddLotTakesThePriceOut) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A", 1, kCent, 100);
  WindowsYaml yaml = default_bounds(64);
  yaml.set_lines = "    odd_lots: volume_only\n";
  AnalyticsRun run(windows_yaml(yaml, {"{name: T60, size: 1m}"}), instruments);
  run.on(trade(id, 1, 100, 100, 1)).on(trade(id, 2, 900, 200, 2)).on(correction(id, 3, 2, 900, 20)).finish();
  const auto row = run.rows_of("T60", id, 0).at(0);
  EXPECT_EQ(cents(row.high), 100);
  EXPECT_EQ(row.volume.value, 120u);
}

TEST_F(CohortTest, ATradeMayBeCorrectedAgainAndThenCancelled) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(trade(a_, 2, 900, 10, 2)).on(correction(a_, 3, 2, 800, 5));
  run.on(correction(a_, 4, 2, 101, 7)).on(quote(a_, kMinute + 5 * kSecond)).on(cancel(a_, kMinute + 5 * kSecond, 2));
  const auto rows = run.rows_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(cents(rows[0].high), 101);
  EXPECT_EQ(rows[0].volume.value, 17u);
  EXPECT_EQ(rows[1].volume.value, 10u);
}

TEST_F(CohortTest, ACancelThatLeavesNothingSaysSoAndTheWindowHasNoFinalRow) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(quote(a_, kMinute + 5 * kSecond)).on(cancel(a_, kMinute + 5 * kSecond, 1));
  run.finish();
  const auto rows = run.rows_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].count, 0u);
  EXPECT_EQ(rows[1].open, kNoPrice);
  EXPECT_TRUE(run.finals_of("T60", a_, 0).empty());
}

TEST_F(CohortTest, ACancelThatComesTooLateNamesTheWindowsThatStayWrong) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(quote(a_, 3 * kMinute)).on(cancel(a_, 3 * kMinute, 1));
  EXPECT_EQ(run.rows_of("T60", a_, 0).size(), 1u);
  const auto told = run.corrections();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, CorrectionKind::cancelled);
  EXPECT_EQ(told[0].trade_time.value, 1);
  EXPECT_EQ(cents(told[0].old_price), 100);
  EXPECT_EQ(told[0].old_size.value, 10u);
  EXPECT_EQ(told[0].new_price, kNoPrice);
  ASSERT_EQ(told[0].window_count, 1u);
  EXPECT_EQ(told[0].start[0].value, 0);
  EXPECT_EQ(run.program().name_of(told[0].function[0]), "T60");
  EXPECT_EQ(run.counts().corrections_late, 1u);
}

TEST_F(CohortTest, ACorrectionThatComesTooLateForSomeWindowsMendsTheOthers) {
  AnalyticsRun run = make({.corrections = 64}, {"{name: T60, size: 1m}", "{name: S300_60, size: 5m, slide: 1m}"});
  run.on(trade(a_, 90 * kSecond, 100, 10, 1)).on(quote(a_, 3 * kMinute)).on(correction(a_, 3 * kMinute, 1, 70, 1));
  run.finish();
  ASSERT_EQ(run.corrections().size(), 1u);
  EXPECT_EQ(run.corrections()[0].kind, CorrectionKind::corrected);
  EXPECT_EQ(run.corrections()[0].window_count, 3u);
  EXPECT_EQ(cents(run.corrections()[0].new_price), 70);
  EXPECT_EQ(cents(run.rows_of("S300_60", a_, -2 * kMinute).at(0).close), 100);
  EXPECT_EQ(cents(run.rows_of("S300_60", a_, -kMinute).at(0).close), 70);
}

TEST_F(CohortTest, ATradeThatNobodyKnowsIsToldAsUnknown) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1));
  run.on(cancel(a_, 2, 99)).on(cancel(b_, 3, 1)).on(cancel(a_, 4, 1)).on(cancel(a_, 5, 1));
  const auto told = run.corrections();
  ASSERT_EQ(told.size(), 3u) << "an id never seen, one of another instrument, one taken back already";
  for (const auto& each : told) EXPECT_EQ(each.kind, CorrectionKind::unknown);
  EXPECT_EQ(told[0].trade_id, 99u);
  EXPECT_EQ(run.counts().corrections_unknown, 3u);
  EXPECT_EQ(run.counts().cancelled, 1u);
}

TEST_F(CohortTest, ACancelWithoutAnIdTakesNothingBack) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 0)).on(cancel(a_, 2, 0)).finish();
  EXPECT_EQ(run.rows_of("T60", a_, 0).at(0).count, 1u);
  EXPECT_EQ(run.counts().corrections_unknown, 1u);
}

TEST_F(CohortTest, WhereNoTradesAreKeptEveryCancelIsUnknown) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(a_, 1, 100, 10, 1)).on(cancel(a_, 2, 1)).finish();
  EXPECT_EQ(run.counts().corrections_unknown, 1u);
  EXPECT_EQ(run.rows_of("T60", a_, 0).at(0).count, 1u);
}

TEST_F(CohortTest, AnOverwrittenTradeIsUnknownAndItsNeighboursThatCannotBeRecomputedSaySo) {
  AnalyticsRun run = make(default_bounds(4));
  for (std::uint64_t id = 1; id <= 5; ++id) {
    run.on(trade(a_, static_cast<Time>(id), 100 + static_cast<std::int64_t>(id), 10, id));
  }
  run.on(cancel(a_, 6, 1));  // gone
  EXPECT_EQ(run.counts().corrections_unknown, 1u);
  run.on(cancel(a_, 7, 5)).finish();  // there, but not all that its pane is made of
  const auto record = run.records_of("T60", a_, 0).at(0);
  EXPECT_EQ(record.as<WindowRowBody>().count, 5u);
  EXPECT_TRUE(has(record.header.quality, Quality::gap_inside));
}

TEST_F(CohortTest, ALateTradeAfterACancelGoesOnWithTheRevisions) {
  AnalyticsRun run = make(default_bounds(64));
  run.on(trade(a_, 1, 100, 10, 1)).on(quote(a_, kMinute + 5 * kSecond)).on(cancel(a_, kMinute + 5 * kSecond, 1));
  run.on(trade(a_, 2, 101, 10, 2, kMinute + 5 * kSecond));
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[2].header.revision, 2u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
