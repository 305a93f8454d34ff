// Rules of alerts at work in an engine: when they speak, how often, with which values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/records/status.hpp"
#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::AlertBody;
using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::Quality;
using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kMinutes{"{name: T60, size: 1m}"};

/// An analytics file with windows of a minute and these rules.
std::string with_rules(const std::vector<std::string>& rules, const std::string& set_lines = "",
                       const WindowsYaml& yaml = {}) {
  WindowsYaml all = yaml;
  all.set_lines = set_lines;
  std::string text = windows_yaml(all, kMinutes) + "alerts:\n";
  for (const std::string& rule : rules) text += "  - {" + rule + "}\n";
  return text;
}

std::vector<DerivedRecord> alerts_of(const AnalyticsRun& run) { return run.others(DerivedType::alert); }

/// "dip@3": a rule's name and the input that made it speak.
std::vector<std::string> told(const AnalyticsRun& run) {
  std::vector<std::string> all;
  for (const DerivedRecord& record : alerts_of(run)) {
    all.push_back(std::string(ringbuf::text_of(record.as<AlertBody>().name)) + '@' +
                  std::to_string(record.header.cause_seq.value));
  }
  return all;
}

class Alerts : public testing::Test {
 protected:
  /// A trade of A, a second after the one before.
  void trades(AnalyticsRun& run, const std::vector<std::int64_t>& cents, std::uint64_t size = 10) {
    for (const std::int64_t price : cents) run.on(trade(id_, time_ += kSecond, price, size, ++trade_id_));
  }
  void wait(Time nanos) { time_ += nanos; }

  AnalyticsInstruments instruments_;
  const ringbuf::InstrumentId id_ = instruments_.add("A");
  Time time_ = 0;
  std::uint64_t trade_id_ = 0;
};

TEST_F(Alerts, SpeakWhenAConditionComesTrueAndAgainWhenItWasFalse) {
  AnalyticsRun run(with_rules({R"r(name: high, when: "price > 100", severity: critical)r"}), instruments_);
  trades(run, {9'900, 10'001, 10'500, 10'000, 10'001});
  EXPECT_THAT(told(run), ElementsAre("high@2", "high@5"));
  const DerivedRecord first = alerts_of(run).front();
  const auto alert = first.as<AlertBody>();
  EXPECT_EQ(first.header.instrument, id_);
  EXPECT_EQ(first.header.ts_event.value, 2 * kSecond);
  EXPECT_EQ(first.header.ts_recv.value, 2 * kSecond);
  EXPECT_EQ(first.header.input_first.value, 2u);
  EXPECT_EQ(first.header.input_last.value, 2u);
  EXPECT_EQ(first.header.basis, ringbuf::Basis::tick);
  EXPECT_EQ(run.program().name_of(first.header.function), "alerts");
  EXPECT_EQ(alert.severity, ringbuf::AlertSeverity::critical);
  EXPECT_EQ(alert.price.value, 10'001 * kCent);
  EXPECT_EQ(alert.value_count, 1u);
  EXPECT_EQ(alert.value[0], 100.01);
  EXPECT_EQ(alert.owner, AlertBody::kNoOwner);
  EXPECT_EQ(alert.nth, 0u);
  EXPECT_EQ(alerts_of(run)[1].as<AlertBody>().nth, 1u);
}

TEST_F(Alerts, SpeakOfTheirSymbolsAlone) {
  const auto other = instruments_.add("B");
  AnalyticsRun run(
      with_rules({R"r(name: a, when: "price > 1", symbols: [A])r", R"r(name: b, when: "price > 1", symbols: ["B@*"])r",
                  R"r(name: all, when: "price > 1")r"}),
      instruments_);
  run.on(trade(id_, 1, 200, 1, 1)).on(trade(other, 2, 200, 1, 2));
  EXPECT_THAT(told(run), ElementsAre("a@1", "all@1", "b@2", "all@2"));
}

TEST_F(Alerts, HoldManyThresholdsOnOneValue) {
  std::vector<std::string> rules;
  for (int i = 0; i < 50; ++i) {
    rules.push_back("name: above" + std::to_string(i) + ", when: \"price >= " + std::to_string(100 + i) + "\"");
    rules.push_back("name: below" + std::to_string(i) + ", when: \"price < " + std::to_string(100 - i) + "\"");
  }
  AnalyticsRun run(with_rules(rules), instruments_);
  trades(run, {10'050, 10'150, 10'149, 10'200, 9'999, 10'050});
  EXPECT_THAT(told(run), ElementsAre("above0@1", "above1@2", "above2@4", "below0@5", "above0@6"));
  EXPECT_LT(run.engine().rule_counts()[0].looked_at, 6u) << "inside the nearest thresholds nobody looks";
}

TEST_F(Alerts, WaitOutACooldownAndCountWhatTheySuppressed) {
  AnalyticsRun run(with_rules({R"r(name: high, when: "price > 100", cooldown: 3s)r"}), instruments_);
  trades(run, {10'001, 9'900, 10'001, 9'900, 10'001});
  EXPECT_THAT(told(run), ElementsAre("high@1", "high@5")) << "three seconds after the first, not after the second";
  EXPECT_EQ(run.engine().rule_counts()[0].suppressed, 1u);
  EXPECT_EQ(run.engine().rule_counts()[0].alerts, 2u);
}

TEST_F(Alerts, DoNotChatterWithHysteresis) {
  AnalyticsRun run(with_rules({R"r(name: high, when: "price > 100", hysteresis_bps: 100)r"}), instruments_);
  trades(run, {10'001, 9'950, 10'001, 9'899, 10'001});
  EXPECT_THAT(told(run), ElementsAre("high@1", "high@5")) << "1 % back before it may speak again";
}

TEST_F(Alerts, AreMutedAndPaused) {
  AnalyticsRun run(with_rules({R"r(name: muted, when: "price > 1", mute: ["23:59-00:01"])r",
                               R"r(name: paused, when: "price > 1", paused: true)r",
                               R"r(name: later, when: "price > 1", paused: true, paused_until: 5000000000)r"}),
                   instruments_);
  trades(run, {200, 0, 0, 0, 0, 200});
  wait(2 * kMinute);
  trades(run, {0, 200});
  EXPECT_THAT(told(run), ElementsAre("later@6", "muted@8", "later@8"));
}

TEST_F(Alerts, CrossAnAverageOfFiveMinutesOnTheTick) {
  AnalyticsRun run(with_rules({R"r(name: golden, when: "price crosses_above sma(5m)")r"}), instruments_);
  trades(run, {100, 100, 100});
  wait(kMinute);
  trades(run, {99});  // behind it the average of 100 fires
  trades(run, {99});
  EXPECT_THAT(told(run), IsEmpty());
  trades(run, {101});
  EXPECT_THAT(told(run), ElementsAre("golden@6"));
  EXPECT_EQ(alerts_of(run)[0].as<AlertBody>().value[1], 1.0);
}

TEST_F(Alerts, SayTheSameAsASignalOfTheFile) {
  const std::string signals =
      "    signals: [{name: x, on: ticks, cross: [price, ma_5min]}, {name: up, on: T60, cross: [price, sma(3)], "
      "basis: "
      "first}]\n    indicators: [{on: T60, of: [sma(3)]}]\n";
  WindowsYaml yaml;
  yaml.set_lines = signals;
  std::string text = windows_yaml(yaml, {"{name: T60, size: 1m}", "{name: S300_60, size: 5m, slide: 1m}"});
  text +=
      "alerts:\n  - {name: rule, when: \"price crosses sma(5m)\"}\n  - {name: heard, when: signal(x)}\n"
      "  - {name: above, when: \"bar_close(1m) crosses_above sma(3, 1m)\"}\n";
  AnalyticsRun run(text, instruments_);
  for (int i = 0; i < 1'000; ++i) {
    trades(run, {1'000 + i * i % 97});
    wait((i * 7 % 5) * kSecond);
  }
  std::vector<std::uint64_t> crosses, rises, rules, heard, above;
  for (const DerivedRecord& record : run.others(DerivedType::signal)) {
    const bool is_x = run.program().name_of(record.header.function) == "ticks.x";
    const auto signal = record.as<ringbuf::SignalBody>();
    if (is_x) crosses.push_back(record.header.cause_seq.value);
    if (!is_x && signal.what == ringbuf::SignalValue::golden && signal.status == ringbuf::SignalStatus::stands) {
      rises.push_back(record.header.cause_seq.value);
    }
  }
  for (const DerivedRecord& record : alerts_of(run)) {
    const auto name = std::string(ringbuf::text_of(record.as<AlertBody>().name));
    (name == "rule" ? rules : name == "heard" ? heard : above).push_back(record.header.cause_seq.value);
  }
  EXPECT_GT(crosses.size(), 50u);
  EXPECT_EQ(rules, crosses);
  EXPECT_EQ(heard, crosses);
  EXPECT_GT(rises.size(), 5u);
  EXPECT_EQ(above, rises);
}

TEST_F(Alerts, LookBackOverTheLastMinutes) {
  AnalyticsRun run(with_rules({R"r(name: rise, when: "change(1m) > 2%")r", R"r(name: busy, when: "volume(1m) > 100")r",
                               R"r(name: swing, when: "swing(1m) > 5%")r", R"r(name: new_low, when: "low(1m) < 90")r"}),
                   instruments_);
  trades(run, {10'000});
  EXPECT_THAT(told(run), IsEmpty()) << "nothing is known of a minute ago";
  wait(58 * kSecond);
  trades(run, {10'100, 10'201});  // at 60 s and 61 s: 59 and 60 steps later
  EXPECT_THAT(told(run), ElementsAre("rise@3"));
  trades(run, {10'150, 10'140}, 50);
  EXPECT_THAT(told(run), ElementsAre("rise@3", "busy@5")) << "20 + 100 within a minute";
  wait(10 * kSecond);
  trades(run, {8'999}, 1);
  EXPECT_THAT(told(run), ElementsAre("rise@3", "busy@5", "swing@6", "new_low@6"));
  wait(2 * kMinute);
  trades(run, {9'000}, 50);
  trades(run, {9'000}, 60);
  EXPECT_THAT(told(run), ElementsAre("rise@3", "busy@5", "swing@6", "new_low@6", "busy@8")) << "what was, has gone";
}

TEST_F(Alerts, HearQuotes) {
  AnalyticsRun run(with_rules({R"r(name: wide, when: "spread > 100 bps")r",
                               R"r(name: far, when: "price - mid > 1 and quality ok")r"}),
                   instruments_);
  const auto bbo = [&](std::int64_t bid, std::int64_t ask) {
    const ringbuf::QuoteBody body{{bid * kCent}, {ask * kCent}, {1}, {1}};
    wait(kSecond);
    run.on(ringbuf::make_record(id_, {time_}, {time_}, body));
  };
  bbo(10'000, 10'050);
  bbo(10'000, 10'150);
  trades(run, {10'300});
  run.on(quote(id_, time_ += kSecond));
  bbo(10'000, 10'200);
  EXPECT_THAT(told(run), ElementsAre("wide@2", "far@3"))
      << "without two sides there is no spread; then it is as wide as before";
}

TEST_F(Alerts, ComputeBesideTheSetWhatItDoesNot) {
  const std::string rule = R"r(name: over, when: "rsi(3, 10s) > 60 for 2 bars", symbols: [A])r";
  const auto other = instruments_.add("B");
  AnalyticsRun run(with_rules({rule}), instruments_);
  const std::size_t published = run.rows_as_told().size();
  for (int i = 0; i < 100; ++i) {
    trades(run, {1'000 + i});
    run.on(trade(other, time_, 1'000 - i, 1, static_cast<std::uint64_t>(i) + 1'000));
  }
  EXPECT_EQ(told(run).size(), 1u);
  const DerivedRecord record = alerts_of(run)[0];
  EXPECT_EQ(record.header.basis, ringbuf::Basis::first);
  EXPECT_EQ(record.as<AlertBody>().value[0], 100.0) << "it only rises";
  EXPECT_EQ(record.header.ts_event.value % (10 * kSecond), 0) << "the end of the bar";
  EXPECT_LT(record.header.input_first.value, record.header.cause_seq.value);
  EXPECT_EQ(run.rows_as_told().size(), published + 2) << "a minute's rows, and none of ten seconds";
}

TEST_F(Alerts, MatchPatterns) {
  const std::string pattern =
      "name: dip, pattern: {on: bars.10s, steps: [{name: d, times: 2, consecutive: true, where: \"close < open\"}, "
      "{name: r, link: next, where: \"close > open\"}]}";
  const std::string ticks =
      "name: up, pattern: {on: ticks, steps: [{name: a, where: \"price < 10\"}, {name: b, link: "
      "next, where: \"price > 11\"}]}, symbols: [A]";
  AnalyticsRun run(with_rules({pattern, ticks}), instruments_);
  for (int bar = 0; bar < 6; ++bar) {
    const bool rises = bar % 3 == 2;
    trades(run, {1'000, rises ? 1'010 : 990});
    wait(8 * kSecond);
  }
  trades(run, {999, 1'101});
  run.finish();
  EXPECT_THAT(told(run),
              testing::UnorderedElementsAre("up@14", testing::StartsWith("dip@"), testing::StartsWith("dip@")));
}

TEST_F(Alerts, TellOfSilenceAtClockRecords) {
  AnalyticsRun run(
      with_rules({R"r(name: quiet, when: "silent > 10s")r", R"r(name: quieter, when: "silent > 20s and price > 1")r"}),
      instruments_);
  run.on(heartbeat(kSecond));
  wait(kSecond);
  trades(run, {200});  // at 2 s
  for (int s = 3; s <= 40; ++s) run.on(heartbeat(s * kSecond));
  EXPECT_THAT(told(run), ElementsAre("quiet@13", "quieter@23")) << "at 13 s and 23 s: more than that";
  time_ = 40 * kSecond;
  trades(run, {200});
  for (int s = 42; s <= 53; ++s) run.on(heartbeat(s * kSecond));
  EXPECT_THAT(told(run), ElementsAre("quiet@13", "quieter@23", "quiet@52"));
}

TEST_F(Alerts, HoldForATime) {
  AnalyticsRun run(with_rules({R"r(name: long, when: "price > 100 for 5s")r"}), instruments_);
  trades(run, {10'100, 10'100});  // 1 s, 2 s
  for (int s = 3; s <= 9; ++s) run.on(heartbeat(s * kSecond));
  EXPECT_THAT(told(run), ElementsAre("long@6")) << "at 6 s, at a clock record";
}

TEST_F(Alerts, TellOfAStaleFeed) {
  WindowsYaml yaml;
  yaml.idle = 10 * kSecond;
  AnalyticsRun run(
      with_rules({R"r(name: dead, when: stale)r", R"r(name: good, when: "price > 1 and quality ok")r"}, "", yaml),
      instruments_);
  trades(run, {50});
  run.on(heartbeat(5 * kSecond, 1, 4 * kSecond)).on(heartbeat(12 * kSecond, 1, 11 * kSecond));
  run.on(heartbeat(13 * kSecond, 1, 12 * kSecond));
  EXPECT_THAT(told(run), ElementsAre("dead@3"));
  run.on(heartbeat(14 * kSecond, 1, 0)).on(heartbeat(30 * kSecond, 1, 15 * kSecond));
  EXPECT_THAT(told(run), ElementsAre("dead@3", "dead@6"));
}

TEST_F(Alerts, DoNotTradeOnWhatIsNotOk) {
  const std::string price = R"r(when: "price > 1", )r";
  AnalyticsRun run(with_rules({"name: any, " + price + "trading: false", "name: trades, " + price + "trading: true"}),
                   instruments_);
  run.on(gap(1, 1));
  trades(run, {200, 200});
  EXPECT_THAT(told(run), ElementsAre("any@2", "trades@3")) << "the first tick behind a gap ends it";
  EXPECT_TRUE(has(alerts_of(run)[0].header.quality, Quality::gap_inside));
}

TEST_F(Alerts, KnowTheTradingStatus) {
  AnalyticsRun run(with_rules({R"r(name: halt, when: "status == halted")r"}), instruments_);
  const auto status = [&](ringbuf::TradingStatus now) {
    ringbuf::StatusBody body;
    body.trading_status = now;
    wait(kSecond);
    run.on(ringbuf::make_record(id_, {time_}, {time_}, body));
  };
  status(ringbuf::TradingStatus::trading);
  status(ringbuf::TradingStatus::halted);
  status(ringbuf::TradingStatus::halted);
  EXPECT_THAT(told(run), ElementsAre("halt@2"));
}

TEST_F(Alerts, KeepStateOverChangesOfOtherRules) {
  const std::string high = R"r(name: high, when: "price > 100")r", rsi = R"r(name: rsi, when: "rsi(3, 10s) > 60")r";
  AnalyticsRun run(with_rules({high}), instruments_);
  trades(run, {10'001});
  run.reload(with_rules({rsi, high}));
  trades(run, {10'002});
  EXPECT_THAT(told(run), ElementsAre("high@1")) << "it is still true";
  for (int i = 0; i < 60; ++i) trades(run, {10'100 + i});
  EXPECT_EQ(told(run).size(), 2u) << "what was added works";
  run.reload(with_rules({R"r(name: low, when: "price < 50")r", rsi}));
  trades(run, {9'000, 10'001});
  EXPECT_EQ(told(run).size(), 2u) << "what was removed is silent";
  run.reload(with_rules({}));
  trades(run, {4'000});
  EXPECT_EQ(told(run).size(), 2u);
}

TEST_F(Alerts, AreTheSameInAnyNumberOfShardsAndOverRestarts) {
  std::vector<ringbuf::InstrumentId> ids{id_};
  for (int i = 1; i < 20; ++i) ids.push_back(instruments_.add("S" + std::to_string(i)));
  const std::string text = with_rules(
      {R"r(name: a, when: "price crosses_above sma(5m)")r", R"r(name: b, when: "rsi(4, 1m) > 55 and quality ok")r",
       R"r(name: c, when: "zscore(volume, 3, 10s) > 1", cooldown: 20s)r", R"r(name: d, when: "silent > 7s")r",
       R"r(name: e, when: "change(1m) > 1% for 3s or swing(30s) > 3%", symbols: ["S1*"])r",
       R"r(name: f, when: "bar_close(1m) > bar_open(1m) for 2 bars and price > 10")r",
       R"r(name: g, when: "signal(up)")r", R"r(name: h, when: "price > 10.2", hysteresis_bps: 50)r"},
      "    signals: [{name: up, on: T60, cross: [price, sma(3)]}]\n", {.bound = 2 * kSecond, .lateness = 30 * kSecond});
  const auto run_with = [&](std::uint32_t shards, bool restarts) {
    AnalyticsRun run(text, instruments_, shards);
    Time time = 0;
    for (int i = 0; i < 6'000; ++i) {
      if (i % 9 == 8) run.on(heartbeat(time += kSecond / 3));
      const auto id = ids[static_cast<std::size_t>(i * i % 19 + (i % 3 == 0 ? 1 : 0))];
      time += (i * 131) % 1'000 * 1'000'000;
      const Time late = i % 50 == 7 ? 20 * kSecond : 0;
      run.on(trade(id, std::max<Time>(time - late, 0), 1'000 + (i * 37 + i * i % 11) % 29,
                   5 + static_cast<std::uint64_t>(i % 13), static_cast<std::uint64_t>(i) + 1, time));
      if (restarts && i % 977 == 976) run.restart();
    }
    run.finish();
    std::vector<std::string> all;
    for (DerivedRecord record : alerts_of(run)) {
      auto alert = record.as<AlertBody>();
      alert.shard = 0;
      record = ringbuf::make_derived(record.header, alert);
      all.emplace_back(reinterpret_cast<const char*>(&record), sizeof record);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  const std::vector<std::string> one = run_with(1, false);
  EXPECT_GT(one.size(), 200u);
  EXPECT_EQ(run_with(1, true), one);
  EXPECT_EQ(run_with(3, false), one);
  EXPECT_EQ(run_with(8, true), one);
}

}  // namespace
}  // namespace tickplant::tests::this_file
