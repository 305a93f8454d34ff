// What each DBN record becomes.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/dbn_encoder.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"

namespace tickplant::tests::dbn {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::PublishedForms;
using feedhandlers::dbn::Metadata;
using feedhandlers::dbn::Schema;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;

constexpr std::int64_t kUnit = 1'000'000'000;
constexpr std::uint64_t kTime = 1'719'878'400'000'000'000;  // 2024-07-02 00:00 UTC
constexpr RecordFlags kEnd = RecordFlags::end_of_event;

class DbnNormaliser : public testing::Test {
 protected:
  void SetUp() override { begin({}); }

  void begin(const Metadata& metadata) { plant_.feed.begin_file(metadata); }

  /// What the record became, without definitions and the position behind it.
  template <class Message>
  std::vector<Record> send(Message message, Form form = {}) {
    message.header.ts_event = message.header.ts_event == 0 ? kTime + ++nanos_ : message.header.ts_event;
    if constexpr (requires { message.ts_recv; }) {
      if (message.ts_recv == 0) message.ts_recv = kTime + nanos_;
    }
    const Bytes bytes = encoded(message, form);
    const feedhandlers::dbn::RecordBytes record{bytes};
    plant_.feed.on_batch({.records = {&record, 1}, .first_number = 1, .end_offset = 0});
    std::vector<Record> records;
    definitions_ = 0;
    for (const Record& published : plant_.take()) {
      definitions_ += published.header.type == RecordType::definition ? 1 : 0;
      if (published.header.type == RecordType::definition || published.header.type == RecordType::source_position)
        continue;
      records.push_back(published);
    }
    return records;
  }

  static std::vector<RecordType> types(const std::vector<Record>& records) {
    std::vector<RecordType> types;
    for (const Record& record : records) types.push_back(record.header.type);
    return types;
  }
  std::string symbol_of(const Record& record) const {
    return plant_.directory.reader().symbol_of(record.header.instrument);
  }
  ringbuf::InstrumentEntry entry(InstrumentId id) const {
    ringbuf::InstrumentEntry entry;
    EXPECT_EQ(plant_.directory.reader().read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  const auto& counters() const { return plant_.feed.normaliser().counters(); }

  static Mbo order(char action, std::uint64_t id, char side, std::int64_t price, std::uint32_t size,
                   std::uint8_t flags = 0x80) {
    Mbo m;
    m.action = action;
    m.order = id;
    m.side = side;
    m.price = price * kUnit;
    m.size = size;
    m.flags = flags;
    return m;
  }
  static Mbp1 top(char action, std::uint32_t bid_size, std::uint8_t flags = 0x80) {
    Mbp1 m;
    m.action = action;
    m.price = 100 * kUnit;
    m.size = 3;
    m.flags = flags;
    m.sequence = 77;
    m.levels[0] = {100 * kUnit, 101 * kUnit, bid_size, 4, 1, 1};
    return m;
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  std::uint64_t nanos_ = 0;
  int definitions_ = 0;
};

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

// --- orders ---

TEST_F(DbnNormaliser, OrdersKeepABookAndBestPricesFollowAtTheEndOfTheEvent) {
  auto records = send(order('A', 7, 'B', 100, 5, 0));
  ASSERT_EQ(types(records), std::vector{RecordType::order});
  EXPECT_EQ(records[0].header.flags, RecordFlags::none);
  EXPECT_EQ(records[0].as<ringbuf::OrderBody>().order_id, 7U);
  records = send(order('A', 8, 'A', 101, 6));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>(), (ringbuf::QuoteBody{{100 * kUnit}, {101 * kUnit}, {5}, {6}}));
  EXPECT_EQ(records[1].header.flags, kEnd);
  records = send(order('A', 9, 'A', 103, 6));  // behind the best
  ASSERT_EQ(types(records), std::vector{RecordType::order});
  EXPECT_EQ(records[0].header.flags, kEnd);
}

TEST_F(DbnNormaliser, ATradeAndItsFillsLeaveTheBookAndTheCancelTakesOff) {
  (void)send(order('A', 7, 'B', 100, 5));
  auto records = send(order('T', 0, 'A', 100, 2, 0));
  ASSERT_EQ(types(records), std::vector{RecordType::trade});
  EXPECT_EQ(records[0].as<ringbuf::TradeBody>().side, Side::bid);
  EXPECT_TRUE(send(order('F', 7, 'B', 100, 2, 0)).empty());
  EXPECT_EQ(book_.open_orders(), 1U);
  records = send(order('C', 7, 'B', 100, 2));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  const auto body = records[0].as<ringbuf::OrderBody>();
  EXPECT_EQ(body.action, ringbuf::OrderAction::cancel);
  EXPECT_EQ(body.reason, ringbuf::OrderReason::plain);
  EXPECT_EQ(body.size.value, 2U);
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>().bid_size.value, 3U);
  EXPECT_EQ(send(order('C', 7, 'B', 100, 3))[0].as<ringbuf::OrderBody>().reason, ringbuf::OrderReason::deleted);
}

TEST_F(DbnNormaliser, AFillThatEndsItsEventTellsTheBestPricesAgain) {
  (void)send(order('A', 7, 'B', 100, 5));
  (void)send(order('T', 0, 'A', 100, 2, 0));
  const auto records = send(order('F', 7, 'B', 100, 2));
  ASSERT_EQ(types(records), std::vector{RecordType::quote});
  EXPECT_EQ(records[0].header.flags, kEnd);
}

TEST_F(DbnNormaliser, AModifySetsPriceAndSize) {
  (void)send(order('A', 7, 'B', 100, 5));
  const auto records = send(order('M', 7, 'B', 99, 8));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  const auto body = records[0].as<ringbuf::OrderBody>();
  EXPECT_EQ(body.action, ringbuf::OrderAction::modify);
  EXPECT_EQ(body.price.value, 99 * kUnit);
  EXPECT_EQ(body.size.value, 8U);
}

TEST_F(DbnNormaliser, AClearEmptiesTheBookAndItsDepth) {
  auto records = send(order('A', 7, 'B', 100, 5));
  const InstrumentId id = records[0].header.instrument;
  records = send(order('R', 0, 'N', 0, 0, 0xa0));
  ASSERT_EQ(types(records), (std::vector{RecordType::book_clear, RecordType::quote}));
  EXPECT_EQ(records[0].as<ringbuf::BookClearBody>().reason, ringbuf::BookClearBody::Reason::snapshot);
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>(), ringbuf::QuoteBody{});
  EXPECT_EQ(book_.level_count(id, Side::bid), 0U);
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant_.depth}.read(id, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 0);
  EXPECT_EQ(send(order('R', 0, 'N', 0, 0))[0].as<ringbuf::BookClearBody>().reason,
            ringbuf::BookClearBody::Reason::venue);
}

TEST_F(DbnNormaliser, WhatDoesNotFitTheBookIsCountedAndTheBookIsDoubtedUntilItIsCleared) {
  (void)send(order('A', 7, 'B', 100, 5));
  EXPECT_TRUE(send(order('C', 8, 'B', 100, 5)).empty());
  EXPECT_EQ(counters().unknown_references, 1U);
  EXPECT_TRUE(send(order('A', 7, 'B', 100, 5)).empty());
  EXPECT_TRUE(send(order('A', 9, 'N', 100, 5)).empty());
  EXPECT_TRUE(send(order('A', 9, 'B', 100, 0)).empty());
  Mbo unpriced = order('A', 9, 'B', 100, 5);
  unpriced.price = kUndefinedPrice;
  EXPECT_TRUE(send(unpriced).empty());
  EXPECT_EQ(counters().refused_orders, 4U);
  auto records = send(order('C', 7, 'B', 100, 50));
  EXPECT_EQ(counters().over_cancels, 1U);
  EXPECT_EQ(records[0].as<ringbuf::OrderBody>().size.value, 5U);
  EXPECT_TRUE(has(records[0].header.flags, RecordFlags::maybe_bad_book));
  EXPECT_TRUE(send(order('Z', 7, 'B', 100, 50)).empty());
  EXPECT_EQ(counters().unknown_actions, 1U);
  records = send(order('R', 0, 'N', 0, 0));
  EXPECT_FALSE(has(records[0].header.flags, RecordFlags::maybe_bad_book));
}

TEST_F(DbnNormaliser, TwoInstrumentsMayUseTheSameOrderNumbers) {
  Mbo other = order('A', 7, 'B', 50, 1);
  other.header.instrument = 2;
  (void)send(order('A', 7, 'B', 100, 5));
  (void)send(other);
  EXPECT_EQ(book_.open_orders(), 2U);
  other.action = 'C';
  (void)send(other);
  EXPECT_EQ(book_.open_orders(), 1U);
  EXPECT_EQ(counters().refused_orders, 0U);
}

TEST_F(DbnNormaliser, ATopOfBookOrderIsTheWholeOfItsSide) {
  auto records = send(order('A', 0, 'B', 100, 5, 0xc0));
  ASSERT_EQ(types(records), (std::vector{RecordType::level, RecordType::quote}));
  const InstrumentId id = records[0].header.instrument;
  records = send(order('A', 0, 'B', 99, 3, 0xc0));
  ASSERT_EQ(types(records), (std::vector{RecordType::level, RecordType::level, RecordType::quote}));
  EXPECT_EQ(records[0].as<ringbuf::LevelBody>().size.value, 0U);
  EXPECT_EQ(book_.level_count(id, Side::bid), 1U);
  Mbo none = order('A', 0, 'B', 0, 0, 0xc0);
  none.price = kUndefinedPrice;
  EXPECT_EQ(send(none).back().as<ringbuf::QuoteBody>(), ringbuf::QuoteBody{});
  EXPECT_TRUE(send(order('A', 7, 'B', 100, 5)).empty()) << "its book is fed by levels";
  EXPECT_EQ(counters().mixed_books, 1U);
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

// --- instruments ---

TEST_F(DbnNormaliser, NamesComeFromTheHeaderByDate) {
  Metadata metadata;
  metadata.mappings = {{"ESH4", {{20240701, 20240702, "17"}, {20240703, 20240704, "18"}}},
                       {"ESM4", {{20240702, 20240703, "17"}}}};
  begin(metadata);
  Trade m;
  m.header.instrument = 17;
  m.header.ts_event = m.ts_recv = kTime - 1;
  EXPECT_EQ(symbol_of(send(m)[0]), "ESH4@GLBX");
  EXPECT_EQ(definitions_, 1);
  m.header.ts_event = m.ts_recv = kTime;
  EXPECT_EQ(symbol_of(send(m)[0]), "ESM4@GLBX");
  m.header.instrument = 18;
  m.header.ts_event = m.ts_recv = kTime + 86'400'000'000'000;
  EXPECT_EQ(symbol_of(send(m)[0]), "ESH4@GLBX");
  EXPECT_EQ(definitions_, 0) << "told already";
  m.header.ts_event = m.ts_recv = kTime + 2 * 86'400'000'000'000;
  EXPECT_EQ(symbol_of(send(m)[0]), "18@GLBX");
  EXPECT_EQ(counters().unnamed_instruments, 1U);
}

TEST_F(DbnNormaliser, MappingsFromNumbersAreReadBackwards) {
  Metadata metadata;
  metadata.stype_in = feedhandlers::dbn::stype::kInstrumentId;
  metadata.stype_out = feedhandlers::dbn::stype::kRawSymbol;
  metadata.mappings = {{"17", {{20240701, 20240705, "ESH4"}}}};
  begin(metadata);
  Trade m;
  m.header.instrument = 17;
  EXPECT_EQ(symbol_of(send(m)[0]), "ESH4@GLBX");
}

TEST_F(DbnNormaliser, ASymbolOfSeveralInstrumentsOnOneDayNamesNone) {
  Metadata metadata;
  metadata.mappings = {{"ES.FUT", {{20240701, 20240705, "17"}, {20240702, 20240703, "18"}}}};
  begin(metadata);
  for (const std::uint32_t instrument : {17U, 18U}) {
    Trade m;
    m.header.instrument = instrument;
    EXPECT_EQ(symbol_of(send(m)[0]), std::to_string(instrument) + "@GLBX");
  }
}

TEST_F(DbnNormaliser, SymbolMappingRecordsNameInstrumentsInEveryVersion) {
  std::uint32_t instrument = 20;
  for (std::uint8_t version = 1; version <= 3; ++version) {
    Metadata metadata;
    metadata.version = version;
    begin(metadata);
    Mapping mapping;
    mapping.header.instrument = ++instrument;
    mapping.header.publisher = 0;
    mapping.symbol_in = "ES.FUT";
    mapping.symbol_out = "ESZ" + std::to_string(version);
    EXPECT_TRUE(send(mapping, {.version = version}).empty());
    Trade m;
    m.header.instrument = instrument;
    EXPECT_EQ(symbol_of(send(m)[0]), mapping.symbol_out + "@GLBX");
    mapping.symbol_out = std::to_string(instrument);
    (void)send(mapping, {.version = version});
    EXPECT_EQ(symbol_of(send(m)[0]), "ES.FUT@GLBX") << "outwards is its own number";
  }
}

TEST_F(DbnNormaliser, ADefinitionFillsTheDirectoryInEveryVersion) {
  std::uint32_t instrument = 30;
  for (std::uint8_t version = 1; version <= 3; ++version) {
    Metadata metadata;
    metadata.version = version;
    begin(metadata);
    Definition m;
    m.header.instrument = ++instrument;
    m.raw_symbol = "NQ" + std::to_string(version);
    m.min_price_increment = kUnit / 4;
    m.round_lot = 100;
    m.currency = "USD";
    m.instrument_class = 'F';
    EXPECT_TRUE(send(m, {.version = version}).empty());
    EXPECT_EQ(definitions_, 1);
    const InstrumentId id = plant_.directory.reader().find(m.raw_symbol, "GLBX");
    ASSERT_NE(id, ringbuf::kNoInstrument);
    EXPECT_EQ(entry(id).price_unit, kUnit / 4);
    EXPECT_EQ(entry(id).lot, 100U);
    EXPECT_EQ(entry(id).kind, ringbuf::InstrumentKind::future);
    EXPECT_EQ(entry(id).status, ringbuf::InstrumentStatus::active);
    EXPECT_STREQ(entry(id).currency.data(), "USD");
    (void)send(m, {.version = version});
    EXPECT_EQ(definitions_, 0) << "nothing new";
    m.update_action = 'D';
    m.min_price_increment = kUnit;
    (void)send(m, {.version = version});
    EXPECT_EQ(definitions_, 1);
    EXPECT_EQ(entry(id).status, ringbuf::InstrumentStatus::delisted);
    EXPECT_EQ(entry(id).price_unit, kUnit / 4) << "units never change";
    Trade trade;
    trade.header.instrument = instrument;
    EXPECT_EQ(send(trade)[0].header.instrument, id);
  }
}

TEST_F(DbnNormaliser, AnUnknownPublisherIsNamedAfterItsDataset) {
  Metadata metadata;
  metadata.dataset = "ABCDEFGHIJ.TEST";
  begin(metadata);
  Trade m;
  m.header.publisher = 9'999;
  EXPECT_EQ(symbol_of(send(m)[0]), "1@ABCDEFG");
}

TEST_F(DbnNormaliser, MoreInstrumentsThanThereIsRoomForAreCounted) {
  Trade m;
  for (std::uint32_t i = 1; i <= FeedInMemory::kInstruments + 10; ++i) {
    m.header.instrument = i;
    EXPECT_EQ(send(m).size(), i <= FeedInMemory::kInstruments ? 1U : 0U) << i;
  }
  EXPECT_EQ(counters().unknown_instruments, 10U);
}

TEST_F(DbnNormaliser, ADayBeginsWithEmptyBooks) {
  const auto records = send(order('A', 7, 'B', 100, 5));
  plant_.feed.begin_day(
      {.midnight = {static_cast<std::int64_t>(kTime + 1'000'000)}, .date = 20240702, .utc_offset_seconds = 0});
  EXPECT_EQ(plant_.take().back().as<ringbuf::SessionBody>().trading_date, 20240702);
  EXPECT_EQ(book_.open_orders(), 0U);
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant_.depth}.read(records[0].header.instrument, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 0);
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
}  // namespace tickplant::tests::dbn
