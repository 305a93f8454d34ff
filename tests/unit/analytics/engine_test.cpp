// The way of a record through the engine: what is taken, put aside and counted, and what rows say about their input.
#include "analytics/engine.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::Quality;
using ringbuf::WindowRowBody;

const std::vector<std::string> kMinutes{"{name: T60, size: 1m}"};

/// The quality of the newest row of a minute.
Quality quality_of(const AnalyticsRun& run, ringbuf::InstrumentId id, Time start) {
  const auto rows = run.records_of("T60", id, start);
  return rows.empty() ? static_cast<Quality>(~0u) : rows.back().header.quality;
}

TEST(Engine, SaysNothingOfNothing) {
  AnalyticsInstruments instruments;
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.pause().finish();
  EXPECT_TRUE(run.rows().empty());
  EXPECT_FALSE(run.engine().is_sweeping());
  EXPECT_EQ(run.output_hash(), 0u);
}

TEST(Engine, FiresAllThatIsOpenAtTheEndOfInput) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.bound = kMinute, .lateness = kMinute}, kMinutes), instruments);
  run.on(trade(id, 0, 100, 1, 1)).on(trade(id, kMinute, 100, 1, 2)).finish();
  ASSERT_EQ(run.rows().size(), 2u);
  EXPECT_EQ(run.finals().size(), 2u);
  for (const auto& record : run.rows()) {
    EXPECT_EQ(record.header.cause_seq.value, 3u) << "one past the last record";
    EXPECT_EQ(record.as<WindowRowBody>().watermark.value, analytics::kAfterAll);
  }
}

TEST(Engine, NamesTheFirstAndTheLastInputOfARow) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(heartbeat(0)).on(trade(id, 1, 100, 1, 1)).on(quote(id, 2)).on(trade(id, 3, 100, 1, 2)).on(quote(id, 4));
  run.finish();
  EXPECT_EQ(run.rows().at(0).header.input_first.value, 2u);
  EXPECT_EQ(run.rows().at(0).header.input_last.value, 4u);
}

TEST(Engine, PutsTimeStampsFromTheFutureAsideAndCountsThem) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.max_future = 5 * kSecond}, kMinutes), instruments);
  run.on(trade(id, 0, 100, 1, 1));
  run.on(trade(id, 3'600 * kSecond, 999, 1, 2, kSecond));
  run.on(quote(id, 3'600 * kSecond, kSecond));
  EXPECT_TRUE(run.settle());
  EXPECT_TRUE(run.rows().empty()) << "time did not pass";
  EXPECT_EQ(run.counts().quarantined, 2u);
  EXPECT_EQ(run.engine().newest_event(), 0);
  run.on(trade(id, 6 * kSecond, 101, 1, 3, kSecond)).finish();
  EXPECT_EQ(run.counts().quarantined, 2u) << "just as far ahead as allowed";
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).count, 2u);
}

TEST(Engine, LeavesOutPricesThatAreNoMultipleOfTheUnitAndCountsThem) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A", 1, kCent);
  AnalyticsRun run(windows_yaml({.corrections = 64}, kMinutes), instruments);
  ringbuf::TradeBody off;
  off.price = {100 * kCent + 1};
  off.size = {5};
  run.on(trade(id, 0, 100, 1, 1)).on(ringbuf::make_record(id, {1}, {1}, off));
  ringbuf::TradeCancelBody to;
  to.trade_id = 1;
  to.kind = ringbuf::TradeCancelKind::corrected;
  to.price = {100 * kCent - 1};
  run.on(ringbuf::make_record(id, {2}, {2}, to)).finish();
  EXPECT_EQ(run.counts().off_unit, 2u);
  EXPECT_EQ(run.counts().corrected, 0u);
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).volume.value, 1u);
}

TEST(Engine, TakesNoTradeWithoutAPrice) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A", 1, 1);
  AnalyticsRun run(windows_yaml({.corrections = 64}, kMinutes), instruments);
  ringbuf::TradeBody none;
  none.price = ringbuf::kNoPrice;
  none.size = {5};
  run.on(trade(id, 0, 100, 1, 1)).on(ringbuf::make_record(id, {1}, {1}, none)).finish();
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).volume.value, 1u);
  EXPECT_EQ(run.counts().off_unit, 1u);
}

TEST(Engine, TakesLargeAndNegativePricesExactly) {
  AnalyticsInstruments instruments;
  const auto fine = instruments.add("A", 1, 1), coarse = instruments.add("B", 1, 3);
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  const auto at = [](ringbuf::InstrumentId id, Time time, std::int64_t price, std::uint64_t order) {
    ringbuf::TradeBody body;
    body.price = {price};
    body.size = {1};
    body.trade_id = order;
    return ringbuf::make_record(id, {time}, {time}, body);
  };
  const std::int64_t large = 4'000'000'000'000'000'001;
  run.on(at(fine, 0, large, 1)).on(at(fine, 1, -37'630'000'000, 2));
  run.on(at(coarse, 2, 3'000'000'000'000'000'003, 3)).on(at(coarse, 3, -9, 4)).on(at(coarse, 4, -8, 5)).finish();
  EXPECT_EQ(run.rows_of("T60", fine, 0).at(0).high.value, large);
  EXPECT_EQ(run.rows_of("T60", fine, 0).at(0).low.value, -37'630'000'000);
  EXPECT_EQ(run.rows_of("T60", coarse, 0).at(0).high.value, 3'000'000'000'000'000'003);
  EXPECT_EQ(run.rows_of("T60", coarse, 0).at(0).low.value, -9);
  EXPECT_EQ(run.counts().off_unit, 1u);
}

TEST(Engine, CountsRecordsOfInstrumentsThatNobodyDefinedAndTakesThemOnceTheyAre) {
  AnalyticsInstruments instruments;
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(trade({1}, 0, 100, 1, 1)).on(trade({5'000}, 0, 100, 1, 1));
  EXPECT_EQ(run.counts().unknown_instruments, 2u);
  instruments.add("A");
  run.on(trade({1}, 1, 100, 1, 2)).finish();
  EXPECT_EQ(run.rows_of("T60", {1}, 0).at(0).count, 1u);
}

TEST(Engine, ComputesForTheFirstSetThatNamesAnInstrumentAndLetsTimePassWithTheOthers) {
  AnalyticsInstruments instruments;
  const auto ibm = instruments.add("IBM"), other = instruments.add("ZZZ"), spy = instruments.add("SPY");
  const std::string yaml =
      "watermarks:\n  default: {bound: 0s, lateness: 0s}\nsets:\n"
      "  one:\n    symbols: [IBM]\n    windows: [{name: T60, size: 1m}]\n"
      "  two:\n    symbols: [IBM, 'SPY@XTST']\n    windows: [{name: T30, size: 30s}]\n";
  AnalyticsRun run(yaml, instruments);
  run.on(trade(ibm, 0, 100, 1, 1)).on(trade(spy, 1, 100, 1, 2)).on(trade(other, 2 * kMinute, 100, 1, 3));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 2u);
  EXPECT_EQ(run.rows_of("T60", ibm, 0).size(), 1u);
  EXPECT_EQ(run.rows_of("T30", spy, 0).size(), 1u);
}

TEST(Engine, LeavesOutTradesThatDoNotCountForVolume) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(trade(id, 0, 100, 1, 1, {}, ringbuf::TradeEligibility::none));
  run.on(trade(id, 1, 100, 1, 1, {}, ringbuf::TradeEligibility::last)).finish();
  EXPECT_TRUE(run.rows().empty());
  EXPECT_EQ(run.counts().trades, 0u);
}

TEST(Engine, OrdersTradesWithoutAnIdByTheirArrival) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(trade(id, 5, 101, 1, 0)).on(trade(id, 5, 102, 1, 0)).finish();
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).open.value, 101 * kCent);
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).close.value, 102 * kCent);
}

TEST(Engine, LeavesOutATradeThatASumHasNoRoomForCountsItAndMarksTheRow) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(trade(id, 0, 100, std::numeric_limits<std::uint64_t>::max(), 1)).on(trade(id, 1, 200, 1, 2)).finish();
  EXPECT_EQ(run.counts().overflows, 1u);
  EXPECT_EQ(run.rows_of("T60", id, 0).at(0).high.value, 100 * kCent);
  EXPECT_TRUE(has(quality_of(run, id, 0), Quality::gap_inside));
}

// ---- quality

TEST(Engine, MarksTheFirstWindowAsPartialAndNoOther) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A"), b = instruments.add("B");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(trade(a, 10 * kSecond, 100, 1, 1)).on(trade(b, kMinute, 100, 1, 2)).finish();
  EXPECT_EQ(quality_of(run, a, 0), Quality::partial_window);
  EXPECT_EQ(quality_of(run, b, kMinute), Quality::none) << "the feed was heard from its beginning";
}

TEST(Engine, MarksTheWindowsThatAGapTouchesOfThatFeedsInstrumentsAndNoOthers) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A", 1), b = instruments.add("B", 1), other = instruments.add("C", 2);
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments, 1, {"one", "two"});
  std::uint64_t order = 0;
  const auto all = [&](Time time) {
    for (const auto id : {a, b, other}) run.on(trade(id, time, 100, 1, ++order));
  };
  for (const Time minute : {0, 1, 2}) all(minute * kMinute);
  all(2 * kMinute + 30 * kSecond);
  run.on(gap(1, 2 * kMinute + 40 * kSecond));
  for (const Time minute : {4, 5, 6}) all(minute * kMinute + 10 * kSecond);
  run.finish();
  for (const auto id : {a, b}) {
    EXPECT_EQ(quality_of(run, id, kMinute), Quality::none);
    EXPECT_EQ(quality_of(run, id, 2 * kMinute), Quality::gap_inside);
    EXPECT_EQ(quality_of(run, id, 4 * kMinute), Quality::gap_inside);
    EXPECT_EQ(quality_of(run, id, 5 * kMinute), Quality::none);
  }
  for (const Time minute : {1, 2, 4, 5}) EXPECT_EQ(quality_of(run, other, minute * kMinute), Quality::none);
}

TEST(Engine, MarksAllFeedsWhenTheShardItselfLostInput) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A", 1), b = instruments.add("B", 2);
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments, 1, {"one", "two"});
  run.on(trade(a, 0, 100, 1, 1)).on(trade(b, 0, 100, 1, 2)).lose();
  run.on(trade(a, 1, 100, 1, 3)).on(trade(b, 1, 100, 1, 4)).finish();
  EXPECT_EQ(quality_of(run, a, 0), Quality::gap_inside);
  EXPECT_EQ(quality_of(run, b, 0), Quality::gap_inside);
}

TEST(Engine, MarksWindowsOfAFeedThatWasSilentTooLong) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.idle = 10 * kSecond}, kMinutes), instruments);
  run.on(trade(id, 0, 100, 1, 1)).on(heartbeat(9 * kSecond, 1, 9 * kSecond)).on(trade(id, kMinute, 100, 1, 2));
  run.on(heartbeat(kMinute + 10 * kSecond, 1, 10 * kSecond)).on(trade(id, kMinute + 20 * kSecond, 100, 1, 3));
  run.on(trade(id, 2 * kMinute, 100, 1, 4)).finish();
  EXPECT_EQ(quality_of(run, id, 0), Quality::none);
  EXPECT_EQ(quality_of(run, id, kMinute), Quality::stale_input);
  EXPECT_EQ(quality_of(run, id, 2 * kMinute), Quality::none);
}

TEST(Engine, TakesAFeedForSilentByWhatItsOwnHeartbeatSaysAndNotForWantOfTicks) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A", 1);
  AnalyticsRun run(windows_yaml({.idle = 10 * kSecond}, kMinutes), instruments, 1, {"one", "two"});
  run.on(trade(id, 0, 100, 1, 1));
  run.on(heartbeat(kMinute, 1, kSecond)).on(trade(id, 2 * kMinute, 100, 1, 2));  // quiet: packets come
  run.on(heartbeat(3 * kMinute, 2, kMinute)).on(trade(id, 4 * kMinute, 100, 1, 3)).finish();
  for (const Time minute : {0, 2, 4}) EXPECT_EQ(quality_of(run, id, minute * kMinute), Quality::none) << minute;
}

TEST(Engine, TakesAFeedFromAFileForSilentNeverHoweverSparseItIs) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.idle = 10 * kSecond}, kMinutes), instruments);
  for (int hour = 0; hour < 3; ++hour) {
    const Time time = hour * 60 * kMinute;
    run.on(ringbuf::make_record(ringbuf::kNoInstrument, {time}, {time}, ringbuf::SourcePositionBody{}));
    run.on(trade(id, time, 100, 1, static_cast<std::uint64_t>(hour) + 1));
  }
  run.finish();
  for (int hour = 0; hour < 3; ++hour) EXPECT_EQ(quality_of(run, id, hour * 60 * kMinute), Quality::none) << hour;
}

TEST(Engine, MarksRowsWithATradeWhoseClockIsSuspect) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  ringbuf::Record suspect = trade(id, 1, 100, 1, 2);
  suspect.header.flags = ringbuf::RecordFlags::bad_clock;
  run.on(trade(id, 0, 100, 1, 1)).on(suspect).on(trade(id, kMinute, 100, 1, 3)).finish();
  EXPECT_EQ(quality_of(run, id, 0), Quality::clock_suspect);
  EXPECT_EQ(quality_of(run, id, kMinute), Quality::none);
}

// ---- feeds

TEST(Engine, LetsFeedsOfAGroupWaitForEachOtherAndOthersNot) {
  AnalyticsInstruments instruments;
  const auto a = instruments.add("A", 1), b = instruments.add("B", 2), alone = instruments.add("C", 3);
  WindowsYaml yaml;
  yaml.groups = "  us: {feeds: [one, two], bound: 0s, lateness: 0s, idle: 1h}\n";
  AnalyticsRun run(windows_yaml(yaml, kMinutes), instruments, 1, {"one", "two", "three"});
  run.on(trade(a, 0, 100, 1, 1)).on(trade(b, 0, 100, 1, 2)).on(trade(alone, 0, 100, 1, 3));
  run.on(quote(a, kMinute)).on(quote(alone, kMinute));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 1u);
  EXPECT_EQ(run.rows_of("T60", alone, 0).size(), 1u);
  run.on(quote(b, kMinute));
  EXPECT_TRUE(run.settle());
  EXPECT_EQ(run.rows().size(), 3u);
}

TEST(Engine, ClosesTheLastWindowsOfAQuietEveningByHeartbeats) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  WindowsYaml yaml{.bound = kSecond, .idle = 10 * kSecond, .when_all_idle = "advance"};
  AnalyticsRun run(windows_yaml(yaml, kMinutes), instruments);
  run.on(trade(id, 0, 100, 1, 1)).on(heartbeat(kMinute + 11 * kSecond - 1));
  EXPECT_TRUE(run.settle());
  EXPECT_TRUE(run.rows().empty());
  run.on(heartbeat(kMinute + 11 * kSecond));
  EXPECT_TRUE(run.settle());
  ASSERT_EQ(run.rows().size(), 1u);
  EXPECT_EQ(run.rows()[0].header.ts_recv.value, kMinute + 11 * kSecond);
}

TEST(Engine, RefusesAGroupWithAFeedThatThePlantDoesNotHave) {
  AnalyticsInstruments instruments;
  WindowsYaml yaml;
  yaml.groups = "  us: {feeds: [one, mars], bound: 0s}\n";
  EXPECT_THROW(AnalyticsRun(windows_yaml(yaml, kMinutes), instruments), platform::SetupError);
}

TEST(Engine, TellsEachShardsInstrumentsOnceAndByThatShard) {
  AnalyticsInstruments instruments;
  for (int i = 0; i < 10; ++i) instruments.add("S" + std::to_string(i));
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments, 3);
  for (std::uint32_t id = 1; id <= 10; ++id) run.on(trade({id}, id, 100, 1, id));
  run.finish();
  EXPECT_EQ(run.rows().size(), 10u);
  EXPECT_EQ(run.engine(0).counts().trades, 3u);
  EXPECT_EQ(run.engine(1).counts().trades, 4u);
  EXPECT_EQ(run.engine(2).counts().trades, 3u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
