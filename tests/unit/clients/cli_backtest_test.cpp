// tickplant backtest over files: what it finds, how prices went on, what it says of files that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "clients/cli/backtest/backtest.hpp"
#include "clients/cli/backtest/backtest_report.hpp"
#include "clients/cli/backtest/forward_returns.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kMinuteOfTest = 60'000'000'000;

TEST(ForwardReturnsOfAlerts, AreOfTheLastPriceUpToTheTime) {
  ForwardReturns returns;
  returns.on_price(7, 0, 100);
  const std::size_t alert = returns.add(7, 0, 100);
  returns.on_price(7, kMinuteOfTest, 101);
  EXPECT_TRUE(std::isnan(returns.of(alert)[0])) << "another trade of that time may come";
  returns.on_price(7, kMinuteOfTest + 1, 150);
  EXPECT_NEAR(returns.of(alert)[0], 0.01, 1e-12);
  returns.on_price(8, 20 * kMinuteOfTest, 1);
  EXPECT_TRUE(std::isnan(returns.of(alert)[1])) << "that was another instrument";
  returns.on_price(7, 20 * kMinuteOfTest, 90);
  EXPECT_DOUBLE_EQ(returns.of(alert)[1], 0.5);
  EXPECT_DOUBLE_EQ(returns.of(alert)[2], 0.5) << "nothing was traded in between";
}

class Backtests : public testing::Test {
 protected:
  /// A trade a second of A, which rises by 1 % a minute, and of B, which falls.
  Backtests() {
    std::ofstream trades(file("trades.csv"));
    trades << "seq,ts_ns,symbol,xseq,px,size\n";
    for (int i = 0; i < 1'200; ++i) {
      const long long time = 1'700'000'000'000'000'000 + i * 1'000'000'000LL;
      trades << 2 * i + 1 << ',' << time << ",A," << 2 * i + 1 << ',' << 1'000'000 + i / 60 * 10'000 << ",10\n";
      trades << 2 * i + 2 << ',' << time << ",B," << 2 * i + 2 << ',' << 1'000'000 - i / 60 * 10'000 << ",10\n";
    }
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] BacktestOptions with(const std::string& rules) const {
    std::ofstream(file("rules.yaml")) << rules;
    BacktestOptions options;
    options.rules = file("rules.yaml");
    options.input = file("trades.csv");
    return options;
  }

  tests::TempDirectory folder_;
};

TEST_F(Backtests, FindWhatAPlantWouldHaveToldAndHowItWentOn) {
  const Backtest result =
      backtest(with("alerts:\n  - {name: up, when: \"change(1m) > 0.5%\"}\n  - {name: none, when: \"price > 1e6\"}\n"));
  EXPECT_EQ(result.records, 2'400u);
  ASSERT_EQ(result.alerts.size(), 1u) << "it stays true";
  EXPECT_EQ(result.alerts[0].symbol, "A");
  EXPECT_NEAR(result.alerts[0].returns[0], 0.01, 0.0005);
  EXPECT_NEAR(result.alerts[0].returns[1], 0.05, 0.003);
  EXPECT_THAT(result.value_names[0], ElementsAre("change(1m)"));
  const auto up = summaries_of(result, true), down = summaries_of(result, false);
  ASSERT_EQ(up.size(), 2u);
  EXPECT_EQ(up[0].alerts, 1u);
  EXPECT_EQ(up[0].horizons[0].hits, 1);
  EXPECT_EQ(down[0].horizons[0].hits, 0);
  EXPECT_EQ(up[1].alerts, 0u);
  EXPECT_THAT(summary_table(up, {}), HasSubstr("100 %"));
  const auto json = to_json(result, up);
  EXPECT_EQ(json["rules"][1]["after_1m"]["mean_return"], nullptr);
  EXPECT_EQ(json["alerts"][0]["symbol"], "A");
}

TEST_F(Backtests, LeaveOutWhatIsBeforeAndBehindAndWriteALineForEach) {
  BacktestOptions options = with(
      "alerts:\n  - {name: tick, when: \"bar_close(1m) != bar_open(1h) for 1 bar\", cooldown: 0s}\n"
      "  - {name: each, when: \"bar_count(1m) >= 60\", hysteresis_bps: 0}\n");
  EXPECT_THROW((void)backtest(options), platform::SetupError) << "bars of two lengths";
  options = with("alerts:\n  - {name: fast, when: \"price > bar_close(10s)\"}\n");
  const Backtest all = backtest(options);
  ASSERT_GT(all.alerts.size(), 10u);
  options.from = all.alerts[3].record.header.ts_event.value;
  options.to = all.alerts[6].record.header.ts_event.value;
  const Backtest some = backtest(options);
  EXPECT_EQ(some.alerts.size(), 3u);
  write_csv(file("alerts.csv"), some);
  std::stringstream lines;
  lines << std::ifstream(file("alerts.csv")).rdbuf();
  std::string head, first;
  std::getline(lines, head);
  std::getline(lines, first);
  EXPECT_EQ(head, "time_ns,rule,severity,symbol,price,return_1m,return_5m,return_15m,quality,cause,values");
  EXPECT_THAT(first, HasSubstr(",fast,warning,"));
}

TEST_F(Backtests, SayWhatAFileIsNot) {
  BacktestOptions options = with("alerts: [{name: a, when: \"price > 1\"}]\n");
  std::ofstream(file("bars.csv")) << "i,ts,open,high,low,close,volume\n";
  options.input = file("bars.csv");
  try {
    (void)backtest(options);
    FAIL();
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds bars, and rules are about ticks"));
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
