// The ring of alerts in a plant's own memory, over lives that end anywhere: results stay where they are, are built
// anew, or are gone with the memory and in the journal; alerts are made by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/plant_analytics.hpp"
#include "daemon/plant_journal.hpp"
#include "daemon/stages/journal_stage.hpp"
#include "platform/clock.hpp"
#include "ringbuf/counter_names.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::AlertBody;
using ringbuf::DerivedRecord;
using ringbuf::Sequence;
using testing::ElementsAre;
using testing::IsEmpty;

/// Of an alert: what rule, by number; its shard.
using Said = std::pair<std::uint32_t, int>;

/// One daemon's life: its shards compute nothing, what they say is put into their rings by hand.
struct AlertLife {
  AlertLife(const config::PlantConfig& config, const std::filesystem::path& folder, SequenceLeases* held = nullptr)
      : plan(*plan_analytics(config)),
        segments(config, folder, platform::system_now(), held, {}, &plan),
        feed(segments.put_feed(config.feeds[0], "UTC")),
        leases(held) {
    segments.clock().publish({});
    if (leases != nullptr) leases->take(segments.sequence_uses());
    const analytics::NamedFeed named{config.feeds[0].name, feed};
    if (config.journal.present()) journal.emplace(config);
    analytics.emplace(plan, std::span(&named, 1), segments);
    if (journal) {
      journal_stage = journal->make_stage(segments, &analytics->first_version());
      (void)journal->recover(segments, plan, std::span(&named, 1));
    }
    stage = analytics->make_alert_stage(journal ? &*journal : nullptr, false);
    AnalyticsMemory& memory = *segments.analytics();
    for (auto& ring : memory.rings) {
      results.push_back(ringbuf::DerivedWriter::over(ring.ring.payload(), memory.ring_slots, ring.last));
    }
    segments.announce();
    if (leases != nullptr) leases->announced();
  }
  /// In order. Otherwise it is killed.
  void stop() {
    stage->on_stop();
    if (journal_stage) journal_stage->on_stop();
    if (journal) journal->stop();
    if (leases != nullptr) leases->end(segments.sequence_uses());
    segments.close();
  }
  void say(std::size_t shard, std::uint32_t rule) {
    AlertBody body;
    body.rule = rule;
    body.shard = static_cast<std::uint8_t>(shard);
    const DerivedRecord record = ringbuf::make_derived({}, body);
    results[shard].publish(&record);
    results[shard].complete_batch();
  }
  void turn() {
    while (stage->do_work() != 0) continue;
  }
  /// Everything that is published is in the journal's files.
  void write_journal() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto& stage_of_journal = static_cast<JournalStage&>(*journal_stage);
    while (!stage_of_journal.catch_up() && std::chrono::steady_clock::now() < end) continue;
  }
  [[nodiscard]] ringbuf::DerivedReader alerts() {
    auto& ring = *segments.analytics()->alerts;
    return ringbuf::DerivedReader::over(std::as_bytes(ring.ring.payload()), ring.slot_count, {1});
  }
  [[nodiscard]] std::vector<Said> said() {
    std::vector<Said> all;
    ringbuf::DerivedReader reader = alerts();
    reader.seek({std::max<std::uint64_t>(reader.first_sequence().value, 1)});
    for (DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record;) {
      all.emplace_back(record.as<AlertBody>().rule, record.as<AlertBody>().shard);
    }
    return all;
  }
  [[nodiscard]] std::uint64_t lost() {
    return ringbuf::CountersReader(segments.counters_bytes()).find(counter::kAlerts, counter::kLostRecords).value_or(9);
  }

  AnalyticsPlan plan;
  PlantSegments segments;
  ringbuf::FeedId feed;
  SequenceLeases* leases;
  std::optional<PlantJournal> journal;
  std::optional<PlantAnalytics> analytics;
  std::unique_ptr<Stage> journal_stage, stage;
  std::vector<ringbuf::DerivedWriter> results;
};

class PlantAlertsTest : public testing::Test {
 protected:
  PlantAlertsTest() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 64;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = 1024;
    config_.feeds.resize(1);
    config_.feeds[0].name = "nasdaq";
    config_.feeds[0].venue = "XNAS";
    config_.analytics = {.file = "auto", .shards = 2, .ring_slots = 64, .sequencer_slots = 64, .alert_slots = 64};
    config_.journal.checkpoint_ns = 0;
    config_.journal.segment_bytes = 1 << 20;
  }
  AlertLife start() { return AlertLife(config_, folder_.path()); }
  void use_journal() { config_.journal.folder = (state_.path() / "journal").string(); }
  void lose_memory() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::filesystem::remove_all(entry.path());
    }
  }
  /// Numbers of the alerts in the ring.
  static std::vector<std::uint64_t> numbers(AlertLife& life) {
    ringbuf::DerivedReader reader = life.alerts();
    return {reader.first_sequence().value, reader.published().value};
  }

  tests::TempDirectory folder_{"/dev/shm"}, state_;
  config::PlantConfig config_;
};

TEST_F(PlantAlertsTest, ASuccessorGoesOnInPlace) {
  {
    AlertLife life = start();
    life.say(0, 1);
    life.say(1, 2);
    life.turn();
    life.say(1, 3);  // and nobody comes any more
  }
  {
    AlertLife life = start();
    EXPECT_THAT(life.said(), ElementsAre(Said{1, 0}, Said{2, 1}));
    life.say(0, 4);
    life.turn();
    EXPECT_THAT(life.said(), ElementsAre(Said{1, 0}, Said{2, 1}, Said{4, 0}, Said{3, 1}));
    EXPECT_EQ(life.lost(), 0u);
    life.stop();
  }
  AlertLife life = start();
  life.turn();
  EXPECT_EQ(life.said().size(), 4u);
  EXPECT_THAT(numbers(life), ElementsAre(1u, 4u));
}

TEST_F(PlantAlertsTest, ASuccessorDoesNotCountWhatWasLookedThroughAsLost) {
  {
    AlertLife life = start();
    life.say(0, 1);
    life.turn();
    for (int i = 0; i < 300; ++i) {
      const DerivedRecord record = ringbuf::make_derived({}, ringbuf::ResultGapBody{});
      life.results[0].publish(&record);
      life.results[0].complete_batch();
      life.turn();
    }
  }
  AlertLife life = start();
  life.turn();
  EXPECT_EQ(life.lost(), 0u);
  EXPECT_EQ(life.said().size(), 1u);
}

TEST_F(PlantAlertsTest, ResultsOfARingThatIsBuiltAnewAreTakenOutOfTheOldOne) {
  {
    AlertLife life = start();
    life.say(0, 1);
    life.turn();
    life.say(0, 2);
    life.say(1, 3);
  }
  config_.analytics.shards = 1;
  config_.analytics.ring_slots = 128;
  {
    AlertLife life = start();
    EXPECT_THAT(life.said(), ElementsAre(Said{2, 0}, Said{3, 1})) << "before anything else";
    life.say(0, 4);
    life.turn();
  }
  config_.analytics.alert_slots = 128;
  AlertLife life = start();
  life.turn();
  EXPECT_THAT(life.said(), IsEmpty()) << "a ring of another size goes on behind the old one";
  life.say(0, 5);
  life.turn();
  EXPECT_THAT(life.said(), ElementsAre(Said{5, 0}));
  EXPECT_THAT(numbers(life), ElementsAre(5u, 5u));
}

TEST_F(PlantAlertsTest, WithoutMemoryTheJournalHasWhatWasNotRepeated) {
  use_journal();
  std::uint64_t last = 0;
  {
    SequenceLeases leases(state_.path() / "state", "demo");
    AlertLife life(config_, folder_.path(), &leases);
    life.say(0, 1);
    life.say(1, 2);
    life.turn();
    life.write_journal();
    life.say(0, 3);
    life.say(1, 4);
    life.write_journal();  // and nobody has looked
    last = life.results[0].last().value;
    life.journal->stop();
  }
  lose_memory();
  for (int lives = 0; lives < 2; ++lives) {
    SequenceLeases leases(state_.path() / "state", "demo");
    AlertLife life(config_, folder_.path(), &leases);
    life.turn();
    if (lives == 0) {
      EXPECT_THAT(life.said(), ElementsAre(Said{3, 0}, Said{4, 1}));
      EXPECT_GT(numbers(life)[0], last) << "behind all that may have been seen";
    } else {
      EXPECT_THAT(life.said(), IsEmpty()) << "they are in the journal, and not said again";
    }
    EXPECT_EQ(life.lost(), 0u);
    life.write_journal();
    life.journal->stop();
    if (lives == 0) lose_memory();
  }
}

TEST_F(PlantAlertsTest, ARingThatSomebodyRemovedRepeatsNothing) {
  {
    AlertLife life = start();
    life.say(0, 1);
    life.turn();
  }
  std::filesystem::remove(folder_ / "alerts.seg");
  AlertLife life = start();
  life.turn();
  EXPECT_THAT(life.said(), IsEmpty());
  life.say(0, 2);
  life.turn();
  EXPECT_THAT(life.said(), ElementsAre(Said{2, 0}));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
