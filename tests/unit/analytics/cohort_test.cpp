// Windows of instruments, one behaviour each: when they fire, what late trades do, how trades are taken back.
#include "analytics/cohort.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests {
namespace {

using ringbuf::CorrectionKind;
using ringbuf::Quality;
using ringbuf::RowKind;
using ringbuf::WindowRowBody;

constexpr auto kNoPrice = ringbuf::kNoPrice;

std::int64_t cents(ringbuf::Price price) { return price.value / kCent; }

/// Minutes; a bound of 5 s and a lateness of 55 s, unless said.
class CohortTest : public testing::Test {
 protected:
  AnalyticsRun make(const WindowsYaml& yaml, const std::vector<std::string>& windows = {"{name: T60, size: 1m}"}) {
    return AnalyticsRun(windows_yaml(yaml, windows), instruments_);
  }
  static WindowsYaml default_bounds(std::uint64_t corrections = 0) {
    return {.bound = 5 * kSecond, .lateness = 55 * kSecond, .corrections = corrections};
  }

  AnalyticsInstruments instruments_;
  ringbuf::InstrumentId a_ = instruments_.add("A"), b_ = instruments_.add("B");
};

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

// ---- taken back

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
}  // namespace tickplant::tests
