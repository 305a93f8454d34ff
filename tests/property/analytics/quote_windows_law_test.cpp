// Whatever comes, in however many shards and however the sweep comes by: values of quotes are those of a naive pass
// over all quotes that were in time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "tests/support/analytics_run.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::IndicatorValuesBody;

constexpr Time kBound = 3 * kSecond, kLateness = 7 * kSecond;
const std::vector<std::string> kWindows{"{name: A, size: 10s}", "{name: B, size: 30s, slide: 10s}",
                                        "{name: C, size: 7s, slide: 3s}"};
const std::string kOf = "[spread, mean_spread, min_spread, max_spread, imbalance, mean_imbalance, microprice]";
const std::map<std::string, Time> kSizes{{"A", 10 * kSecond}, {"B", 30 * kSecond}, {"C", 7 * kSecond}};

std::string yaml() {
  std::string lines = "    quotes:\n";
  for (const auto& [name, size] : kSizes) lines += "      - {on: " + name + ", of: " + kOf + "}\n";
  return windows_yaml({.bound = kBound, .lateness = kLateness, .set_lines = lines}, kWindows);
}

struct Day {
  AnalyticsInstruments instruments;
  std::vector<ringbuf::Record> records;
};

/// Quotes of one instrument come in the order of their times, each within B + L of the newest: none is dropped.
void make_day(Day& day, Random& random) {
  const std::uint32_t count = 1 + random.below(9);
  for (std::uint32_t i = 0; i < count; ++i) day.instruments.add("S" + std::to_string(i));
  std::vector<Time> newest(count, 0);
  Time now = 100 * kSecond;
  for (std::uint32_t i = 300 + random.below(700); i > 0; --i) {
    now += static_cast<Time>(random.below(300)) * 1'000'000;
    if (random.chance(1, 100)) now += 60 * kSecond;
    const std::uint32_t which = random.below(count);
    const ringbuf::InstrumentId id{which + 1};
    Time time = now - (random.chance(1, 4) ? static_cast<Time>(random.below(10'000)) * 1'000'000 : 0);
    if (random.chance(1, 8)) time = time / kSecond * kSecond;
    if (random.chance(1, 3)) {
      day.records.push_back(trade(id, time, 1000, 1, i, now));
      continue;
    }
    time = std::max(time, newest[which]);
    newest[which] = time;
    if (random.chance(1, 40)) {
      day.records.push_back(ringbuf::make_record(id, {time}, {now}, ringbuf::BookClearBody{}));
      continue;
    }
    ringbuf::QuoteBody body;
    const std::int64_t bid = 1000 + random.below(50);
    if (!random.chance(1, 10)) body.bid_price = {bid * kCent};
    if (!random.chance(1, 10)) body.ask_price = {(bid + random.below(30) - 5) * kCent};
    body.bid_size = {1 + random.below(500)};
    body.ask_size = {1 + random.below(500)};
    day.records.push_back(ringbuf::make_record(id, {time}, {now}, body));
  }
}

std::vector<std::string> lines_of(const AnalyticsRun& run) {
  std::vector<std::string> lines;
  for (const DerivedRecord& record : run.others(ringbuf::DerivedType::indicator_values)) {
    const auto body = record.as<IndicatorValuesBody>();
    std::string line = run.program().name_of(record.header.function) + ' ' +
                       std::to_string(record.header.instrument.value) + ' ' + std::to_string(body.start.value) + ' ' +
                       std::to_string(body.bar_index) + " cause " + std::to_string(record.header.cause_seq.value) +
                       " quality " + std::to_string(static_cast<std::uint32_t>(record.header.quality));
    for (std::size_t i = 0; i < body.count; ++i) line += ' ' + std::to_string(body.value.at(i));
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// From all quotes of the instrument, in order: nothing is kept, nothing is merged.
std::vector<double> slowly(const Day& day, ringbuf::InstrumentId id, Time start, Time end) {
  using analytics::StandingQuote;
  StandingQuote standing;
  Time since = start;
  double spread_time = 0, imbalance_time = 0, min = 1e9, max = -1e9;
  Time both = 0;
  const auto see = [&] {
    if (standing.has_spread()) min = std::min(min, static_cast<double>(standing.spread) / 1e9);
    if (standing.has_spread()) max = std::max(max, static_cast<double>(standing.spread) / 1e9);
  };
  const auto hold_until = [&](Time time) {
    if (standing.has_spread()) {
      spread_time += static_cast<double>(standing.spread) * 1e-9 * static_cast<double>(time - since);
      imbalance_time += static_cast<double>(standing.imbalance) * 1e-9 * static_cast<double>(time - since);
      both += time - since;
    }
    since = time;
  };
  bool begun = false;
  for (const ringbuf::Record& record : day.records) {
    const Time time = record.header.ts_event.value;
    if (record.header.instrument != id || record.header.type == ringbuf::RecordType::trade || time >= end) continue;
    if (time > start && !begun) see();
    begun |= time >= start;
    if (time > start) hold_until(time);
    standing = record.header.type == ringbuf::RecordType::quote ? StandingQuote::of(record.as<ringbuf::QuoteBody>())
                                                                : StandingQuote{};
    if (time >= start) see();
  }
  if (!begun) see();
  hold_until(end);
  const double none = ringbuf::kNoValue;
  const bool now = standing.has_spread();
  return {now ? static_cast<double>(standing.spread) / 1e9 : none,
          both != 0 ? spread_time / static_cast<double>(both) : none,
          min <= max ? min : none,
          min <= max ? max : none,
          now ? static_cast<double>(standing.imbalance) / 1e9 : none,
          both != 0 ? imbalance_time / static_cast<double>(both) : none,
          standing.microprice()};
}

TEST(QuoteWindowsLaw, AreWhatANaivePassSaysInAnyNumberOfShardsAndAtAnySweep) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Random random{test_seed()};
  std::size_t compared = 0;
  for (int round = 0; round < 25; ++round) {
    Day day;
    make_day(day, random);
    AnalyticsRun run(yaml(), day.instruments);
    run.on(day.records).finish();
    ASSERT_EQ(run.counts().quotes_dropped, 0u);
    ASSERT_EQ(run.engine().panes(), 0u);
    for (const DerivedRecord& record : run.others(ringbuf::DerivedType::indicator_values)) {
      const auto body = record.as<IndicatorValuesBody>();
      const auto slow = slowly(day, record.header.instrument, body.start.value, body.end.value);
      ASSERT_EQ(body.count, slow.size());
      for (std::size_t i = 0; i < slow.size(); ++i) {
        ++compared;
        ASSERT_EQ(std::isnan(body.value.at(i)), std::isnan(slow[i])) << i << " of " << body.start.value;
        if (!std::isnan(slow[i])) {
          ASSERT_NEAR(body.value.at(i), slow[i], 1e-7) << i;
        }
      }
    }
    const auto lines = lines_of(run);
    for (const std::uint32_t shards : {2u, 5u}) {
      AnalyticsRun sharded(yaml(), day.instruments, shards);
      for (const ringbuf::Record& record : day.records) {
        sharded.on(record);
        if (random.chance(1, 7)) sharded.pause();
        if (random.chance(1, 300)) sharded.restart();
      }
      sharded.finish();
      ASSERT_EQ(lines_of(sharded), lines);
      ASSERT_EQ(sharded.output_hash(), run.output_hash());
      ASSERT_EQ(sharded.counts().quotes, run.counts().quotes);
    }
  }
  EXPECT_GT(compared, 10'000u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
