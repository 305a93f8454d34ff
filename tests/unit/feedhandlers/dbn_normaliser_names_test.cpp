// What DBN instruments are called, by headers, mappings and definitions.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/feedhandlers/dbn_normaliser_fixture.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::dbn::Metadata;
using ringbuf::InstrumentId;

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

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
