// What DBN records become that are not about orders: trades, best prices, statuses, auctions, and what is passed over.
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "tests/unit/feedhandlers/dbn_normaliser_fixture.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::dbn::Metadata;
using feedhandlers::dbn::Schema;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;

constexpr RecordFlags kEnd = RecordFlags::end_of_event;

// --- trades and best prices ---

TEST_F(DbnNormaliser, ATradeIsAnEventOfItsOwnWithTheSideOfTheRestingOrder) {
  Trade m;
  m.price = 5 * kUnit;
  m.size = 7;
  m.side = 'B';
  m.flags = 0;
  m.sequence = 99;
  const auto records = send(m);
  ASSERT_EQ(types(records), std::vector{RecordType::trade});
  const auto trade = records[0].as<ringbuf::TradeBody>();
  EXPECT_EQ(trade.price.value, 5 * kUnit);
  EXPECT_EQ(trade.size.value, 7U);
  EXPECT_EQ(trade.side, Side::ask) << "the aggressor bought";
  EXPECT_EQ(trade.trade_id, 99U);
  EXPECT_EQ(trade.kind, ringbuf::TradeKind::unknown);
  EXPECT_EQ(trade.eligibility, ringbuf::TradeEligibility::all);
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_EQ(records[0].header.ts_event.value, static_cast<std::int64_t>(kTime + 1));
  m.side = 'N';
  EXPECT_EQ(send(m)[0].as<ringbuf::TradeBody>().side, Side::none);
}

TEST_F(DbnNormaliser, ATradeWithoutPriceOrSizeCountsForNothing) {
  Trade m;
  m.price = kUndefinedPrice;
  m.size = 1;
  EXPECT_EQ(send(m)[0].as<ringbuf::TradeBody>().eligibility, ringbuf::TradeEligibility::none);
  m.price = kUnit;
  m.size = 0xffff'ffff;
  EXPECT_EQ(send(m)[0].as<ringbuf::TradeBody>().size.value, 0U);
}

TEST_F(DbnNormaliser, ATradeReportedToAFacilityIsOffBook) {
  Trade m;
  m.header.publisher = 82;  // FINRA/Nasdaq TRF Carteret
  m.price = kUnit;
  m.size = 1;
  const auto records = send(m);
  EXPECT_EQ(records[0].as<ringbuf::TradeBody>().kind, ringbuf::TradeKind::off_book);
  EXPECT_EQ(symbol_of(records[0]), "1@FINN");
}

TEST_F(DbnNormaliser, BestPricesAreToldWhenTheyChange) {
  auto records = send(top('A', 5));
  ASSERT_EQ(types(records), std::vector{RecordType::quote});
  EXPECT_EQ(records[0].as<ringbuf::QuoteBody>(), (ringbuf::QuoteBody{{100 * kUnit}, {101 * kUnit}, {5}, {4}}));
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_TRUE(send(top('A', 5)).empty());
  EXPECT_EQ(types(send(top('C', 4))), std::vector{RecordType::quote});
}

TEST_F(DbnNormaliser, ATradeFollowsTheBestPricesBeforeItAndItsEventEndsLater) {
  auto records = send(top('T', 5, 0));
  ASSERT_EQ(types(records), (std::vector{RecordType::quote, RecordType::trade}));
  EXPECT_EQ(records[1].header.flags, RecordFlags::none);
  records = send(top('C', 5));  // nothing new, but the event must end
  ASSERT_EQ(types(records), std::vector{RecordType::quote});
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_TRUE(send(top('C', 5)).empty());
}

TEST_F(DbnNormaliser, ATradeOfTheTbboSchemaIsAnEventOfItsOwn) {
  Metadata metadata;
  metadata.schema = Schema::tbbo;
  begin(metadata);
  const auto records = send(top('T', 5, 0));
  ASSERT_EQ(types(records), (std::vector{RecordType::quote, RecordType::trade}));
  EXPECT_EQ(records[0].header.flags, RecordFlags::none);
  EXPECT_EQ(records[1].header.flags, kEnd);
}

TEST_F(DbnNormaliser, AnAbsentSideHasNoPriceAndNoSize) {
  Mbp1 m = top('A', 5);
  m.levels[0].ask_price = kUndefinedPrice;
  EXPECT_EQ(send(m)[0].as<ringbuf::QuoteBody>(), (ringbuf::QuoteBody{{100 * kUnit}, ringbuf::kNoPrice, {5}, {}}));
}

TEST_F(DbnNormaliser, SamplesAndConsolidatedPricesAreQuotes) {
  Bbo bbo;
  bbo.level = {1 * kUnit, 2 * kUnit, 3, 4, 0, 0};
  bbo.price = kUnit;
  bbo.size = 9;
  auto records = send(bbo);
  ASSERT_EQ(types(records), std::vector{RecordType::quote}) << "the last trade beside them was told before";
  EXPECT_EQ(records[0].as<ringbuf::QuoteBody>(), (ringbuf::QuoteBody{{1 * kUnit}, {2 * kUnit}, {3}, {4}}));
  Cbbo cbbo;
  cbbo.level = {1 * kUnit, 2 * kUnit, 3, 5, 0, 0};
  EXPECT_EQ(send(cbbo)[0].as<ringbuf::QuoteBody>().ask_size.value, 5U);
  Cmbp1 cmbp;
  cmbp.header.rtype = 0xc2;
  cmbp.action = 'T';
  cmbp.size = 2;
  cmbp.level = {1 * kUnit, 2 * kUnit, 3, 6, 0, 0};
  EXPECT_EQ(types(send(cmbp)), (std::vector{RecordType::quote, RecordType::trade}));
}

// --- flags and times ---

TEST_F(DbnNormaliser, FlagsBecomeOurs) {
  EXPECT_EQ(send(order('A', 1, 'B', 1, 1, 0x20))[0].header.flags, RecordFlags::snapshot);
  EXPECT_EQ(send(order('A', 2, 'B', 1, 1, 0x08))[0].header.flags, RecordFlags::bad_clock);
  EXPECT_EQ(send(top('A', 5, 0x84))[0].header.flags, kEnd | RecordFlags::maybe_bad_book);
  EXPECT_EQ(send(top('A', 6, 0x80))[0].header.flags, kEnd) << "a quote is right again with the next";
  EXPECT_EQ(send(order('A', 3, 'B', 1, 1, 0x04))[0].header.flags, RecordFlags::maybe_bad_book);
  EXPECT_EQ(send(order('A', 4, 'B', 1, 1, 0))[0].header.flags, RecordFlags::maybe_bad_book) << "a book stays wrong";
}

TEST_F(DbnNormaliser, TimesAreThoseOfTheRecord) {
  Trade m;
  m.price = kUnit;
  m.size = 1;
  m.header.ts_event = kTime + 1'000;
  m.ts_recv = kTime + 5'000;
  auto record = send(m)[0];
  EXPECT_EQ(record.header.ts_recv.value, static_cast<std::int64_t>(kTime + 5'000));
  m.header.ts_event = kTime + 500;
  m.ts_recv = kTime + 6'000;
  record = send(m)[0];
  EXPECT_EQ(record.header.flags, kEnd | RecordFlags::late);
  EXPECT_EQ(counters().backward_times, 1U);
  m.header.ts_event = kUndefinedTime;
  m.ts_recv = kUndefinedTime;
  record = send(m)[0];
  EXPECT_EQ(record.header.ts_event, platform::kNoTime);
  EXPECT_EQ(record.header.ts_recv.value, static_cast<std::int64_t>(kTime + 6'000)) << "that of the record ahead";
  EXPECT_EQ(record.header.flags, kEnd);
}

// --- statuses and auctions ---

TEST_F(DbnNormaliser, StatusesTellTheTradingState) {
  using enum ringbuf::TradingStatus;
  const std::vector<std::pair<std::uint16_t, ringbuf::TradingStatus>> states{
      {1, pre_open}, {2, quote_only}, {3, quote_only}, {4, auction}, {5, auction}, {7, trading},
      {8, halted},   {9, paused},     {10, halted},    {12, closed}, {13, closed}, {15, closed}};
  for (const auto& [action, state] : states) {
    Status m;
    m.action = action;
    m.reason = 30;
    const auto records = send(m);
    ASSERT_EQ(types(records), std::vector{RecordType::status});
    const auto body = records[0].as<ringbuf::StatusBody>();
    EXPECT_EQ(body.trading_status, state) << action;
    EXPECT_EQ(body.kind, ringbuf::StatusKind::trading_action);
    EXPECT_EQ(body.code, action < 10 ? static_cast<char>('0' + action) : static_cast<char>('A' + action - 10));
    EXPECT_EQ(body.reason, (std::array<char, 4>{'3', '0', 0, 0}));
    EXPECT_EQ(records[0].header.flags, kEnd);
  }
  Status other;
  other.action = 11;
  other.is_trading = 'Y';
  EXPECT_EQ(send(other)[0].as<ringbuf::StatusBody>().trading_status, trading);
  other.is_trading = 'N';
  other.is_quoting = 'Y';
  EXPECT_EQ(send(other)[0].as<ringbuf::StatusBody>().trading_status, quote_only);
  other.action = 14;
  other.is_short_sell_restricted = 'Y';
  const auto body = send(other)[0].as<ringbuf::StatusBody>();
  EXPECT_EQ(body.kind, ringbuf::StatusKind::short_sale);
  EXPECT_EQ(body.code, '1');
}

TEST_F(DbnNormaliser, AnImbalanceIsToldWithItsPricesAndItsCollarWhereThereIsOne) {
  Imbalance m;
  m.paired_size = 10;
  m.total_imbalance_size = 20;
  m.side = 'A';
  m.reference_price = 3 * kUnit;
  m.book_clearing_price = 4 * kUnit;
  m.auction_clearing_price = 5 * kUnit;
  auto records = send(m);
  ASSERT_EQ(types(records), (std::vector{RecordType::imbalance, RecordType::auction_prices}));
  const auto body = records[0].as<ringbuf::ImbalanceBody>();
  EXPECT_EQ(body.paired_size.value, 10U);
  EXPECT_EQ(body.imbalance_size.value, 20U);
  EXPECT_EQ(body.side, Side::ask);
  EXPECT_EQ(body.auction, 'O');
  const auto prices = records[1].as<ringbuf::AuctionPricesBody>();
  EXPECT_EQ(prices.price, (std::array<ringbuf::Price, 3>{{{4 * kUnit}, {5 * kUnit}, {3 * kUnit}}}));
  EXPECT_EQ(records[0].header.flags, RecordFlags::none);
  EXPECT_EQ(records[1].header.flags, kEnd);
  m.upper_collar = 9 * kUnit;
  m.paired_size = 0xffff'ffff;
  records = send(m);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].as<ringbuf::ImbalanceBody>().paired_size.value, 0U);
  EXPECT_EQ(records[2].as<ringbuf::AuctionPricesBody>().kind, ringbuf::AuctionPricesKind::collar);
  EXPECT_EQ(records[2].header.flags, kEnd);
}

// --- read and not published ---

TEST_F(DbnNormaliser, WhatHasNoRecordOfOursIsCountedByItsType) {
  EXPECT_TRUE(send(Ohlcv{}).empty());
  EXPECT_TRUE(send(Statistics{}).empty());
  EXPECT_TRUE(send(Error{}).empty());
  EXPECT_TRUE(send(System{}).empty());
  EXPECT_EQ(definitions_, 0);
  for (const std::size_t rtype : {0x21U, 0x18U, 0x15U, 0x17U}) EXPECT_EQ(plant_.feed.counters().records[rtype], 1U);
}

TEST_F(DbnNormaliser, UnknownTypesAndWrongLengthsAreCountedAndSteppedOver) {
  Trade unknown;
  unknown.header.rtype = 0x7f;
  EXPECT_TRUE(send(unknown).empty());
  EXPECT_EQ(plant_.feed.counters().unknown_rtypes, 1U);
  Trade wrong;
  wrong.header.rtype = 0xa0;
  EXPECT_TRUE(send(wrong).empty());
  EXPECT_EQ(plant_.feed.counters().bad_lengths, 1U);
}

TEST_F(DbnNormaliser, EachBatchTellsHowFarTheFileWasRead) {
  const Bytes bytes = encoded(Trade{});
  const feedhandlers::dbn::RecordBytes record{bytes};
  plant_.feed.on_batch({.records = {&record, 1}, .first_number = 41, .end_offset = 12'345});
  const auto position = plant_.take().back().as<ringbuf::SourcePositionBody>();
  EXPECT_EQ(position.next_sequence, 42U);
  EXPECT_EQ(position.byte_offset, 12'345U);
  EXPECT_EQ(position.message_count, 1);
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
