#include "analytics/indicators/indicator_factory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analytics/indicators/indicator_graph.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/indicator_series.hpp"

namespace tickplant::analytics::this_file {
namespace {

using testing::HasSubstr;

IndicatorGraph graph_of(const std::vector<std::string>& functions) {
  return IndicatorGraph(tests::calls(functions), "us.yaml");
}

/// What the refusal says, or "" when there is none.
std::string refusal_of(const config::FunctionCall& call) {
  try {
    NodePool pool;
    (void)make_indicator(pool, call, "us.yaml");
  } catch (const platform::SetupError& error) {
    return error.what();
  }
  return "";
}
std::string refusal_of(const std::string& text) { return refusal_of(tests::call(text)); }

TEST(IndicatorFactory, NamesOutputsAndFilesOfEachFunction) {
  struct Expected {
    const char *call, *function, *stem;
    std::vector<std::string> columns;
    std::int64_t first;
  };
  const std::vector<Expected> list{
      {"sma(20)", "sma(20)", "sma_20", {"sma"}, 19},
      {"stddev(20)", "stddev(20,1)", "stddev_20_1", {"stddev"}, 19},
      {"stddev(5,2.5)", "stddev(5,2.5)", "stddev_5_2.5", {"stddev"}, 4},
      {"bbands(20,2)", "bbands(20,2)", "bbands_20_2_2_sma", {"upper", "middle", "lower"}, 19},
      {"macd(12,26,9)", "macd(12,26,9)", "macd_12_26_9", {"macd", "signal", "hist"}, 33},
      {"stoch(5,3,3)", "stoch(5,3,3)", "stoch_5_3_3_sma", {"slowk", "slowd"}, 8},
      {"adx(14)", "adx(14)", "adx_14", {"adx"}, 27},
      {"obv", "obv", "obv", {"obv"}, 0},
      {"trange", "trange", "trange", {"trange"}, 1},
      {"vwap", "vwap", "vwap", {"vwap"}, 0},
      {"ema_unstable(20,50)", "ema_unstable(20,50)", "unst50_ema_20", {"ema"}, 69},
      {"macd_unstable(12,26,9,0)", "macd_unstable(12,26,9,0)", "unst0_macd_12_26_9", {"macd", "signal", "hist"}, 33},
  };
  for (const Expected& each : list) {
    const IndicatorGraph graph = graph_of({each.call});
    ASSERT_EQ(graph.outputs().size(), each.columns.size()) << each.call;
    for (std::size_t i = 0; i < each.columns.size(); ++i) {
      EXPECT_EQ(graph.outputs()[i].function, each.function);
      EXPECT_EQ(graph.outputs()[i].file_stem, each.stem);
      EXPECT_EQ(graph.outputs()[i].column, each.columns[i]);
      EXPECT_EQ(graph.outputs()[i].first, each.first) << each.call;
    }
  }
}

TEST(IndicatorFactory, SaysForHowLongABadBarIsFelt) {
  const auto memory_of = [](const std::string& text) { return graph_of({text}).outputs()[0].memory_bars; };
  EXPECT_EQ(memory_of("sma(20)"), 20u);
  EXPECT_EQ(memory_of("mom(10)"), 11u) << "once as the newest, once as the oldest of eleven";
  EXPECT_EQ(memory_of("trange"), 2u);
  EXPECT_EQ(memory_of("stoch(14,3,3)"), 18u);
  EXPECT_EQ(memory_of("ema(20)"), 139u) << "(19/21)^138 is still 1.004e-6";
  EXPECT_EQ(memory_of("ema(200)"), 1382u);
  EXPECT_EQ(memory_of("atr(14)"), 188u) << "Wilder's 187, and the bar after a bad close";
  EXPECT_EQ(memory_of("atr(1)"), 2u);
  EXPECT_EQ(memory_of("macd(12,26,9)"), 180u + 62u);
  EXPECT_EQ(memory_of("obv"), kUnboundedMemory);
  EXPECT_EQ(memory_of("vwap"), kUnboundedMemory);
}

TEST(IndicatorFactory, SharesWhatFunctionsHaveInCommon) {
  IndicatorGraph graph = graph_of({"sma(20)", "bbands(20,2)"});
  const std::size_t bytes = graph.state_bytes();
  EXPECT_EQ(graph.add(tests::call("bbands(20,2)")), 1u);
  EXPECT_EQ(graph.add(tests::call("sma(20)")), 0u);
  EXPECT_EQ(graph.outputs().size(), 4u);
  EXPECT_EQ(graph.add(tests::call("stddev(20)")), 4u);
  EXPECT_EQ(graph.add(tests::call("stddev(20,1)")), 4u);
  EXPECT_EQ(graph.state_bytes(), bytes) << "the bands have the deviation already";

  // Of another period only its sum and its mean are new, as long as closes are kept for longer.
  graph.add(tests::call("sma(10)"));
  EXPECT_EQ(graph.state_bytes(), bytes + kLanes * (sizeof(Int128) + sizeof(double)));
  EXPECT_EQ(graph_of({"ema(20)", "ema_unstable(20,50)"}).state_bytes(), graph_of({"ema(20)"}).state_bytes());
}

TEST(IndicatorFactory, AddsToAGraphWithoutMovingOutputs) {
  tests::IndicatorSeries grown({"sma(2)", "obv"});
  EXPECT_EQ(grown.graph.add(tests::call("max(9)")), 2u);
  EXPECT_EQ(grown.graph.add(tests::call("sma(50)")), 3u);
  grown.state = tests::BlockState(grown.graph);
  tests::IndicatorSeries whole({"sma(2)", "obv", "max(9)", "sma(50)"});
  for (std::int64_t bar = 0; bar < 60; ++bar) {
    grown.add_close(1000 + bar * bar, 5);
    whole.add_close(1000 + bar * bar, 5);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(grown.value(i), whole.value(i)) << i;
}

TEST(IndicatorFactory, KeepsTheFullSetBelowTwoPointSixKilobytesPerInstrument) {
  std::vector<std::string> functions = tests::golden_functions();
  const IndicatorGraph graph = graph_of(functions);
  EXPECT_LE(graph.state_bytes() / kLanes, 2600u);
  EXPECT_EQ(graph.state_bytes() % 64, 0u);
}

TEST(IndicatorFactory, RefusesAnUnknownNameAndOffersTheNearest) {
  config::FunctionCall call = tests::call("bband(20,2)");
  call.place = {12, 9};
  const std::string text = refusal_of(call);
  EXPECT_THAT(text, HasSubstr("us.yaml:12:9: bband(20,2): there is no such indicator"));
  EXPECT_THAT(text, HasSubstr("remedy: did you mean bbands? There are: sma, ema, wma, rsi, macd,"));
  EXPECT_THAT(refusal_of("supertrend(10)"), HasSubstr("remedy: There are: sma, "));
  EXPECT_THAT(refusal_of("supertrend(10)"), HasSubstr("us.yaml: supertrend(10)")) << "no place is known";
  EXPECT_THAT(refusal_of(config::FunctionCall{.name = "", .parameters = {config::whole(70)}}),
              HasSubstr("70: a number is no indicator"));
}

TEST(IndicatorFactory, RefusesParametersWithTheValueFoundAndAnExample) {
  EXPECT_THAT(refusal_of("sma(1)"),
              HasSubstr("sma(1): bars is 1\n  remedy: a whole number from 2 to 10000, as in sma(20)"));
  EXPECT_THAT(refusal_of("sma(10001)"), HasSubstr("bars is 10001"));
  EXPECT_THAT(refusal_of("sma(2.5)"), HasSubstr("bars is 2.5"));
  EXPECT_THAT(refusal_of("rsi(-14)"), HasSubstr("bars is -14"));
  EXPECT_THAT(refusal_of("atr(0)"), HasSubstr("a whole number from 1 to 10000"));
  EXPECT_THAT(refusal_of("bbands(20,0)"), HasSubstr("deviations is 0\n  remedy: a number above 0, as in bbands(20,2)"));
  EXPECT_THAT(refusal_of("macd(26,12,9)"), HasSubstr("the fast average has 26 bars and the slow one 12"));
  EXPECT_THAT(refusal_of("macd(12,12,9)"), HasSubstr("the fast one comes first and is the shorter one"));
  EXPECT_THAT(refusal_of("stoch(14,3,0)"), HasSubstr("slowd bars is 0"));
  EXPECT_THAT(refusal_of("ema_unstable(20,-1)"), HasSubstr("withheld values is -1\n  remedy: a whole number from 0"));
}

TEST(IndicatorFactory, RefusesTooFewAndTooManyParameters) {
  EXPECT_THAT(refusal_of("sma"), HasSubstr("sma: it has 0 parameters\n  remedy: sma takes bars: sma(20)"));
  EXPECT_THAT(refusal_of("sma(20,3)"), HasSubstr("it has 2 parameters"));
  EXPECT_THAT(refusal_of("obv(1)"), HasSubstr("it has 1 parameter\n  remedy: obv takes none: obv"));
  EXPECT_THAT(refusal_of("macd(12,26)"), HasSubstr("macd takes fast bars, slow bars, signal bars: macd(12,26,9)"));
  EXPECT_THAT(refusal_of("stddev"), HasSubstr("stddev takes bars, deviations (1 if left out): stddev(20)"));
  EXPECT_THAT(refusal_of("ema_unstable(20)"),
              HasSubstr("ema_unstable takes bars, withheld values: ema_unstable(20,50)"));
}

TEST(IndicatorFactory, RefusesAnUnstableFormOfWhatForgets) {
  EXPECT_THAT(refusal_of("sma_unstable(20,50)"), HasSubstr("sma forgets its first bars and has no unstable form"));
  EXPECT_THAT(refusal_of("sma_unstable(20,50)"), HasSubstr("leave out _unstable; those that have: ema, rsi, macd,"));
  EXPECT_THAT(refusal_of("smaa_unstable(20,50)"), HasSubstr("there is no such indicator"));
}

TEST(IndicatorFactory, KnowsWhichNamesAreIndicators) {
  for (const std::string& name : indicator_names()) EXPECT_TRUE(is_indicator(name)) << name;
  EXPECT_TRUE(is_indicator("rsi_unstable"));
  for (const char* other : {"", "price", "SMA", "sma_unstable", "_unstable", "sma "})
    EXPECT_FALSE(is_indicator(other)) << other;
  EXPECT_EQ(indicator_text(tests::call("stddev(20)"), "us.yaml"), "stddev(20,1)");
}

}  // namespace
}  // namespace tickplant::analytics::this_file
