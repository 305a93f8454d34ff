#include "ringbuf/instrument_directory.hpp"

#include <gmock/gmock.h>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = SymbolMatch::Kind;

constexpr std::uint32_t kCapacity = 8;

InstrumentSpec at_venue(std::string_view symbol, std::string_view venue) {
  InstrumentSpec spec;
  spec.symbol = symbol;
  spec.venue = venue;
  spec.feed = {3};
  spec.price_unit = 100'000;
  return spec;
}

InstrumentSpec apple() {
  InstrumentSpec spec = at_venue("AAPL", "XNAS");
  spec.size_scale = -2;
  spec.lot = 100;
  spec.kind = InstrumentKind::equity;
  spec.currency = "USD";
  spec.name = "Apple Inc.";
  spec.sector = "Technology";
  return spec;
}

class InstrumentDirectory : public testing::Test {
 protected:
  InstrumentId add(std::string_view symbol, std::string_view venue) {
    return writer_.find_or_add(at_venue(symbol, venue)).id;
  }
  [[nodiscard]] InstrumentEntry entry(InstrumentId id) const {
    InstrumentEntry out;
    EXPECT_EQ(reader_.read(id, out), TableRead::value);
    return out;
  }
  std::span<InstrumentSlot> slots() { return array_at<InstrumentSlot>(memory_.bytes(), 0, kCapacity + 1); }
  void forget_indexes() {
    const auto indexes = memory_.bytes().subspan(instruments_key_index_offset(kCapacity));
    std::memset(indexes.data(), 0, indexes.size());
  }

  PrivatePayload memory_{InstrumentDirectoryWriter::payload_bytes(kCapacity)};
  InstrumentDirectoryWriter writer_{memory_.bytes(), kCapacity};
  InstrumentDirectoryReader reader_{std::as_const(memory_).bytes()};
};

TEST_F(InstrumentDirectory, GivesBackEveryField) {
  const AddResult result = writer_.find_or_add(apple());
  EXPECT_EQ(result.outcome, AddOutcome::added);
  EXPECT_EQ(result.id, InstrumentId{1});
  const InstrumentEntry found = entry(result.id);
  EXPECT_EQ(found.stamp, result.stamp);
  EXPECT_EQ(found.id, result.id);
  EXPECT_EQ(found.feed, FeedId{3});
  EXPECT_EQ(found.size_scale, -2);
  EXPECT_EQ(found.price_unit, 100'000);
  EXPECT_EQ(text_of(found.venue), "XNAS");
  EXPECT_EQ(text_of(found.symbol), "AAPL");
  EXPECT_EQ(found.lot, 100u);
  EXPECT_EQ(found.status, InstrumentStatus::active);
  EXPECT_EQ(found.kind, InstrumentKind::equity);
  EXPECT_EQ(text_of(found.currency), "USD");
  EXPECT_EQ(text_of(found.name), "Apple Inc.");
  EXPECT_EQ(text_of(found.sector), "Technology");
}

TEST_F(InstrumentDirectory, IdsAreDenseAndStartAtOne) {
  EXPECT_EQ(reader_.count(), 0u);
  EXPECT_EQ(add("AAPL", "XNAS"), InstrumentId{1});
  EXPECT_EQ(add("MSFT", "XNAS"), InstrumentId{2});
  EXPECT_EQ(add("AAPL", "XNYS"), InstrumentId{3});
  EXPECT_EQ(add("AAPL", "XNAS"), InstrumentId{1});
  EXPECT_EQ(reader_.count(), 3u);
}

TEST_F(InstrumentDirectory, AnUnassignedIdHasNoEntryAndNoSymbol) {
  add("AAPL", "XNAS");
  InstrumentEntry out;
  EXPECT_EQ(reader_.read(kNoInstrument, out), TableRead::never);
  EXPECT_EQ(reader_.read({2}, out), TableRead::never);
  EXPECT_EQ(reader_.read({~0u}, out), TableRead::never);
  EXPECT_EQ(reader_.symbol_of({2}), "");
  EXPECT_EQ(reader_.symbol_of({1}), "AAPL@XNAS");
}

TEST_F(InstrumentDirectory, FindsBySymbolAndVenue) {
  add("AAPL", "XNAS");
  add("AAPL", "XNYS");
  EXPECT_EQ(reader_.find("AAPL", "XNYS"), InstrumentId{2});
  EXPECT_EQ(reader_.find("AAPL", "ARCX"), kNoInstrument);
  EXPECT_EQ(reader_.find("AAP", "LXNAS"), kNoInstrument);
  EXPECT_EQ(reader_.find("", ""), kNoInstrument);
  EXPECT_EQ(reader_.find(std::string(72, 'x'), "XNAS"), kNoInstrument);
  EXPECT_EQ(reader_.find("AAPL", std::string(8, 'x')), kNoInstrument);
}

TEST_F(InstrumentDirectory, ASymbolAloneIsEnoughWhereItIsUnique) {
  add("AAPL", "XNAS");
  const SymbolMatch alone = reader_.find("AAPL");
  EXPECT_EQ(alone.kind, Kind::unique);
  EXPECT_EQ(alone.id, InstrumentId{1});
  EXPECT_THAT(reader_.candidates("AAPL"), ElementsAre(InstrumentId{1}));

  add("MSFT", "XNAS");
  add("AAPL", "XNYS");
  add("AAPL", "ARCX");
  EXPECT_EQ(reader_.find("AAPL").kind, Kind::ambiguous);
  EXPECT_EQ(reader_.find("AAPL").id, InstrumentId{1});
  EXPECT_THAT(reader_.candidates("AAPL"), ElementsAre(InstrumentId{1}, InstrumentId{3}, InstrumentId{4}));
  EXPECT_EQ(reader_.find("AAPL@XNYS").kind, Kind::unique);
  EXPECT_EQ(reader_.find("AAPL@XNYS").id, InstrumentId{3});
  EXPECT_EQ(reader_.find("MSFT").id, InstrumentId{2});
}

TEST_F(InstrumentDirectory, WhatNobodyAddedIsUnknown) {
  add("AAPL", "XNAS");
  for (const char* text : {"", "@", "@XNAS", "AAPL@", "AAP", "AAPLE", "aapl", "AAPL@XNAS@XNAS"}) {
    EXPECT_EQ(reader_.find(text).kind, Kind::unknown) << text;
  }
  EXPECT_EQ(reader_.find(std::string(500, 'x')).kind, Kind::unknown);
  EXPECT_THAT(reader_.candidates("MSFT"), IsEmpty());
  EXPECT_THAT(reader_.candidates(std::string(500, 'x')), IsEmpty());
}

TEST_F(InstrumentDirectory, ListsByPrefix) {
  add("AAPL", "XNAS");
  add("AAP", "XNYS");
  add("MSFT", "XNAS");
  add("LONGSYMBOL1", "XNAS");
  add("LONGSYMBOL2", "XNAS");
  EXPECT_THAT(reader_.with_prefix("AAP"), ElementsAre(InstrumentId{1}, InstrumentId{2}));
  EXPECT_THAT(reader_.with_prefix("AAPL"), ElementsAre(InstrumentId{1}));
  EXPECT_THAT(reader_.with_prefix("LONGSYMBOL"), ElementsAre(InstrumentId{4}, InstrumentId{5}));
  EXPECT_THAT(reader_.with_prefix("LONGSYMBOL2"), ElementsAre(InstrumentId{5}));
  EXPECT_THAT(reader_.with_prefix("X"), IsEmpty());
  EXPECT_EQ(reader_.with_prefix("").size(), 5u);
  EXPECT_THAT(reader_.with_prefix(std::string(500, 'x')), IsEmpty());
}

TEST_F(InstrumentDirectory, RefusesAndCountsWhatFindsItFull) {
  for (std::uint32_t i = 1; i <= kCapacity; ++i) EXPECT_EQ(add(std::string("S") + std::to_string(i), "XNAS").value, i);
  const AddResult refused = writer_.find_or_add(at_venue("MORE", "XNAS"));
  EXPECT_EQ(refused.outcome, AddOutcome::full);
  EXPECT_EQ(refused.id, kNoInstrument);
  EXPECT_EQ(reader_.refused(), 1u);
  EXPECT_EQ(reader_.count(), kCapacity);
  EXPECT_EQ(reader_.find("MORE").kind, Kind::unknown);
  EXPECT_EQ(writer_.find_or_add(at_venue("S8", "XNAS")).outcome, AddOutcome::found);
  EXPECT_EQ(reader_.refused(), 1u);
}

TEST_F(InstrumentDirectory, RefusesTextsThatCannotBeSymbols) {
  const std::string longest(71, 'x');
  for (const std::string_view symbol :
       {std::string_view("A"), std::string_view("BRK.B"), std::string_view("AAPL  19"), std::string_view("BTC-USD"),
        std::string_view("\xe5\xb8\x81"), std::string_view(longest)}) {
    EXPECT_EQ(writer_.find_or_add(at_venue(symbol, "XNAS")).outcome, AddOutcome::added) << symbol;
    EXPECT_EQ(reader_.find(symbol).kind, Kind::unique) << symbol;
  }
  const std::string too_long(72, 'x');
  for (const std::string_view symbol :
       {std::string_view(""), std::string_view(" AAPL"), std::string_view("AAPL "), std::string_view("A@B"),
        std::string_view("A\nB"), std::string_view("A\0B", 3), std::string_view("A\x7f"), std::string_view(too_long)}) {
    EXPECT_EQ(writer_.find_or_add(at_venue(symbol, "XNAS")).outcome, AddOutcome::invalid_symbol) << symbol;
  }
  EXPECT_EQ(writer_.find_or_add(at_venue("AAPL", "")).outcome, AddOutcome::invalid_symbol);
  EXPECT_EQ(writer_.find_or_add(at_venue("AAPL", "EIGHTCHR")).outcome, AddOutcome::invalid_symbol);
  EXPECT_EQ(writer_.find_or_add(at_venue("AAPL", "SEVENCH")).outcome, AddOutcome::added);
}

TEST_F(InstrumentDirectory, UpdatesWhatMayChangeAndStampsIt) {
  const AddResult added = writer_.find_or_add(apple());
  EXPECT_EQ(writer_.find_or_add(apple()).outcome, AddOutcome::found);
  EXPECT_EQ(writer_.find_or_add(apple()).stamp, added.stamp);
  EXPECT_EQ(reader_.version(), added.stamp);

  InstrumentSpec changed = apple();
  changed.status = InstrumentStatus::delisted;
  changed.name = "Apple";
  const AddResult updated = writer_.find_or_add(changed);
  EXPECT_EQ(updated.outcome, AddOutcome::updated);
  EXPECT_EQ(updated.id, added.id);
  EXPECT_GT(updated.stamp, added.stamp);
  EXPECT_EQ(reader_.version(), updated.stamp);
  EXPECT_EQ(entry(added.id).stamp, updated.stamp);
  EXPECT_EQ(entry(added.id).status, InstrumentStatus::delisted);
  EXPECT_EQ(text_of(entry(added.id).name), "Apple");
  EXPECT_EQ(text_of(entry(added.id).symbol), "AAPL");
  EXPECT_EQ(reader_.find("AAPL").id, added.id);
}

TEST_F(InstrumentDirectory, NeverChangesTheUnitsOfAnInstrument) {
  const AddResult added = writer_.find_or_add(apple());
  InstrumentSpec other = apple();
  other.size_scale = 0;
  EXPECT_EQ(writer_.find_or_add(other).outcome, AddOutcome::other_units);
  EXPECT_EQ(writer_.find_or_add(other).id, added.id);
  other = apple();
  other.price_unit = 1;
  EXPECT_EQ(writer_.find_or_add(other).outcome, AddOutcome::other_units);
  EXPECT_EQ(entry(added.id).stamp, added.stamp);
}

TEST_F(InstrumentDirectory, CutsNamesThatAreTooLong) {
  InstrumentSpec spec = apple();
  const std::string name(100, 'n');
  spec.name = spec.sector = name;
  const InstrumentId id = writer_.find_or_add(spec).id;
  EXPECT_EQ(text_of(entry(id).name), std::string(63, 'n'));
  EXPECT_EQ(text_of(entry(id).sector), std::string(31, 'n'));
  EXPECT_EQ(writer_.find_or_add(spec).outcome, AddOutcome::found);
}

TEST_F(InstrumentDirectory, FindsByTheRecipeOfTheLayout) {
  // As a reader in another language would: offsets and hash from the drawing, nothing of ours.
  add("MSFT", "XNAS");
  add("AAPL", "XNAS");
  add("AAPL", "XNYS");
  const std::byte* const payload = memory_.bytes().data();
  const auto u32 = [&](std::size_t offset) {
    std::uint32_t value;
    std::memcpy(&value, payload + offset, 4);
    return value;
  };
  const auto slot_of = [](std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return (h ^ h >> 32) % 16;
  };
  const auto text_at = [&](std::size_t offset) { return std::string(reinterpret_cast<const char*>(payload + offset)); };
  EXPECT_EQ(u32(0x00), 3u);
  EXPECT_EQ(u32(0x18), 8u);
  EXPECT_EQ(u32(0x1c), 16u);
  EXPECT_EQ(memory_.bytes().size(), 0x100u + 256 * 8 + 2 * 4 * 16);

  std::size_t slot = slot_of("AAPL@XNAS");
  const auto is_it = [&](std::uint32_t id) {
    return text_at(256 * id + 32) == "AAPL" && text_at(256 * id + 24) == "XNAS";
  };
  while (u32(0x100 + 256 * 8 + 4 * slot) != 0 && !is_it(u32(0x100 + 256 * 8 + 4 * slot))) slot = (slot + 1) % 16;
  EXPECT_EQ(u32(0x100 + 256 * 8 + 4 * slot), 2u);

  slot = slot_of("AAPL");
  const std::size_t symbol_index = 0x100 + 256 * 8 + 4 * 16;
  while (u32(symbol_index + 4 * slot) != 0 && text_at(256 * u32(symbol_index + 4 * slot) + 32) != "AAPL") {
    slot = (slot + 1) % 16;
  }
  const std::uint32_t newest = u32(symbol_index + 4 * slot);
  EXPECT_EQ(newest, 3u);
  EXPECT_EQ(u32(256 * newest + 104), 2u);
  EXPECT_EQ(u32(256 * 2 + 104), 0u);
}

TEST_F(InstrumentDirectory, HasTheDocumentedBytes) {
  InstrumentSpec spec = apple();
  spec.status = InstrumentStatus::suspended;
  writer_.find_or_add(spec);
  const std::string bytes(reinterpret_cast<const char*>(memory_.bytes().data()) + 256, 256);
  EXPECT_EQ(bytes.substr(8, 8), std::string("\1\0\0\0\3\0\xfe\0", 8));
  EXPECT_EQ(bytes.substr(16, 8), std::string("\xa0\x86\1\0\0\0\0\0", 8));
  EXPECT_STREQ(bytes.data() + 24, "XNAS");
  EXPECT_STREQ(bytes.data() + 32, "AAPL");
  EXPECT_EQ(bytes.substr(112, 8), std::string("\144\0\0\0\2\1\0\0", 8));
  EXPECT_STREQ(bytes.data() + 120, "USD");
  EXPECT_STREQ(bytes.data() + 128, "Apple Inc.");
  EXPECT_STREQ(bytes.data() + 192, "Technology");
}

// --- a successor after a death at each step ---

TEST_F(InstrumentDirectory, ASuccessorKeepsIdsAndGoesOn) {
  writer_.find_or_add(apple());
  InstrumentDirectoryWriter successor(memory_.bytes(), kCapacity);
  EXPECT_EQ(successor.find_or_add(apple()).outcome, AddOutcome::found);
  const AddResult next = successor.find_or_add(at_venue("MSFT", "XNAS"));
  EXPECT_EQ(next.id, InstrumentId{2});
  EXPECT_GT(next.stamp, entry({1}).stamp);
}

TEST_F(InstrumentDirectory, ASuccessorOverwritesAnEntryThatWasNotCounted) {
  add("AAPL", "XNAS");
  const std::uint64_t next_version = reader_.version() + 1;
  for (const bool is_complete : {false, true}) {
    slots()[2].begin({next_version});
    slots()[2].store(32, "LOSTLOST", 8);
    if (is_complete) slots()[2].end({next_version});
    InstrumentDirectoryWriter successor(memory_.bytes(), kCapacity);
    EXPECT_EQ(reader_.count(), 1u);
    EXPECT_EQ(reader_.find("LOSTLOST").kind, Kind::unknown);
  }
  InstrumentDirectoryWriter successor(memory_.bytes(), kCapacity);
  EXPECT_EQ(successor.find_or_add(at_venue("MSFT", "XNAS")).id, InstrumentId{2});
  EXPECT_EQ(reader_.symbol_of({2}), "MSFT@XNAS");
}

TEST_F(InstrumentDirectory, ASuccessorEntersWhatWasCountedButNotIndexed) {
  add("AAPL", "XNAS");
  forget_indexes();
  EXPECT_EQ(reader_.find("AAPL@XNAS").kind, Kind::unknown);
  InstrumentDirectoryWriter successor(memory_.bytes(), kCapacity);
  EXPECT_EQ(reader_.find("AAPL@XNAS").id, InstrumentId{1});
  EXPECT_EQ(reader_.find("AAPL").id, InstrumentId{1});
  InstrumentDirectoryWriter another(memory_.bytes(), kCapacity);
  EXPECT_THAT(reader_.candidates("AAPL"), ElementsAre(InstrumentId{1}));
}

TEST_F(InstrumentDirectory, ASuccessorBlanksAnUpdateThatWasCutShort) {
  writer_.find_or_add(apple());
  add("MSFT", "XNAS");
  const std::uint64_t before = reader_.version();
  slots()[1].begin({before + 1});
  slots()[1].store(128, "Appricot", 8);
  InstrumentEntry out;
  EXPECT_EQ(reader_.read({1}, out), TableRead::busy);
  EXPECT_EQ(reader_.find("AAPL").id, InstrumentId{1}) << "found although it is being updated";
  EXPECT_EQ(reader_.symbol_of({1}), "AAPL@XNAS");

  InstrumentDirectoryWriter successor(memory_.bytes(), kCapacity);
  EXPECT_EQ(text_of(entry({1}).name), "");
  EXPECT_EQ(entry({1}).status, InstrumentStatus::unknown);
  EXPECT_EQ(entry({1}).lot, 0u);
  EXPECT_EQ(text_of(entry({1}).symbol), "AAPL");
  EXPECT_GT(entry({1}).stamp, before + 1);
  EXPECT_EQ(successor.find_or_add(apple()).outcome, AddOutcome::updated);
  EXPECT_EQ(text_of(entry({1}).name), "Apple Inc.");
}

TEST_F(InstrumentDirectory, RefusesADirectoryThatDoesNotFitItsSegment) {
  const auto payload = std::as_const(memory_).bytes();
  EXPECT_THAT(error_of([&] { InstrumentDirectoryReader reader(payload.first(payload.size() - 1)); }),
              HasSubstr("instruments table claims 2432 bytes, its segment has 2431"));
  EXPECT_THAT(error_of([&] { InstrumentDirectoryReader reader(payload.first(255)); }), HasSubstr("claims 256 bytes"));
  object_at<InstrumentsControl>(memory_.bytes(), 0).index_slots = 15;
  EXPECT_THAT(error_of([&] { InstrumentDirectoryReader reader(payload); }), HasSubstr("instruments table claims"));
}

TEST_F(InstrumentDirectory, EndsItsWalksWhateverTheBytesAre) {
  add("AAPL", "XNAS");
  add("AAPL", "XNYS");
  std::uint64_t self = 2;
  slots()[2].word[104 / 8 - 1].store(self);  // a circle
  EXPECT_THAT(reader_.candidates("AAPL"), ElementsAre(InstrumentId{2}));
  const auto indexes = memory_.bytes().subspan(instruments_key_index_offset(kCapacity));
  std::memset(indexes.data(), 0xff, indexes.size());  // ids beyond the table
  EXPECT_EQ(reader_.find("AAPL").kind, Kind::unknown);
  EXPECT_EQ(reader_.find("AAPL@XNAS").kind, Kind::unknown);
}

using InstrumentDirectoryDeath = InstrumentDirectory;

TEST_F(InstrumentDirectoryDeath, ASuccessorWithAnotherCapacityIsAProgrammersMistake) {
  EXPECT_DEATH(InstrumentDirectoryWriter(memory_.bytes(), kCapacity - 1), "capacity");
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
