// Facts go in and come out as they were; what is not one is not read.
#include "ringbuf/journal/journal_facts.hpp"

#include <gtest/gtest.h>

#include <string>

#include "ringbuf/fixed_text.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

std::string config_text() {
  std::string out;
  for (int line = 0; line < 20'000; ++line) out += "line " + std::to_string(line) + "\n";
  return out;
}

FactsBuilder every_kind() {
  FactsBuilder facts;
  PlantFact plant;
  plant.config_hash = 7;
  facts.add(plant);
  RingFact ring;
  ring.ring = 3;
  set_text(ring.name, "ticks");
  facts.add(ring);
  FeedEntry feed;
  feed.stamp = 99;
  feed.id = {1};
  facts.add(feed);
  InstrumentEntry instrument;
  instrument.stamp = 98;
  instrument.id = {42};
  set_text(instrument.symbol, "AAPL");
  facts.add(instrument);
  FunctionEntry function;
  function.id = {5};
  facts.add(function);
  facts.add_config(7, "sets:\n");
  facts.add(LossFact{3, LossReason::disk, 10, 20, 0});
  facts.add_text(64, 2, "headline");
  facts.add_closed();
  return facts;
}

TEST(JournalFacts, ComeOutAsTheyWentIn) {
  FactsBuilder facts = every_kind();
  const FactsBuilder::Payload payload = facts.take();
  EXPECT_TRUE(facts.is_empty());
  EXPECT_EQ(payload.count, 9u);
  EXPECT_EQ(payload.bytes.size() % kBlockAlignment, 0u);

  FactsReader reader(payload.bytes);
  EXPECT_EQ(reader.next()->as<PlantFact>().config_hash, 7u);
  EXPECT_EQ(text_of(reader.next()->as<RingFact>().name), "ticks");
  const auto feed = reader.next()->as<FeedEntry>();
  EXPECT_EQ(feed.id.value, 1u);
  EXPECT_EQ(feed.stamp, 0u);
  const auto instrument = reader.next()->as<InstrumentEntry>();
  EXPECT_EQ(text_of(instrument.symbol), "AAPL");
  EXPECT_EQ(instrument.stamp, 0u);
  EXPECT_EQ(reader.next()->as<FunctionEntry>().id.value, 5u);
  const auto config = reader.next();
  EXPECT_EQ(config->as<ConfigFact>().hash, 7u);
  EXPECT_EQ(config->text_behind<ConfigFact>(), "sets:\n");
  EXPECT_EQ(reader.next()->as<LossFact>().last, 20u);
  const auto text = reader.next();
  EXPECT_EQ(text->as<TextFact>().offset, 64u);
  EXPECT_EQ(text->text_behind<TextFact>(), "headline");
  EXPECT_EQ(reader.next()->kind, FactKind::closed);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_damaged());
}

TEST(JournalFacts, LongTextsComeInPieces) {
  const std::string config = config_text();
  FactsBuilder facts;
  facts.add_config(1, config);
  facts.add_text(8, 2, config);
  std::string configs, texts;
  std::size_t blocks = 0;
  while (!facts.is_empty()) {
    const FactsBuilder::Payload payload = facts.take(kPayloadBytesMax / 2);
    ASSERT_GT(payload.count, 0u);
    ASSERT_LE(payload.bytes.size(), kPayloadBytesMax / 2);
    ++blocks;
    FactsReader reader(payload.bytes);
    while (const auto fact = reader.next()) {
      if (fact->kind == FactKind::config) {
        EXPECT_EQ(fact->as<ConfigFact>().offset, configs.size());
        EXPECT_EQ(fact->as<ConfigFact>().total_bytes, config.size());
        configs += fact->text_behind<ConfigFact>();
      } else {
        EXPECT_EQ(fact->as<TextFact>().offset, 8 + texts.size());
        texts += fact->text_behind<TextFact>();
      }
    }
    EXPECT_FALSE(reader.is_damaged());
  }
  EXPECT_GT(blocks, 2u);
  EXPECT_EQ(configs, config);
  EXPECT_EQ(texts, config);
}

TEST(JournalFacts, AnEmptyConfigIsAFact) {
  FactsBuilder facts;
  facts.add_config(0, "");
  FactsReader reader(facts.take().bytes);
  EXPECT_EQ(reader.next()->kind, FactKind::config);
}

TEST(JournalFacts, WhatDoesNotFitIsNotGivenOut) {
  FactsBuilder facts;
  facts.add(InstrumentEntry{});
  EXPECT_EQ(facts.take(256).count, 0u);
  EXPECT_FALSE(facts.is_empty());
  EXPECT_EQ(facts.take(320).count, 1u);
}

TEST(JournalFacts, UnknownKindsAreHandedOutAndCutOnesAreNot) {
  std::array<std::byte, 64> payload{};
  const FactHeader unknown{static_cast<FactKind>(77), 0, 8};
  const FactHeader cut{FactKind::loss, 0, 64};
  std::memcpy(payload.data(), &unknown, sizeof unknown);
  std::memcpy(payload.data() + 16, &cut, sizeof cut);
  FactsReader reader(payload);
  EXPECT_EQ(static_cast<int>(reader.next()->kind), 77);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.is_damaged());
}

TEST(JournalFacts, EveryCutOfAPayloadIsSeenOrHarmless) {
  FactsBuilder facts = every_kind();
  const FactsBuilder::Payload payload = facts.take();
  const std::vector<std::byte> whole(payload.bytes.begin(), payload.bytes.end());
  for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
    FactsReader reader(cut);
    std::uint32_t count = 0;
    while (reader.next()) ++count;
    EXPECT_LE(count, payload.count);
    EXPECT_TRUE(bytes % 8 == 0 || reader.is_damaged()) << bytes;
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
