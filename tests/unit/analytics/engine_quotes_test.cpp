// Quotes and trades through the engine: what is said of the quotes of a window next to its bar.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::IndicatorValuesBody;
using ringbuf::Quality;

const std::vector<std::string> kMinutes{"{name: T60, size: 1m}"};
const std::string kAll =
    "    quotes:\n      - {on: T60, of: [spread, mean_spread, min_spread, max_spread, imbalance, mean_imbalance, "
    "microprice]}\n";
enum : std::size_t { kSpread, kMean, kMin, kMax, kImbalance, kMeanImbalance, kMicroprice, kCount };

ringbuf::Record bbo(ringbuf::InstrumentId id, Time time, std::int64_t bid, std::int64_t ask,
                    std::uint64_t bid_size = 100, std::uint64_t ask_size = 100) {
  const ringbuf::QuoteBody body{{bid * kCent}, {ask * kCent}, {bid_size}, {ask_size}};
  return ringbuf::make_record(id, {time}, {time}, body);
}
ringbuf::Record received_at(Time received, ringbuf::Record record) {
  record.header.ts_recv = {received};
  return record;
}

/// The values on "T60" of windows that begin at `start`.
std::vector<DerivedRecord> values_at(const AnalyticsRun& run, Time start, const std::string& first = "T60.spread") {
  std::vector<DerivedRecord> found;
  for (const DerivedRecord& record : run.others(DerivedType::indicator_values)) {
    if (record.as<IndicatorValuesBody>().start.value == start &&
        run.program().name_of(record.header.function) == first) {
      found.push_back(record);
    }
  }
  return found;
}

TEST(EngineQuotes, SaysOnceAWindowIsFinalWhatStoodInIt) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.lateness = 10 * kSecond, .set_lines = kAll}, kMinutes), instruments);
  run.on(bbo(id, 0, 1000, 1002, 300, 100))
      .on(trade(id, 5 * kSecond, 1001, 10, 1))
      .on(bbo(id, 45 * kSecond, 1000, 1006, 100, 300))
      .on(bbo(id, 60 * kSecond, 1000, 1020))
      .on(bbo(id, 69 * kSecond, 1000, 1021));
  ASSERT_TRUE(run.settle());
  EXPECT_TRUE(run.others(DerivedType::indicator_values).empty()) << "the window may still change";
  run.on(bbo(id, 70 * kSecond, 1000, 1022));
  ASSERT_TRUE(run.settle());
  const auto found = values_at(run, 0);
  ASSERT_EQ(found.size(), 1u);
  const auto body = found[0].as<IndicatorValuesBody>();
  EXPECT_EQ(found[0].header.basis, ringbuf::Basis::final);
  EXPECT_EQ(found[0].header.instrument, id);
  EXPECT_EQ(found[0].header.cause_seq.value, run.cause());
  EXPECT_EQ(found[0].header.input_first.value, 2u) << "of the bar";
  EXPECT_EQ(found[0].header.quality, Quality::none);
  EXPECT_EQ(body.end.value, kMinute);
  EXPECT_EQ(body.bar_index, 0u);
  ASSERT_EQ(body.count, kCount);
  EXPECT_DOUBLE_EQ(body.value[kSpread], 0.06);
  EXPECT_DOUBLE_EQ(body.value[kMean], (0.02 * 45 + 0.06 * 15) / 60);
  EXPECT_DOUBLE_EQ(body.value[kMin], 0.02);
  EXPECT_DOUBLE_EQ(body.value[kMax], 0.06);
  EXPECT_DOUBLE_EQ(body.value[kImbalance], -0.5);
  EXPECT_DOUBLE_EQ(body.value[kMeanImbalance], (0.5 * 45 - 0.5 * 15) / 60);
  EXPECT_DOUBLE_EQ(body.value[kMicroprice], 10 + 0.06 * 0.25);
  EXPECT_TRUE(std::isnan(body.value[kCount]));
}

TEST(EngineQuotes, SaysNothingOfWindowsWithoutABar) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = kAll}, kMinutes), instruments);
  run.on(bbo(id, 0, 1000, 1002)).on(bbo(id, 3 * kMinute, 1000, 1004));
  run.on(trade(id, 5 * kMinute, 1001, 1, 1)).on(bbo(id, 6 * kMinute, 1000, 1001)).finish();
  const auto all = run.others(DerivedType::indicator_values);
  ASSERT_EQ(all.size(), 1u);
  const auto body = all[0].as<IndicatorValuesBody>();
  EXPECT_EQ(body.start.value, 5 * kMinute);
  EXPECT_DOUBLE_EQ(body.value[kMean], 0.04) << "what stood for minutes";
}

TEST(EngineQuotes, NumbersBarsAsIndicatorsDo) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = "    indicators: [{on: T60, of: [sma(2)]}]\n" + kAll}, kMinutes),
                   instruments);
  for (const Time minute : {0, 3, 4}) {
    run.on(bbo(id, minute * kMinute, 1000, 1002)).on(trade(id, minute * kMinute + 1, 1001, 1, 1));
  }
  run.finish();
  for (const Time minute : {0, 3, 4}) {
    const auto averages = values_at(run, minute * kMinute, "T60.sma(2)");
    const auto quotes = values_at(run, minute * kMinute);
    ASSERT_TRUE(averages.size() == 1 && quotes.size() == 1);
    EXPECT_EQ(quotes[0].as<IndicatorValuesBody>().first_output, 1u);
    EXPECT_EQ(quotes[0].header.function.value, averages[0].header.function.value + 1);
    EXPECT_EQ(averages[0].as<IndicatorValuesBody>().bar_index, quotes[0].as<IndicatorValuesBody>().bar_index);
  }
}

TEST(EngineQuotes, HaveNothingThatStandsOnceTheBookIsCleared) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = kAll}, kMinutes), instruments);
  run.on(bbo(id, 0, 1000, 1002)).on(trade(id, 1, 1001, 1, 1));
  run.on(ringbuf::make_record(id, {30 * kSecond}, {30 * kSecond}, ringbuf::BookClearBody{}));
  run.on(trade(id, kMinute, 1001, 1, 2)).finish();
  const auto first = values_at(run, 0).at(0).as<IndicatorValuesBody>();
  EXPECT_TRUE(std::isnan(first.value[kSpread]) && std::isnan(first.value[kMicroprice]));
  EXPECT_DOUBLE_EQ(first.value[kMean], 0.02);
  EXPECT_TRUE(std::isnan(values_at(run, kMinute).at(0).as<IndicatorValuesBody>().value[kMean]));
}

TEST(EngineQuotes, AreInDoubtAsLongAsOneOfADoubtfulBookStands) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = kAll}, kMinutes), instruments);
  ringbuf::Record doubtful = bbo(id, kMinute + 1, 1000, 1002);
  doubtful.header.flags = ringbuf::RecordFlags::maybe_bad_book;
  run.on(bbo(id, 0, 1000, 1002)).on(trade(id, 1, 1001, 1, 1)).on(doubtful);
  run.on(trade(id, kMinute + 2, 1001, 1, 2)).on(trade(id, 2 * kMinute, 1001, 1, 3));
  run.on(bbo(id, 3 * kMinute, 1000, 1002)).on(trade(id, 3 * kMinute, 1001, 1, 4)).finish();
  const auto is_doubtful = [&](Time minute) {
    return has(values_at(run, minute * kMinute).at(0).header.quality, Quality::recovering);
  };
  EXPECT_FALSE(is_doubtful(0));
  EXPECT_TRUE(is_doubtful(1));
  EXPECT_TRUE(is_doubtful(2)) << "it still stood";
  EXPECT_FALSE(is_doubtful(3));
}

TEST(EngineQuotes, DoNotStandIntoTheNextTradingDay) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = kAll}, kMinutes), instruments);
  run.on(bbo(id, 0, 1000, 1002)).on(trade(id, 1, 1001, 1, 1));
  ringbuf::SessionBody session;
  session.feed = {1};
  run.on(ringbuf::make_record({}, {3 * kMinute}, {3 * kMinute}, session));
  run.on(trade(id, 2 * kMinute, 1001, 1, 2)).on(trade(id, 3 * kMinute, 1001, 1, 3)).finish();
  EXPECT_DOUBLE_EQ(values_at(run, 2 * kMinute).at(0).as<IndicatorValuesBody>().value[kMean], 0.02);
  EXPECT_TRUE(std::isnan(values_at(run, 3 * kMinute).at(0).as<IndicatorValuesBody>().value[kMax]));
}

TEST(EngineQuotes, TakeLateQuotesUntilTheWindowIsFinal) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.lateness = 30 * kSecond, .set_lines = kAll}, kMinutes), instruments);
  run.on(trade(id, 0, 1001, 1, 1)).on(trade(id, 80 * kSecond, 1001, 1, 2));
  run.on(received_at(80 * kSecond, bbo(id, 40 * kSecond, 1000, 1004)));
  run.on(trade(id, 90 * kSecond, 1001, 1, 3));
  run.on(received_at(90 * kSecond, bbo(id, 50 * kSecond, 1000, 1008)));
  run.finish();
  EXPECT_DOUBLE_EQ(values_at(run, 0).at(0).as<IndicatorValuesBody>().value[kMean], 0.04);
  EXPECT_DOUBLE_EQ(values_at(run, kMinute).at(0).as<IndicatorValuesBody>().value[kMin], 0.08) << "it stands since then";
  EXPECT_EQ(run.counts().quotes, 2u);
  EXPECT_EQ(run.counts().quotes_dropped, 1u);
}

TEST(EngineQuotes, SayWhatTheirInputLacked) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({.set_lines = kAll}, kMinutes), instruments);
  run.on(trade(id, 0, 1001, 1, 1)).on(bbo(id, 1, 1000, 1002)).on(gap(1, 2)).on(trade(id, 3, 1001, 1, 2));
  auto suspect = bbo(id, kMinute, 1000, 1002);
  suspect.header.flags = ringbuf::RecordFlags::bad_clock;
  run.on(suspect).on(trade(id, kMinute + 1, 1001, 1, 3)).finish();
  const auto lossy = values_at(run, 0).at(0), late = values_at(run, kMinute).at(0);
  EXPECT_EQ(lossy.header.quality, Quality::gap_inside);
  EXPECT_EQ(lossy.as<IndicatorValuesBody>().affected, (1u << kCount) - 1);
  EXPECT_EQ(late.header.quality, Quality::clock_suspect);
}

TEST(EngineQuotes, KeepNoMemoryWhenOnlyQuotesCome) {
  AnalyticsInstruments instruments;
  std::vector<ringbuf::InstrumentId> ids;
  for (int i = 0; i < 70; ++i) ids.push_back(instruments.add("S" + std::to_string(i)));
  AnalyticsRun run(windows_yaml({.lateness = 10 * kSecond, .set_lines = kAll}, kMinutes), instruments);
  std::size_t most = 0;
  for (int minute = 0; minute < 200; ++minute) {
    for (const auto id : ids) run.on(bbo(id, minute * kMinute + id.value, 1000, 1002));
    ASSERT_TRUE(run.settle());
    most = std::max(most, run.engine().panes());
  }
  EXPECT_LE(most, 3 * ids.size());
  run.finish();
  EXPECT_EQ(run.engine().panes(), 0u);
}

TEST(EngineQuotes, CostNothingWhereNobodyAsked) {
  AnalyticsInstruments instruments;
  const auto id = instruments.add("A");
  AnalyticsRun run(windows_yaml({}, kMinutes), instruments);
  run.on(bbo(id, 0, 1000, 1002)).on(trade(id, 1, 1001, 1, 1)).on(bbo(id, 2 * kMinute, 1000, 1002));
  EXPECT_EQ(run.counts().quotes, 0u);
  run.finish();
  EXPECT_TRUE(run.others(DerivedType::indicator_values).empty());
}

}  // namespace
}  // namespace tickplant::tests::this_file
