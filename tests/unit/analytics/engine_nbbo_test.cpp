// Three venues of one symbol through the engine: on bars of each, and on each change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "tests/support/analytics_run.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using analytics::QuoteState;
using ringbuf::DerivedRecord;
using ringbuf::IndicatorValuesBody;
using ringbuf::InstrumentId;

const std::vector<std::string> kMinutes{"{name: T60, size: 1m}"};
const std::vector<std::string> kFeeds{"nasdaq", "arca", "bats"};
const std::string kTogether =
    "  us: {feeds: [nasdaq, arca, bats], bound: 0s, lateness: 10s, idle: 30s, when_all_idle: hold}\n";
enum : std::size_t { kBid, kAsk, kBidSize, kAskSize, kBidVenues, kAskVenues, kState };

std::string yaml_of(const std::string& nbbo) {
  return windows_yaml({.groups = kTogether,
                       .set_lines = "    nbbo: " + nbbo +
                                    "\n    quotes:\n      - {on: T60, of: [spread, nbbo_bid, nbbo_ask, nbbo_spread, "
                                    "nbbo_mean_spread, nbbo_imbalance, nbbo_microprice]}\n"},
                      kMinutes);
}

struct Market {
  AnalyticsInstruments instruments;
  InstrumentId nasdaq = instruments.add("A", 1, kCent, 0, "XNAS");
  InstrumentId arca = instruments.add("A", 2, kCent, 0, "ARCX");
  InstrumentId bats = instruments.add("A", 3, kCent, 0, "BATS");
};

ringbuf::Record bbo(InstrumentId id, Time time, std::int64_t bid, std::int64_t ask, std::uint64_t bid_size = 100,
                    std::uint64_t ask_size = 100) {
  const ringbuf::QuoteBody body{{bid * kCent}, {ask * kCent}, {bid_size}, {ask_size}};
  return ringbuf::make_record(id, {time}, {time}, body);
}

std::vector<DerivedRecord> named(const AnalyticsRun& run, const std::string& function) {
  std::vector<DerivedRecord> found;
  for (const DerivedRecord& record : run.others(ringbuf::DerivedType::indicator_values)) {
    if (run.program().name_of(record.header.function) == function) found.push_back(record);
  }
  return found;
}
/// Each change: "bid ask bid_size ask_size bid_venues ask_venues state".
std::vector<std::string> changes(const AnalyticsRun& run) {
  std::vector<std::string> lines;
  for (const DerivedRecord& record : named(run, "nbbo.bid")) {
    const auto body = record.as<IndicatorValuesBody>();
    std::string line;
    for (std::size_t i = 0; i < body.count; ++i) {
      char text[32];
      std::snprintf(text, sizeof text, "%s%g", i == 0 ? "" : " ", body.value.at(i));
      line += text;
    }
    lines.push_back(line);
  }
  return lines;
}

TEST(EngineNbbo, TellsEachChangeAsOneOfTheInstrumentThatMadeIt) {
  Market market;
  AnalyticsRun run(yaml_of("{publish: true}"), market.instruments, 1, kFeeds);
  run.on(bbo(market.nasdaq, 1, 1000, 1004, 100, 200)).on(bbo(market.arca, 2, 1001, 1004, 300, 50));
  run.on(bbo(market.bats, 3, 999, 1005)).on(bbo(market.nasdaq, 4, 1000, 1001)).on(bbo(market.nasdaq, 5, 1002, 1003));
  run.on(bbo(market.arca, 6, 1003, 1004)).on(bbo(market.arca, 7, 1006, 1009));
  EXPECT_EQ(changes(run), (std::vector<std::string>{"10 10.04 100 200 1 1 3", "10.01 10.04 300 250 1 2 3",
                                                    "10.01 10.01 300 100 1 1 4", "10.02 10.03 100 100 1 1 3",
                                                    "10.03 10.03 100 100 1 1 4", "10.06 10.03 100 100 1 1 5"}));
  const auto told = named(run, "nbbo.bid");
  EXPECT_EQ(told[1].header.instrument, market.arca);
  EXPECT_EQ(told[1].header.cause_seq.value, 2u);
  EXPECT_EQ(told[1].header.ts_event.value, 2);
  EXPECT_EQ(told[1].header.basis, ringbuf::Basis::tick);
  EXPECT_EQ(run.counts().nbbo_changes, 6u);
}

TEST(EngineNbbo, StandsOnTheBarOfEachVenue) {
  Market market;
  AnalyticsRun run(yaml_of("true"), market.instruments, 1, kFeeds);
  run.on(bbo(market.nasdaq, 0, 1000, 1004)).on(bbo(market.arca, 0, 1001, 1005, 300, 100));
  run.on(trade(market.nasdaq, 1, 1002, 1, 1)).on(trade(market.bats, 2, 1002, 1, 2));
  run.on(bbo(market.bats, 30 * kSecond, 1002, 1004, 300, 100)).finish();
  EXPECT_TRUE(named(run, "nbbo.bid").empty()) << "not asked for";
  const auto told = named(run, "T60.spread");
  ASSERT_EQ(told.size(), 2u) << "arca has no bar";
  for (const DerivedRecord& record : told) {
    const auto& value = record.as<IndicatorValuesBody>().value;
    EXPECT_DOUBLE_EQ(value[0], record.header.instrument == market.nasdaq ? 0.04 : 0.02) << "its own";
    EXPECT_DOUBLE_EQ(value[1], 10.02);
    EXPECT_DOUBLE_EQ(value[2], 10.04);
    EXPECT_DOUBLE_EQ(value[3], 0.02);
    EXPECT_DOUBLE_EQ(value[4], 0.025);
    EXPECT_DOUBLE_EQ(value[5], 0.2) << "300 against the 200 of two venues";
    EXPECT_DOUBLE_EQ(value[6], 10.02 + 0.02 * 0.6);
  }
}

TEST(EngineNbbo, LeavesOutAFeedThatIsStaleUntilItSpeaks) {
  Market market;
  AnalyticsRun run(yaml_of("{publish: true}"), market.instruments, 1, kFeeds);
  run.on(bbo(market.nasdaq, 0, 1000, 1004)).on(bbo(market.arca, 0, 1001, 1003));
  run.on(bbo(market.nasdaq, 20 * kSecond, 1000, 1004)).on(heartbeat(31 * kSecond, 2, kSecond));
  ASSERT_EQ(changes(run).back(), "10.01 10.03 100 100 1 1 3") << "arca is quiet: its quote stands";
  run.on(heartbeat(41 * kSecond, 1, 21 * kSecond)).on(heartbeat(42 * kSecond, 2, 31 * kSecond));
  ASSERT_EQ(changes(run).back(), "10 10.04 100 100 1 1 3") << "arca is silent";
  EXPECT_EQ(named(run, "nbbo.bid").back().header.instrument, market.arca);
  run.on(trade(market.arca, 43 * kSecond, 1002, 1, 1));
  EXPECT_EQ(changes(run).back(), "10.01 10.03 100 100 1 1 3");
  ringbuf::SessionBody session;
  session.feed = {2};
  run.on(ringbuf::make_record(ringbuf::kNoInstrument, {44 * kSecond}, {44 * kSecond}, session));
  EXPECT_EQ(changes(run).back(), "10 10.04 100 100 1 1 3") << "a new day: arca has not quoted";
  run.on(ringbuf::make_record(market.nasdaq, {45 * kSecond}, {45 * kSecond}, ringbuf::BookClearBody{}));
  EXPECT_EQ(changes(run).back(), "nan nan 0 0 0 0 0");
}

TEST(EngineNbbo, IsOfTheVenuesThatAreNamed) {
  Market market;
  AnalyticsRun run(yaml_of("{venues: [XNAS, BATS], publish: true}"), market.instruments, 1, kFeeds);
  run.on(bbo(market.nasdaq, 1, 1000, 1004)).on(bbo(market.arca, 2, 1003, 1004)).on(bbo(market.bats, 3, 1001, 1004));
  EXPECT_EQ(changes(run), (std::vector<std::string>{"10 10.04 100 100 1 1 3", "10.01 10.04 100 200 1 2 3"}));
}

TEST(EngineNbbo, CountsSizesInTheUnitsOfTheFirstAndRefusesFinerOnes) {
  AnalyticsInstruments instruments;
  const auto first = instruments.add("A", 1, kCent, 0, "XNAS", 2),
             coarse = instruments.add("A", 2, kCent, 0, "ARCX", 0), fine = instruments.add("A", 3, kCent, 0, "BATS", 3),
             twice = instruments.add("A", 3, kCent, 0, "XNAS", 2);
  AnalyticsRun run(yaml_of("{publish: true}"), instruments, 1, kFeeds);
  run.on(bbo(first, 1, 1000, 1004, 150, 50)).on(bbo(coarse, 2, 1000, 1004, 1, 1));
  run.on(bbo(fine, 3, 1001, 1002)).on(bbo(twice, 4, 1001, 1002));
  EXPECT_EQ(changes(run), (std::vector<std::string>{"10 10.04 1.5 0.5 1 1 3", "10 10.04 2.5 1.5 2 2 3"}));
  EXPECT_EQ(run.counts().nbbo_refused, 2u);
}

TEST(EngineNbbo, IsTheSameInAnyNumberOfShardsAndAtAnySweep) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Random random{test_seed()};
  for (int round = 0; round < 15; ++round) {
    AnalyticsInstruments instruments;
    const std::vector<std::string> venues{"XNAS", "ARCX", "BATS"};
    for (const char* const symbol : {"A", "B", "C", "D"}) {
      for (std::uint16_t feed = 1; feed <= 3; ++feed) {
        if (random.chance(4, 5)) instruments.add(symbol, feed, kCent, 0, venues[feed - 1u]);
      }
    }
    std::vector<ringbuf::Record> records;
    Time now = 100 * kSecond;
    for (std::uint64_t i = 1; i < 800 && instruments.count() != 0; ++i) {
      now += static_cast<Time>(random.below(400)) * 1'000'000;
      if (random.chance(1, 150)) now += 40 * kSecond;
      const InstrumentId id{1 + random.below(static_cast<std::uint32_t>(instruments.count()))};
      const Time time = now - static_cast<Time>(random.below(random.chance(1, 5) ? 12'000 : 2)) * 1'000'000;
      const std::int64_t bid = 1000 + random.below(6);
      ringbuf::Record record = bbo(id, time, bid, bid + random.below(5) - 1, 1 + random.below(5), 1 + random.below(5));
      if (random.chance(1, 4)) record = trade(id, time, 1000, 1, i);
      if (random.chance(1, 50)) record = ringbuf::make_record(id, {time}, {now}, ringbuf::BookClearBody{});
      record.header.ts_recv = {now};
      if (random.chance(1, 30)) {
        record = heartbeat(now, static_cast<std::uint16_t>(1 + random.below(3)), random.below(60) * kSecond);
      }
      if (random.chance(1, 100)) record = gap(static_cast<std::uint16_t>(1 + random.below(3)), now);
      if (random.chance(1, 200)) {
        ringbuf::SessionBody session;
        session.feed = {static_cast<std::uint16_t>(1 + random.below(3))};
        record = ringbuf::make_record(ringbuf::kNoInstrument, {now}, {now}, session);
      }
      records.push_back(record);
    }
    AnalyticsRun whole(yaml_of("{publish: true}"), instruments, 1, kFeeds);
    whole.on(records).finish();
    ASSERT_EQ(whole.engine().panes(), 0u);
    for (const std::uint32_t shards : {1u, 2u, 5u, 8u}) {
      AnalyticsRun sharded(yaml_of("{publish: true}"), instruments, shards, kFeeds);
      for (const ringbuf::Record& record : records) {
        sharded.on(record);
        if (random.chance(1, 6)) sharded.pause();
        if (random.chance(1, 400)) sharded.restart();
      }
      sharded.finish();
      ASSERT_EQ(sharded.output_hash(), whole.output_hash()) << shards;
      ASSERT_EQ(sharded.counts().nbbo_changes, whole.counts().nbbo_changes);
      ASSERT_EQ(sharded.others(ringbuf::DerivedType::indicator_values).size(),
                whole.others(ringbuf::DerivedType::indicator_values).size());
    }
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
