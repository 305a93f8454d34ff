// Which instrument a DBN record is about: names by day, tables that are full, what odd definitions say.
#include "feedhandlers/dbn/instrument_names.hpp"

#include "tests/unit/feedhandlers/dbn_fixture.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::dbn::DbnInstrument;
using feedhandlers::dbn::InstrumentNames;
using feedhandlers::dbn::Metadata;

constexpr feedhandlers::dbn::DayNumber kDay = 19'905;  // 2024-07-01

TEST(DbnInstrumentNames, AMappingThatCannotBeReadNamesNothing) {
  Metadata metadata;
  metadata.mappings = {{"A", {{20240701, 20240702, "17x"}}}, {"B", {{20240701, 20240702, "99999999999"}}},
                       {"C", {{20240701, 20240702, ""}}},    {"D", {{99'991'232, 99'991'232, "17"}}},
                       {"E", {{20240230, 20240702, "17"}}},  {"F", {{20240701, 20241301, "17"}}},
                       {"", {{20240701, 20240702, "17"}}},   {"GOOD", {{20240701, 20240702, "18"}}}};
  InstrumentNames names(8);
  names.begin_file(metadata);
  EXPECT_EQ(names.find({17}, kDay), "");
  EXPECT_EQ(names.find({18}, kDay), "GOOD");
  metadata.mappings = {{"17", {{20240701, 20240702, ""}}}};
  metadata.stype_out = feedhandlers::dbn::stype::kRawSymbol;
  names.begin_file(metadata);
  EXPECT_EQ(names.find({17}, kDay), "") << "read backwards, and without a symbol";
}

TEST(DbnInstrumentNames, AMappingHoldsFromItsFirstDayUpToItsLast) {
  Metadata metadata;
  metadata.mappings = {{"A", {{20240701, 20240703, "17"}, {20240705, 20240706, "17"}}},
                       {"B", {{20240701, 20240703, "18"}}}};
  InstrumentNames names(8);
  names.begin_file(metadata);
  for (const auto& [day, symbol] : std::vector<std::pair<int, std::string>>{
           {kDay - 1, ""}, {kDay, "A"}, {kDay + 1, "A"}, {kDay + 2, ""}, {kDay + 4, "A"}, {kDay + 5, ""}})
    EXPECT_EQ(names.find({17}, day), symbol) << day;
  EXPECT_EQ(names.find({18}, kDay + 2), "");
}

TEST(DbnInstrumentNames, OnlyTheDaysThatContradictAreDropped) {
  Metadata metadata;
  metadata.mappings = {{"AMBIGUOUS", {{20240701, 20240705, "17"}, {20240702, 20240703, "18"}}},
                       {"KEPT", {{20240701, 20240705, "19"}, {20240702, 20240703, "19"}, {20240705, 20240706, "20"}}}};
  InstrumentNames names(8);
  names.begin_file(metadata);
  EXPECT_EQ(names.find({17}, kDay), "");
  EXPECT_EQ(names.find({18}, kDay + 1), "");
  EXPECT_EQ(names.find({19}, kDay + 1), "KEPT") << "said twice of one number is no contradiction";
  EXPECT_EQ(names.find({20}, kDay + 4), "KEPT") << "nor of another one on another day";
}

TEST(DbnInstrumentNames, WhatAMappingRecordSaysGoesBeforeTheHeaderAndThatBeforeADefinition) {
  Metadata metadata;
  metadata.mappings = {{"HEADER", {{20240701, 20240702, "17"}}}};
  InstrumentNames names(8);
  names.begin_file(metadata);
  EXPECT_TRUE(names.define({17}, "DEFINED"));
  EXPECT_EQ(names.find({17}, kDay), "HEADER");
  EXPECT_EQ(names.find({17}, kDay + 1), "DEFINED");
  const std::uint32_t version = names.version();
  EXPECT_TRUE(names.map({17}, "MAPPED"));
  EXPECT_EQ(names.find({17}, kDay), "MAPPED");
  EXPECT_GT(names.version(), version);
  const std::uint32_t newer = names.version();
  EXPECT_TRUE(names.map({17}, "MAPPED"));
  EXPECT_EQ(names.version(), newer) << "nothing new";
}

TEST(DbnInstrumentNames, WhenThereIsNoRoomForMoreTheKnownOnesStay) {
  InstrumentNames names(4);
  names.begin_file({});
  std::uint32_t count = 0;
  while (names.map({count}, "S" + std::to_string(count))) ++count;
  EXPECT_EQ(count, 4U);
  for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(names.find({i}, kDay), "S" + std::to_string(i));
  EXPECT_TRUE(names.map({0}, "NEW"));
  EXPECT_EQ(names.find({0}, kDay), "NEW");
  EXPECT_EQ(names.find({count}, kDay), "");
}

class DbnInstruments : public DbnPlant {};

TEST_F(DbnInstruments, AnUnknownPublisherOfANamelessDatasetIsOfDbn) {
  Trade m;
  m.header.publisher = 0;
  EXPECT_EQ(symbol_of(records_of(m)[0]), "1@DBN");
}

TEST_F(DbnInstruments, TheDayOfARecordIsThatOfTheNextBestTime) {
  Metadata metadata;
  metadata.mappings = {{"YESTERDAY", {{19691231, 19700101, "17"}}}, {"TODAY", {{20240701, 20240702, "17"}}}};
  metadata.start = {static_cast<std::int64_t>(kTime) - 1};
  plant().feed.begin_file(metadata);
  Trade m;
  m.header.instrument = 17;
  m.header.ts_event = m.ts_recv = kUndefinedTime;
  const auto records = records_of(m);
  EXPECT_EQ(symbol_of(records[0]), "TODAY@GLBX") << "no record told a time: the header's start";
  EXPECT_EQ(records[0].header.ts_recv, metadata.start);
  start({});
  metadata.start = platform::kNoTime;
  plant().feed.begin_file(metadata);
  EXPECT_NE(symbol_of(records_of(m)[0]), "TODAY@GLBX") << "nor did the header";
}

TEST_F(DbnInstruments, PublishersAndNumbersBeyondTheTableAreCounted) {
  Trade m;
  std::uint64_t told = 0;
  for (std::uint16_t publisher = 1; publisher <= 5; ++publisher) {
    for (std::uint32_t number = 1; number <= 40; ++number) {
      m.header.publisher = publisher;
      m.header.instrument = number;
      told += records_of(m).size();
    }
  }
  EXPECT_EQ(told, FeedInMemory::kInstruments);
  EXPECT_EQ(counters().unknown_instruments, 200U - told);
  m.header.publisher = 1;
  m.header.instrument = 1;
  EXPECT_EQ(records_of(m).size(), 1U) << "those that were first go on";
}

TEST_F(DbnInstruments, ADefinitionWithoutASymbolNamesItsInstrumentByItsNumber) {
  Definition m;
  m.header.instrument = 17;
  EXPECT_EQ(send(m), Texts{});
  ringbuf::InstrumentEntry entry;
  const ringbuf::InstrumentId id = plant().directory.reader().find("17", "GLBX");
  ASSERT_EQ(plant().directory.reader().read(id, entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.price_unit, 1);
}

TEST_F(DbnInstruments, ADefinitionBehindAMappingKeepsTheMappingsSymbolAndTellsItsOwnAsName) {
  Mapping mapping;
  mapping.header.instrument = 17;
  mapping.symbol_in = "ES.c.0";
  mapping.symbol_out = "17";
  (void)send(mapping);
  Definition m;
  m.header.instrument = 17;
  m.raw_symbol = "ESU4";
  (void)send(m);
  ringbuf::InstrumentEntry entry;
  const ringbuf::InstrumentId id = plant().directory.reader().find("ES.c.0", "GLBX");
  ASSERT_EQ(plant().directory.reader().read(id, entry), ringbuf::TableRead::value);
  EXPECT_STREQ(entry.name.data(), "ESU4");
}

TEST_F(DbnInstruments, IncrementsAndLotsThatSayNothingAreNotTaken) {
  for (const auto& [increment, lot] :
       std::vector<std::pair<std::int64_t, std::int32_t>>{{0, 0}, {-5, -1}, {kUndefinedPrice, 0x7fff'ffff}}) {
    start({});
    Definition m;
    m.raw_symbol = "X";
    m.min_price_increment = increment;
    m.round_lot = lot;
    (void)send(m);
    ringbuf::InstrumentEntry entry;
    ASSERT_EQ(plant().directory.reader().read({1}, entry), ringbuf::TableRead::value);
    EXPECT_EQ(entry.price_unit, 1);
    EXPECT_EQ(entry.lot, 0U);
  }
}

TEST_F(DbnInstruments, AMappingWithoutSymbolsSaysNothingAndOneWithoutRoomIsCounted) {
  Mapping mapping;
  mapping.header.instrument = 17;
  EXPECT_EQ(send(mapping), Texts{});
  Trade m;
  m.header.instrument = 17;
  EXPECT_EQ(symbol_of(records_of(m)[0]), "17@GLBX");
  for (std::uint32_t number = 1; number <= 200; ++number) {
    mapping.header.instrument = number;
    mapping.symbol_out = "S" + std::to_string(number);
    (void)send(mapping);
  }
  EXPECT_GT(counters().unknown_instruments, 0U);
  EXPECT_LT(counters().unknown_instruments, 200U);
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
