// What is wrong with a file of analytics, as its user reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/config/analytics_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

using testing::HasSubstr;

TEST(AnalyticsMistakes, AreToldAllAtOnceInTheOrderOfTheFile) {
  try {
    (void)load_small("      - {on: T61, of: [sma(5]}\n    symbols: []\n");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "config a.yaml has 3 mistakes\n"
                 "a.yaml:8:14: sets.all.indicators[2].on is 'T61', the set has no window of that name\n"
                 "  remedy: did you mean 'T60'?\n"
                 "a.yaml:8:24: sets.all.indicators[2].of is 'sma(5', a call without its closing )\n"
                 "  remedy: put a call with commas in quotes: \"macd(12, 26, 9)\"\n"
                 "a.yaml:9:14: sets.all.symbols is empty\n"
                 "  remedy: name symbols, or leave the key out: all of them\n"
                 "  remedy: correct each of them");
  }
}

TEST(AnalyticsMistakes, OfTheWholeFile) {
  EXPECT_EQ(analytics_report(""),
            "a.yaml:1:1: sets is required and missing\n"
            "  remedy: add `sets: {standard: {windows: [{name: T60, size: 1m}]}}`\n");
  EXPECT_THAT(analytics_report("[1]"), HasSubstr("a.yaml:1:1: the file is a list, not a section of keys\n"));
  EXPECT_THAT(analytics_report("sets: {}"), HasSubstr("a.yaml:1:7: sets is empty, nothing would be computed\n"));
  EXPECT_THAT(analytics_report("sets: [a]"), HasSubstr("a.yaml:1:7: sets is a list, not a section of keys\n"));
  EXPECT_THAT(analytics_report("sets: &a {all: {}}"), HasSubstr("anchors (&name) are not supported\n"));
  EXPECT_THAT(analytics_report("a: b: c"), HasSubstr("not valid YAML"));
}

TEST(AnalyticsMistakes, OfKeys) {
  EXPECT_EQ(report_with("nbo: {}\n"),
            "a.yaml:8:1: unknown key 'nbo' at the top level\n  remedy: did you mean 'nbbo'?\n");
  EXPECT_EQ(report_with("    windows: []\n"),
            "a.yaml:8:5: duplicate key 'windows' in sets.all, first on line 3\n  remedy: keep one of the two\n");
  EXPECT_EQ(
      report_with("    temperature: 3\n"),
      "a.yaml:8:5: unknown key 'temperature' in sets.all\n"
      "  remedy: known in sets.all: symbols, average, odd_lots, reset, windows, indicators, nbbo, quotes, signals, "
      "patterns\n");
  EXPECT_EQ(window_report("{name: A, size: 1m, slyde: 1s}"),
            "a.yaml:2:21: unknown key 'slyde' in sets.all.windows.A\n  remedy: did you mean 'slide'?\n");
  EXPECT_EQ(window_report("[a]"),
            "a.yaml:2:1: sets.all.windows[1] is a list, not a section of keys\n"
            "  remedy: write `key: value` lines, one under the other, or {key: value, key: value}\n");
}

TEST(AnalyticsMistakes, OfWatermarks) {
  const auto of = [](const std::string& groups) { return report_with("watermarks: {" + groups + "}\n"); };
  EXPECT_THAT(of("default: {feeds: [a]}"),
              HasSubstr("watermarks.default.feeds names feeds, but the default holds for"));
  EXPECT_THAT(of("us: {bound: 1s}"), HasSubstr("a.yaml:8:18: watermarks.us.feeds is required and missing\n"));
  EXPECT_THAT(of("us: {feeds: []}"), HasSubstr("watermarks.us.feeds is empty\n"));
  EXPECT_THAT(of("us: {feeds: [a, a]}"), HasSubstr("watermarks.us.feeds holds 'a' twice\n"));
  EXPECT_THAT(of("us: {feeds: [a]}, eu: {feeds: [b, a]}"),
              HasSubstr("watermarks.eu.feeds holds 'a', which watermarks.us has already\n"));
  EXPECT_THAT(of("Us: {feeds: [a]}"), HasSubstr("'Us' is not a name of 1 to 31 lower-case letters"));
  EXPECT_EQ(of("default: {bound: 5}"),
            "a.yaml:8:31: watermarks.default.bound is '5', without a unit\n"
            "  remedy: write a whole number and one of ns, us, ms, s, m, h, for example 1s\n");
  EXPECT_THAT(of("default: {bound: 25h}"), HasSubstr("bound is 25h, out of range\n  remedy: set it to a length of time "
                                                     "from 0ns to 24h\n"));
  EXPECT_THAT(of("default: {idle: 0s}"), HasSubstr("idle is 0s, out of range"));
  EXPECT_THAT(of("default: {when_all_idle: hald}"), HasSubstr("did you mean 'hold'?"));
}

TEST(AnalyticsMistakes, OfCorrectionsAndNbbo) {
  EXPECT_EQ(report_with("corrections: {trades: 1000}\n"),
            "a.yaml:8:23: corrections.trades is 1000, not a power of two\n"
            "  remedy: use 512 or 1024; 0 keeps none\n");
  EXPECT_EQ(report_with("corrections: {trades: 0}\n"), "");
  EXPECT_THAT(report_with("corrections: {trades: 134217728}\n"), HasSubstr("out of range"));
  EXPECT_THAT(report_with("nbbo: {enabled: yes}\n"), HasSubstr("nbbo.enabled is 'yes', not true or false"));
  EXPECT_THAT(report_with("nbbo: {enabled: \"true\"}\n"), HasSubstr("is text in quotes"));
  EXPECT_THAT(report_with("nbbo: {venues: [NASDAQ]}\n"), HasSubstr("not a MIC"));
  EXPECT_THAT(report_with("nbbo: {venues: XNAS}\n"), HasSubstr("nbbo.venues is a single value, not a list"));
}

TEST(AnalyticsMistakes, OfSets) {
  EXPECT_EQ(report_with("  other: {}\n"),
            "a.yaml:8:3: sets.other stands behind sets.all, which takes every symbol\n"
            "  remedy: put it first: an instrument belongs to the first set that names it\n");
  EXPECT_THAT(report_with("    symbols: [\"A B\"]\n"), HasSubstr("sets.all.symbols is 'A B', not a symbol"));
  EXPECT_THAT(report_with("    symbols: [A@B@C]\n"), HasSubstr("not a symbol"));
  EXPECT_THAT(report_with("    average: S300_6\n"), HasSubstr("did you mean 'S300_60'?"));
  EXPECT_THAT(report_with("    odd_lots: move\n"), HasSubstr("is 'move', not volume_only or move_prices"));
  EXPECT_THAT(report_with("    reset: daily\n"), HasSubstr("is 'daily', not never or session"));
}

TEST(AnalyticsMistakes, OfWindowNames) {
  EXPECT_THAT(window_report("{size: 1m}"), HasSubstr("a.yaml:2:1: sets.all.windows[1].name is required and missing\n"));
  EXPECT_THAT(window_report("{name: 5min, size: 1m}"), HasSubstr("is '5min', not a name of 1 to 31 letters"));
  EXPECT_THAT(window_report("{name: ticks, size: 1m}"), HasSubstr("is 'ticks', which `on:` has a meaning for already"));
  EXPECT_EQ(
      window_report("{name: A, size: 1m}, {name: A, size: 2m}"),
      "a.yaml:2:29: sets.all.windows.A.name is 'A', which another one has\n  remedy: give it a name of its own\n");
}

TEST(AnalyticsMistakes, OfWindowKinds) {
  EXPECT_EQ(window_report("{name: A}"),
            "a.yaml:2:1: sets.all.windows.A.size is required and missing\n"
            "  remedy: add `size: 1m`, or `session:`, `ticks:`, `volume:`, `value:`\n");
  EXPECT_EQ(window_report("{name: A, ticks: 5, size: 1m, slide: 1h}"),
            "a.yaml:2:18: sets.all.windows.A.ticks makes a second kind of window of one that has `size`\n"
            "  remedy: keep one of the two, or make two windows\n");
  EXPECT_THAT(window_report("{name: A, ticks: 0}"), HasSubstr("ticks is 0, out of range"));
  EXPECT_THAT(window_report("{name: A, volume: many}"), HasSubstr("volume is 'many', not a whole number"));
  EXPECT_THAT(window_report("{name: A, value: 0}"), HasSubstr("value is '0', out of range"));
  EXPECT_THAT(window_report("{name: A, ticks: 5, early: 1s}"),
              HasSubstr("sets.all.windows.A.early means nothing to a window of ticks\n"));
  EXPECT_THAT(window_report("{name: A, session: us_equty}"), HasSubstr("is 'us_equty', not us_equity, always, or"));
  EXPECT_THAT(window_report("{name: A, session: always, empty: carry}"),
              HasSubstr("empty means nothing to a window of a whole session\n"));
}

TEST(AnalyticsMistakes, OfWindowTimes) {
  EXPECT_EQ(
      window_report("{name: A, size: 1m, slide: 5m}"),
      "a.yaml:2:28: sets.all.windows.A.slide is 5m, more than the size 1m: trades between windows would belong to "
      "none\n  remedy: write 1m or less\n");
  EXPECT_THAT(window_report("{name: A, size: 60}"), HasSubstr("size is '60', without a unit"));
  EXPECT_THAT(window_report("{name: A, size: 0s}"), HasSubstr("size is 0s, out of range"));
  EXPECT_THAT(window_report("{name: A, size: 200h}"), HasSubstr("size is 200h, out of range"));
  EXPECT_THAT(window_report("{name: A, size: 1m, slide: 59999ms}"),
              HasSubstr("slide is 59999ms, which cuts 1m into 60000 parts of 1ms\n"));
  EXPECT_EQ(window_report("{name: A, size: 4096s, slide: 1s}"), "");
  EXPECT_EQ(window_report("{name: A, size: 1h, offset: 90m}"),
            "a.yaml:2:29: sets.all.windows.A.offset is 90m, not below the 1h after which the next window starts\n"
            "  remedy: write 30m, which is the same\n");
  EXPECT_THAT(window_report("{name: A, size: 1m, early: 1m}"), HasSubstr("by then a window of 1m has ended"));
}

TEST(AnalyticsMistakes, OfAlignment) {
  EXPECT_THAT(window_report("{name: A, size: 1h, align: session}"), HasSubstr("calendar is required and missing"));
  EXPECT_THAT(window_report("{name: A, size: 1h, calendar: always}"),
              HasSubstr("calendar means nothing to a window without `align: session`\n"));
  EXPECT_THAT(window_report("{name: A, size: 1h, slide: 1m, align: session, calendar: always}"),
              HasSubstr("windows counted from the open do not overlap"));
  EXPECT_THAT(window_report("{name: A, size: 1h, offset: 1m, align: session, calendar: always}"),
              HasSubstr("offset means nothing to a window counted from the session's open"));
}

TEST(AnalyticsMistakes, OfFunctions) {
  const auto of = [](const std::string& list) { return report_with("      - {on: T60, of: " + list + "}\n"); };
  EXPECT_EQ(
      of("[macd(12,26,9)]"),
      "a.yaml:8:24: sets.all.indicators[2].of is 'macd(12', a call without its closing )\n"
      "  remedy: put a call with commas in quotes: \"macd(12, 26, 9)\"\n"
      "a.yaml:8:32: sets.all.indicators[2].of is '26', a number, not a function\n"
      "  remedy: write a function such as sma(20) or vwap; a call with commas needs quotes: \"macd(12, 26, 9)\"\n"
      "a.yaml:8:35: sets.all.indicators[2].of is '9)', a number, not a function\n"
      "  remedy: write a function such as sma(20) or vwap; a call with commas needs quotes: \"macd(12, 26, 9)\"\n");
  EXPECT_EQ(of("[sma(5)]"),
            "a.yaml:8:24: sets.all.indicators[2].of holds 'sma(5)', which the set has on T60 already\n"
            "  remedy: name it once\n");
  EXPECT_EQ(of("[sma(6)]"), "");
  EXPECT_THAT(of("[\"ema(5, 5)\", \"ema( 5,5.0 )\"]"), HasSubstr("which the set has on T60 already"));
  EXPECT_THAT(of("[]"), HasSubstr("of is empty"));
  EXPECT_THAT(of("sma(7)"), HasSubstr("is a single value, not a list"));
  EXPECT_THAT(of("[[sma(7)]]"), HasSubstr("is a list, not a single value"));
  EXPECT_THAT(of("[SMA(7)]"), HasSubstr("not a function: its name is of 1 to 31 lower-case letters"));
  EXPECT_THAT(of("[\"sma(,)\"]"), HasSubstr("a call with a parameter left out"));
  EXPECT_THAT(of("[sma()]"), HasSubstr("a call with a parameter left out"));
  EXPECT_THAT(of("[sma(x)]"), HasSubstr("whose parameter 'x' is no number"));
  EXPECT_THAT(of("[\"f(1,2,3,4,5,6,7,8,9)\"]"), HasSubstr("with more than 8 parameters"));
  EXPECT_THAT(of("[ma_5min]"), testing::IsEmpty());
  EXPECT_EQ(analytics_report("sets: {all: {indicators: [{on: ticks, of: [ma_5min]}]}}"),
            "a.yaml:1:44: sets.all.indicators[1].of is 'ma_5min', the set has no window of 5m sliding by 1m\n"
            "  remedy: add {name: S300_60, size: 5m, slide: 1m} to `windows:`, or name another by `average:`\n");
  EXPECT_THAT(analytics_report("sets: {all: {windows: [{name: A, size: 1}], indicators: [{on: A, of: [ma_5min]}]}}"),
              testing::Not(HasSubstr("ma_5min")))
      << "nothing follows from a window that is wrong";
}

TEST(AnalyticsMistakes, OfQuotes) {
  const auto quotes_report = [](const std::string& quotes) { return report_with("    quotes:\n      - " + quotes); };
  EXPECT_EQ(quotes_report("{on: S300_60, of: [spread, mean_imbalance]}"), "");
  EXPECT_EQ(quotes_report("{on: T6, of: [spread]}"),
            "a.yaml:9:14: sets.all.quotes[1].on is 'T6', the set has no window of that name\n"
            "  remedy: did you mean 'T60'?\n");
  EXPECT_EQ(quotes_report("{on: ticks, of: [spread]}"),
            "a.yaml:9:14: sets.all.quotes[1].on is ticks, but quotes are looked at over a window\n"
            "  remedy: name a window of time\n");
  EXPECT_EQ(
      quotes_report("{on: T60, of: [spred]}"),
      "a.yaml:9:24: sets.all.quotes[1].of is 'spred', not spread, mean_spread, min_spread, max_spread, "
      "imbalance, mean_imbalance, microprice, nbbo_bid, nbbo_ask, nbbo_spread, nbbo_mean_spread, nbbo_imbalance or "
      "nbbo_microprice\n  remedy: did you mean 'spread'?\n");
  EXPECT_EQ(quotes_report("{on: T60, of: [nbbo_bid]}"),
            "a.yaml:9:23: sets.all.quotes[1].of holds 'nbbo_bid', but the set has no NBBO\n"
            "  remedy: add `nbbo: true` to the set\n");
  EXPECT_EQ(quotes_report("{on: T60, of: [nbbo_bid]}\n    nbbo: true\n"), "");
  EXPECT_THAT(report_with("    nbbo: yes\n"), HasSubstr("sets.all.nbbo is 'yes', not true or false"));
  EXPECT_THAT(report_with("    nbbo: {venues: [NASDAQ]}\n"), HasSubstr("not a MIC"));
  EXPECT_THAT(report_with("    nbbo: {publsh: true}\n"), HasSubstr("did you mean 'publish'?"));
  EXPECT_THAT(quotes_report("{on: T60, of: [spread, spread]}"), HasSubstr("holds 'spread' twice"));
  EXPECT_THAT(quotes_report("{on: T60, of: []}"), HasSubstr("of is empty"));
  EXPECT_THAT(quotes_report("{on: T60}"), HasSubstr("of"));
  EXPECT_THAT(quotes_report("{of: [spread]}"), HasSubstr("on"));
  EXPECT_THAT(quotes_report("{on: T60, of: [spread]}\n      - {on: T60, of: [microprice, spread]}"),
              HasSubstr("a.yaml:10:23: sets.all.quotes[2].of holds 'spread', which the set has on T60 already"));
  EXPECT_EQ(analytics_report("sets: {all: {windows: [{name: K, ticks: 9}], quotes: [\n{on: K, of: [spread]}]}}"),
            "a.yaml:2:6: sets.all.quotes[1].on is 'K', a window of ticks, but quotes are weighed by time\n"
            "  remedy: name a window with `size` or `session`\n");
}

TEST(AnalyticsMistakes, OfSignals) {
  EXPECT_THAT(signal_report("{on: T60, swing: {}}"), HasSubstr("sets.all.signals[1].name is required and missing"));
  EXPECT_THAT(signal_report("{name: a, swing: {}}"), HasSubstr("sets.all.signals.a.on is required and missing"));
  EXPECT_THAT(signal_report("{name: a b, on: T60, swing: {}}"), HasSubstr("is 'a b', not a name of 1 to 31 letters"));
  EXPECT_EQ(signal_report("{name: a, on: T60}"),
            "a.yaml:9:9: sets.all.signals.a.cross is required and missing\n"
            "  remedy: add `cross: [price, sma(20)]`, or `price_change:`, `volume_anomaly:`, `swing:`\n");
  EXPECT_THAT(signal_report("{name: a, on: T60, swing: {}, cross: [price, vwap]}"),
              HasSubstr("swing makes a second kind of signal of one that has `cross`"));
  EXPECT_THAT(signal_report("{name: a, on: T60, swing: {}}\n      - {name: a, on: T60, swing: {}}"),
              HasSubstr("is 'a', which another one on T60 has"));
  EXPECT_THAT(signal_report("{name: a, on: T06, swing: {}}"), HasSubstr("did you mean 'T60'?"));
  EXPECT_THAT(signal_report("{name: a, on: ticks, swing: {}}"), HasSubstr("on is ticks, but swing is about windows"));
  EXPECT_THAT(signal_report("{name: a, on: ticks, cross: [price, vwap], basis: final}"),
              HasSubstr("basis is final, but ticks are not fired like windows"));
  EXPECT_EQ(signal_report("{name: a, on: ticks, cross: [price, vwap], basis: tick}"), "");
}

TEST(AnalyticsMistakes, OfCrosses) {
  const auto of = [](const std::string& rest) { return signal_report("{name: a, on: T60, cross: " + rest + "}"); };
  EXPECT_EQ(of("[price, sma(20)], confirm: 0"),
            "a.yaml:9:62: sets.all.signals.a.confirm is 0, out of range\n"
            "  remedy: set it to a whole number from 1 to 1000\n");
  EXPECT_THAT(of("[price, sma(20)], hysteresis_bps: -1"), HasSubstr("is '-1', out of range"));
  EXPECT_THAT(of("[price, sma(20)], hysteresis_bps: \"1\""), HasSubstr("take the quotes off"));
  EXPECT_THAT(of("[price]"), HasSubstr("cross has 1 items, not two"));
  EXPECT_THAT(of("[price, macd(12,26,9)]"), HasSubstr("cross has 4 items, not two"));
  EXPECT_THAT(of("[sma(5), price], basis: tick"),
              HasSubstr("cross begins with 'sma(5)', but on every tick only the price is new\n"));
  EXPECT_THAT(of("[price, sma(5)], hysteresis_bps: 10000"), HasSubstr("is '10000', out of range"));
  EXPECT_THAT(of("price"), HasSubstr("cross is a single value, not a list"));
  EXPECT_THAT(of("[30, 70]"), HasSubstr("cross compares two numbers, which never cross"));
  EXPECT_THAT(of("[sma(5), sma(5.0)]"), HasSubstr("cross compares 'sma(5)' with itself"));
  EXPECT_THAT(of("[price, 1.0000000001]"), HasSubstr("with more than nine decimals"));
}

TEST(AnalyticsMistakes, OfPriceChangesAnomaliesAndSwings) {
  const auto of = [](const std::string& rest) { return signal_report("{name: a, on: T60, " + rest + "}"); };
  EXPECT_THAT(of("price_change: {}"), HasSubstr("price_change.bps is required and missing"));
  EXPECT_THAT(of("price_change: {bps: 0}"), HasSubstr("bps is '0', out of range"));
  EXPECT_THAT(of("price_change: {bps: 1, horizon: 10001}"), HasSubstr("horizon is 10001, out of range"));
  EXPECT_THAT(of("price_change: {bps: 1}, confirm: 2"), HasSubstr("confirm means nothing to price_change"));
  EXPECT_EQ(
      of("volume_anomaly: {lookback: 5}"),
      "a.yaml:9:44: sets.all.signals.a.volume_anomaly.minimum is 10 by default, more than the lookback 5: it would "
      "never fire\n  remedy: write `minimum: 5` or less\n");
  EXPECT_THAT(of("volume_anomaly: {z: 0, robust: 0}"), HasSubstr("z, robust and absolute 0: it would never fire"));
  EXPECT_EQ(of("volume_anomaly: {z: 0, robust: 0, absolute: 5}"), "");
  EXPECT_THAT(of("volume_anomaly: {lookback: 257}"), HasSubstr("lookback is 257, out of range"));
  EXPECT_THAT(of("volume_anomaly: {}, basis: tick"),
              HasSubstr("basis is tick, but volume_anomaly compares whole bars"));
  EXPECT_THAT(of("price_change: {bps: 1}, basis: tick"), HasSubstr("basis is tick, but price_change compares"));
  EXPECT_EQ(of("swing: {}, basis: tick"), "");
  EXPECT_THAT(of("swing: {percent: 0}"), HasSubstr("percent is '0', out of range"));
  EXPECT_THAT(of("swing: 2"), HasSubstr("swing is a single value, not a section of keys"));
}

std::string pattern_report(const std::string& pattern) { return report_with("    patterns:\n      - " + pattern); }

TEST(AnalyticsMistakes, OfPatterns) {
  const auto of = [](const std::string& rest) {
    return pattern_report("{name: p, " + rest + ", steps: [{name: a, where: \"close > 1\"}]}");
  };
  EXPECT_EQ(of("on: bars.T60"), "");
  EXPECT_THAT(of("on: T60"), HasSubstr("on is 'T60', not ticks, signals, or bars.WINDOW such as bars.T60"));
  EXPECT_THAT(of("on: bars.T6"), HasSubstr("sets.all.patterns.p.on is 'bars.T6', the set has no window of that name\n"
                                           "  remedy: did you mean 'T60'?"));
  EXPECT_THAT(of("on: signals"), HasSubstr("on is signals, the set has none"));
  EXPECT_THAT(of("on: bars.T60, by: venue"), HasSubstr("by is 'venue', not symbol"));
  EXPECT_THAT(of("on: bars.T60, within: 10"), HasSubstr("within is '10', without a unit\n"
                                                        "  remedy: write a number of bars, `10 bars`, or a length"));
  EXPECT_THAT(of("on: bars.T60, within: 0 bars"), HasSubstr("within is 0, out of range"));
  EXPECT_THAT(of("on: ticks, within: 10 bars"), HasSubstr("within counts bars, but ticks are none"));
  EXPECT_THAT(of("on: bars.T60, max_runs: 0"), HasSubstr("max_runs is 0, out of range"));
  EXPECT_THAT(pattern_report("{name: p, on: bars.T60}"), HasSubstr("steps is required and missing"));
  EXPECT_THAT(pattern_report("{name: p, on: bars.T60, steps: []}"), HasSubstr("steps holds no step"));
}

TEST(AnalyticsMistakes, OfSteps) {
  const auto of = [](const std::string& rest) {
    return pattern_report("{name: p, on: bars.T60, steps: [{name: a, where: x}, " + rest + "]}");
  };
  EXPECT_THAT(of("{name: b}"), HasSubstr("sets.all.patterns.p.steps.b.where is required and missing"));
  EXPECT_THAT(of("{name: b, where: \" \"}"), HasSubstr("where is ' ', not a condition"));
  EXPECT_THAT(of("{name: a, where: x}"), HasSubstr("name is 'a', which another one has"));
  EXPECT_THAT(of("{name: last, where: x}"),
              HasSubstr("is 'last', not a name of letters, digits or _ that is no word of"));
  EXPECT_THAT(of("{name: b, where: x, link: after}"), HasSubstr("link is 'after', not followed_by or next"));
  EXPECT_THAT(of("{name: b, where: x, times: 0}"), HasSubstr("times is 0, out of range"));
  EXPECT_THAT(of("{name: b, where: x, times: [0, 1]}"), HasSubstr("times is 0, out of range"));
  EXPECT_THAT(of("{name: b, where: x, times: [5, 2]}"), HasSubstr("times is [5, 2], from more to fewer"));
  EXPECT_THAT(of("{name: b, where: x, times: []}"), HasSubstr("times has 0 items, not one or two"));
  EXPECT_THAT(of("{name: b, where: x, times: [1, 2, 3]}"), HasSubstr("times has 3 items, not one or two"));
  EXPECT_THAT(
      pattern_report("{name: p, on: ticks, steps: [{name: a, where: x, link: next, unless: y}]}"),
      HasSubstr("a.yaml:9:64: sets.all.patterns.p.steps.a.link means nothing to the first step, which nothing"));
}

TEST(AnalyticsMistakes, EndAfterAThousand) {
  std::string yaml = "sets: {all: {windows: [{name: T60, size: 1m}]}}\n";
  for (int i = 0; i < 3000; ++i) yaml += "x" + std::to_string(i) + ": 1\n";
  const std::string report = analytics_report(yaml);
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 2 * 1000);
}

TEST(AnalyticsMistakes, StopAtTheLimitsOfLists) {
  std::string windows;
  for (int i = 0; i < 65; ++i) windows += "{name: W" + std::to_string(i) + ", ticks: 5},\n";
  EXPECT_THAT(window_report(windows), HasSubstr("a.yaml:66:1: sets.all.windows has more than 64 entries"));
  std::string feeds;
  for (int i = 0; i < 65; ++i) feeds += "feed" + std::to_string(i) + ",\n";
  EXPECT_THAT(report_with("watermarks: {us: {feeds: [" + feeds + "]}}\n"),
              HasSubstr("a.yaml:72:1: watermarks.us.feeds has more than 64 entries"));
}

}  // namespace
}  // namespace tickplant::config::this_file
