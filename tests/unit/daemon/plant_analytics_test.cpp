// Analytics over a plant's own memory, its stages turned by hand: what they publish, for one shard and for several,
// over a restart, and when they were too slow.
#include "daemon/plant_analytics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "tests/support/derived_truth.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::InstrumentId;
using ringbuf::Sequence;
using testing::HasSubstr;

constexpr platform::UnixNanos kMorning{1'700'000'000'000'000'000 / 60'000'000'000 * 60'000'000'000};
constexpr std::int64_t kSecond = 1'000'000'000;

/// One daemon's life.
struct Life {
  /// `recovered`: and the journal has none of its results yet.
  Life(const config::PlantConfig& config, const std::filesystem::path& folder, RecoveredAnalytics* recovered = nullptr)
      : plan(*plan_analytics(config)),
        segments(config, folder, platform::system_now(), nullptr, {}, &plan),
        feed(segments.put_feed(config.feeds[0], "UTC")) {
    segments.clock().publish({});
    const analytics::NamedFeed named{config.feeds[0].name, feed};
    analytics.emplace(plan, std::span(&named, 1), segments);
    for (auto& ring : segments.analytics()->rings) {
      if (recovered != nullptr) ringbuf::GatingReader(*ring.journal, {1});
    }
    stages = analytics->make_stages(recovered);
    segments.announce();
  }
  void turn() {
    for (std::size_t worked = 1; worked != 0;) {
      worked = 0;
      for (const auto& stage : stages) worked += stage->do_work();
    }
  }
  [[nodiscard]] std::uint64_t count(std::string_view owner, std::string_view name) {
    return ringbuf::CountersReader(segments.counters_bytes()).find(owner, name).value_or(999'999);
  }
  /// Over all shards.
  [[nodiscard]] std::uint64_t sum(std::string_view name) {
    const std::size_t shards = segments.analytics()->rings.size();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < shards; ++i) {
      total += count(shards == 1 ? "analytics" : "analytics." + std::to_string(i), name);
    }
    return total;
  }
  [[nodiscard]] std::vector<tests::Result> results() {
    std::vector<tests::Result> all;
    for (auto& ring : segments.analytics()->rings) {
      for (const auto& result : tests::results_in({ring.ring.payload(), segments.analytics()->ring_slots})) {
        all.push_back(result);
      }
    }
    return tests::sorted(std::move(all));
  }
  [[nodiscard]] tests::DerivedTruth truth(Sequence first_run = {1}) {
    const analytics::NamedFeed named{"nasdaq", feed};
    const analytics::Program program(plan.config, std::span(&named, 1));
    TickRing& ring = segments.ring("ticks");
    return tests::compute_again(program, {{segments.analytics()->order_bytes(), segments.analytics()->sequencer_slots},
                                          first_run,
                                          {{segments.id_of(ring), {ring.ring.payload(), ring.slot_count}}},
                                          segments.directory().reader()});
  }

  AnalyticsPlan plan;
  PlantSegments segments;
  ringbuf::FeedId feed;
  std::optional<PlantAnalytics> analytics;
  std::vector<std::unique_ptr<Stage>> stages;
};

class PlantAnalyticsTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kInstruments = 20;

  PlantAnalyticsTest() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 64;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = 16'384;
    config_.feeds.resize(1);
    config_.feeds[0].name = "nasdaq";
    config_.feeds[0].venue = "XNAS";
    config_.analytics = {.file = "auto", .shards = 1, .ring_slots = 8192, .sequencer_slots = 8192};
  }
  Life start(std::uint16_t shards = 1) {
    config_.analytics.shards = shards;
    return Life(config_, folder_.path());
  }
  static void define(Life& life) {
    for (std::uint32_t i = 1; i <= kInstruments; ++i) {
      const std::string symbol = "S" + std::to_string(i);
      ringbuf::InstrumentSpec spec;
      spec.symbol = symbol;
      spec.venue = "XNAS";
      spec.feed = life.feed;
      spec.price_unit = 100'000;
      ASSERT_EQ(life.segments.directory().find_or_add(spec).id, InstrumentId{i});
    }
  }
  /// `minutes` of trades, every second one of some instrument.
  static void trade(Life& life, int minutes, std::int64_t from_second = 0) {
    feedhandlers::TickPublisher& publisher = life.segments.ring("ticks").publishers.front();
    for (std::int64_t second = from_second; second < from_second + minutes * 60; ++second) {
      const platform::UnixNanos time = kMorning + second * kSecond;
      publisher.begin_packet(time, 0);
      for (std::uint32_t i = 1; i <= kInstruments; ++i) {
        if ((second + i) % 7 != 0) continue;
        ringbuf::TradeBody trade;
        trade.price = {(1'000'000 + static_cast<std::int64_t>(std::sin(static_cast<double>(second) / 40 + i) * 9'000)) *
                       100'000};
        trade.size = {100 + static_cast<std::uint64_t>(second % 13)};
        trade.trade_id = static_cast<std::uint64_t>(second) * 100 + i;
        publisher.publish({i}, time, trade, ringbuf::RecordFlags::end_of_event);
      }
      publisher.end_batch();
      if (second % 30 == 0) life.turn();
    }
    life.turn();
  }

  /// Of a shard that has had no input.
  [[nodiscard]] std::vector<std::byte> state_of_the_beginning(ringbuf::Shard shard) const {
    struct Nobody final : analytics::InstrumentLookup, analytics::EngineOutput {
      [[nodiscard]] std::optional<analytics::InstrumentFacts> find(InstrumentId) const override { return {}; }
      void publish(const ringbuf::DerivedRecord&) noexcept override {}
    } nobody;
    const analytics::NamedFeed feed{config_.feeds[0].name, {1}};
    const analytics::Program program(plan_analytics(config_)->config, std::span(&feed, 1));
    analytics::Engine engine(program, shard, nobody, nobody);
    std::vector<std::byte> bytes;
    analytics::StateArchive archive(bytes);
    engine.archive(archive);
    return bytes;
  }
  /// Published, and nobody has had a turn since.
  static void trade_unseen(Life& life, int count) {
    feedhandlers::TickPublisher& publisher = life.segments.ring("ticks").publishers.front();
    publisher.begin_packet(kMorning + 239 * kSecond, 0);
    for (int i = 0; i < count; ++i) {
      ringbuf::TradeBody trade;
      trade.price = {100'000'000'000};
      trade.size = {1};
      publisher.publish({1}, kMorning + 239 * kSecond, trade, ringbuf::RecordFlags::end_of_event);
    }
    publisher.end_batch();
  }

  tests::TempDirectory folder_{"/dev/shm"};
  config::PlantConfig config_;
};

TEST_F(PlantAnalyticsTest, PublishesWhatTheEngineMakesOfTheTicksInTheirOrder) {
  Life life = start();
  define(life);
  trade(life, 8);
  const tests::DerivedTruth truth = life.truth();
  EXPECT_EQ(truth.lost, 0u);
  EXPECT_GT(truth.records.size(), 8u * kInstruments) << "a row an instrument and minute, and more";
  EXPECT_EQ(life.results(), truth.records);
  EXPECT_EQ(life.sum(counter::kStateHash), truth.hash);
  EXPECT_EQ(life.sum(counter::kRecords), truth.inputs);
  EXPECT_EQ(life.sum(counter::kDerivedRecords), truth.records.size());
  EXPECT_EQ(life.sum(counter::kInstruments), kInstruments);
  EXPECT_EQ(life.sum(counter::kLag), 0u);
  EXPECT_EQ(life.count("sequencer", counter::kOrdered), truth.inputs + truth.pauses + truth.begins);
}

TEST_F(PlantAnalyticsTest, ComesToTheSameResultsWithAnyNumberOfShards) {
  Life one = start(1);
  define(one);
  trade(one, 8);
  for (const std::uint16_t shards : {std::uint16_t{2}, std::uint16_t{4}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    Life several(config_, folder.path());
    define(several);
    trade(several, 8);
    EXPECT_EQ(several.segments.analytics()->rings.size(), shards);
    EXPECT_EQ(several.truth().records, several.results());
    EXPECT_EQ(several.sum(counter::kStateHash), several.truth().hash);
    EXPECT_EQ(several.sum(counter::kInstruments), kInstruments);
    EXPECT_EQ(several.sum(counter::kRows), one.sum(counter::kRows));
    EXPECT_EQ(several.sum(counter::kSignals), one.sum(counter::kSignals));
    EXPECT_EQ(several.sum(counter::kDerivedRecords), one.sum(counter::kDerivedRecords));
  }
}

TEST_F(PlantAnalyticsTest, GoesOnWithWhatWasPutOffWhenNothingComes) {
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{3}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    Life life(config_, folder.path());
    define(life);
    trade(life, 2);
    EXPECT_EQ(life.sum(counter::kIsSweeping), 0u);
    EXPECT_GT(life.count("sequencer", counter::kPauses), 0u);
    EXPECT_EQ(life.truth().pauses, life.count("sequencer", counter::kPauses)) << "a pause is a part of the input";
    for (const auto& stage : life.stages) EXPECT_EQ(stage->do_work(), 0u) << "and there is no more of them";
  }
}

TEST_F(PlantAnalyticsTest, KeepsTheDerivedImageCurrent) {
  Life life = start();
  define(life);
  trade(life, 8);
  AnalyticsMemory& memory = *life.segments.analytics();
  const ringbuf::DerivedImageReader image(ringbuf::array_at<ringbuf::DerivedImageSlot>(
      std::as_bytes(memory.image.payload()), 0, config_.instruments.capacity + 1));
  const ringbuf::FunctionsReader functions(std::as_bytes(memory.functions.payload()));
  ringbuf::DerivedImageEntry entry;
  ASSERT_EQ(image.read({1}, entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.instrument, InstrumentId{1});
  EXPECT_EQ(functions.name_of(entry.window[0].function), "T60");
  EXPECT_EQ(functions.name_of(entry.window[1].function), "S300_60");
  EXPECT_EQ(entry.window[0].end - entry.window[0].start, 60 * kSecond);
  EXPECT_GE(entry.window[0].high, entry.window[0].low);
  EXPECT_FALSE(std::isnan(entry.average_5min));
  EXPECT_GT(entry.indicator_count, 0u);
  EXPECT_EQ(functions.name_of(entry.first_indicator), "T60.sma(5)");
  EXPECT_FALSE(std::isnan(entry.indicator[0]));

  // It holds the newest record about the instrument.
  Sequence newest{};
  auto reader = ringbuf::DerivedReader::over(memory.rings[0].ring.payload(), memory.ring_slots, {1});
  for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record;) {
    if (record.header.instrument == InstrumentId{1}) newest = {record.header.stamp};
  }
  EXPECT_EQ(entry.sequence, newest);
}

TEST_F(PlantAnalyticsTest, NamesEveryFunctionOfARecord) {
  Life life = start();
  define(life);
  trade(life, 8);
  AnalyticsMemory& memory = *life.segments.analytics();
  const ringbuf::FunctionsReader functions(std::as_bytes(memory.functions.payload()));
  EXPECT_EQ(functions.head(), life.plan.head);
  auto reader = ringbuf::DerivedReader::over(memory.rings[0].ring.payload(), memory.ring_slots, {1});
  for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record;) {
    const ringbuf::FunctionEntry* function = functions.find(record.header.function);
    ASSERT_NE(function, nullptr);
    using ringbuf::DerivedType;
    using ringbuf::FunctionKind;
    const FunctionKind expected = record.header.type == DerivedType::window_row         ? FunctionKind::window
                                  : record.header.type == DerivedType::indicator_values ? FunctionKind::indicator
                                                                                        : FunctionKind::signal;
    EXPECT_EQ(function->kind, expected) << functions.name_of(record.header.function);
  }
}

TEST_F(PlantAnalyticsTest, HoldsUpFilesUntilItHasComputed) {
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{2}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    Life life(config_, folder.path());
    TickRing& ring = life.segments.ring("ticks");
    const ringbuf::Gate gate(ring.gating_page(), ring.slot_count);
    ring.publishers.front().begin_packet(kMorning, 0);
    for (int i = 0; i < 100; ++i) ring.publishers.front().publish({1}, kMorning, ringbuf::TradeBody{}, {});
    ring.publishers.front().end_batch();
    EXPECT_EQ(gate.room({100}), ring.slot_count - 100);
    life.turn();
    EXPECT_EQ(gate.room({100}), ring.slot_count);
    for (const auto& stage : life.stages) stage->on_stop();
    ring.publishers.front().publish({1}, kMorning, ringbuf::TradeBody{}, {});
    EXPECT_EQ(gate.room({101}), ring.slot_count) << "who has stopped holds nobody up";
  }
}

TEST_F(PlantAnalyticsTest, WaitsForAJournalThatHasNotTakenItsResults) {
  config_.analytics.ring_slots = 1024;
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{2}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    Life life(config_, folder.path());
    define(life);
    AnalyticsMemory::DerivedRing& derived = life.segments.analytics()->rings[0];
    auto reader = ringbuf::DerivedReader::over(derived.ring.payload(), config_.analytics.ring_slots, {1});
    ringbuf::GatingReader journal(*derived.journal, {1});
    trade(life, 60);
    const std::uint64_t held_up = life.sum(counter::kLag);
    EXPECT_GT(held_up, 0u);
    std::uint64_t read = 0;
    for (bool is_more = true; is_more;) {
      is_more = false;
      for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record; ++read) is_more = true;
      EXPECT_EQ(reader.lost().last, 0u) << "in the middle of what it was given room for";
      journal.advance(reader.next());
      life.turn();
    }
    EXPECT_EQ(life.sum(counter::kLag), 0u);
    EXPECT_EQ(read, life.count(shards == 1 ? "analytics" : "analytics.0", counter::kDerivedRecords));
    EXPECT_GT(read, 4 * config_.analytics.ring_slots);
    journal.stop();
    trade(life, 5, 60 * 60);
    EXPECT_EQ(life.sum(counter::kLag), 0u) << "a journal that gave up holds nobody up";
  }
}

TEST_F(PlantAnalyticsTest, PublishesWhatAPredecessorHadNotAsTheJournalTakesIt) {
  config_.analytics.ring_slots = 1024;
  constexpr std::uint64_t kLeft = 5'000;
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{2}}) {
    config_.analytics.shards = shards;
    RecoveredAnalytics recovered;
    for (std::uint32_t i = 0; i < shards; ++i) {
      RecoveredAnalytics::Shard& shard = recovered.shards.emplace_back();
      shard.state = state_of_the_beginning({i, shards});
      for (std::uint64_t q = 1; q <= kLeft; ++q) {
        shard.unpublished.emplace_back().header.cause_seq = {q};
      }
    }
    tests::TempDirectory folder("/dev/shm");
    Life life(config_, folder.path(), &recovered);
    define(life);
    trade(life, 1);
    AnalyticsMemory::DerivedRing& derived = life.segments.analytics()->rings[0];
    auto reader = ringbuf::DerivedReader::over(derived.ring.payload(), config_.analytics.ring_slots, {1});
    ringbuf::GatingReader journal(*derived.journal, {1});
    for (std::size_t i = 1; i < life.segments.analytics()->rings.size(); ++i) {
      ringbuf::GatingReader(*life.segments.analytics()->rings[i].journal, {1}).stop();
    }
    std::uint64_t read = 0;
    for (bool is_more = true; is_more;) {
      EXPECT_LE(std::min(reader.published().value, kLeft), read + config_.analytics.ring_slots / 2);
      is_more = false;
      for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record; ++read) {
        is_more = true;
        if (read < kLeft) {
          EXPECT_EQ(record.header.cause_seq.value, read + 1);
        }
      }
      ASSERT_EQ(reader.lost().last, 0u);
      journal.advance(reader.next());
      life.turn();
    }
    EXPECT_GT(read, kLeft) << "and then what follows from input";
    EXPECT_EQ(life.sum(counter::kLag), 0u);
  }
}

TEST_F(PlantAnalyticsTest, CountsAndMarksWhatItWasTooSlowFor) {
  config_.rings[0].slot_count = 256;
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{2}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    Life life(config_, folder.path());
    define(life);
    trade(life, 1);
    feedhandlers::TickPublisher& publisher = life.segments.ring("ticks").publishers.front();
    publisher.begin_packet(kMorning + 60 * kSecond, 0);
    for (int i = 0; i < 1000; ++i) publisher.publish({1}, kMorning + 60 * kSecond, ringbuf::TradeBody{}, {});
    publisher.end_batch();
    trade(life, 4, 61);
    EXPECT_GT(life.count(shards == 1 ? "analytics" : "analytics.0", counter::kLostRecords), 500u);
    std::size_t marked = 0;
    for (auto& ring : life.segments.analytics()->rings) {
      auto reader = ringbuf::DerivedReader::over(ring.ring.payload(), life.segments.analytics()->ring_slots, {1});
      for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record;) {
        marked += (static_cast<std::uint32_t>(record.header.quality) &
                   static_cast<std::uint32_t>(ringbuf::Quality::gap_inside)) != 0;
      }
    }
    EXPECT_GT(marked, 0u);
  }
}

TEST_F(PlantAnalyticsTest, GoesOnBehindItsPredecessor) {
  std::vector<tests::Result> before;
  ringbuf::SequencerRemains remains;
  std::uint64_t derived = 0;
  {
    Life life = start();
    define(life);
    trade(life, 4);
    before = life.results();
    derived = life.sum(counter::kDerivedRecords);
    // Nobody has ordered these when it dies.
    trade_unseen(life, 5);
  }
  Life life = start();
  remains = life.segments.analytics()->order;
  EXPECT_EQ(remains.done_of(life.segments.id_of(life.segments.ring("ticks"))).value + 5,
            life.segments.ring("ticks").repair->last.value);
  EXPECT_EQ(life.segments.analytics()->rings[0].last, Sequence{derived});
  life.turn();
  EXPECT_EQ(life.truth({remains.last.value + 1}).inputs, 5u) << "what the dead one had not ordered comes first";
  trade(life, 4, 240);
  const tests::DerivedTruth truth = life.truth({remains.last.value + 1});
  EXPECT_EQ(life.sum(counter::kStateHash), truth.hash);
  const auto all = life.results();
  EXPECT_EQ(all.size(), before.size() + truth.records.size());
  EXPECT_TRUE(std::includes(all.begin(), all.end(), before.begin(), before.end()));
  EXPECT_TRUE(std::includes(all.begin(), all.end(), truth.records.begin(), truth.records.end()));
}

TEST_F(PlantAnalyticsTest, BeginsItsTablesAnewWhenItIsToComputeSomethingElse) {
  const auto epoch_of = [](Life& life) {
    return std::pair(life.segments.analytics()->functions.is_adopted(), life.segments.analytics()->image.is_adopted());
  };
  { EXPECT_EQ(epoch_of(*std::make_unique<Life>(config_, folder_.path())), std::pair(false, false)); }
  { EXPECT_EQ(epoch_of(*std::make_unique<Life>(config_, folder_.path())), std::pair(true, true)); }
  config_.analytics.file =
      (folder_.write("other.yaml", "sets:\n  all:\n    windows:\n      - {name: T5, size: 5s}\n")).string();
  Life life = start();
  EXPECT_EQ(epoch_of(life), std::pair(false, false));
  const ringbuf::FunctionsReader functions(std::as_bytes(life.segments.analytics()->functions.payload()));
  EXPECT_EQ(functions.count(), 1u);
  EXPECT_EQ(functions.name_of({1}), "T5");
}

TEST_F(PlantAnalyticsTest, RefusesAFileThatSaysWhatCannotBe) {
  config_.analytics.file = folder_.write("bad.yaml", "sets: {a: {windows: [{name: T, size: -1s}]}}\n").string();
  EXPECT_THROW((void)plan_analytics(config_), platform::SetupError);
  config_.analytics.file =
      folder_.write("unknown.yaml", "watermarks: {us: {feeds: [nyse]}}\nsets: {a: {windows: [{name: T, size: 1m}]}}\n")
          .string();
  try {
    (void)plan_analytics(config_);
    FAIL();
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.what(), HasSubstr("names feed 'nyse', which the plant does not have"));
  }
  config_.analytics.file = "none";
  EXPECT_FALSE(plan_analytics(config_).has_value());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
