// Fast equals slow: every indicator with random parameters over random bars, against its definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/indicator_series.hpp"
#include "tests/support/random.hpp"
#include "tests/support/slow_indicators.hpp"

namespace tickplant::analytics::this_file {
namespace {

using tests::IndicatorSeries;
using tests::Random;
namespace slow = tests::slow;

struct Market {
  const char* name;
  std::int64_t price_unit, level, step;
};

/// A walk with flat stretches, jumps and bars without volume.
std::vector<Bar> random_bars(Random& random, const Market& market, std::size_t count) {
  std::vector<Bar> bars(count);
  std::int64_t price = market.level;
  std::uint64_t flat = 0;
  const auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(limit));
  };
  for (Bar& bar : bars) {
    if (flat > 0) --flat;
    if (random.below(60) == 0) flat = random.below(30);
    bar.price_unit = market.price_unit;
    bar.open = price;
    if (flat == 0) {
      price += below(2 * market.step + 1) - market.step;
      if (random.below(100) == 0) price += 20 * market.step;
      price = std::max(price, market.level / 2);
    }
    bar.close = price;
    bar.high = std::max(bar.open, price) + (flat == 0 ? below(market.step) : 0);
    bar.low = std::min(bar.open, price) - (flat == 0 ? below(market.step) : 0);
    bar.volume = random.below(10) == 0 ? 0 : random.below(100'000);
    bar.notional = Int128{price} * bar.volume;
  }
  return bars;
}

/// The function with random parameters, and what it should give.
struct Case {
  std::string text;
  slow::Columns expected;
};

Case random_case(Random& random, const std::string& name, const slow::Input& input) {
  const std::size_t n = 2 + random.below(random.below(4) == 0 ? 120 : 25);
  const auto text = [&](auto... parameters) {
    std::string list;
    ((list += (list.empty() ? "" : ",") + std::to_string(parameters)), ...);
    return name + (list.empty() ? "" : "(" + list + ")");
  };
  if (name == "rsi") return {text(n), slow::rsi(input, n)};
  if (name == "macd") {
    const std::size_t longer = n + 1 + random.below(20), smooth = 1 + random.below(12);
    return {text(n, longer, smooth), slow::macd(input, n, longer, smooth)};
  }
  if (name == "stoch") {
    const std::size_t k = 1 + random.below(6), d = 1 + random.below(6);
    return {text(n, k, d), slow::stoch(input, n, k, d)};
  }
  if (name == "bbands") return {text(n, 2), slow::bbands(input, n, 2)};
  if (name == "stddev") return {text(n, 1), {{name, slow::windows(slow::known(input.close), n, slow::deviation_of)}}};
  if (name == "plus_di" || name == "minus_di" || name == "adx") {
    return {text(n), {{name, slow::directional_movement(input, n).at(name)}}};
  }
  if (name == "trange" || name == "obv") return {text(), slow::others(name, input, 0)};
  if (name == "vwap") {
    slow::Number notional = 0, volume = 0;
    slow::Series expected(input.close.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      notional += input.notional[i];
      volume += input.volume[i];
      if (volume > 0) expected[i] = notional / volume;
    }
    return {text(), {{name, expected}}};
  }
  return {text(n), slow::others(name, input, n)};
}

/// Averages are as good as doubles are at that price; deviations and ranges at their own size.
bool is_near(double found, slow::Number expected, double price) {
  const auto difference = static_cast<double>(std::abs(static_cast<slow::Number>(found) - expected));
  return difference <= std::max({1e-9 * static_cast<double>(std::abs(expected)), 1e-12 * price, 1e-11});
}

void expect_definitions(const Market& market) {
  const std::uint64_t seed = tests::test_seed();
  SCOPED_TRACE(std::string(market.name) + ", TICKPLANT_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  const std::vector<Bar> bars = random_bars(random, market, 320);
  const slow::Input input = slow::input_of(bars);
  const double price = static_cast<double>(*std::max_element(input.close.begin(), input.close.end()));

  std::vector<Case> cases;
  std::vector<std::string> texts;
  for (int round = 0; round < 3; ++round) {
    for (const std::string& name : indicator_names()) {
      cases.push_back(random_case(random, name, input));
      ASSERT_FALSE(cases.back().expected.empty()) << name << " has no definition here";
      texts.push_back(cases.back().text);
    }
  }
  IndicatorSeries series(texts, 5);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    series.add(bars[i]);
    for (const Case& each : cases) {
      for (const auto& [column, values] : each.expected) {
        const auto found = series.value(each.text, column);
        ASSERT_EQ(found.has_value(), values[i].has_value()) << each.text << '.' << column << " of bar " << i;
        if (!found) continue;

        ASSERT_TRUE(is_near(*found, *values[i], price))
            << each.text << '.' << column << " of bar " << i << ": expected " << static_cast<double>(*values[i])
            << ", is " << *found;
      }
    }
  }
}

TEST(IndicatorDefinitions, HoldForSharesInHundredthsOfACent) {
  expect_definitions({"share", 100'000, 1'000'000, 4'000});
}
TEST(IndicatorDefinitions, HoldAtSixtyThousandInBillionths) {
  expect_definitions({"coin", 1, 60'000'000'000'000, 90'000'000'000});
}
TEST(IndicatorDefinitions, HoldForCountsThatDoNotDivideTheCurrency) {
  expect_definitions({"eighths", 125'000'000, 800, 9});
}
TEST(IndicatorDefinitions, HoldForTheSmallestPrices) { expect_definitions({"dust", 1, 900, 40}); }

}  // namespace
}  // namespace tickplant::analytics::this_file
