#include <gtest/gtest.h>

#include "feedhandlers/trading_date.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::DateRule;
using feedhandlers::guess_trading_date;
using platform::CalendarDate;

void expect_date(std::string_view name, CalendarDate date, DateRule rule) {
  const auto guess = guess_trading_date(name);
  ASSERT_TRUE(guess.has_value()) << name;
  EXPECT_EQ(guess->date, date) << name;
  EXPECT_EQ(guess->rule, rule) << name;
}

TEST(TradingDate, FindsYearMonthDayAnywhereInTheName) {
  expect_date("20190130.itch", {2019, 1, 30}, DateRule::year_month_day);
  expect_date("ritch-ex20101224.reframed.itch", {2010, 12, 24}, DateRule::year_month_day);
  expect_date("20170826-iex-deep.pcap.gz", {2017, 8, 26}, DateRule::year_month_day);
  expect_date("/data/20200101/aapl-20190130-open.rebuilt.itch", {2019, 1, 30}, DateRule::year_month_day);
  expect_date("nq20190130093000.pcap", {2019, 1, 30}, DateRule::year_month_day);
  expect_date("nq201901300930.pcap", {2019, 1, 30}, DateRule::year_month_day);
  expect_date("12345678-20190130", {2019, 1, 30}, DateRule::year_month_day);
}

TEST(TradingDate, FindsIsoDates) {
  expect_date("aapl-2019-01-30.itch", {2019, 1, 30}, DateRule::iso);
  expect_date("mbp_2024_07_01T23-58.dbn", {2024, 7, 1}, DateRule::iso);
  expect_date("2024.07.01", {2024, 7, 1}, DateRule::iso);
}

TEST(TradingDate, FindsTheNamesNasdaqGives) {
  expect_date("01302020.NASDAQ_ITCH50.gz", {2020, 1, 30}, DateRule::month_day_year);
  expect_date("12302019.NASDAQ_ITCH50", {2019, 12, 30}, DateRule::month_day_year);
  expect_date("S081321-v50.txt.gz", {2021, 8, 13}, DateRule::nasdaq_sample);
  expect_date("S010298-v2.txt", {1998, 1, 2}, DateRule::nasdaq_sample);
}

TEST(TradingDate, PrefersYearMonthDayWhereverItStands) {
  expect_date("01302020.20190130", {2019, 1, 30}, DateRule::year_month_day);
  expect_date("S081321-2019-01-30", {2019, 1, 30}, DateRule::iso);
  expect_date("20122012.12202012", {2012, 12, 20}, DateRule::month_day_year);
}

TEST(TradingDate, RefusesWhatIsNoPlausibleDate) {
  for (const auto* name : {"",
                           "/",
                           "ticks.itch",
                           "19891231",
                           "21000101",
                           "20190229",
                           "20191301",
                           "20190100",
                           "13302020",
                           "02302020",
                           "2019-13-01",
                           "2019-1-30",
                           "2019-01-301",
                           "12019-01-30",
                           "2019-01_30",
                           "2019-01-3",
                           "S131321-v50",
                           "x081321",
                           "S0813210",
                           "1234567",
                           "123456789",
                           "201901301",
                           "20190130/ticks.itch",
                           "99999999999999999999999999"})
    EXPECT_FALSE(guess_trading_date(name).has_value()) << name;
}

TEST(TradingDate, KnowsLeapDays) { expect_date("20200229", {2020, 2, 29}, DateRule::year_month_day); }

TEST(TradingDate, SaysWhichRuleItUsed) {
  EXPECT_STREQ(describe(DateRule::year_month_day), "YYYYMMDD in the file name");
  EXPECT_STREQ(describe(DateRule::month_day_year), "MMDDYYYY in the file name");
}

}  // namespace
}  // namespace tickplant::tests::this_file
