// The language of alert rules: what a text comes to, and what is said of texts that come to nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "analytics/alerts/rule_compiler.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

using testing::HasSubstr;

class Rules : public testing::Test {
 protected:
  /// With these values, by the text of the term.
  Truth ask(const std::string& text, const std::map<std::string, double>& values = {}) {
    code_ = compile_rule({text, "test"}, 0, names_, kSignals);
    state_.resize(code_.state_words);
    return again(values);
  }
  Truth again(const std::map<std::string, double>& values) {
    std::vector<double> all(names_.terms.size(), std::nan(""));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (const auto found = values.find(names_.terms[i].text); found != values.end()) all[i] = found->second;
    }
    context_.values = all.data();
    context_.state = state_.data();
    return code_.run(context_).truth;
  }
  /// What is said of a text with a mistake: the line with the caret, problem and remedy.
  std::string mistake_in(const std::string& text) {
    try {
      (void)compile_rule({text, "rules.yaml:3:9: rule r"}, 0, names_, kSignals);
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "no mistake";
  }

  const std::vector<std::string> kSignals{"golden_cross", "vol-spike"};
  RuleNames names_;
  RuleCode code_;
  std::vector<std::uint64_t> state_;
  RuleContext context_;
};

TEST_F(Rules, CompareValues) {
  EXPECT_EQ(ask("price > 100", {{"price", 100.01}}), Truth::yes);
  EXPECT_EQ(ask("price > 100", {{"price", 100}}), Truth::no);
  EXPECT_EQ(ask("price > 100"), Truth::undefined) << "there is no price yet";
  EXPECT_EQ(ask("100 <= price", {{"price", 100}}), Truth::yes);
  EXPECT_EQ(ask("change(5m) > 2%", {{"change(5m)", 0.021}}), Truth::yes);
  EXPECT_EQ(ask("change(5m) < -2%", {{"change(5m)", -0.02}}), Truth::no);
  EXPECT_EQ(ask("change(5m) > 200 bps", {{"change(5m)", 0.02}}), Truth::no) << "both are 0.02";
  EXPECT_EQ(ask("volume(1m) > 1e6", {{"volume(1m)", 1'000'001}}), Truth::yes);
  EXPECT_EQ(ask("silent > 10s", {{"silent", 10'000'000'001}}), Truth::yes);
  EXPECT_EQ(ask("zscore(volume, 20, 1m) >= 3", {{"zscore(volume, 20, 1m)", 3}}), Truth::yes);
  EXPECT_EQ(ask("price != 0", {{"price", 0}}), Truth::no);
}

TEST_F(Rules, DoArithmeticOfOneKind) {
  EXPECT_EQ(ask("price > sma(5m) * 102%", {{"price", 102.1}, {"sma(5m)", 100}}), Truth::yes);
  EXPECT_EQ(ask("(price - sma(5m)) / sma(5m) > 2%", {{"price", 102.1}, {"sma(5m)", 100}}), Truth::yes);
  EXPECT_EQ(ask("ask - bid > 0.05", {{"ask", 10.06}, {"bid", 10}}), Truth::yes);
  EXPECT_EQ(ask("abs(change(1h)) >= 1%", {{"change(1h)", -0.0125}}), Truth::yes);
  EXPECT_EQ(ask("max(bid, price) - min(ask, price) > 1", {{"bid", 3}, {"price", 5}, {"ask", 9}}), Truth::no);
  EXPECT_EQ(ask("bid_size / ask_size > 5", {{"bid_size", 600}, {"ask_size", 100}}), Truth::yes);
  EXPECT_EQ(ask("bid_size / ask_size > 5", {{"bid_size", 600}, {"ask_size", 0}}), Truth::undefined);
  EXPECT_EQ(ask("-price < -5", {{"price", 6}}), Truth::yes);
  EXPECT_EQ(ask("1 + 2 * 3 == trades(1m)", {{"trades(1m)", 7}}), Truth::yes);
}

TEST_F(Rules, TakeASpreadAgainstARatioAsOneOfTheMid) {
  EXPECT_EQ(ask("spread > 5 bps", {{"spread (of mid)", 0.00051}, {"spread", 0}}), Truth::yes);
  EXPECT_EQ(code_.terms.size(), 1u);
  EXPECT_EQ(ask("spread > 0.05", {{"spread", 0.06}}), Truth::yes);
}

TEST_F(Rules, JoinConditionsWithThreeAnswers) {
  const std::map<std::string, double> price{{"price", 5}};
  EXPECT_EQ(ask("price > 1 and price < 9", price), Truth::yes);
  EXPECT_EQ(ask("price > 1 and bid > 1", price), Truth::undefined);
  EXPECT_EQ(ask("price > 9 and bid > 1", price), Truth::no) << "one side decides";
  EXPECT_EQ(ask("price > 1 or bid > 1", price), Truth::yes);
  EXPECT_EQ(ask("price > 9 or bid > 1", price), Truth::undefined);
  EXPECT_EQ(ask("not price > 9", price), Truth::yes);
  EXPECT_EQ(ask("not bid > 9", price), Truth::undefined);
  EXPECT_EQ(ask("price > 9 or price > 1 and price < 6", price), Truth::yes);
  EXPECT_EQ(ask("(price > 9 or price > 1) and price < 4", price), Truth::no);
}

TEST_F(Rules, KnowWhatWasAboveAndBelow) {
  EXPECT_EQ(ask("price crosses_above 100", {{"price", 101}}), Truth::no) << "it has been there since we look";
  EXPECT_EQ(again({{"price", 99}}), Truth::no);
  EXPECT_EQ(again({{"price", 100}}), Truth::no) << "on it is on no side";
  EXPECT_EQ(again({{"price", 101}}), Truth::yes);
  EXPECT_EQ(again({{"price", 102}}), Truth::no);
  EXPECT_EQ(again({}), Truth::undefined);
  EXPECT_EQ(again({{"price", 99}}), Truth::no) << "it goes the other way";
}

TEST_F(Rules, HoldForBars) {
  const auto at = [](double serial, double rsi) {
    return std::map<std::string, double>{{"bars(60000000000ns)", serial}, {"rsi(14, 1m)", rsi}};
  };
  EXPECT_EQ(ask("rsi(14, 1m) > 70 for 3 bars", at(1, 80)), Truth::no);
  EXPECT_EQ(again(at(2, 80)), Truth::no);
  EXPECT_EQ(again(at(2, 60)), Truth::no) << "the bar was revised";
  EXPECT_EQ(again(at(2, 80)), Truth::no) << "and again";
  EXPECT_EQ(again(at(3, 71)), Truth::yes);
  EXPECT_EQ(again(at(4, 70)), Truth::no);
  EXPECT_EQ(again(at(5, 80)), Truth::no);
}

TEST_F(Rules, HoldForATimeAndSayWhenToLookAgain) {
  context_.now = 1'000;
  EXPECT_EQ(ask("price > 5 for 1us", {{"price", 6}}), Truth::no);
  std::vector<double> values(names_.terms.size(), 6);
  context_.values = values.data();
  EXPECT_EQ(code_.run(context_).wake_at, 2'000);
  context_.now = 2'000;
  EXPECT_EQ(again({{"price", 6}}), Truth::yes);
  EXPECT_EQ(again({{"price", 4}}), Truth::no);
  context_.now = 2'500;
  EXPECT_EQ(again({{"price", 6}}), Truth::no) << "it begins anew";
}

TEST_F(Rules, GiveWayOnceTheyAreTrue) {
  code_ = compile_rule({"price > 100", "test"}, 0.01, names_, kSignals);
  EXPECT_EQ(again({{"price", 99.5}}), Truth::no);
  context_.is_on = true;
  EXPECT_EQ(again({{"price", 99.5}}), Truth::yes) << "1 % back";
  EXPECT_EQ(again({{"price", 98.9}}), Truth::no);
}

TEST_F(Rules, SpeakOfTrendStatusQualityAndSignals) {
  EXPECT_EQ(ask("trend == bullish", {{"price", 101}, {"sma(5m)", 100}}), Truth::yes);
  EXPECT_EQ(ask("trend != bullish", {{"price", 101}, {"sma(5m)", 100}}), Truth::no);
  EXPECT_EQ(ask("trend == neutral", {{"price", 100}, {"sma(5m)", 100}}), Truth::yes);
  EXPECT_EQ(ask("status == halted", {{"status", 3}}), Truth::yes);
  EXPECT_EQ(ask("status != trading", {{"status", 2}}), Truth::no);
  EXPECT_EQ(ask("price > 1 and quality ok", {{"price", 2}}), Truth::yes);
  context_.is_quality_ok = false;
  EXPECT_EQ(again({{"price", 2}}), Truth::no);
  EXPECT_EQ(ask("stale"), Truth::no);
  context_.is_stale = true;
  EXPECT_EQ(ask("stale"), Truth::yes);
  EXPECT_EQ(ask("signal(golden_cross)"), Truth::no);
  context_.signal = 1;
  context_.signal_value = 2;
  EXPECT_EQ(again({}), Truth::yes);
  EXPECT_EQ(ask("signal(golden_cross, death) or signal('vol-spike')"), Truth::yes);
  EXPECT_EQ(ask("signal(golden_cross, golden)"), Truth::no);
}

TEST_F(Rules, KeepOneTermForWhatIsSaidTwice) {
  (void)ask("price > sma(20, 1m) and price < sma(20, 1m) * 110%");
  (void)ask("sma(20, 1m) > sma(50, 1m)");
  EXPECT_EQ(names_.terms.size(), 3u);
}

TEST_F(Rules, SayWhereAMistakeIsAndWhatToWrite) {
  EXPECT_EQ(mistake_in("pirce > 100"),
            "rules.yaml:3:9: rule r, column 1: nothing is called 'pirce'\n    pirce > 100\n    ^\n"
            "  remedy: did you mean 'price'?");
  const auto expect = [&](const std::string& text, const std::string& column, const std::string& problem,
                          const std::string& remedy) {
    const std::string said = mistake_in(text);
    EXPECT_THAT(said, HasSubstr("column " + column + ": ")) << text;
    EXPECT_THAT(said, HasSubstr(problem)) << text;
    EXPECT_THAT(said, HasSubstr("remedy: " + remedy)) << text;
  };
  expect("", "1", "the rule is empty", "write price > 100");
  expect("price", "1", "a price alone is no rule", "compare it");
  expect("price >", "8", "expected a value or '(', found the end", "write price");
  expect("price > 100 100", "13", "expected 'and', 'or' or the end, found '100'", "join");
  expect("change(5m) > 2", "14", "a ratio is compared with a plain number", "write 2%");
  expect("price > 2%", "9", "'>' compares a price with a ratio", "a ratio is of something");
  expect("silent > 10", "10", "a length of time is compared with a plain number", "write 10s");
  expect("volume > 5", "1", "'volume' needs to know over what", "write volume(1m)");
  expect("rsi(14) > 70", "5", "'rsi' ends with a length of time", "write rsi(14, 1m)");
  expect("rsi(14.5, 1m) > 70", "1", "", "");
  expect("sma(5x) > 1", "6", "'x' is no unit", "units are");
  expect("price > 1 && bid > 1", "11", "'&&' is no sign", "write 'and'");
  expect("price = 1", "7", "'=' is no sign", "write '=='");
  expect("1 < price < 3", "11", "comparisons do not chain", "write a < b and b < c");
  expect("price > 1 and", "14", "expected a value", "write price");
  expect("price > 1 or bid", "14", "'or' takes conditions, and this is a price", "compare it");
  expect("trend > bullish", "7", "words have no order", "use == or !=");
  expect("trend == bulish", "10", "'bulish' is no word", "did you mean 'bullish'?");
  expect("signal(golden_cros)", "8", "no set has a signal or pattern 'golden_cros'", "did you mean 'golden_cross'?");
  expect("price > 5 for 3 bars", "15", "the condition speaks of no bars", "write for 30s");
  expect("rsi(14, 1m) > 70 for 0 bars", "22", "expected a number of bars", "write for 3 bars");
  expect("zscore(volum, 20, 1m) > 3", "8", "'volum' is no field of a bar", "did you mean 'volume'?");
  expect("zscore(volume, 1, 1m) > 3", "16", "a z-score is against 2 to 256 bars", "write zscore");
  expect("(price > 1", "11", "expected ')'", "close the parenthesis of column 1");
  expect("sma(500d) > 1", "5", "this length of time is", "write");
  expect("sma(7m30s) > 1", "6", "'m30s' is no unit", "units are");
  expect("price(3) > 1", "1", "'price' takes no arguments", "write price");
  expect("signal(\"x) > 1", "8", "this text has no closing quote", "end it");
  expect("silent > price", "10", "'>' compares a length of time with a price", "compare prices");
  expect("abs(price > 1) > 2", "11", "expected ')', found '>'", "close the parenthesis of 'abs'");
  expect("abs(trend) > 2", "5", "'abs' takes numbers", "give it a value");
  expect(std::string(1'001, ' '), "1001", "the rule is longer than 1000 characters", "make two rules");
  expect("macd_sgnal(12, 26, 9, 1m) > 0", "1", "nothing is called", "did you mean 'macd_signal'?");
  expect("sma(0, 1m) > 1", "1", "", "");
}

}  // namespace
}  // namespace tickplant::analytics::this_file
