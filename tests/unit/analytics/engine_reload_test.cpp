// Going over to another analytics file in the middle of the input: what is the same goes on as if nothing had been,
// what is new begins as at a start, what has gone is silent; functions keep their ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "analytics/program_changes.hpp"
#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::Quality;
using testing::ElementsAre;

const std::string kHead = "watermarks: {default: {bound: 0s, lateness: 1s, idle: 1h, max_future: 24h}}\nsets:\n";
const std::string kStocks =
    "  stocks:\n    symbols: [S*]\n    windows: [{name: T60, size: 1m}, {name: S300_60, size: 5m, slide: 1m}]\n"
    "    indicators: [{on: T60, of: [sma(3), rsi(4)]}, {on: ticks, of: [ema(5)]}]\n"
    "    signals: [{name: up, on: T60, cross: [price, sma(3)]}, {name: swing, on: T60, swing: {percent: 1}, basis: "
    "tick}]\n";
const std::string kCoins = "  coins:\n    symbols: [C*]\n    windows: [{name: T5, size: 5s}, {name: K, ticks: 7}]\n";
const std::string kOtherCoins =
    "  coins:\n    symbols: [C*]\n    windows: [{name: T5, size: 5s}, {name: T10, size: 10s}]\n    indicators: [{on: "
    "T10, of: [sma(2)]}]\n";
const std::string kRest = "  rest:\n    windows: [{name: T60, size: 1m}]\n";

/// A trade a second of some instrument, in order.
std::vector<ringbuf::Record> trades(int count) {
  std::vector<ringbuf::Record> all;
  for (int i = 0; i < count; ++i) {
    const ringbuf::InstrumentId id{static_cast<std::uint32_t>(i % 4 + 1)};
    all.push_back(trade(id, i * kSecond + 7, 1'000 + i * i % 41, 10 + static_cast<std::uint64_t>(i % 3),
                        static_cast<std::uint64_t>(i) + 1));
  }
  return all;
}

class EngineReload : public testing::Test {
 protected:
  EngineReload() {
    for (const char* symbol : {"S1", "C1", "S2", "C2"}) instruments_.add(symbol);
  }
  /// `count` records, a reload behind the first `at`.
  [[nodiscard]] std::unique_ptr<AnalyticsRun> run_with_reload(const std::string& first, const std::string& second,
                                                              std::size_t at, std::uint32_t shards = 1) {
    auto run = std::make_unique<AnalyticsRun>(first, instruments_, shards);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (i == at) run->reload(second);
      run->on(records_[i]);
    }
    run->finish();
    return run;
  }
  /// All results about instruments of one kind, as text, from a cause on.
  [[nodiscard]] static std::vector<std::string> rows_of(const AnalyticsRun& run, std::uint32_t id, bool with_ids) {
    std::vector<std::string> lines;
    for (const DerivedRecord& record : run.rows()) {
      if (record.header.instrument.value != id) continue;
      lines.push_back((with_ids ? std::to_string(record.header.function.value) + ' ' : std::string()) +
                      to_line(record, run.program(), {true, true}));
    }
    return lines;
  }
  /// Indicator values and signals, byte by byte but for the stamp.
  [[nodiscard]] static std::vector<std::string> others_of(const AnalyticsRun& run, std::uint32_t id) {
    std::vector<std::string> all;
    for (const auto type : {ringbuf::DerivedType::indicator_values, ringbuf::DerivedType::signal}) {
      for (DerivedRecord record : run.others(type)) {
        if (record.header.instrument.value != id) continue;
        record.header.stamp = 0;
        all.emplace_back(reinterpret_cast<const char*>(&record), sizeof record);
      }
    }
    return all;
  }
  [[nodiscard]] static ringbuf::FunctionId id_of(const analytics::Program& program, const std::string& set,
                                                 std::size_t window) {
    for (const auto& each : program.sets()) {
      if (each->config.name == set) return each->window_function(window);
    }
    return {};
  }

  AnalyticsInstruments instruments_;
  std::vector<ringbuf::Record> records_ = trades(1'500);
};

TEST_F(EngineReload, GoesOnWithWhatIsTheSameAsIfNothingHadBeen) {
  // The same causes: a reload takes one, too.
  for (const std::size_t at : {std::size_t{1}, std::size_t{700}, std::size_t{721}}) {
    AnalyticsRun never(kHead + kStocks + kCoins, instruments_);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (i == at) never.begin_behind(never.cause() + 1);
      never.on(records_[i]);
    }
    never.finish();
    const auto run_made = run_with_reload(kHead + kStocks + kCoins, kHead + kOtherCoins + kStocks + kRest, at);
    const AnalyticsRun& run = *run_made;
    for (const std::uint32_t stock : {1u, 3u}) {
      ASSERT_GT(rows_of(run, stock, true).size(), 40u);
      EXPECT_EQ(rows_of(run, stock, true), rows_of(never, stock, true)) << at;
      ASSERT_GT(others_of(run, stock).size(), 100u);
      EXPECT_EQ(others_of(run, stock), others_of(never, stock)) << at;
    }
  }
}

TEST_F(EngineReload, BeginsWhatIsNewAsAFreshEngineDoes) {
  constexpr std::size_t kAt = 703;  // in the middle of a window
  const auto run_made = run_with_reload(kHead + kStocks + kCoins, kHead + kStocks + kOtherCoins, kAt);
  const AnalyticsRun& run = *run_made;
  AnalyticsRun fresh(kHead + kStocks + kOtherCoins, instruments_);
  fresh.begin_behind(kAt + 1);
  for (std::size_t i = kAt; i < records_.size(); ++i) fresh.on(records_[i]);
  fresh.finish();
  for (const std::uint32_t coin : {2u, 4u}) {
    std::vector<std::string> since;
    std::vector<DerivedRecord> records;
    for (const DerivedRecord& record : run.rows()) {
      if (record.header.instrument.value != coin || record.header.cause_seq.value <= kAt + 1) continue;
      since.push_back(to_line(record, run.program(), {true, true}));
      records.push_back(record);
    }
    EXPECT_EQ(since, rows_of(fresh, coin, false));
    ASSERT_GT(records.size(), 50u);
    EXPECT_EQ(has(records.front().header.quality, Quality::partial_window), coin == 4)
        << "its first window had begun; that of the other one had not";
    EXPECT_FALSE(has(records.back().header.quality, Quality::partial_window));
    EXPECT_EQ(others_of(fresh, coin).size(), others_of(run, coin).size());
  }
}

TEST_F(EngineReload, TellsWhatWasDueAndThenNothingOfWhatHasGone) {
  for (const std::size_t at : {std::size_t{719}, std::size_t{722}}) {
    const auto run_made = run_with_reload(kHead + kStocks + kCoins, kHead + kStocks, at);
    const AnalyticsRun& run = *run_made;
    AnalyticsRun until(kHead + kStocks + kCoins, instruments_);
    for (std::size_t i = 0; i < at; ++i) until.on(records_[i]);
    ASSERT_TRUE(until.settle());
    EXPECT_EQ(rows_of(run, 2, true), rows_of(until, 2, true));
    EXPECT_EQ(rows_of(run, 4, true), rows_of(until, 4, true));
  }
}

TEST_F(EngineReload, IsTheSameForAnyNumberOfShards) {
  const std::string first = kHead + kStocks + kCoins, second = kHead + kOtherCoins + kStocks;
  const auto one_made = run_with_reload(first, second, 703);
  const AnalyticsRun& one = *one_made;
  for (const std::uint32_t shards : {2u, 3u}) {
    const auto several_made = run_with_reload(first, second, 703, shards);
    const AnalyticsRun& several = *several_made;
    EXPECT_EQ(several.output_hash(), one.output_hash());
    EXPECT_EQ(several.row_lines({true, true}), one.row_lines({true, true}));
  }
}

TEST_F(EngineReload, MovesAnInstrumentThatAnotherSetNamesFirst) {
  // S2 leaves the stocks, which stay as they are; then it comes back, and begins anew there.
  const std::string special = "  special:\n    symbols: [S2]\n    windows: [{name: T5, size: 5s}]\n";
  AnalyticsRun run(kHead + kStocks, instruments_);
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (i == 500) run.reload(kHead + special + kStocks);
    if (i == 1'000) run.reload(kHead + kStocks);
    run.on(records_[i]);
  }
  run.finish();
  AnalyticsRun never(kHead + kStocks, instruments_);
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (i == 500 || i == 1'000) never.begin_behind(never.cause() + 1);
    never.on(records_[i]);
  }
  never.finish();
  EXPECT_EQ(rows_of(run, 1, true), rows_of(never, 1, true)) << "S1 was a stock all the time";
  std::size_t special_rows = 0, stock_rows = 0;
  for (const DerivedRecord& record : run.rows()) {
    if (record.header.instrument.value != 3) continue;
    const bool is_special = run.program().name_of(record.header.function) == "T5";
    const bool is_away = record.header.cause_seq.value > 501 && record.header.cause_seq.value <= 1'002;
    EXPECT_EQ(is_special, is_away) << to_line(record, run.program());
    ++(is_special ? special_rows : stock_rows);
  }
  EXPECT_GT(special_rows, 90u);
  EXPECT_GT(stock_rows, 20u);
  EXPECT_EQ(run.engine().instruments(), 2u);
}

TEST_F(EngineReload, BeginsAllOfAFeedAnewWhoseEventTimeGoesOtherwise) {
  const std::string slow = "watermarks: {default: {bound: 10s, lateness: 1s, idle: 1h, max_future: 24h}}\nsets:\n";
  const auto run_made = run_with_reload(kHead + kStocks, slow + kStocks, 703);
  const AnalyticsRun& run = *run_made;
  std::size_t partial = 0;
  for (const DerivedRecord& record : run.records_of("T60", {1}, 660 * kSecond)) {
    partial += has(record.header.quality, Quality::partial_window) ? 1 : 0;
    EXPECT_EQ(record.as<ringbuf::WindowRowBody>().count, 4u) << "those at 704, 708, 712 and 716 s";
  }
  EXPECT_EQ(partial, 1u);
}

TEST_F(EngineReload, KeepsTradesForCorrectionsOfSetsThatGoOn) {
  const std::string keeps = "corrections: {trades: 1024}\n";
  AnalyticsRun run(keeps + kHead + kStocks, instruments_);
  run.on(trade({1}, 1, 1'000, 10, 77)).reload(keeps + kHead + kStocks + kCoins).on(cancel({1}, 2, 77));
  EXPECT_EQ(run.counts().cancelled, 1u);
  run.on(trade({1}, 3, 1'000, 10, 78)).reload(kHead + kStocks + kCoins).on(cancel({1}, 4, 78));
  EXPECT_EQ(run.counts().cancelled, 1u) << "another number of them: they are gone, and all begins anew";
}

TEST_F(EngineReload, KeepsIdsOfFunctionsThatMeanTheSame) {
  const analytics::NamedFeed feed{"one", {1}};
  const auto program_of = [&](const std::string& yaml, const analytics::Program* before) {
    return std::make_unique<analytics::Program>(config::load_analytics_text(yaml, "test.yaml"), std::span(&feed, 1),
                                                before);
  };
  const auto first = program_of(kHead + kStocks + kCoins, nullptr);
  const std::size_t count = first->functions().size();
  const auto second = program_of(kHead + kOtherCoins + kStocks, first.get());
  EXPECT_EQ(id_of(*second, "stocks", 0), id_of(*first, "stocks", 0));
  EXPECT_EQ(second->sets()[1], first->sets()[0]) << "shared: it is the same";
  EXPECT_EQ(id_of(*second, "coins", 0), id_of(*first, "coins", 0)) << "T5 is what it was";
  EXPECT_EQ(id_of(*second, "coins", 1).value, count) << "T10 is new";
  EXPECT_EQ(second->functions().size(), count + 2);
  EXPECT_EQ(second->name_of(id_of(*first, "coins", 1)), "K") << "its id is nobody else's";

  // Another size under the same name is another function. What comes again is what it was.
  const auto third =
      program_of(kHead + "  coins:\n    symbols: [C*]\n    windows: [{name: T5, size: 6s}]\n", second.get());
  EXPECT_EQ(id_of(*third, "coins", 0).value, count + 2);
  const auto fourth = program_of(kHead + kCoins + kStocks, third.get());
  EXPECT_EQ(id_of(*fourth, "coins", 0), id_of(*first, "coins", 0));
  EXPECT_EQ(id_of(*fourth, "coins", 1), id_of(*first, "coins", 1));
  EXPECT_EQ(fourth->functions().size(), third->functions().size());
}

TEST_F(EngineReload, SaysWhatItChanges) {
  const std::vector<analytics::NamedFeed> feeds{{"one", {1}}, {"two", {2}}};
  const auto program_of = [&](const std::string& yaml, const analytics::Program* before) {
    return std::make_unique<analytics::Program>(config::load_analytics_text(yaml, "test.yaml"), feeds, before);
  };
  const auto first = program_of(kHead + kStocks + kCoins, nullptr);
  EXPECT_THAT(analytics::describe_changes(*first, *program_of(kHead + kOtherCoins + kStocks, first.get())),
              ElementsAre("set coins: begins anew", "set stocks: unchanged, state kept"));
  EXPECT_THAT(analytics::describe_changes(*first, *program_of(kHead + kStocks + kRest, first.get())),
              ElementsAre("set stocks: unchanged, state kept", "set rest: begins anew", "set coins: removed"));
  EXPECT_THAT(analytics::describe_changes(*first, *program_of("corrections: {trades: 64}\nwatermarks: {us: {feeds: "
                                                              "[two], bound: 1s}}\nsets:\n" +
                                                                  kStocks + kCoins,
                                                              first.get())),
              ElementsAre("set stocks: begins anew", "set coins: begins anew",
                          "corrections.trades has changed: every set begins anew",
                          "watermarks.us: changed, every set begins anew for these feeds",
                          "watermarks of feeds without a group: changed, every set begins anew for these feeds"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
