// What the simulated exchange says keeps the rules of an exchange, on every day that a seed can make.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "feedhandlers/itch50/messages.hpp"
#include "platform/crc32c.hpp"
#include "tests/support/random.hpp"
#include "tests/support/venue_day.hpp"
#include "tests/support/venue_rules.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::venue::Buffer;
using feedhandlers::venue::MarketOptions;
using feedhandlers::venue::unframed;

/// A thousand messages a second and a day of 40 seconds: news, pauses and new listings within a short stream.
MarketOptions options(std::uint64_t seed) {
  return {.seed = seed, .symbols = 40, .live_orders = 1'500, .session_seconds = 40};
}

VenueRules rules_of(VenueDay& day) {
  VenueRules rules;
  rules.read(unframed(day.stream()));
  return rules;
}

class VenueKeepsTheRules : public testing::TestWithParam<std::uint64_t> {
 protected:
  VenueKeepsTheRules() {
    day_.begin();
    day_.trade(40'000);
    day_.close();
    rules_ = rules_of(day_);
  }
  std::uint64_t seed_ = test_seed() + GetParam();
  VenueDay day_{options(seed_)};
  VenueRules rules_;
};

TEST_P(VenueKeepsTheRules, InEveryMessage) {
  EXPECT_EQ(rules_.complaints, std::vector<std::string>{}) << "market seed " << seed_;
}

TEST_P(VenueKeepsTheRules, AndLosesNoShare) {
  for (const auto& [locate, stock] : rules_.stocks)
    EXPECT_EQ(stock.added, stock.executed + stock.taken_off + rules_.resting_shares(locate))
        << "stock " << locate << ", market seed " << seed_;
  EXPECT_EQ(rules_.orders.size(), day_.market().live_orders());
}

INSTANTIATE_TEST_SUITE_P(Seeds, VenueKeepsTheRules, testing::Values(0, 1, 2, 3, 4));

class VenueDays : public testing::Test {
 protected:
  static Buffer stream_of(const MarketOptions& options) {
    VenueDay day{options};
    day.begin();
    day.trade(10'000);
    day.close();
    return day.stream();
  }
};

TEST_F(VenueDays, AreTheSameForTheSameSeedAndOthersForAnother) {
  EXPECT_EQ(stream_of(options(5)), stream_of(options(5)));
  EXPECT_NE(stream_of(options(5)), stream_of(options(6)));
}

/// Two compilers may call the functions of one expression in two orders: whoever throws dice twice in one differs here.
TEST_F(VenueDays, AreTheSameUnderEveryCompiler) {
  const Buffer stream = stream_of({.seed = 7, .symbols = 40, .live_orders = 1'500, .session_seconds = 40});
  EXPECT_EQ(platform::crc32c(stream), 621768324u) << "or the market behaves anew: then this is its new number";
}

TEST_F(VenueDays, HaveEveryMessageOfAnOrdinaryDay) {
  VenueRules rules;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    VenueDay day{options(seed)};
    day.begin();
    day.trade(60'000);
    day.close();
    const VenueRules of_day = rules_of(day);
    for (const auto& [type, count] : of_day.messages) rules.messages[type] += count;
    for (const auto& [state, count] : of_day.states) rules.states[state] += count;
    rules.executions_at_a_better_price += of_day.executions_at_a_better_price;
    rules.short_sale_restrictions += of_day.short_sale_restrictions;
  }
  for (const char type : std::string{"SRHYLVKJAFECXDUPQBINO"}) EXPECT_GT(rules.messages[type], 0u) << type;
  EXPECT_EQ(rules.messages['W'] + rules.messages['h'], 0u) << "no market-wide breaker, no failing venue";
  for (const char* state : {"T", "HT1", "QT3", "PLUDP", "HIPO1", "QIPOQ"}) EXPECT_GT(rules.states[state], 0u) << state;
  EXPECT_GT(rules.executions_at_a_better_price, 0u);
  EXPECT_GT(rules.short_sale_restrictions, 0u);
}

TEST_F(VenueDays, AreMadeOfShortLivedOrdersAndFewerTrades) {
  VenueDay day{{.seed = test_seed(), .symbols = 40, .live_orders = 1'500}, 20'000};
  day.begin();
  day.trade(100'000);
  auto rules = rules_of(day);
  const auto percent = [&](char type) { return 100 * rules.messages[type] / day.market().messages(); };
  EXPECT_GE(percent('A') + percent('F'), 35u);
  EXPECT_GE(percent('D'), 25u);
  EXPECT_GE(percent('E'), 2u);
  EXPECT_LE(percent('E') + percent('P'), 15u);
  EXPECT_LE(percent('U'), 20u);
}

/// How often the next trade, at a later time, is in the same stock, against chance with the same shares of trades.
double clustering(VenueDay& day) {
  std::map<std::uint16_t, double> trades;
  double all = 0;
  double repeats = 0;
  std::uint16_t last_locate = 0;
  std::uint64_t last_nanos = 0;
  for (const auto message : unframed(day.stream())) {
    if (static_cast<char>(message.front()) != 'E') continue;
    const feedhandlers::itch50::OrderExecuted trade{message.data()};
    if (trade.timestamp().nanos == last_nanos) continue;
    repeats += trade.stock_locate().value == last_locate ? 1 : 0;
    last_locate = trade.stock_locate().value;
    last_nanos = trade.timestamp().nanos;
    ++trades[last_locate];
    ++all;
  }
  double by_chance = 0;
  for (const auto& [locate, count] : trades) by_chance += (count / all) * (count / all);
  return repeats / all / by_chance;
}

TEST_F(VenueDays, HaveTradesThatComeInClusters) {
  VenueDay day{{.seed = test_seed(), .symbols = 100, .live_orders = 4'000}, 20'000};
  day.begin();
  day.trade(200'000);
  EXPECT_GT(clustering(day), 2.5);
}

TEST_F(VenueDays, HoldAboutAsManyOrdersAsAsked) {
  VenueDay day{{.seed = test_seed(), .symbols = 100, .live_orders = 4'000}, 20'000};
  day.begin();
  day.trade(100'000);
  EXPECT_GT(day.market().live_orders(), 3'000u);
  EXPECT_LT(day.market().live_orders(), 6'000u);
}

TEST_F(VenueDays, HaveUnequalStocksWithSymbolsOfTheirOwn) {
  VenueDay day{{.seed = test_seed(), .symbols = 400}, 20'000};
  day.begin();
  day.trade(60'000);
  std::set<std::string> symbols;
  std::vector<std::uint64_t> trades;
  std::uint32_t cheapest = 0xffff'ffff;
  std::uint32_t dearest = 0;
  for (std::uint32_t i = 0; i < day.market().symbols(); ++i) {
    const auto book = day.market().book(i);
    symbols.insert(book.symbol);
    EXPECT_GE(book.symbol.size(), 2u);
    EXPECT_LE(book.symbol.size(), 5u);
    EXPECT_TRUE(std::all_of(book.symbol.begin(), book.symbol.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
    trades.push_back(book.trades);
    if (book.last_e4 == 0) continue;
    cheapest = std::min(cheapest, book.last_e4);
    dearest = std::max(dearest, book.last_e4);
  }
  EXPECT_EQ(symbols.size(), 400u);
  EXPECT_TRUE(std::is_sorted(symbols.begin(), symbols.end()));
  std::sort(trades.begin(), trades.end());
  EXPECT_GT(trades[399], 10 * trades[200]) << "the busiest against the one in the middle";
  EXPECT_LT(cheapest, 10'000u) << "some stocks are below a dollar";
  EXPECT_GT(dearest, 2'500'000u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
