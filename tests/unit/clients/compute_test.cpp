// `tickplant compute`: which files there are, what they say, and what is refused. Golden files are compared elsewhere
// (replay).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/compute_folder.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr const char* kTrades = "seq,ts_ns,symbol,xseq,px,size\n";
constexpr const char* kBars = "i,ts,open,high,low,close,volume\n";

/// One window of a minute, bound 0, lateness 0, and what is given.
std::string config_with(const std::string& functions, const std::string& watermarks = "") {
  return "name: t\nwatermarks:\n  default: {bound: 0s, lateness: 0s, max_future: 24h}\n" + watermarks +
         "sets:\n  all:\n    windows:\n      - {name: T60, size: 1m}\n      - {name: S300_60, size: 5m, slide: 1m}\n" +
         functions;
}

/// One trade of X in each minute, at these prices in 1e-4; `seq` from 100.
std::string minutes(const std::vector<int>& prices) {
  std::string csv = kTrades;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    csv += std::to_string(100 + i) + ',' + std::to_string(i * 60'000'000'000) + ",X," + std::to_string(i + 1) + ',' +
           std::to_string(prices[i]) + ",10\n";
  }
  return csv;
}

class Compute : public testing::Test {
 protected:
  cli::ComputeSummary run(const std::string& csv, const std::string& config, cli::ComputeOptions options = {}) {
    return folder_.run(folder_.write("input", csv), folder_.write("config.yaml", config), std::move(options));
  }
  std::string refusal(const std::string& csv, const std::string& config, cli::ComputeOptions options = {}) {
    return folder_.refusal(folder_.write("input", csv), folder_.write("config.yaml", config), std::move(options));
  }
  ComputeFolder folder_;
};

TEST_F(Compute, WritesHeadersWhereThereIsNothingToSay) {
  const cli::ComputeSummary summary =
      run(kTrades, config_with("    signals:\n      - {name: s, on: T60, swing: {percent: 2}}\n"
                               "      - {name: v, on: T60, volume_anomaly: {}}\n"));
  EXPECT_EQ(summary.records, 0u);
  EXPECT_EQ(folder_.result("signals_T60.csv"), "symbol,signal,i,window_start,value\n");
  EXPECT_EQ(folder_.result("volume_anomalies_T60.csv"),
            "symbol,i,window_start,volume,z,z_fired,robust_z,robust_fired,robust_kind\n");
  EXPECT_EQ(folder_.result("window_signals.csv"), "spec,symbol,start,end,signal,value_pct\n");
  EXPECT_FALSE(folder_.has("signals_S300_60.csv"));
  EXPECT_FALSE(folder_.has("corrections.csv"));
}

TEST_F(Compute, WritesOneFileForEachIndicatorOfAWindow) {
  const cli::ComputeSummary summary = run(
      minutes({100, 200, 300, 400}), config_with("    indicators:\n      - {on: T60, of: [sma(2), \"bbands(2, 2)\"]}\n"
                                                 "      - {on: S300_60, of: [sma(2)]}\n"));
  EXPECT_EQ(summary.indicators, 3u);
  EXPECT_EQ(folder_.result("T60_sma_2.csv"),
            "symbol,i,window_start,sma\n"
            "X,0,0,\n"
            "X,1,60000000000,0.014999999999999999\n"
            "X,2,120000000000,0.025000000000000001\n"
            "X,3,180000000000,0.035000000000000003\n");
  EXPECT_TRUE(
      folder_.result("T60_bbands_2_2_2_sma.csv").starts_with("symbol,i,window_start,upper,middle,lower\nX,0,0,,,\n"));
  EXPECT_TRUE(folder_.has("S300_60_sma_2.csv"));
}

TEST_F(Compute, KeepsAllOutputsOfABarTogetherWhenTheyTakeSeveralRecords) {
  std::string list;
  for (int i = 2; i <= 46; ++i) list += (i == 2 ? "sma(" : ", sma(") + std::to_string(i) + ")";
  const cli::ComputeSummary summary =
      run(minutes({100, 200}), config_with("    indicators:\n      - {on: T60, of: [" + list + "]}\n"));
  EXPECT_EQ(summary.indicators, 45u);
  for (int i = 2; i <= 46; ++i) {
    EXPECT_EQ(folder_.result("T60_sma_" + std::to_string(i) + ".csv"),
              std::string("symbol,i,window_start,sma\nX,0,0,\nX,1,60000000000,") +
                  (i == 2 ? "0.014999999999999999" : "") + "\n");
  }
}

TEST_F(Compute, WritesTheValuesOfEachTrade) {
  const cli::ComputeSummary summary =
      run(minutes({100, 200, 300}), config_with("    indicators:\n      - {on: ticks, of: [vwap, ema(2)]}\n"));
  EXPECT_EQ(summary.indicators, 2u);
  EXPECT_EQ(folder_.result("ticks_vwap.csv"),
            "trigger_seq,ts_ns,symbol,vwap\n"
            "100,0,X,0.01\n101,60000000000,X,0.014999999999999999\n102,120000000000,X,0.02\n");
  EXPECT_TRUE(folder_.result("ticks_ema_2.csv").starts_with("trigger_seq,ts_ns,symbol,ema\n100,0,X,"));
}

TEST_F(Compute, NamesTheEventsOfAPatternByTheSequenceOfTheFile) {
  const std::string rise = "steps: [{name: a, where: \"price > 0\"}, {name: b, where: \"price > a[0].price\"}]";
  run(minutes({100, 90, 200}), config_with("    patterns:\n      - {name: rise, on: ticks, " + rise + "}\n"));
  EXPECT_EQ(folder_.result("cep_matches_ticks.csv"),
            "symbol,pattern,first_i,last_i,start,end,binding\n"
            "X,rise,100,102,0,120000000000,a=100;b=102\n");
}

TEST_F(Compute, NamesTheEventsOfAPatternOverBarsByTheirIndex) {
  const std::string rise =
      "steps: [{name: a, times: 2, where: \"close > 0\"}, {name: b, where: \"close > a[0].close\"}]";
  run(minutes({100, 90, 200}), config_with("    patterns:\n      - {name: rise, on: bars.T60, " + rise + "}\n"));
  EXPECT_EQ(folder_.result("cep_matches_T60.csv"),
            "symbol,pattern,first_i,last_i,start,end,binding\n"
            "X,rise,0,2,0,180000000000,a=0;a=1;b=2\n");
}

TEST_F(Compute, TellsCrossesOnTicksWithTheTickThatMadeThem) {
  run(minutes({100, 90, 200}), config_with("    signals:\n      - {name: up, on: ticks, cross: [price, 0.015]}\n"));
  EXPECT_EQ(folder_.result("signals_ticks.csv"),
            "trigger_seq,ts_ns,symbol,signal,value,px,reference\n"
            "102,120000000000,X,up,golden,200,0.014999999999999999\n");
}

TEST_F(Compute, TellsSwingsOfSeveralNamesApart) {
  const std::string trades = std::string(kTrades) + "0,0,X,1,1000,1\n1,1,X,2,1030,1\n";
  const std::string two = "      - {name: two, on: T60, swing: {percent: 2}, basis: tick}\n";
  run(trades, config_with("    signals:\n" + two));
  EXPECT_EQ(folder_.result("swing_on_tick_t.csv"),
            "trigger_seq,spec,symbol,start,end,value_pct_at_trigger\n1,T60,X,0,60000000000,3\n");
  run(trades, config_with("    signals:\n" + two + "      - {name: one, on: T60, swing: {percent: 1}, basis: tick}\n"));
  EXPECT_EQ(folder_.result("swing_on_tick_t.csv"),
            "trigger_seq,spec,symbol,start,end,value_pct_at_trigger,signal\n"
            "1,T60,X,0,60000000000,3,two\n1,T60,X,0,60000000000,3,one\n");
}

TEST_F(Compute, SaysWhatCameTooLateForWhichWindows) {
  run(minutes({100, 90, 200}) + "103,5,X,9,150,7\n", config_with(""));
  EXPECT_EQ(folder_.result("corrections.csv").substr(0, 77),
            "trigger_seq,symbol,kind,trade_id,trade_ts,old_px,old_size,new_px,new_size,win");
  EXPECT_NE(folder_.result("corrections.csv").find("103,X,late,9,5,"), std::string::npos);
  EXPECT_NE(folder_.result("corrections.csv").find("T60@0"), std::string::npos);
}

TEST_F(Compute, TakesGroupsOfOtherFeedsForNoReasonToWait) {
  const std::string group = "  us: {feeds: [nasdaq, iex], bound: 1s, lateness: 2s}\n";
  run(minutes({100, 90}), config_with("", group));
  EXPECT_TRUE(folder_.has("final_BL0.csv"));
  run(minutes({100, 90}), config_with("", group), {.feed = "iex"});
  EXPECT_TRUE(folder_.has("final_BL3.csv"));
}

TEST_F(Compute, SumsUpInJson) {
  run(minutes({100, 90, 200}), config_with(""));
  const auto json = nlohmann::json::parse(folder_.result("summary.json"));
  EXPECT_EQ(json["t"]["events"], 3);
  EXPECT_EQ(json["t"]["signals"], 0);
  EXPECT_EQ(json["t"]["fully_dropped_per_spec"]["T60"], 0);
}

// ---- bars

constexpr const char* kThreeBars =
    "0,2024-06-03T13:30:00Z,1,1.03,1,1.02,10\n1,2024-06-03T13:31:00Z,1.02,1.02,1,1.01,20\n"
    "2,2024-06-03T13:32:00Z,1,2,1,2,30.0\n";

TEST_F(Compute, TakesBarsAsTheyAre) {
  const cli::ComputeSummary summary =
      run(std::string(kBars) + kThreeBars,
          config_with("    indicators: [{on: T60, of: [sma(2), obv]}]\n"
                      "    signals: [{name: s, on: T60, swing: {percent: 2.5}}]\n"
                      "    patterns: [{name: p, on: bars.T60, within: 90s, steps: [{name: a, where: \"close < 1.02\"}, "
                      "{name: b, where: \"close >= 2\"}]}]\n"));
  EXPECT_EQ(summary.records, 3u);
  EXPECT_EQ(summary.indicators, 2u);
  EXPECT_EQ(folder_.result("obv.csv"), "i,obv\n0,10\n1,-10\n2,20\n");
  EXPECT_EQ(folder_.result("sma_2.csv"), "i,sma\n0,\n1,1.0149999999999999\n2,1.5049999999999999\n");
  EXPECT_EQ(folder_.result("signals.csv"),
            "signal,i,ts,value\ns,0,2024-06-03T13:30:00Z,3\ns,2,2024-06-03T13:32:00Z,100\n");
  EXPECT_EQ(folder_.result("cep_matches.csv"), "pattern,first_i,last_i,binding\np,1,2,a=1;b=2\n");
  EXPECT_FALSE(folder_.has("emissions_t.csv"));
}

TEST_F(Compute, SaysWhatBarsCannotGive) {
  const cli::ComputeSummary summary =
      run(std::string(kBars) + kThreeBars,
          config_with("    indicators: [{on: T60, of: [sma(2)]}, {on: S300_60, of: [sma(2)]}]\n"
                      "    signals: [{name: c, on: ticks, cross: [price, ma_5min]}]\n"));
  EXPECT_EQ(summary.notes.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(folder_.result("summary.json"))["t"]["left_out"],
            (std::vector<std::string>{"S300_60.sma", "ticks.c"}));
}

TEST_F(Compute, RunsTheFunctionsOfTheWindowThatIsNamed) {
  cli::ComputeOptions options;
  options.window = "S300_60";
  run(std::string(kBars) + kThreeBars,
      config_with("    indicators: [{on: T60, of: [sma(2)]}, {on: S300_60, of: [ema(2)]}]\n"), options);
  EXPECT_TRUE(folder_.has("ema_2.csv"));
  EXPECT_FALSE(folder_.has("sma_2.csv"));
  options.window = "T61";
  EXPECT_NE(refusal(std::string(kBars), config_with(""), options).find("has no window 'T61'"), std::string::npos);
  EXPECT_NE(refusal(std::string(kBars), config_with("")).find("no function on any window"), std::string::npos);
}

// ---- what is refused

struct Refused {
  const char* csv;
  const char* what;
  const char* remedy;
};

class ComputeRefuses : public Compute, public testing::WithParamInterface<Refused> {};

TEST_P(ComputeRefuses, WithTheLineAndWhatToDo) {
  const std::string found = refusal(GetParam().csv, config_with("    indicators: [{on: T60, of: [sma(2)]}]\n"));
  EXPECT_NE(found.find(std::string("input:") + GetParam().what), std::string::npos) << found;
  EXPECT_NE(found.find(GetParam().remedy), std::string::npos) << found;
}

INSTANTIATE_TEST_SUITE_P(
    Csv, ComputeRefuses,
    testing::Values(
        Refused{"time,price\n1,2\n", "1: the header is 'time,price'", "trades begin with seq,ts_ns"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n1,2,X,3,4\n", "2: has 5 fields, not 6", "write seq,ts_ns"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n\r\n1,2,X,3,4,5,6\n", "3: has 7 fields, not 6", "write seq,ts_ns"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n1,2,X,3,175.5,5\n", "2: px is '175.5', not a whole number", "1e-4"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n1,2,,3,4,5\n", "2: the symbol is empty", "a symbol"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n1,2,X,3,92233720368548,5\n", "2: px 92233720368548 is too large",
                "9.2e9"},
        Refused{"seq,ts_ns,symbol,xseq,px,size\n1,2,X,3,4,-5\n", "2: size is '-5'", "1e-4"},
        Refused{"i,ts,open,high,low,close,volume\n0,0,1,1,1,1e3,5\n", "2: close is '1e3', not a price", "decimal"},
        Refused{"i,ts,open,high,low,close,volume\n0,0,1,1,1,1,5.5\n", "2: volume is '5.5'", "smaller unit"},
        Refused{"i,ts,open,high,low,close,volume\n0,0,1,1,1,1\n", "2: has 6 fields, not 7", "write i,ts"}));

TEST_F(Compute, RefusesAFileThatItDoesNotKnow) {
  EXPECT_NE(refusal("hello there, this is\nno CSV", config_with("")).find("the header is"), std::string::npos);
  EXPECT_NE(refusal("\x01\x02\x03\x04 and so on, whatever it is", config_with("")).find("remedy"), std::string::npos);
  EXPECT_NE(folder_.refusal("/nowhere/at/all", folder_.write("config.yaml", config_with(""))).find("/nowhere/at/all"),
            std::string::npos);
}

TEST_F(Compute, RefusesAFolderThatCannotBe) {
  const cli::ComputeOptions options{.input = folder_.write("input", kTrades),
                                    .config = folder_.write("config.yaml", config_with("")),
                                    .out = folder_.write("file", "") + "/below"};
  try {
    (void)cli::compute(options);
    FAIL() << "a folder below a file";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("cannot make folder"), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find("--out"), std::string::npos);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
