// Windows of instruments, one behaviour each: when they fire, what late trades do, which trades move prices.
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
using ringbuf::WindowRowBody;

TEST_F(CohortTest, ATradeOnTheBoundaryBelongsToTheWindowThatBeginsThere) {
  AnalyticsRun run = make({});
  run.on(trade(a_, kMinute - 1, 100, 1, 1)).on(trade(a_, kMinute, 200, 1, 2)).finish();
  ASSERT_EQ(run.rows_of("T60", a_, 0).size(), 1u);
  EXPECT_EQ(run.rows_of("T60", a_, 0)[0].count, 1u);
  ASSERT_EQ(run.rows_of("T60", a_, kMinute).size(), 1u);
  EXPECT_EQ(cents(run.rows_of("T60", a_, kMinute)[0].open), 200);
}

TEST_F(CohortTest, AWindowFiresWhenTheWatermarkReachesItsEndAndNotBefore) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(a_, 10 * kSecond, 100, 1, 1));
  run.on(quote(a_, kMinute + 5 * kSecond - 1));
  EXPECT_TRUE(run.settle());
  EXPECT_TRUE(run.rows().empty());
  run.on(quote(a_, kMinute + 5 * kSecond));
  EXPECT_TRUE(run.settle());
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].header.cause_seq.value, 3u);
  EXPECT_EQ(rows[0].header.basis, ringbuf::Basis::first);
  EXPECT_EQ(rows[0].as<WindowRowBody>().kind, RowKind::on_time);
  EXPECT_EQ(rows[0].as<WindowRowBody>().watermark.value, kMinute);
}

TEST_F(CohortTest, AWindowFiresByTheTradesOfOtherInstruments) {
  AnalyticsRun run = make({});
  run.on(trade(a_, 0, 100, 1, 1)).on(trade(b_, kMinute, 100, 1, 2));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows_of("T60", a_, 0).size(), 1u);
}

TEST_F(CohortTest, AWindowWithoutATradeHasNoRow) {
  AnalyticsRun run = make({});
  run.on(trade(a_, 0, 100, 1, 1)).on(trade(a_, 3 * kMinute, 100, 1, 2)).finish();
  EXPECT_EQ(run.rows().size(), 2u);
}

TEST_F(CohortTest, OpenAndCloseGoByEventTimeAndThenByTheVenuesSequence) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(a_, 2 * kSecond, 102, 1, 20)).on(trade(a_, kSecond, 101, 1, 30)).on(trade(a_, kSecond, 99, 1, 10));
  run.on(trade(a_, 2 * kSecond, 103, 1, 40)).finish();
  const auto row = run.rows_of("T60", a_, 0).at(0);
  EXPECT_EQ(cents(row.open), 99);
  EXPECT_EQ(cents(row.close), 103);
  EXPECT_EQ(row.first_time.value, kSecond);
  EXPECT_EQ(row.last_time.value, 2 * kSecond);
}

TEST_F(CohortTest, ALateTradeMakesTheRowAgainWithTheNextRevision) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(quote(a_, kMinute + 5 * kSecond));
  run.on(trade(a_, 20 * kSecond, 130, 2, 2, kMinute + 6 * kSecond));
  run.on(trade(a_, 30 * kSecond, 90, 3, 3, kMinute + 7 * kSecond)).finish();
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(rows[i].header.revision, i);
  const auto newest = rows[2].as<WindowRowBody>();
  EXPECT_EQ(newest.kind, RowKind::late);
  EXPECT_EQ(newest.volume.value, 6u);
  EXPECT_EQ(cents(newest.high), 130);
  EXPECT_EQ(cents(newest.low), 90);
  EXPECT_EQ(newest.watermark.value, kMinute) << "before the trade's own time counts";
  EXPECT_EQ(rows[0].header.quality, Quality::partial_window);
  EXPECT_TRUE(has(rows[2].header.quality, Quality::late_merged));
  EXPECT_EQ(run.counts().late_trades, 2u);
  EXPECT_EQ(run.counts().late_updates, 2u);
}

TEST_F(CohortTest, TheFinalRowIsTheNewestRevision) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(quote(a_, kMinute + 5 * kSecond));
  run.on(trade(a_, 20 * kSecond, 130, 2, 2, kMinute + 6 * kSecond)).on(quote(a_, 2 * kMinute));
  EXPECT_TRUE(run.settle());
  const auto finals = run.finals_of("T60", a_, 0);
  ASSERT_EQ(finals.size(), 1u);
  EXPECT_EQ(finals[0].header.revision, 1u);
  EXPECT_EQ(finals[0].header.basis, ringbuf::Basis::final);
  EXPECT_EQ(finals[0].as<WindowRowBody>().volume.value, 3u);
}

TEST_F(CohortTest, AWindowWhoseFirstTradeIsLateBeginsWithRevisionZero) {
  AnalyticsRun run = make(default_bounds());
  run.on(trade(b_, 0, 100, 1, 1)).on(quote(b_, kMinute + 5 * kSecond));
  run.on(trade(a_, 20 * kSecond, 130, 2, 2, kMinute + 6 * kSecond));
  run.on(trade(a_, 21 * kSecond, 131, 2, 3, kMinute + 6 * kSecond));
  const auto rows = run.records_of("T60", a_, 0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].header.revision, 0u);
  EXPECT_EQ(rows[0].as<WindowRowBody>().kind, RowKind::late);
  EXPECT_EQ(rows[1].header.revision, 1u);
}

TEST_F(CohortTest, ATradeIsTakenUntilTheLatenessIsOverAndDroppedFromThenOn) {
  for (const Time reached : {2 * kMinute - 1, 2 * kMinute}) {  // 55 s of lateness end at a watermark of 1:55
    AnalyticsRun run = make(default_bounds());
    run.on(trade(a_, 10 * kSecond, 100, 1, 1)).on(quote(a_, reached));
    run.on(trade(a_, kMinute - 1, 130, 2, 2, reached));
    const bool in_time = reached < 2 * kMinute;
    EXPECT_EQ(run.rows_of("T60", a_, 0).size(), in_time ? 2u : 1u);
    EXPECT_EQ(run.counts().dropped, in_time ? 0u : 1u);
    EXPECT_EQ(run.fully_dropped("T60"), in_time ? 0u : 1u);
    ASSERT_EQ(run.late().size(), 1u);
    EXPECT_EQ(run.late()[0].updates, in_time ? 1u : 0u);
    EXPECT_EQ(run.late()[0].dropped, in_time ? 0u : 1u);
  }
}

TEST_F(CohortTest, ADroppedTradeIsToldWithTheWindowsItWouldHaveChanged) {
  AnalyticsRun run = make({}, {"{name: T60, size: 1m}", "{name: S300_60, size: 5m, slide: 1m}"});
  run.on(quote(a_, 3 * kMinute)).on(trade(a_, 90 * kSecond, 130, 2, 77, 3 * kMinute));
  const auto told = run.corrections();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, CorrectionKind::late);
  EXPECT_EQ(told[0].trade_id, 77u);
  EXPECT_EQ(told[0].trade_time.value, 90 * kSecond);
  EXPECT_EQ(cents(told[0].new_price), 130);
  EXPECT_EQ(told[0].new_size.value, 2u);
  ASSERT_EQ(told[0].window_count, 3u) << "its minute, and the two oldest of its five windows of five minutes";
  EXPECT_EQ(told[0].start[0].value, kMinute);
  EXPECT_EQ(told[0].start[1].value, -3 * kMinute);
  EXPECT_EQ(told[0].start[2].value, -2 * kMinute);
  EXPECT_EQ(run.counts().dropped, 3u);
  EXPECT_EQ(run.fully_dropped("T60"), 1u);
  EXPECT_EQ(run.fully_dropped("S300_60"), 0u);
  ASSERT_EQ(run.late().size(), 2u);
  EXPECT_EQ(run.late()[1].accepted, 3u);
}

TEST_F(CohortTest, WindowsOfOneInstrumentFireInTheOrderOfTheirEndsWhenTimeJumps) {
  AnalyticsRun run = make({}, {"{name: T60, size: 1m}", "{name: S100_30, size: 100s, slide: 30s}"});
  run.on(trade(a_, 0, 100, 1, 1)).on(trade(b_, 5 * kSecond, 100, 1, 2)).on(quote(a_, 1'000 * kMinute));
  EXPECT_TRUE(run.settle());
  for (const auto id : {a_, b_}) {
    std::vector<Time> ends;
    for (const auto& record : run.rows_as_told()) {
      EXPECT_EQ(record.header.cause_seq.value, 3u);
      if (record.header.instrument == id) ends.push_back(record.as<WindowRowBody>().end.value / kSecond);
    }
    EXPECT_EQ(ends, (std::vector<Time>{10, 40, 60, 70, 100}));
  }
  EXPECT_EQ(run.finals().size(), 10u);
}

TEST_F(CohortTest, AYearOfSilenceCostsNoTimeAndLosesNothing) {
  AnalyticsRun run = make({.lateness = kMinute}, {"{name: fast, size: 1s}"});
  run.on(trade(a_, 0, 100, 1, 1)).on(trade(a_, 365 * 86'400 * kSecond, 200, 1, 2)).finish();
  EXPECT_EQ(run.rows().size(), 2u);
  EXPECT_EQ(run.finals().size(), 2u);
}

TEST_F(CohortTest, TimesBeforeTheEpochAreTimesLikeOthers) {
  AnalyticsRun run = make({});
  run.on(trade(a_, -1, 100, 1, 1)).on(trade(a_, 0, 200, 1, 2)).finish();
  ASSERT_EQ(run.rows_of("T60", a_, -kMinute).size(), 1u);
  EXPECT_EQ(cents(run.rows_of("T60", a_, -kMinute)[0].close), 100);
  EXPECT_EQ(run.rows_of("T60", a_, 0).size(), 1u);
}

TEST_F(CohortTest, TradesForVolumeOnlyMoveNoPrice) {
  AnalyticsRun run = make({});
  run.on(trade(a_, 1, 100, 10, 1));
  run.on(trade(a_, 2, 500, 30, 2, {}, ringbuf::TradeEligibility::volume)).finish();
  const auto row = run.rows_of("T60", a_, 0).at(0);
  EXPECT_EQ(row.count, 1u);
  EXPECT_EQ(row.volume.value, 40u);
  EXPECT_EQ(cents(row.high), 100);
  EXPECT_EQ(cents(row.close), 100);
  EXPECT_EQ(row.vwap, 4.0);
  EXPECT_EQ(row.average, 1.0);
}

TEST_F(CohortTest, AWindowOfVolumeOnlyHasARowWithoutPrices) {
  AnalyticsRun run = make({});
  run.on(trade(a_, 2, 500, 30, 2, {}, ringbuf::TradeEligibility::volume)).finish();
  const auto row = run.rows_of("T60", a_, 0).at(0);
  EXPECT_EQ(row.open, kNoPrice);
  EXPECT_EQ(row.close, kNoPrice);
  EXPECT_EQ(row.volume.value, 30u);
  EXPECT_EQ(row.vwap, 5.0);
  EXPECT_NE(row.average, row.average) << "NaN";
}

TEST_F(CohortTest, ATradeMaySetTheLastPriceAlone) {
  AnalyticsRun run = make({});
  using ringbuf::TradeEligibility;
  run.on(trade(a_, 1, 100, 10, 1));
  run.on(trade(a_, 2, 500, 30, 2, {}, TradeEligibility::volume | TradeEligibility::last)).finish();
  const auto row = run.rows_of("T60", a_, 0).at(0);
  EXPECT_EQ(cents(row.high), 100);
  EXPECT_EQ(cents(row.close), 500);
}

TEST_F(CohortTest, OddLotsMovePricesOrNotAsTheSetSays) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A", 1, kCent, 100), unknown_lot = instruments.add("B");
  for (const bool they_move : {true, false}) {
    WindowsYaml yaml;
    yaml.set_lines = they_move ? "    odd_lots: move_prices\n" : "    odd_lots: volume_only\n";
    AnalyticsRun run(windows_yaml(yaml, {"{name: T60, size: 1m}"}), instruments);
    run.on(trade(id, 1, 100, 100, 1)).on(trade(id, 2, 500, 99, 2)).on(trade(unknown_lot, 3, 300, 1, 3)).finish();
    const auto row = run.rows_of("T60", id, 0).at(0);
    EXPECT_EQ(row.volume.value, 199u);
    EXPECT_EQ(row.count, they_move ? 2u : 1u);
    EXPECT_EQ(cents(row.close), they_move ? 500 : 100);
    EXPECT_EQ(run.rows_of("T60", unknown_lot, 0).at(0).count, 1u);
  }
}

// ---- the sweep

TEST_F(CohortTest, ABoundaryIsSweptInStepsAndEachInstrumentCatchesUpBeforeItsNextTrade) {
  AnalyticsInstruments many;
  for (int i = 0; i < 100; ++i) many.add("S" + std::to_string(i));
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m}"}), many);
  for (std::uint32_t id = 1; id <= 100; ++id) run.on(trade({id}, id, 100, 1, id));
  run.on(quote({1}, kMinute));
  EXPECT_TRUE(run.engine().is_sweeping());
  EXPECT_LT(run.rows().size(), 100u) << "not all at once";
  run.on(trade({77}, kMinute + 1, 200, 1, 1'000));
  ASSERT_EQ(run.rows_of("T60", {77}, 0).size(), 1u) << "at once for the one that trades";
  EXPECT_EQ(run.rows_of("T60", {77}, 0)[0].count, 1u);
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 100u);
  for (const auto& record : run.rows()) EXPECT_EQ(record.header.cause_seq.value, 101u);
}

TEST_F(CohortTest, AnInstrumentThatComesDuringASweepHasNoneOfItsBoundaries) {
  AnalyticsInstruments many;
  for (int i = 0; i < 30; ++i) many.add("S" + std::to_string(i));
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m}"}), many);
  for (std::uint32_t id = 1; id <= 29; ++id) run.on(trade({id}, id, 100, 1, id));
  run.on(quote({1}, kMinute)).on(trade({30}, kMinute, 100, 1, 30));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 29u);
  run.finish();
  EXPECT_EQ(run.rows_of("T60", {30}, kMinute).size(), 1u);
  EXPECT_FALSE(run.engine().is_sweeping());
}

}  // namespace
}  // namespace tickplant::tests::this_file
