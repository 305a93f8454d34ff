// kill -9 of the real daemon at any moment of its life: while it starts, takes over, runs under load, and stops. An
// outside client, with a read-only mapping that it keeps, records all it is shown. TICKPLANT_STRESS_DAEMON_KILLS sets
// how often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/kill_recorder.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using tests::KillRecorder;
using tests::LivePlant;

constexpr std::uint64_t kSlots = 1 << 16;

class KillAnywhere : public testing::Test {
 protected:
  void SetUp() override {
    live_.configure({.ring_slots = kSlots, .instruments = 256});
    live_.start_venue({"--symbols", "50", "--rate", "20000", "--pre-open", "100ms"});
  }

  /// Only starts it: where it has come to is chance.
  void start() {
    daemon_.emplace("tickplantd", std::vector<std::string>{"--config", live_.config_file()}, live_.environment(),
                    tests::Streams{live_.file("daemon.log")});
  }
  [[nodiscard]] std::string said() const { return daemon_->output(); }

  /// Passes `time`, with open eyes.
  template <class Look>
  void pass(microseconds time, Look&& look) {
    const auto end = steady_clock::now() + time;
    while (steady_clock::now() < end) {
      look();
      std::this_thread::sleep_for(microseconds(200));
    }
  }
  [[nodiscard]] microseconds below(microseconds bound) {
    return microseconds(random_.below(static_cast<std::uint32_t>(bound.count())));
  }

  LivePlant live_;
  std::optional<tests::Program> daemon_;
  const std::uint64_t seed_ = tests::test_seed();
  tests::Random random_{seed_};
};

/// What a client is shown who comes now: all that the ring holds.
void compare_with_who_comes_late(const LivePlant& live, KillRecorder& recorder) {
  clients::Plant plant = live.attach();
  clients::Subscriber late(plant, {.join = clients::Join::oldest});
  while (late.poll([&](const ringbuf::Record& record) { recorder.compare(record); }) > 0) continue;
}

/// Reads with one Subscriber for good.
class Witness {
 public:
  explicit Witness(const LivePlant& live) : plant_(live.attach()), generation_(plant_.generation()) { look(); }

  void look() {
    while (subscriber_.poll(recorder) > 0) continue;
    if (plant_.epoch() < epoch) ++epochs_back;
    epoch = plant_.epoch();
  }
  [[nodiscard]] bool is_attached_as_ever() const {
    return plant_.generation() == generation_ && !plant_.is_superseded() && recorder.reconnects == 0;
  }

  /// After all those deaths the table counts what we were shown, no record more or less.
  void expect_newest_counts_all() {
    const clients::AttachedSegment segment =
        plant_.open("newest.ticks", {ringbuf::SegmentKind::newest, ringbuf::kNewestSchema});
    const auto slots = ringbuf::array_at<ringbuf::NewestSlot>(segment->payload(), 0, segment->header().slot_count);
    for (std::uint32_t id = 1; id < recorder.newest.size(); ++id) {
      SCOPED_TRACE(plant_.symbol_of({id}));
      ringbuf::NewestEntry found;
      ASSERT_EQ(ringbuf::NewestReader(slots).read({id}, found), ringbuf::TableRead::value);
      EXPECT_EQ(found.stamp, recorder.newest[id].stamp);
      EXPECT_EQ(found.update_count, recorder.newest[id].update_count);
      EXPECT_EQ(found.trade_count, recorder.newest[id].trade_count);
      EXPECT_EQ(found.volume, recorder.newest[id].volume);
    }
  }

  KillRecorder recorder;
  std::uint64_t epoch = 0;
  int epochs_back = 0;

 private:
  clients::Plant plant_;
  clients::Subscriber subscriber_{plant_, {.join = clients::Join::oldest}};
  std::uint64_t generation_;
};

TEST_F(KillAnywhere, AnOutsideClientSeesPausesAndNothingElse) {
  const std::uint64_t kills = tests::stress_count("TICKPLANT_STRESS_DAEMON_KILLS", 25);
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const auto before_start = steady_clock::now();
  start();
  std::optional<Witness> witness;
  ASSERT_TRUE(tests::eventually([&] { return live_.counter(counter::kHousekeeping, counter::kReadyAt) != 0; }))
      << said();
  const auto start_time = std::chrono::duration_cast<microseconds>(steady_clock::now() - before_start);
  witness.emplace(live_);
  const auto look = [&] { witness->look(); };
  /// News, so that it runs again and is under load.
  const auto wait_for_records = [&](std::uint64_t count) {
    const std::uint64_t wanted = witness->recorder.records + count;
    return tests::eventually([&] {
             look();
             return witness->recorder.records >= wanted || daemon_->exit_code().has_value();
           }) &&
           !daemon_->exit_code();
  };

  std::uint64_t while_starting = 0, while_running = 0, while_stopping = 0;
  for (std::uint64_t kill = 1; kill <= kills; ++kill) {
    SCOPED_TRACE("kill " + std::to_string(kill));
    const std::uint64_t epoch = witness->epoch;
    switch (random_.below(5)) {
      case 0:
      case 1:  // somewhere on its way up
        daemon_->kill();
        start();
        pass(below(start_time), look);
        ++while_starting;
        break;
      case 2:  // somewhere on its way down
        ASSERT_TRUE(wait_for_records(500)) << said();
        daemon_->signal(SIGTERM);
        pass(below(milliseconds(10)), look);
        ++while_stopping;
        break;
      default:
        ASSERT_TRUE(wait_for_records(500)) << said();
        pass(below(milliseconds(50)), look);
        ++while_running;
        break;
    }
    if (!daemon_->exit_code()) daemon_->kill();
    look();
    start();
    ASSERT_TRUE(wait_for_records(100)) << said();
    EXPECT_GT(witness->epoch, epoch);
    compare_with_who_comes_late(live_, witness->recorder);

    const KillRecorder& seen = witness->recorder;
    ASSERT_EQ(seen.two_contents, 0u) << "a sequence got a second content";
    ASSERT_EQ(seen.shown_twice, 0u);
    ASSERT_EQ(seen.missing_untold, 0u);
    ASSERT_TRUE(witness->is_attached_as_ever()) << "readers must see a pause, not a reconnect";
  }
  EXPECT_EQ(witness->epochs_back, 0);
  EXPECT_EQ(daemon_->stop(), 0) << said();
  look();
  EXPECT_EQ(witness->recorder.lost, 0u) << "a busy machine? the ring holds seconds";
  witness->expect_newest_counts_all();
  tests::record_count("kills", kills);
  tests::record_count("killed_while_starting", while_starting);
  tests::record_count("killed_while_running", while_running);
  tests::record_count("killed_while_stopping", while_stopping);
  tests::record_count("records", witness->recorder.records);
  tests::record_count("records_compared", witness->recorder.compared);
  tests::record_count("lost_and_told", witness->recorder.lost);
}

TEST_F(KillAnywhere, TheFirstStartOfAllMayBeCutShortToo) {
  const std::uint64_t rounds = tests::stress_count("TICKPLANT_STRESS_DAEMON_KILLS", 12);
  SCOPED_TRACE("seed " + std::to_string(seed_));
  microseconds start_time{0};
  KillRecorder all;  // over all plants: memory is lost, numbers are not
  for (std::uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::filesystem::remove_all(live_.folder());
    if (round > 0) {
      start();
      std::this_thread::sleep_for(below(start_time));
      daemon_->kill();
    }
    const auto before = steady_clock::now();
    start();
    ASSERT_TRUE(tests::eventually([&] {
      return live_.counter(counter::kHousekeeping, counter::kReadyAt) != 0 || daemon_->exit_code().has_value();
    }));
    ASSERT_FALSE(daemon_->exit_code()) << said();
    if (round == 0) start_time = std::chrono::duration_cast<microseconds>(steady_clock::now() - before);
    Witness witness(live_);
    ASSERT_TRUE(tests::eventually([&] {
      witness.look();
      return witness.recorder.records > 10;
    }));
    EXPECT_EQ(witness.recorder.missing_untold, 0u);
    compare_with_who_comes_late(live_, all);
    EXPECT_EQ(all.two_contents, 0u) << "a sequence got a second content";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(live_.folder())) {
      EXPECT_NE(entry.path().extension(), ".building") << entry.path();
    }
    daemon_->kill();
  }
  tests::record_count("starts_cut_short", rounds - 1);
  tests::record_count("records_compared", all.compared);
}

}  // namespace
}  // namespace tickplant::this_file
