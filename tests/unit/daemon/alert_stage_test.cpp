// The stage that puts alerts into one ring, over rings in memory, turned by hand: one shard and several, a restart
// behind every turn, results that were overwritten, a journal that is behind, and who is woken.
#include "daemon/stages/alert_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <deque>
#include <memory>
#include <thread>

#include "daemon/stage_thread.hpp"
#include "daemon/stages/results_gate.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::AlertBody;
using ringbuf::DerivedRecord;
using ringbuf::ReadStatus;
using testing::ElementsAre;

constexpr std::uint64_t kSlots = 64;
constexpr std::uint64_t kRingBytes = sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kDerivedSlotBytes;

/// Shards, the ring of alerts, and the stage between them.
class AlertStageTest : public testing::Test {
 protected:
  struct Shard {
    ringbuf::PrivatePayload payload{kRingBytes};
    ringbuf::DerivedWriter results = ringbuf::DerivedWriter::over(payload.bytes(), kSlots);
    ringbuf::GatingLine<> gating{};
  };
  /// What is seen of an alert: its number, its shard, its place there.
  using Seen = std::tuple<std::uint64_t, int, std::uint64_t>;

  AlertStageTest() { set_time(); }

  void make_shards(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) shards_.emplace_back();
  }
  /// As a daemon starts, whoever was before it.
  AlertStage& start(std::vector<FoundAlert> found = {}) {
    stage_.reset();
    const ringbuf::Sequence last = newest_alert();
    const ringbuf::AlertPlaces places = ringbuf::find_alert_remains(alerts_.bytes(), kSlots, last);
    std::vector<AlertStageSetup::Shard> shards;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const ringbuf::Sequence next{places[i] + 1};
      shards.push_back({ringbuf::DerivedReader::over(std::as_const(shards_[i].payload).bytes(), kSlots, next),
                        ringbuf::GatingReader(shards_[i].gating, next)});
    }
    stage_ = std::make_unique<AlertStage>(
        AlertStageSetup{std::move(shards),
                        ringbuf::AlertRingWriter::over(alerts_.bytes(), kSlots, last, places),
                        {journal_, kSlots},
                        std::move(found),
                        bell_.get(),
                        [this] { ++wakes_; },
                        counters_.emplace_back(counter_bytes_.bytes(), 64),
                        clock()});
    return *stage_;
  }
  [[nodiscard]] PlantClock clock() { return PlantClock(ringbuf::ClockPageReader(std::as_const(clock_).bytes())); }
  void turn() {
    while (stage_->do_work() != 0) continue;
  }
  [[nodiscard]] ringbuf::Sequence newest_alert() {
    ringbuf::DerivedReader reader = ringbuf::DerivedReader::over(std::as_const(alerts_).bytes(), kSlots, {1});
    return reader.published();
  }
  void publish(std::size_t shard, int count, bool are_alerts = false) {
    for (int i = 0; i < count; ++i) {
      AlertBody body;
      body.shard = static_cast<std::uint8_t>(shard);
      DerivedRecord record = ringbuf::make_derived({.instrument = {1}}, ringbuf::ResultGapBody{});
      if (are_alerts) record = ringbuf::make_derived({.instrument = {1}}, body);
      shards_[shard].results.publish(&record);
    }
    shards_[shard].results.complete_batch();
  }
  void alert(std::size_t shard) { publish(shard, 1, true); }
  [[nodiscard]] std::vector<Seen> seen() {
    std::vector<Seen> all;
    ringbuf::DerivedReader reader = ringbuf::DerivedReader::over(std::as_const(alerts_).bytes(), kSlots, {1});
    for (DerivedRecord record; reader.poll(&record) == ReadStatus::record;) {
      all.emplace_back(record.header.stamp, record.as<AlertBody>().shard, record.as<AlertBody>().source);
    }
    return all;
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    return ringbuf::CountersReader(std::as_const(counter_bytes_).bytes()).find(counter::kAlerts, name).value_or(999);
  }
  void pass(std::int64_t nanos) {
    now_ += nanos;
    set_time();
  }
  void set_time() {
    platform::ClockParameters line;
    line.source = platform::ClockSource::tsc;  // a line without slope: time stands
    line.unix_nanos_base = now_;
    ringbuf::ClockPageWriter(clock_.bytes()).publish(line);
  }

  std::int64_t now_ = 1'700'000'000'000'000'000;
  ringbuf::PrivatePayload clock_{ringbuf::ClockPageWriter::payload_bytes()};
  ringbuf::PrivatePayload counter_bytes_{ringbuf::CountersWriter::payload_bytes(64)};
  std::deque<ringbuf::CountersWriter> counters_;
  std::deque<Shard> shards_;
  ringbuf::PrivatePayload alerts_{kRingBytes};
  ringbuf::GatingLine<> journal_{};
  std::unique_ptr<AlertBell> bell_;
  int wakes_ = 0;
  std::unique_ptr<AlertStage> stage_;
};

TEST_F(AlertStageTest, TakesAlertsOutOfTheResultsOfAllShardsAndNumbersThemWithoutAHole) {
  make_shards(3);
  start();
  EXPECT_EQ(stage_->do_work(), 0u) << "nothing yet";
  publish(0, 5);
  alert(0);
  alert(2);
  publish(1, 3);
  turn();
  alert(1);
  alert(0);
  turn();
  EXPECT_THAT(seen(), ElementsAre(Seen{1, 0, 6}, Seen{2, 2, 1}, Seen{3, 0, 7}, Seen{4, 1, 4}));
  EXPECT_EQ(count(counter::kTaken), 12u);
  EXPECT_EQ(count(counter::kPublished), 4u);
  EXPECT_EQ(count(counter::kLostRecords), 0u);
  EXPECT_EQ(count(counter::kLag), 0u);
  EXPECT_EQ(shards_[0].gating.value.load(), 8u) << "nobody waits for what was looked through";
}

TEST_F(AlertStageTest, LooksNoFurtherThanAShardHasTold) {
  make_shards(1);
  start();
  AlertBody body;
  const DerivedRecord record = ringbuf::make_derived({}, body);
  shards_[0].results.publish(&record);  // in its ring, and the batch goes on
  turn();
  EXPECT_TRUE(seen().empty()) << "the journal could have it before the result that it repeats";
  shards_[0].results.complete_batch();
  turn();
  EXPECT_EQ(seen().size(), 1u);
}

TEST_F(AlertStageTest, GoesOnBehindARestartAtAnyTurn) {
  make_shards(3);
  for (int i = 0; i < 200; ++i) {
    start();
    const auto shard = static_cast<std::size_t>(i * i % 3);
    publish(shard, i % 5);
    alert(shard);
    if (i % 4 != 0) (void)stage_->do_work();
    if (i % 7 == 0) alert((shard + 1) % 3);
  }
  start();
  turn();
  ringbuf::DerivedReader reader = ringbuf::DerivedReader::over(std::as_const(alerts_).bytes(), kSlots, {1});
  EXPECT_EQ(reader.published().value, 200u + 29u);
  EXPECT_EQ(count(counter::kLostRecords), 0u);
  EXPECT_EQ(count(counter::kPublished), 229u);
}

TEST_F(AlertStageTest, TellsExactlyHowManyResultsWereOverwrittenBeforeItCame) {
  make_shards(2);
  start();
  alert(0);
  turn();
  publish(0, 100);
  alert(0);
  alert(1);
  turn();
  // Of 101 behind the first the newest half of the ring is left.
  EXPECT_EQ(count(counter::kLostRecords), 102u - kSlots / 2 - 1);
  EXPECT_THAT(seen(), ElementsAre(Seen{1, 0, 1}, Seen{2, 0, 102}, Seen{3, 1, 1}));
  start();
  turn();
  EXPECT_EQ(count(counter::kLostRecords), 102u - kSlots / 2 - 1) << "a successor does not lose it again";
  EXPECT_EQ(seen().size(), 3u);
}

TEST_F(AlertStageTest, WaitsForTheJournalAndLosesNothing) {
  make_shards(1);
  journal_.value = 1;  // has written nothing
  start();
  publish(0, static_cast<int>(kSlots) - 10, true);
  turn();
  for (int i = 0; i < 20; ++i) alert(0);
  turn();
  EXPECT_EQ(seen().size(), kSlots) << "the ring is full of what is in no file";
  EXPECT_EQ(count(counter::kLag), 10u);
  EXPECT_EQ(stage_->do_work(), 0u);
  journal_.value = kSlots + 1;
  turn();
  EXPECT_EQ(newest_alert().value, kSlots + 10);
  EXPECT_EQ(count(counter::kLag), 0u);
}

TEST_F(AlertStageTest, PublishesFirstWhatSetUpFound) {
  make_shards(2);
  AlertBody body;
  body.shard = 5;
  FoundAlert found{5, ringbuf::make_derived({}, body)};
  found.record.header.stamp = 17;
  alert(0);
  start({found});
  EXPECT_THAT(seen(), ElementsAre(Seen{1, 5, 17})) << "before any thread runs";
  turn();
  EXPECT_THAT(seen(), ElementsAre(Seen{1, 5, 17}, Seen{2, 0, 1}));
  EXPECT_EQ(count(counter::kPublished), 2u);
}

TEST_F(AlertStageTest, WakesWhoWantsToKnowOnceForEachTurnWithAlerts) {
  make_shards(2);
  start();
  publish(0, 9);
  turn();
  EXPECT_EQ(wakes_, 0);
  alert(0);
  alert(1);
  turn();
  EXPECT_EQ(wakes_, 1);
}

TEST_F(AlertStageTest, SleepsOnABellThatWhoPublishesAnAlertRings) {
  const auto is_rung = [&] {
    pollfd polled{stage_->descriptors()[0], POLLIN, 0};
    return ::poll(&polled, 1, 0) == 1;
  };
  make_shards(1);
  bell_ = std::make_unique<AlertBell>();
  start();
  ASSERT_EQ(stage_->descriptors().size(), 1u);
  bell_->ring();
  EXPECT_FALSE(is_rung()) << "it is awake: no system call";
  turn();
  alert(0);
  EXPECT_FALSE(is_rung());
  bell_->ring();
  EXPECT_TRUE(is_rung());
  EXPECT_EQ(stage_->do_work(), 2u) << "a result, an alert";
  EXPECT_FALSE(is_rung());
  EXPECT_EQ(stage_->do_work(), 0u);
}

TEST_F(AlertStageTest, EndsWithEverythingLookedThrough) {
  make_shards(2);
  start();
  publish(0, 40, true);
  publish(1, 20, true);
  stage_->on_stop();
  EXPECT_EQ(newest_alert().value, 60u);
}

TEST_F(AlertStageTest, HearsEveryBellOfShardsInThreadsOfTheirOwn) {
  constexpr int kAlerts = 300;
  make_shards(2);
  bell_ = std::make_unique<AlertBell>();
  platform::ClockParameters line;
  line.source = platform::ClockSource::system;
  ringbuf::ClockPageWriter(clock_.bytes()).publish(line);
  start();
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(std::move(stage_));
  StageThread thread({"alerts", {"alerts"}, std::nullopt, config::IdleStrategy::park}, std::move(stages),
                     counters_.back(), clock());
  thread.start();
  std::vector<std::thread> threads;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    threads.emplace_back([this, shard] {
      for (int i = 0; i < kAlerts; ++i) {
        alert(shard);
        bell_->ring();
        // Each waits until its own is taken: the stage falls asleep in between.
        while (shards_[shard].gating.value.load() != static_cast<std::uint64_t>(i) + 2) std::this_thread::yield();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  thread.request_stop();
  thread.join();
  EXPECT_EQ(newest_alert().value, 2u * kAlerts);
  EXPECT_GT(wakes_, kAlerts / 2);
}

class ResultsGateTest : public AlertStageTest {
 protected:
  ringbuf::GatingLine<> line_{};
};

TEST_F(ResultsGateTest, IsAsOpenAsTheSlowerOfBoth) {
  ResultsGate gate(journal_, line_, kSlots, clock());
  EXPECT_EQ(gate.room({100}), kSlots) << "nobody reads without loss";
  journal_.value = 91;
  EXPECT_EQ(gate.room({100}), kSlots - 10);
  line_.value = 81;
  EXPECT_EQ(gate.room({100}), kSlots - 20);
  EXPECT_EQ(ResultsGate().room({100}), ResultsGate().slot_count());
}

TEST_F(ResultsGateTest, GivesUpAStageThatStandsStillUntilItMoves) {
  ResultsGate gate(journal_, line_, kSlots, clock());
  journal_.value = 101;
  line_.value = 51;
  EXPECT_EQ(gate.room({100}), 14u);
  pass(ResultsGate::kPatienceNanos - 1);
  EXPECT_EQ(gate.room({100}), 14u);
  line_.value = 52;
  EXPECT_EQ(gate.room({100}), 15u) << "it is slow, it does not stand";
  pass(ResultsGate::kPatienceNanos);
  EXPECT_EQ(gate.room({100}), kSlots) << "the journal alone counts";
  EXPECT_EQ(gate.room({120}), kSlots - 20);
  line_.value = 110;
  EXPECT_EQ(gate.room({120}), kSlots - 20);
  line_.value = 60;
  EXPECT_EQ(gate.room({120}), 3u) << "it counts again";
}

TEST_F(ResultsGateTest, IsPatientWhileThePlantStops) {
  ResultsGate gate(journal_, line_, kSlots, clock());
  line_.value = 51;
  gate.hold();
  EXPECT_EQ(gate.room({100}), 14u);
  pass(10 * ResultsGate::kPatienceNanos);
  EXPECT_EQ(gate.room({100}), 14u);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
