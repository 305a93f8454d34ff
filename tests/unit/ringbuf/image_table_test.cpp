#include "ringbuf/image_table.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tickplant::ringbuf::this_file {
namespace {

class ImageTable : public testing::Test {
 protected:
  template <RecordBody Body>
  void apply(const Body& body, RecordFlags flags = RecordFlags::none, InstrumentId id = kId) {
    Record record = make_record(id, UnixNanos{1000}, UnixNanos{2000}, body, flags);
    record.header.stamp = ++sequence_;
    writer_.apply(record);
  }

  static TradeBody trade(std::int64_t price, std::uint64_t size, TradeEligibility eligibility = TradeEligibility::all) {
    TradeBody body;
    body.price = {price};
    body.size = {size};
    body.trade_id = 77;
    body.eligibility = eligibility;
    return body;
  }

  ImageEntry read(InstrumentId id = kId) {
    ImageEntry entry;
    EXPECT_EQ(reader_.read(id, entry), TableRead::value);
    return entry;
  }

  static constexpr InstrumentId kId{3};
  std::vector<ImageSlot> slots_ = std::vector<ImageSlot>(8);
  ImageWriter writer_{slots_};
  ImageReader reader_{slots_};
  std::uint64_t sequence_ = 0;
};

TEST_F(ImageTable, SaysNeverForAnInstrumentWithoutRecordsAndForIdsBeyondTheTable) {
  ImageEntry entry;
  EXPECT_EQ(reader_.read({3}, entry), TableRead::never);
  EXPECT_EQ(reader_.read({8}, entry), TableRead::never);
  apply(trade(100, 1), RecordFlags::none, {8});  // refused, not written past the end
  apply(trade(100, 1), RecordFlags::none, {0});
  EXPECT_EQ(reader_.read({0}, entry), TableRead::never);
}

TEST_F(ImageTable, LeavesWhatWasNeverSaidAbsent) {
  apply(QuoteBody{{99}, kNoPrice, {5}, {0}});
  const ImageEntry entry = read();
  EXPECT_EQ(entry.bid_price, Price{99});
  EXPECT_FALSE(is_present(entry.ask_price));
  EXPECT_FALSE(is_present(entry.last_price));
  EXPECT_FALSE(is_present(entry.open));
  EXPECT_FALSE(is_present(entry.vwap()));
  EXPECT_EQ(entry.trading_status, TradingStatus::unknown);
}

TEST_F(ImageTable, TellsTheSequenceUpToWhichItIsValid) {
  apply(trade(100, 1));
  EXPECT_EQ(read().stamp, 1u);
  apply(QuoteBody{{99}, {101}, {5}, {6}});
  EXPECT_EQ(read().stamp, 2u);
}

TEST_F(ImageTable, AQuoteLeavesTheTradeAloneAndTheOtherWayRound) {
  apply(trade(100, 10));
  apply(QuoteBody{{99}, {101}, {5}, {6}});
  apply(trade(102, 20));
  const ImageEntry entry = read();
  EXPECT_EQ(entry.bid_price, Price{99});
  EXPECT_EQ(entry.ask_size, Size{6});
  EXPECT_EQ(entry.last_price, Price{102});
  EXPECT_EQ(entry.last_trade_id, 77u);
  EXPECT_EQ(entry.last_trade_time, UnixNanos{1000});
  EXPECT_EQ(entry.ts_recv, UnixNanos{2000});
}

TEST_F(ImageTable, SumsTheDay) {
  for (const auto& [price, size] : {std::pair{100, 10}, {90, 20}, {110, 30}, {95, 40}}) {
    apply(trade(price, static_cast<std::uint64_t>(size)));
  }
  const ImageEntry entry = read();
  EXPECT_EQ(entry.open, Price{100});
  EXPECT_EQ(entry.high, Price{110});
  EXPECT_EQ(entry.low, Price{90});
  EXPECT_EQ(entry.last_price, Price{95});
  EXPECT_EQ(entry.volume, Size{100});
  EXPECT_EQ(entry.trade_count, 4u);
  EXPECT_EQ(entry.vwap(), Price{99});  // 9,900 / 100
}

TEST_F(ImageTable, KeepsANotionalThatDoesNotFitIn64Bits) {
  const std::int64_t price = 400'000 * kPriceScale;  // a share of 400,000
  for (int i = 0; i < 3; ++i) apply(trade(price, 1'000'000'000));
  const ImageEntry entry = read();
  EXPECT_NE(entry.notional_high, 0u);
  EXPECT_EQ(entry.vwap(), Price{price});
}

TEST_F(ImageTable, RoundsVwapToNearestAlsoBelowZero) {
  apply(trade(1, 1));
  apply(trade(2, 2));  // 5 / 3 = 1.67
  EXPECT_EQ(read().vwap(), Price{2});
  apply(trade(-30, 1));  // -25 / 4 = -6.25
  EXPECT_EQ(read().vwap(), Price{-6});
}

TEST_F(ImageTable, CountsATradeOnlyForWhatItIsEligibleFor) {
  apply(trade(100, 10));
  apply(trade(500, 7, TradeEligibility::none));
  ImageEntry entry = read();
  EXPECT_EQ(entry.volume, Size{10});
  EXPECT_EQ(entry.high, Price{100});
  EXPECT_EQ(entry.last_price, Price{100});
  apply(trade(500, 7, TradeEligibility::volume));
  entry = read();
  EXPECT_EQ(entry.volume, Size{17});
  EXPECT_EQ(entry.high, Price{100});
  EXPECT_EQ(entry.last_price, Price{100});
  apply(trade(500, 7, TradeEligibility::open_high_low));
  EXPECT_EQ(read().high, Price{500});
  EXPECT_EQ(read().volume, Size{17});
}

TEST_F(ImageTable, TakesTradingStatusFromHaltsAndNotFromShortSaleRestrictions) {
  StatusBody status;
  status.kind = StatusKind::trading_action;
  status.trading_status = TradingStatus::halted;
  apply(status);
  status.kind = StatusKind::short_sale;
  status.trading_status = TradingStatus::unknown;
  status.code = '1';
  apply(status);
  status.kind = StatusKind::price_band;
  status.price = {Price{10}, Price{11}, Price{9}};
  apply(status);
  const ImageEntry entry = read();
  EXPECT_EQ(entry.trading_status, TradingStatus::halted);
  EXPECT_EQ(entry.short_sale, '1');
  EXPECT_EQ(entry.band_reference, Price{10});
  EXPECT_EQ(entry.band_upper, Price{11});
  EXPECT_EQ(entry.band_lower, Price{9});
}

TEST_F(ImageTable, ShowsTheNewestAuctionInterest) {
  ImbalanceBody imbalance;
  imbalance.paired_size = {100};
  imbalance.imbalance_size = {40};
  imbalance.reference_price = {50};
  imbalance.side = Side::ask;
  apply(imbalance);
  apply(AuctionPricesBody{{Price{51}, Price{52}, Price{50}}, AuctionPricesKind::indicative, 'O', 0, {}});
  apply(AuctionPricesBody{{Price{1}, Price{2}, Price{3}}, AuctionPricesKind::collar, 'O', 0, {}});
  const ImageEntry entry = read();
  EXPECT_EQ(entry.auction_paired, Size{100});
  EXPECT_EQ(entry.auction_imbalance, Size{40});
  EXPECT_EQ(entry.auction_reference, Price{50});
  EXPECT_EQ(entry.auction_side, Side::ask);
  EXPECT_EQ(entry.auction_near, Price{51});
  EXPECT_EQ(entry.auction_far, Price{52});
}

TEST_F(ImageTable, StartsANewDayFromThePreviousClose) {
  apply(trade(100, 10));
  apply(QuoteBody{{99}, {101}, {5}, {6}});
  SessionBody session;
  session.trading_date = 20190131;
  RecordHeader header;
  header.stamp = ++sequence_;
  writer_.on_session(header, kId, session);
  ImageEntry entry = read();
  EXPECT_EQ(entry.previous_close, Price{100});
  EXPECT_EQ(entry.trading_date, 20190131);
  EXPECT_EQ(entry.volume, Size{0});
  EXPECT_FALSE(is_present(entry.bid_price));
  EXPECT_EQ(entry.day_change(), 0);
  apply(trade(103, 1));
  EXPECT_EQ(read().day_change(), 3);
  header.stamp = ++sequence_;
  writer_.on_session(header, {5}, session);  // nothing was ever said about it: nothing to start anew
  EXPECT_EQ(reader_.read({5}, entry), TableRead::never);
}

TEST_F(ImageTable, QualityFollowsTheDoubtAboutTheBook) {
  apply(QuoteBody{{99}, {101}, {5}, {6}}, RecordFlags::maybe_bad_book);
  EXPECT_TRUE(has(read().quality, Quality::gap_inside));
  StatusBody status;
  status.trading_status = TradingStatus::trading;
  apply(status, RecordFlags::maybe_bad_book);
  EXPECT_EQ(read().trading_status, TradingStatus::trading);
  EXPECT_TRUE(has(read().quality, Quality::gap_inside));
  apply(QuoteBody{{99}, {101}, {5}, {6}});
  EXPECT_FALSE(has(read().quality, Quality::gap_inside));
  EXPECT_EQ(read().trading_status, TradingStatus::trading);
}

TEST_F(ImageTable, SaysBusyWhenTheWriterDiedHalfWay) {
  apply(trade(100, 1));
  slots_[kId.value].begin({++sequence_});
  ImageEntry entry;
  EXPECT_EQ(reader_.read(kId, entry), TableRead::busy);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
