// kill -9 of a successor that is computing again, or still opening what it was left: once, twice, three times, and what
// it was left goes missing in part.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/syscall.h>

#include <string>
#include <vector>

#include "ringbuf/segment.hpp"
#include "tests/support/held_thread.hpp"
#include "tests/support/killed_at_system_call.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

using tests::KilledAtSystemCall;
using tests::SystemCallPlace;
using When = SystemCallPlace::When;

constexpr const char* kFirstThread = "tickplantd";

class RecoveryWhileStarting : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(plant_.begin());
    plant_.trade_for(8'000);
  }
  void kill() { plant_.live().daemon().kill(); }
  /// Kills the next daemon at the last of these places.
  void kill_successor(const std::vector<SystemCallPlace>& places) {
    plant_.live().launch_daemon();
    KilledAtSystemCall death(plant_.live().daemon().pid(), places.front());
    if (death.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (i != 0) death.look_for(places[i]);
      ASSERT_TRUE(death.reach()) << plant_.live().daemon().output();
    }
    death.kill();
    kill();
  }
  void remove(const char* segment) {
    ASSERT_TRUE(std::filesystem::remove(ringbuf::segment_path(plant_.live().folder(), segment)));
  }
  void go_on_and_end() {
    ASSERT_NO_FATAL_FAILURE(plant_.go_on());
    plant_.trade_for(3'000);
    plant_.expect_one_life();
  }

  /// No checkpoints: all of it is computed again.
  tests::RecoveringPlant plant_{"segment: 2MiB, checkpoint: 3600s"};
};

TEST_F(RecoveryWhileStarting, KilledThreeTimesInARowWhileItComputesAgain) {
  kill();
  // It has taken over what was not journalled, and reads from the beginning.
  for (const int nth : {1, 3, 6}) {
    kill_successor({{kFirstThread, SYS_io_uring_enter}, {kFirstThread, SYS_pread64, ".journal", nth}});
  }
  if (!IsSkipped()) go_on_and_end();
}

TEST_F(RecoveryWhileStarting, KilledWhileItTakesOverWhatWasNotJournalled) {
  kill();
  kill_successor({{kFirstThread, SYS_io_uring_enter}});
  kill_successor({{kFirstThread, SYS_io_uring_enter, "", 1, When::behind}});
  kill_successor({{kFirstThread, SYS_io_uring_enter, "", 3}});
  if (!IsSkipped()) go_on_and_end();
}

TEST_F(RecoveryWhileStarting, KilledWhileItOpensTheJournal) {
  kill();
  kill_successor({{kFirstThread, SYS_openat, "journal.lock", 1, When::behind}});
  kill_successor({{kFirstThread, SYS_fsync, ".journal"}});
  kill_successor({{kFirstThread, SYS_fsync, "journal", 2, When::behind}});
  if (!IsSkipped()) go_on_and_end();
}

/// What a kill may take along, or somebody who tidies up. What was not journalled yet is computed again, and said again
/// with numbers that have not been.
TEST_F(RecoveryWhileStarting, GoesOnWhenTheRingOfResultsIsGone) {
  for (int i = 0; i < 2; ++i) {
    kill();
    remove("derived");
    ASSERT_NO_FATAL_FAILURE(plant_.go_on());
    plant_.join();
    plant_.trade_for(3'000);
  }
  plant_.end();
  plant_.expect_equal_to_the_bit();
  EXPECT_EQ(plant_.shown.contradicted, 0u);
}

/// Of what was in them and not in the journal nobody can compute anything again: no alarm, and no number twice.
class RecoveryWithout : public RecoveryWhileStarting, public testing::WithParamInterface<const char*> {};

TEST_P(RecoveryWithout, ARingOfInputBeginsAnewAndSaysSo) {
  tests::HeldThread journal(plant_.live().daemon().pid(), "tp-journal");
  if (journal.is_refused()) GTEST_SKIP() << tests::kNoTracing;
  ASSERT_TRUE(journal.hold());
  const std::size_t shown = plant_.shown.results.size();
  ASSERT_TRUE(tests::eventually([&] { return plant_.look(), plant_.shown.results.size() > shown + 10; }));
  journal.kill();
  kill();
  remove(GetParam());
  ASSERT_TRUE(plant_.live().start_daemon()) << plant_.live().daemon().output();
  EXPECT_TRUE(plant_.live().says("analytics begins anew: ")) << plant_.live().daemon().output();
  plant_.join();
  plant_.trade_for(3'000);
  plant_.live().daemon().kill();
  ASSERT_NO_FATAL_FAILURE(plant_.go_on());
  plant_.trade_for(3'000);
  plant_.end();
  EXPECT_EQ(plant_.shown.contradicted, 0u);
  EXPECT_EQ(plant_.ticks.two_contents, 0u);
  const nlohmann::json found = plant_.audit();
  ASSERT_EQ(found["lives"].size(), 2u) << found.dump(1);
  EXPECT_GT(found["lives"][0]["lost_inputs"], 0);
  EXPECT_EQ(found["lives"][1]["lost_inputs"], 0);
  EXPECT_EQ(found["lives"][1]["restarts"], 1);
  EXPECT_GT(found["lives"][1]["equal"], 10);
}

INSTANTIATE_TEST_SUITE_P(Each, RecoveryWithout, testing::Values("ticks", "sequencer"),
                         [](const auto& segment) { return std::string(segment.param); });

/// Whoever only reads may die as it likes.
TEST(RecoveryOfAConsumer, KilledAloneItHoldsUpNobodyAndTheNextOneIsShownTheSame) {
  tests::RecoveringPlant plant;
  ASSERT_NO_FATAL_FAILURE(plant.begin());
  for (int i = 0; i < 4; ++i) {
    tests::Program consumer("tickplant", {"tail", "--json", "--from", "oldest"}, plant.live().environment(),
                            {plant.live().file("tail.log")});
    ASSERT_TRUE(tests::eventually([&] { return consumer.output().size() > 10'000; }));
    consumer.kill();
    plant.trade_for(2'000);
    clients::Plant attached = plant.live().attach();
    clients::Subscriber late(attached, {.join = clients::Join::oldest});
    while (late.poll([&](const ringbuf::Record& record) { plant.ticks.compare(record); }) > 0) continue;
    EXPECT_EQ(late.lost_count(), 0u);
  }
  EXPECT_GT(plant.ticks.compared, 8'000u);
  EXPECT_EQ(plant.live().counter(ringbuf::counter::kJournal, ringbuf::counter::kLostRecords), 0u);
  plant.expect_one_life();
}

}  // namespace
}  // namespace tickplant::this_file
