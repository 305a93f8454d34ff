#include <gtest/gtest.h>

#include <cstring>

#include "feedhandlers/itch50/status_records.hpp"
#include "tests/support/itch_published.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

namespace wire = feedhandlers::itch50;
using ringbuf::AuctionPricesBody;
using ringbuf::AuctionPricesKind;
using ringbuf::ImbalanceBody;
using ringbuf::kNoPrice;
using ringbuf::Price;
using ringbuf::StatusBody;
using ringbuf::StatusKind;
using ringbuf::TradingStatus;

constexpr Symbol kStock = symbol("AAPL");

/// All 32 bytes, readable.
template <class Body>
std::string text(const Body& body) {
  return text_of(ringbuf::make_record({}, {}, {}, body));
}

template <class View, class Message>
StatusBody status_of(const Message& message) {
  const Buffer bytes = encoded(message);
  return wire::to_status(View{bytes.data()});
}

StatusBody status(StatusKind kind, TradingStatus trading_status, char code) {
  StatusBody body;
  body.kind = kind;
  body.trading_status = trading_status;
  body.code = code;
  return body;
}

struct CodeMeans {
  char code;
  TradingStatus means;
};

TEST(Itch50StatusRecords, SayWhatATradingActionMeansAndWhy) {
  for (const CodeMeans row : {CodeMeans{'T', TradingStatus::trading},
                              {'H', TradingStatus::halted},
                              {'P', TradingStatus::paused},
                              {'Q', TradingStatus::quote_only},
                              {'x', TradingStatus::unknown}}) {
    StatusBody expected = status(StatusKind::trading_action, row.means, row.code);
    expected.reason = {'L', 'U', 'D', 'P'};
    const StockTradingAction message{
        .header = {}, .stock = kStock, .trading_state = row.code, .reserved = 'r', .reason = padded<4>("LUDP")};
    EXPECT_EQ(text(status_of<wire::StockTradingAction>(message)), text(expected)) << row.code;
  }
}

TEST(Itch50StatusRecords, SayWhichMarketAnOperationalHaltIsAbout) {
  for (const CodeMeans row :
       {CodeMeans{'H', TradingStatus::halted}, {'T', TradingStatus::trading}, {'?', TradingStatus::unknown}}) {
    StatusBody expected = status(StatusKind::operational, row.means, row.code);
    expected.detail = 'X';
    EXPECT_EQ(text(status_of<wire::OperationalHalt>(OperationalHalt{{}, kStock, 'X', row.code})), text(expected))
        << row.code;
  }
}

TEST(Itch50StatusRecords, TurnSystemEventsIntoTheStateOfTheMarket) {
  for (const CodeMeans row : {CodeMeans{'O', TradingStatus::pre_open},
                              {'S', TradingStatus::pre_open},
                              {'Q', TradingStatus::trading},
                              {'M', TradingStatus::closed},
                              {'E', TradingStatus::closed},
                              {'C', TradingStatus::closed},
                              {'z', TradingStatus::unknown}}) {
    EXPECT_EQ(text(status_of<wire::SystemEvent>(SystemEvent{{}, row.code})),
              text(status(StatusKind::system_event, row.means, row.code)))
        << row.code;
  }
}

TEST(Itch50StatusRecords, PassCodesOnAsTheyCome) {
  EXPECT_EQ(text(status_of<wire::RegShoRestriction>(RegShoRestriction{{}, kStock, '2'})),
            text(status(StatusKind::short_sale, TradingStatus::unknown, '2')));
  EXPECT_EQ(text(status_of<wire::MwcbStatus>(MwcbStatus{{}, '3'})),
            text(status(StatusKind::circuit_breaker, TradingStatus::unknown, '3')));
  EXPECT_EQ(text(status_of<wire::RetailPriceImprovement>(RetailPriceImprovement{{}, kStock, 'A'})),
            text(status(StatusKind::retail_interest, TradingStatus::unknown, 'A')));
}

TEST(Itch50StatusRecords, NameTheMarketMakerWithModeAndState) {
  StatusBody expected = status(StatusKind::market_maker, TradingStatus::unknown, 'W');
  expected.detail = 'P';
  expected.reason = {'N', 'I', 'T', 'E'};
  const MarketParticipantPosition message{{}, padded<4>("NITE"), kStock, 'Y', 'P', 'W'};
  EXPECT_EQ(text(status_of<wire::MarketParticipantPosition>(message)), text(expected));
}

TEST(Itch50StatusRecords, KeepCircuitBreakerLevelsAndDropThoseThatDoNotFit) {
  StatusBody expected = status(StatusKind::circuit_breaker_levels, TradingStatus::unknown, 0);
  expected.price = {Price{2'600'000'000'000}, Price{10}, kNoPrice};
  const MwcbDeclineLevels message{{}, {260'000'000'000}, {1}, {0xffff'ffff'ffff'ffff}};
  EXPECT_EQ(text(status_of<wire::MwcbDeclineLevels>(message)), text(expected));
}

TEST(Itch50StatusRecords, TellWhenAnIpoIsReleasedAndAtWhichPrice) {
  StatusBody expected = status(StatusKind::ipo_quotation, TradingStatus::unknown, 0);
  expected.detail = 'A';
  expected.price = {Price{17'250'000'000}, Price{38'700}, kNoPrice};
  EXPECT_EQ(text(status_of<wire::IpoQuotingPeriod>(IpoQuotingPeriod{{}, kStock, 38'700, 'A', dollars(17.25)})),
            text(expected));
  expected.price[0] = kNoPrice;
  EXPECT_EQ(text(status_of<wire::IpoQuotingPeriod>(IpoQuotingPeriod{{}, kStock, 38'700, 'A', {}})), text(expected))
      << "a price of 0 says none";
}

TEST(Itch50StatusRecords, CountTheExtensionsOfAPriceBandInOneDigit) {
  struct Row {
    std::uint32_t extension;
    char code;
  };
  for (const Row row : {Row{0, '0'}, Row{9, '9'}, Row{10, '+'}, Row{0xffff'ffff, '+'}}) {
    StatusBody expected = status(StatusKind::price_band, TradingStatus::unknown, row.code);
    expected.price = {Price{100'000'000'000}, Price{105'000'000'000}, kNoPrice};
    const LuldAuctionCollar message{{}, kStock, dollars(100), dollars(105), {}, row.extension};
    EXPECT_EQ(text(status_of<wire::LuldAuctionCollar>(message)), text(expected)) << row.extension;
  }
}

TEST(Itch50StatusRecords, SplitAnImbalanceIntoInterestAndPrices) {
  struct Row {
    char direction;
    ringbuf::Side side;
  };
  for (const Row row : {Row{'B', Side::bid}, Row{'S', Side::ask}, Row{'N', Side::none}, Row{'O', Side::none}}) {
    const Buffer bytes = encoded(NetOrderImbalance{
        {}, 7'000'000'000, 300, row.direction, kStock, dollars(11), dollars(10.5), dollars(10.25), 'C', 'L'});
    const wire::NetOrderImbalance view{bytes.data()};
    EXPECT_EQ(text(wire::to_imbalance(view)),
              text(ImbalanceBody{{7'000'000'000}, {300}, {10'250'000'000}, row.side, row.direction, 'C', 'L', {}}));
    EXPECT_EQ(text(wire::to_auction_prices(view)),
              text(AuctionPricesBody{{Price{10'500'000'000}, Price{11'000'000'000}, Price{10'250'000'000}},
                                     AuctionPricesKind::indicative,
                                     'C',
                                     0,
                                     {}}))
        << "near, far, reference";
  }
}

TEST(Itch50StatusRecords, LeaveAbsentAuctionPricesAbsent) {
  const Buffer bytes = encoded(NetOrderImbalance{.header = {}, .stock = kStock, .cross_type = 'O'});
  const wire::NetOrderImbalance view{bytes.data()};
  EXPECT_EQ(wire::to_imbalance(view).reference_price, kNoPrice);
  EXPECT_EQ(wire::to_auction_prices(view).price, (std::array{kNoPrice, kNoPrice, kNoPrice}));
}

TEST(Itch50StatusRecords, TellADirectListingInTwoRecords) {
  const Buffer bytes = encoded(DirectListing{
      {}, kStock, 'Y', dollars(1), dollars(2), dollars(1.5), {34'200'000'000'123}, dollars(1.25), dollars(1.75)});
  const wire::DirectListing view{bytes.data()};
  EXPECT_EQ(text(wire::to_allowable_prices(view)),
            text(AuctionPricesBody{{Price{1'000'000'000}, Price{2'000'000'000}, Price{1'500'000'000}},
                                   AuctionPricesKind::allowable,
                                   0,
                                   'Y',
                                   {}}));
  EXPECT_EQ(text(wire::to_price_collar(view)),
            text(AuctionPricesBody{{Price{1'250'000'000}, Price{1'750'000'000}, Price{34'200'000'000'123}},
                                   AuctionPricesKind::collar,
                                   0,
                                   'Y',
                                   {}}));
  const Buffer empty = encoded(DirectListing{.header = {}, .stock = kStock});
  EXPECT_EQ(wire::to_allowable_prices(wire::DirectListing{empty.data()}).price,
            (std::array{kNoPrice, kNoPrice, kNoPrice}));
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
