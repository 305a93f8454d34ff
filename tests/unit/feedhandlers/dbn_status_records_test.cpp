// What DBN's codes are as ours: numbers as text, trading states, kinds of instruments, venues off the book.
#include "feedhandlers/dbn/status_records.hpp"

#include <gtest/gtest.h>

#include "feedhandlers/dbn/publishers.hpp"
#include "tests/support/dbn_encoder.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using namespace feedhandlers::dbn;

std::string digits(std::uint16_t number) {
  const auto text = digits_of(number);
  return {text.data(), strnlen(text.data(), text.size())};
}
ringbuf::StatusBody body_of(const tests::dbn::Status& status) {
  const Bytes bytes = encoded(status);
  return to_status(feedhandlers::dbn::Status{bytes.data()});
}

TEST(DbnStatusRecords, NumbersBecomeOneCharacterOrUpToFourDigits) {
  EXPECT_EQ(code_of(0), '0');
  EXPECT_EQ(code_of(9), '9');
  EXPECT_EQ(code_of(10), 'A');
  EXPECT_EQ(code_of(35), 'Z');
  EXPECT_EQ(code_of(36), '?');
  for (const std::uint16_t number : std::to_array<std::uint16_t>({0, 7, 30, 100, 999, 1000, 9999}))
    EXPECT_EQ(digits(number), std::to_string(number));
  EXPECT_EQ(digits(10'000), "9999");
  EXPECT_EQ(digits(65'535), "9999");
}

TEST(DbnStatusRecords, AnActionThatTellsNoStateLeavesItToTheFlags) {
  using enum ringbuf::TradingStatus;
  tests::dbn::Status status;
  status.action = 11;
  const auto state = [&](char trading, char quoting) {
    status.is_trading = trading;
    status.is_quoting = quoting;
    return body_of(status).trading_status;
  };
  EXPECT_EQ(state('Y', 'N'), trading);
  EXPECT_EQ(state('N', 'Y'), quote_only);
  EXPECT_EQ(state('N', 'N'), unknown);
  EXPECT_EQ(state('~', 'Y'), unknown);
  EXPECT_EQ(state('~', '~'), unknown);
}

TEST(DbnStatusRecords, AShortSaleRestrictionIsOnOffOrWhatTheySay) {
  tests::dbn::Status status;
  status.action = 14;
  for (const auto& [flag, code] : std::vector<std::pair<char, char>>{{'Y', '1'}, {'N', '0'}, {'~', '~'}}) {
    status.is_short_sell_restricted = flag;
    EXPECT_EQ(body_of(status).kind, ringbuf::StatusKind::short_sale);
    EXPECT_EQ(body_of(status).code, code);
  }
}

TEST(DbnStatusRecords, EachClassIsAKindOfOurs) {
  using enum ringbuf::InstrumentKind;
  for (const auto& [code, kind] : std::vector<std::pair<char, ringbuf::InstrumentKind>>{{'B', bond},
                                                                                        {'F', future},
                                                                                        {'S', future},
                                                                                        {'C', option},
                                                                                        {'P', option},
                                                                                        {'T', option},
                                                                                        {'K', equity},
                                                                                        {'X', currency_pair},
                                                                                        {'M', unknown},
                                                                                        {'\0', unknown}})
    EXPECT_EQ(kind_of(code), kind) << code;
}

TEST(DbnStatusRecords, AnImbalanceHasACollarWhereEitherEndIsSet) {
  tests::dbn::Imbalance m;
  const auto has = [&](std::int64_t lower, std::int64_t upper) {
    m.lower_collar = lower;
    m.upper_collar = upper;
    const Bytes bytes = encoded(m);
    return has_collar(feedhandlers::dbn::Imbalance{bytes.data()});
  };
  EXPECT_FALSE(has(kUndefinedPrice, kUndefinedPrice));
  EXPECT_TRUE(has(1, kUndefinedPrice));
  EXPECT_TRUE(has(kUndefinedPrice, 1));
}

TEST(DbnPublishers, TradesOfReportingFacilitiesAreOffTheBook) {
  for (const char* venue : {"FINN", "FINC", "FINY", "XOFF"}) EXPECT_TRUE(is_off_book(venue)) << venue;
  for (const char* venue : {"XNAS", "GLBX", "DBN", ""}) EXPECT_FALSE(is_off_book(venue)) << venue;
  EXPECT_EQ(venue_of({1}, "ABC.DEF"), "GLBX");
  EXPECT_EQ(venue_of({0}, "ABC.DEF"), "ABC");
  EXPECT_EQ(venue_of({0}, ""), "DBN");
  EXPECT_EQ(venue_of({0xffff}, ".DEF"), "DBN");
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
