#include "config/load_analytics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/render_analytics.hpp"
#include "tests/unit/config/analytics_fixture.hpp"

namespace tickplant::config::this_file {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;

FunctionCall call(const std::string& name, std::vector<std::int64_t> parameters = {}) {
  FunctionCall made{.name = name};
  for (const std::int64_t parameter : parameters) made.parameters.push_back(whole(parameter));
  return made;
}

TEST(LoadAnalytics, ReadsWatermarksCorrectionsAndNbbo) {
  const AnalyticsConfig config = load_analytics_text(R"YAML(
name: P3
watermarks:
  us: {feeds: [nasdaq, iex], bound: 250ms}
  default: {bound: 2s, lateness: 1m, idle: 1h, when_all_idle: hold, max_future: 0s}
  cme:
    feeds: [futures]
    when_all_idle: advance
corrections: {trades: 4096}
nbbo: {enabled: true, venues: [XNAS, IEXG]}
sets: {all: {}}
)YAML",
                                                     "a.yaml");
  EXPECT_EQ(config.file_name, "a.yaml");
  EXPECT_EQ(config.name, "P3");
  EXPECT_EQ(config.default_watermark.bound_ns, 2 * kSecond);
  EXPECT_EQ(config.default_watermark.lateness_ns, kMinute);
  EXPECT_EQ(config.default_watermark.idle_ns, kHour);
  EXPECT_EQ(config.default_watermark.when_all_idle, WhenAllIdle::hold);
  EXPECT_EQ(config.default_watermark.max_future_ns, 0);
  ASSERT_EQ(config.watermarks.size(), 2u);
  EXPECT_EQ(config.watermarks[0].name, "us");
  EXPECT_EQ(config.watermarks[0].feeds, (std::vector<std::string>{"nasdaq", "iex"}));
  EXPECT_EQ(config.watermarks[0].bound_ns, 250'000'000);
  EXPECT_EQ(config.watermarks[0].lateness_ns, kMinute) << "what a group does not say is the default's";
  EXPECT_EQ(config.watermarks[0].when_all_idle, WhenAllIdle::hold);
  EXPECT_EQ(config.watermarks[1].when_all_idle, WhenAllIdle::advance);
  EXPECT_EQ(config.corrections_trades, 4096u);
  EXPECT_TRUE(config.nbbo.enabled);
  EXPECT_EQ(config.nbbo.venues, (std::vector<std::string>{"XNAS", "IEXG"}));
}

TEST(LoadAnalytics, KeepsDefaultsForWhatIsNotSaid) {
  const AnalyticsConfig config = load_analytics_text("sets: {all: }", "a.yaml");
  EXPECT_EQ(config.default_watermark, WatermarkConfig{});
  EXPECT_EQ(config.corrections_trades, 1u << 20);
  EXPECT_FALSE(config.nbbo.enabled);
  ASSERT_EQ(config.sets.size(), 1u);
  EXPECT_EQ(config.sets[0].symbols, std::vector<std::string>{"*"});
  EXPECT_TRUE(config.sets[0].odd_lots_move_prices);
  EXPECT_FALSE(config.sets[0].reset_at_session);
  EXPECT_EQ(config.sets[0].find_average(), nullptr);
}

TEST(LoadAnalytics, ReadsEveryKindOfWindow) {
  const AnalyticsConfig config = load_analytics_text(R"YAML(
sets:
  us:
    symbols: [AAPL, "BRK?", "*@XNAS"]
    average: hour
    odd_lots: volume_only
    reset: session
    windows:
      - {name: T60, size: 1m}
      - {name: S300_60, size: 5m, slide: 1m, early: 10s, empty: carry}
      - {name: T3600_o1800, size: 1h, offset: 30m}
      - {name: hour, size: 1h, align: session, calendar: us_equity}
      - {name: day, session: always}
      - {name: tokyo, session: /etc/tickplant/tokyo.csv, early: 1m}
      - {name: K, ticks: 1000}
      - {name: V, volume: 100000}
      - {name: N, value: 1e6}
)YAML",
                                                     "a.yaml");
  const SetConfig& set = config.sets.at(0);
  EXPECT_EQ(set.name, "us");
  EXPECT_EQ(set.symbols, (std::vector<std::string>{"AAPL", "BRK?", "*@XNAS"}));
  EXPECT_FALSE(set.odd_lots_move_prices);
  EXPECT_TRUE(set.reset_at_session);
  ASSERT_EQ(set.windows.size(), 9u);
  EXPECT_EQ(set.windows[0],
            (WindowConfig{.name = "T60", .kind = WindowKind::time, .size_ns = kMinute, .slide_ns = kMinute}));
  EXPECT_EQ(set.windows[0].place.line, 9u);
  EXPECT_EQ(set.windows[0].place.column, 9u);
  EXPECT_EQ(set.windows[1], (WindowConfig{.name = "S300_60",
                                          .size_ns = 5 * kMinute,
                                          .slide_ns = kMinute,
                                          .early_ns = 10 * kSecond,
                                          .empty = EmptyWindows::carry}));
  EXPECT_EQ(set.windows[2],
            (WindowConfig{.name = "T3600_o1800", .size_ns = kHour, .slide_ns = kHour, .offset_ns = 30 * kMinute}));
  EXPECT_EQ(
      set.windows[3],
      (WindowConfig{
          .name = "hour", .size_ns = kHour, .slide_ns = kHour, .align_to_session = true, .calendar = "us_equity"}));
  EXPECT_EQ(set.windows[4], (WindowConfig{.name = "day", .kind = WindowKind::session, .calendar = "always"}));
  EXPECT_EQ(set.windows[5].calendar, "/etc/tickplant/tokyo.csv");
  EXPECT_EQ(set.windows[5].early_ns, kMinute);
  EXPECT_EQ(set.windows[6], (WindowConfig{.name = "K", .kind = WindowKind::ticks, .count = 1000}));
  EXPECT_EQ(set.windows[7], (WindowConfig{.name = "V", .kind = WindowKind::volume, .count = 100'000}));
  EXPECT_EQ(set.windows[8], (WindowConfig{.name = "N", .kind = WindowKind::value, .value = whole(1'000'000)}));
  EXPECT_EQ(set.find_average(), &set.windows[3]) << "the one that is named";
  EXPECT_EQ(set.find_window("V"), &set.windows[7]);
  EXPECT_EQ(set.find_window("W"), nullptr);
}

TEST(LoadAnalytics, TakesTheFiveMinutesSlidingByOneForTheAverage) {
  const AnalyticsConfig config = load_small();
  ASSERT_NE(config.sets.at(0).find_average(), nullptr);
  EXPECT_EQ(config.sets.at(0).find_average()->name, "S300_60");
}

TEST(LoadAnalytics, ReadsFunctions) {
  const AnalyticsConfig config = load_small(R"YAML(
      - {on: ticks, of: [ema(20), vwap]}
      - on: S300_60
        of:
          - macd(12, 26, 9)
          - "bbands( 20,2.5 )"
)YAML");
  const std::vector<IndicatorsConfig>& indicators = config.sets.at(0).indicators;
  ASSERT_EQ(indicators.size(), 3u);
  EXPECT_EQ(indicators[1].on, "ticks");
  EXPECT_EQ(indicators[1].of, (std::vector<FunctionCall>{call("ema", {20}), call("vwap")}));
  EXPECT_EQ(indicators[2].on, "S300_60");
  ASSERT_EQ(indicators[2].of.size(), 2u);
  EXPECT_EQ(indicators[2].of[0], call("macd", {12, 26, 9}));
  EXPECT_EQ(indicators[2].of[1].parameters, (std::vector<Decimal>{whole(20), {2'500'000'000}}));
  EXPECT_EQ(indicators[2].of[1].place.line, 13u);
  EXPECT_EQ(indicators[2].of[1].place.column, 14u) << "behind the quote";
}

TEST(LoadAnalytics, ReadsWhatIsAskedOfQuotes) {
  const AnalyticsConfig config =
      load_small("    quotes: [{on: T60, of: [spread, microprice]}, {on: S300_60, of: [max_spread]}]\n");
  const auto& quotes = config.sets[0].quotes;
  ASSERT_EQ(quotes.size(), 2u);
  EXPECT_EQ(quotes[0].on, "T60");
  EXPECT_EQ(quotes[0].of, (std::vector{QuoteFunction::spread, QuoteFunction::microprice}));
  EXPECT_EQ(quotes[1].of, std::vector{QuoteFunction::max_spread});
  EXPECT_THAT(to_yaml(config), testing::HasSubstr("    quotes:\n      - {on: T60, of: [spread, microprice]}\n"));
}

TEST(LoadAnalytics, ReadsTheNbboOfASetAndItsDefault) {
  const auto nbbo_of = [](const std::string& more) { return load_small(more).sets[0].nbbo; };
  EXPECT_EQ(nbbo_of(""), NbboConfig{});
  EXPECT_EQ(nbbo_of("    nbbo: true\n"), NbboConfig{.enabled = true});
  EXPECT_EQ(nbbo_of("    nbbo: {venues: [XNAS], publish: true}\n"), (NbboConfig{true, {"XNAS"}, true}));
  EXPECT_EQ(nbbo_of("nbbo: {enabled: true, venues: [XNAS]}\n"), (NbboConfig{true, {"XNAS"}, false})) << "by default";
  EXPECT_EQ(nbbo_of("    nbbo: false\nnbbo: {enabled: true}\n"), NbboConfig{});
}

TEST(LoadAnalytics, ReadsEveryKindOfSignal) {
  const AnalyticsConfig config = load_small(R"YAML(
    signals:
      - {name: a, on: T60, cross: [price, sma(20)], confirm: 2, hysteresis_bps: 2.5, cooldown: 10}
      - {name: b, on: ticks, cross: [price, ma_5min]}
      - {name: c, on: T60, cross: [rsi(14), 70], basis: first}
      - {name: d, on: T60, price_change: {bps: 100, horizon: 5, edges_only: true}}
      - {name: d, on: S300_60, price_change: {bps: 100}}
      - {name: e, on: T60, volume_anomaly: {lookback: 30, minimum: 5, z: 0, robust: 4.25, absolute: 1000000}}
      - {name: f, on: T60, volume_anomaly: }
      - {name: g, on: T60, swing: {percent: 0.5}, basis: tick}
)YAML");
  const std::vector<SignalConfig>& signals = config.sets.at(0).signals;
  ASSERT_EQ(signals.size(), 8u);
  EXPECT_EQ(signals[0], (SignalConfig{.name = "a",
                                      .on = "T60",
                                      .a = call("price"),
                                      .b = call("sma", {20}),
                                      .hysteresis_bps = {2'500'000'000},
                                      .confirm = 2,
                                      .cooldown = 10}));
  EXPECT_EQ(signals[0].b.place.column, 43u);
  EXPECT_EQ(signals[1],
            (SignalConfig{.name = "b", .on = "ticks", .basis = Basis::tick, .a = call("price"), .b = call("ma_5min")}));
  EXPECT_TRUE(signals[2].b.is_number());
  EXPECT_EQ(signals[2].b.parameters, std::vector<Decimal>{whole(70)});
  EXPECT_EQ(signals[2].basis, Basis::first);
  EXPECT_EQ(signals[3], (SignalConfig{.name = "d",
                                      .on = "T60",
                                      .kind = SignalKind::price_change,
                                      .bps = whole(100),
                                      .horizon = 5,
                                      .edges_only = true}));
  EXPECT_EQ(signals[4].horizon, 0u) << "within the window";
  EXPECT_EQ(signals[4].on, "S300_60") << "one name on two windows";
  EXPECT_EQ(signals[5], (SignalConfig{.name = "e",
                                      .on = "T60",
                                      .kind = SignalKind::volume_anomaly,
                                      .lookback = 30,
                                      .minimum = 5,
                                      .z = {},
                                      .robust = {4'250'000'000},
                                      .absolute = 1'000'000}));
  EXPECT_EQ(signals[6], (SignalConfig{.name = "f", .on = "T60", .kind = SignalKind::volume_anomaly}));
  EXPECT_EQ(signals[7],
            (SignalConfig{
                .name = "g", .on = "T60", .kind = SignalKind::swing, .basis = Basis::tick, .percent = {500'000'000}}));
}

TEST(LoadAnalytics, ReadsPatterns) {
  const AnalyticsConfig config = load_small(R"YAML(
    signals:
      - {name: s, on: T60, swing: {percent: 2}}
    patterns:
      - name: dip
        on: bars.T60
        by: symbol
        after_match: no_skip
        within: 10 bars
        max_runs: 8
        steps:
          - {name: d, times: 3, consecutive: true, where: "close < open"}
          - {name: m, times: [2, 5], where: "close > d[0].open"}
          - {name: r, link: next, times: [2,], unless: "close < d[last].low", where: "close > d[0].open"}
          - {name: x, times: [4, ~], where: "close > 0"}
      - {name: after, on: signals, within: 10m, steps: [{name: a, where: "value > 1"}]}
      - {name: free, on: ticks, steps: [{name: a, where: "price > 1"}]}
)YAML");
  const std::vector<PatternConfig>& patterns = config.sets.at(0).patterns;
  ASSERT_EQ(patterns.size(), 3u);
  EXPECT_EQ(patterns[0].name, "dip");
  EXPECT_EQ(patterns[0].on, "bars.T60");
  EXPECT_EQ(patterns[0].after_match, AfterMatch::no_skip);
  EXPECT_EQ(patterns[0].within_bars, 10u);
  EXPECT_EQ(patterns[0].within_ns, 0);
  EXPECT_EQ(patterns[0].max_runs, 8u);
  const std::vector<PatternStepConfig>& steps = patterns[0].steps;
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0], (PatternStepConfig{
                          .name = "d", .times_min = 3, .times_max = 3, .consecutive = true, .where = "close < open"}));
  EXPECT_EQ(steps[0].where_place.line, 19u);
  EXPECT_EQ(steps[0].where_place.column, 60u) << "the first letter, behind the quote";
  EXPECT_EQ(steps[1].times_min, 2u);
  EXPECT_EQ(steps[1].times_max, 5u);
  EXPECT_EQ(steps[1].where, "close > d[0].open");
  EXPECT_EQ(steps[2], (PatternStepConfig{.name = "r",
                                         .link = StepLink::next,
                                         .times_min = 2,
                                         .times_max = kNoMaximum,
                                         .where = "close > d[0].open",
                                         .unless = "close < d[last].low"}));
  EXPECT_EQ(steps[3].times_min, 4u);
  EXPECT_EQ(steps[3].times_max, kNoMaximum);
  EXPECT_EQ(patterns[1].within_ns, 10 * kMinute);
  EXPECT_EQ(patterns[2].within_ns, 0);
  EXPECT_EQ(patterns[2].within_bars, 0u);
  EXPECT_EQ(patterns[2].max_runs, 64u);
}

TEST(LoadAnalytics, SaysWhyAFileCannotBeRead) {
  try {
    (void)load_analytics_file("/no/such/file.yaml");
    FAIL() << "read";
  } catch (const platform::SetupError& error) {
    EXPECT_EQ(error.problem(), "cannot read analytics /no/such/file.yaml: No such file or directory (errno 2)");
  }
}

TEST(RenderAnalytics, WritesEveryKeyOut) {
  EXPECT_EQ(to_yaml(load_small()), R"YAML(watermarks:
  default: {bound: 5s, lateness: 55s, idle: 1m, when_all_idle: advance, max_future: 5s}
corrections: {trades: 1048576}
nbbo: {enabled: false, venues: []}
sets:
  all:
    symbols: ["*"]
    odd_lots: move_prices
    reset: never
    windows:
      - {name: T60, size: 1m, slide: 1m, offset: 0ns, empty: none}
      - {name: S300_60, size: 5m, slide: 1m, offset: 0ns, empty: none}
    indicators:
      - {on: T60, of: ["sma(5)"]}
)YAML");
}

TEST(RenderAnalytics, HashesWhatIsMeantAndNotHowItIsWritten) {
  const std::uint64_t hash = hash_of(load_small());
  EXPECT_EQ(hash_of(load_analytics_text(R"YAML(
# The same, with other words.
sets:
  all:
    indicators: [{of: ["sma( 5.0 )"], on: T60
}]
    windows: [{size: 60s, name: T60}, {name: S300_60, size: 300s, slide: 60000ms}]
watermarks: {default: {bound: 5000ms}}
)YAML",
                                        "b.yaml")),
            hash);
  EXPECT_NE(hash_of(load_small("      - {on: ticks, of: [vwap]}\n")), hash);
}

TEST(RenderAnalytics, KeepsItsHashFromReleaseToRelease) {
  // Stored state names it: another value here orphans all of it.
  EXPECT_EQ(hash_of(load_small()), 11034481500297174514u);
}

}  // namespace
}  // namespace tickplant::config::this_file
