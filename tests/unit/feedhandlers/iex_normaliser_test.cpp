// What each message of TOPS and DEEP becomes, but for price levels (iex_price_levels_test.cpp).
#include <gtest/gtest.h>

#include "tests/unit/feedhandlers/iex_fixture.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using ringbuf::AuctionPricesBody;
using ringbuf::AuctionPricesKind;
using ringbuf::ImbalanceBody;
using ringbuf::TradeBody;
using ringbuf::TradeEligibility;
using ringbuf::TradeKind;

StatusBody status(StatusKind kind, TradingStatus trading, char code, char detail = 0, std::array<char, 4> reason = {}) {
  StatusBody body;
  body.kind = kind;
  body.trading_status = trading;
  body.code = code;
  body.detail = detail;
  body.reason = reason;
  return body;
}

class IexNormaliser : public IexFixture {
 protected:
  void SetUp() override { start(kTops); }

  TradingStatus image_status() const { return plant_->image_of("ZXIET").trading_status; }
  TradeBody trade_of(std::uint8_t flags, std::uint32_t size = 100) {
    const Records records = receive(packet({encode(TradeReport{flags, now(), kStock, size, dollars(82.5), 77})}));
    for (const Record& one : records)
      if (one.header.type == RecordType::trade) return one.as<TradeBody>();
    ADD_FAILURE() << "no trade";
    return {};
  }
};

// --- instruments ---

TEST_F(IexNormaliser, DefinesAnInstrumentByItsDirectoryMessage) {
  const Records records = receive(packet({encode(SecurityDirectory{0x20, now(), kStock, 10, 0, 1})}));
  ASSERT_EQ(types_of(records), (std::vector{RecordType::definition, RecordType::source_position}));
  EXPECT_EQ(records[0].header.instrument, kFirst);
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_EQ(records[0].as<ringbuf::DefinitionBody>().feed, ringbuf::FeedId{3});
  ringbuf::InstrumentEntry entry;
  ASSERT_EQ(plant_->directory.reader().read(kFirst, entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.stamp, records[0].as<ringbuf::DefinitionBody>().directory_stamp);
  EXPECT_EQ(entry.lot, 10u);
  EXPECT_EQ(entry.kind, ringbuf::InstrumentKind::fund) << "the ETP flag";
  EXPECT_EQ(plant_->directory.reader().symbol_of(kFirst), "ZXIET@IEXG");
}

TEST_F(IexNormaliser, DefinesAnInstrumentByTheFirstMessageThatNamesItAndOnlyByThat) {
  const Bytes trade = encode(TradeReport{0, now(), kStock, 100, dollars(1), 1});
  EXPECT_EQ(types_of(receive(packet({trade}))),
            (std::vector{RecordType::definition, RecordType::trade, RecordType::source_position}));
  EXPECT_EQ(types_of(receive(packet({trade}))), (std::vector{RecordType::trade, RecordType::source_position}));
  EXPECT_EQ(types_of(receive(packet({encode(SecurityDirectory{0, now(), kStock, 100, 0, 0})}))),
            (std::vector{RecordType::definition, RecordType::source_position}))
      << "the directory tells more about it";
  EXPECT_EQ(plant_->directory.reader().count(), 1u);
}

TEST_F(IexNormaliser, DropsMessagesWithSymbolsThatNoDirectoryTakes) {
  for (const std::string_view text : {"", " A", "A@B", "A\x01"})
    EXPECT_EQ(send(TradeReport{0, now(), symbol(text), 100, dollars(1), 1}), Texts{}) << text;
  EXPECT_EQ(plant_->feed.normaliser().counters().unknown_instruments, 4u);
}

TEST_F(IexNormaliser, DropsMessagesOfInstrumentsBeyondItsDirectory) {
  for (int i = 0; i < 70; ++i) (void)send(SecurityEvent{'O', now(), symbol("S" + std::to_string(i))});
  EXPECT_EQ(plant_->directory.reader().count(), 64u);
  EXPECT_EQ(plant_->feed.normaliser().counters().unknown_instruments, 6u);
}

// --- quotes ---

TEST_F(IexNormaliser, MakesAQuoteWithoutTheSidesThatAreEmpty) {
  define();
  (void)send(TradingStatusMessage{'T', now(), kStock});
  EXPECT_EQ(send(QuoteUpdate{0, now(), kStock, 100, dollars(82.1), dollars(82.2), 200}),
            Texts{record(kFirst, quote(px(82.1), 100, px(82.2), 200))});
  EXPECT_EQ(send(QuoteUpdate{0, now(), kStock, 0, 0, dollars(82.2), 200}),
            Texts{record(kFirst, quote(kNoPrice, 0, px(82.2), 200))});
  EXPECT_EQ(send(QuoteUpdate{0x40, now(), kStock, 0, dollars(1), dollars(1), 0}), Texts{record(kFirst, QuoteBody{})})
      << "a price without a size is none";
  EXPECT_EQ(plant_->image_of("ZXIET").bid_price, kNoPrice);
}

TEST_F(IexNormaliser, LeavesQuotesOutWhereTheyAreNotWanted) {
  start(kTops, {.quotes = false});
  const Texts told{record(kFirst, status(StatusKind::operational, TradingStatus::halted, 'O', 'R'))};
  EXPECT_EQ(send(QuoteUpdate{0x80, now(), kStock, 0, 0, 0, 0}), told) << "and the status ends the event";
  EXPECT_EQ(send(QuoteUpdate{0x80, now(), kStock, 0, 0, 0, 0}), Texts{});
}

// --- whether an instrument can be traded ---

TEST_F(IexNormaliser, TellsTheTradingStatusOfTheListingMarket) {
  const auto told = [&](char code, TradingStatus expected) {
    EXPECT_EQ(send(TradingStatusMessage{code, now(), kStock, {'T', '1', ' ', ' '}}),
              Texts{record(kFirst, status(StatusKind::trading_action, expected, code, 0, {'T', '1', ' ', ' '}))});
    EXPECT_EQ(image_status(), expected);
  };
  told('T', TradingStatus::trading);
  told('H', TradingStatus::halted);
  told('O', TradingStatus::quote_only);
  told('P', TradingStatus::paused);
  told('?', TradingStatus::unknown);
}

TEST_F(IexNormaliser, KeepsAHaltOnIexThroughTheMarketsTradingAndTheOtherWayRound) {
  EXPECT_EQ(send(OperationalHaltStatus{'O', now(), kStock}),
            Texts{record(kFirst, status(StatusKind::operational, TradingStatus::halted, 'O'))});
  EXPECT_EQ(send(TradingStatusMessage{'T', now(), kStock, {}}),
            Texts{record(kFirst, status(StatusKind::trading_action, TradingStatus::halted, 'T'))});
  EXPECT_EQ(image_status(), TradingStatus::halted);
  (void)send(OperationalHaltStatus{'N', now(), kStock});
  EXPECT_EQ(image_status(), TradingStatus::trading);
  (void)send(TradingStatusMessage{'P', now(), kStock});
  (void)send(OperationalHaltStatus{'N', now(), kStock});
  EXPECT_EQ(image_status(), TradingStatus::paused);
}

TEST_F(IexNormaliser, LearnsFromAQuoteWhetherAnInstrumentIsAvailableWhereNobodySaidSo) {
  const Texts available{record(kFirst, status(StatusKind::operational, TradingStatus::trading, 'N', 'P'), kNone),
                        record(kFirst, QuoteBody{})};
  EXPECT_EQ(send(QuoteUpdate{0x40, now(), kStock, 0, 0, 0, 0}), available);
  EXPECT_EQ(send(QuoteUpdate{0x00, now(), kStock, 0, 0, 0, 0}), Texts{record(kFirst, QuoteBody{})}) << "known";
  const Texts halted{record(kFirst, status(StatusKind::operational, TradingStatus::halted, 'O', 'R'), kNone),
                     record(kFirst, QuoteBody{})};
  EXPECT_EQ(send(QuoteUpdate{0x80, now(), kStock, 0, 0, 0, 0}), halted) << "the halt itself was missed";
  EXPECT_EQ(send(QuoteUpdate{0x80, now(), kStock, 0, 0, 0, 0}), Texts{record(kFirst, QuoteBody{})});
}

TEST_F(IexNormaliser, DoesNotCallAPauseAHaltBecauseOfAQuote) {
  (void)send(TradingStatusMessage{'P', now(), kStock});
  EXPECT_EQ(send(QuoteUpdate{0x80, now(), kStock, 0, 0, 0, 0}), Texts{record(kFirst, QuoteBody{})});
  EXPECT_EQ(image_status(), TradingStatus::paused);
}

TEST_F(IexNormaliser, TellsSystemEventsOfNoInstrument) {
  const auto told = [&](char code, TradingStatus expected) {
    EXPECT_EQ(send(SystemEvent{code, now()}),
              Texts{record(kNoInstrument, status(StatusKind::system_event, expected, code))});
  };
  told('O', TradingStatus::pre_open);
  told('S', TradingStatus::pre_open);
  told('R', TradingStatus::trading);
  told('M', TradingStatus::closed);
  told('E', TradingStatus::closed);
  told('C', TradingStatus::closed);
  told('?', TradingStatus::unknown);
}

TEST_F(IexNormaliser, TellsSecurityEventsAndOfficialPricesOfTheirInstrument) {
  EXPECT_EQ(send(SecurityEvent{'O', now(), kStock}),
            Texts{record(kFirst, status(StatusKind::system_event, TradingStatus::trading, 'O', 'E'))});
  EXPECT_EQ(send(SecurityEvent{'C', now(), kStock}),
            Texts{record(kFirst, status(StatusKind::system_event, TradingStatus::closed, 'C', 'E'))});
  StatusBody official = status(StatusKind::system_event, TradingStatus::unknown, 'M', 'X');
  official.price[0] = px(99.05);
  EXPECT_EQ(send(OfficialPrice{'M', now(), kStock, dollars(99.05)}), Texts{record(kFirst, official)});
  official.price[0] = kNoPrice;
  EXPECT_EQ(send(OfficialPrice{'M', now(), kStock, 0}), Texts{record(kFirst, official)});
  EXPECT_EQ(image_status(), TradingStatus::unknown) << "says nothing about halts";
}

TEST_F(IexNormaliser, TellsShortSaleRestrictionsInTheCodesOfAllFeeds) {
  const auto told = [&](std::uint8_t wire_status, char detail, char code) {
    EXPECT_EQ(send(ShortSalePriceTest{wire_status, now(), kStock, detail}),
              Texts{record(kFirst, status(StatusKind::short_sale, TradingStatus::unknown, code, detail))});
    EXPECT_EQ(plant_->image_of("ZXIET").short_sale, code);
  };
  told(0, ' ', '0');
  told(1, 'A', '1');
  told(1, 'C', '2');
  told(1, 'N', '1');
  told(0, 'D', '0');
}

TEST_F(IexNormaliser, TellsRetailInterestInTheCodesOfAllFeeds) {
  const auto told = [&](char indicator, char code) {
    EXPECT_EQ(send(RetailLiquidityIndicator{indicator, now(), kStock}),
              Texts{record(kFirst, status(StatusKind::retail_interest, TradingStatus::unknown, code, indicator))});
  };
  told('A', 'B');
  told('B', 'S');
  told('C', 'A');
  told(' ', 'N');
  told('?', '?');
}

// --- trades ---

TEST_F(IexNormaliser, TellsATradeAndItsBreak) {
  define();
  TradeBody trade;
  trade.price = px(82.5);
  trade.size = {100};
  trade.trade_id = 77;
  EXPECT_EQ(send(TradeReport{0, now(), kStock, 100, dollars(82.5), 77}), Texts{record(kFirst, trade)});
  ringbuf::TradeCancelBody cancel;
  cancel.trade_id = 77;
  cancel.price = px(82.5);
  cancel.size = {100};
  EXPECT_EQ(send(TradeBreak{0, now(), kStock, 100, dollars(82.5), 77}), Texts{record(kFirst, cancel)});
}

TEST_F(IexNormaliser, CountsATradeForWhatTheSpecificationAllows) {
  EXPECT_EQ(trade_of(0x00).eligibility, TradeEligibility::all);
  EXPECT_EQ(trade_of(0x80).eligibility, TradeEligibility::all) << "a sweep";
  EXPECT_EQ(trade_of(0x10).eligibility, TradeEligibility::all) << "trade-through exempt";
  EXPECT_EQ(trade_of(0x18).eligibility, TradeEligibility::all) << "a cross";
  EXPECT_EQ(trade_of(0x40).eligibility, TradeEligibility::volume) << "extended hours";
  EXPECT_EQ(trade_of(0x20).eligibility, TradeEligibility::volume) << "an odd lot";
  EXPECT_EQ(trade_of(0xf8).eligibility, TradeEligibility::volume);
  EXPECT_EQ(trade_of(0x00, 0).eligibility, TradeEligibility::none) << "no share";
  const ringbuf::ImageEntry image = plant_->image_of("ZXIET");
  EXPECT_EQ(image.volume.value, 700u);
  EXPECT_EQ(image.trade_count, 7u);
}

TEST_F(IexNormaliser, KeepsExtendedHoursAndOddLotsOutOfLastAndRange) {
  (void)send(TradeReport{0x00, now(), kStock, 100, dollars(10), 1});
  (void)send(TradeReport{0x40, now(), kStock, 100, dollars(20), 2});
  (void)send(TradeReport{0x20, now(), kStock, 5, dollars(5), 3});
  const ringbuf::ImageEntry image = plant_->image_of("ZXIET");
  EXPECT_EQ(image.last_price, px(10));
  EXPECT_EQ(image.high, px(10));
  EXPECT_EQ(image.low, px(10));
  EXPECT_EQ(image.volume.value, 205u);
}

TEST_F(IexNormaliser, NamesTheConditionsOfATrade) {
  using Letters = std::array<char, 4>;
  EXPECT_EQ(trade_of(0x00).condition, (Letters{}));
  EXPECT_EQ(trade_of(0x80).condition, (Letters{'F'}));
  EXPECT_EQ(trade_of(0x60).condition, (Letters{'T', 'I'}));
  EXPECT_EQ(trade_of(0x18).condition, (Letters{'X'}));
  EXPECT_EQ(trade_of(0xff).condition, (Letters{'F', 'T', 'I', 'X'}));
  EXPECT_EQ(trade_of(0x18).kind, TradeKind::cross);
  EXPECT_EQ(trade_of(0x10).kind, TradeKind::unknown);
}

// --- auctions ---

TEST_F(IexNormaliser, TellsAnAuctionInTwoRecordsAndItsCollarInAThird) {
  define();
  AuctionInformation auction{'V', now(), kStock,        252'180,     dollars(95), dollars(96), 50'619,
                             'S', 2,     1'503'759'153, dollars(97), dollars(94), dollars(85), dollars(109)};
  ImbalanceBody imbalance;
  imbalance.paired_size = {252'180};
  imbalance.imbalance_size = {50'619};
  imbalance.reference_price = px(95);
  imbalance.side = Side::ask;
  imbalance.direction = 'S';
  imbalance.auction = 'V';
  AuctionPricesBody prices;
  prices.auction = 'V';
  prices.price = {px(96), px(97), px(95)};
  AuctionPricesBody collar;
  collar.kind = AuctionPricesKind::collar;
  collar.auction = 'V';
  collar.price = {px(85), px(109), kNoPrice};
  EXPECT_EQ(send(auction),
            (Texts{record(kFirst, imbalance, kNone), record(kFirst, prices, kNone), record(kFirst, collar)}));
  auction.lower_collar = auction.upper_collar = auction.auction_book_clearing_price = 0;
  auction.imbalance_side = 'N';
  imbalance.direction = 'N';
  imbalance.side = Side::none;
  prices.price[1] = kNoPrice;
  EXPECT_EQ(send(auction), (Texts{record(kFirst, imbalance, kNone), record(kFirst, prices)}));
  EXPECT_EQ(plant_->image_of("ZXIET").auction_near, px(96));
}

// --- time ---

TEST_F(IexNormaliser, CountsTimesThatGoBackAndFlagsNothing) {
  define();
  (void)send(SecurityEvent{'O', kStart + 100, kStock});
  const Records records = receive(
      packet({encode(SecurityEvent{'O', kStart + 50, kStock}), encode(SecurityEvent{'O', kStart + 60, kStock})}));
  EXPECT_EQ(plant_->feed.normaliser().counters().backward_times, 1u) << "against the message ahead";
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_EQ(records[0].header.ts_event.value, kStart + 50);
  EXPECT_EQ(records[1].header.flags, kEnd);
  EXPECT_EQ(plant_->feed.normaliser().last_time().value, kStart + 100);
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
