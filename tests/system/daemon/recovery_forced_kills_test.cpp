// kill -9 at chosen system calls of the journal's threads and of a successor that starts: what is half done there is
// what uniform kills meet rarely. Whatever it was, the next daemon goes on to the same bits.
#include <gtest/gtest.h>

#include <sys/syscall.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/support/killed_at_system_call.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

using tests::KilledAtSystemCall;
using When = tests::SystemCallPlace::When;

constexpr const char *kJournal = "tp-journal", *kCheckpoints = "tp-checkpoint", *kSegments = "tp-segments";

class RecoveryFromAKill : public testing::Test {
 protected:
  /// Kills at each of them, and each time goes on. `refused`: system calls that the daemon has to do without.
  void kill_at(const std::vector<tests::SystemCallPlace>& all, const std::set<long>& refused = {}) {
    const std::span places(all);
    const std::size_t wanted = std::min(all.size(), tests::stress_count("TICKPLANT_STRESS_FORCED_KILLS", 20));
    plant_.begin({"--symbols", "20", "--rate", "60000", "--pre-open", "100ms"});
    if (HasFatalFailure()) return;
    if (!refused.empty()) {  // at its start it finds out what it can have
      plant_.live().daemon().kill();
      plant_.live().launch_daemon();
    }
    for (const tests::SystemCallPlace& place : places.first(wanted)) {
      SCOPED_TRACE(place.thread + ", call " + std::to_string(place.number) + " of " + place.file);
      KilledAtSystemCall death(plant_.live().daemon().pid(), place, refused);
      if (death.is_refused()) GTEST_SKIP() << tests::kNoTracing;
      ASSERT_TRUE(death.reach([this] { plant_.look(); })) << plant_.live().daemon().output();
      death.kill();
      plant_.live().daemon().kill();
      plant_.go_on();
      if (HasFatalFailure()) return;
      if (!refused.empty()) {
        plant_.live().daemon().kill();
        plant_.live().launch_daemon();
      } else {
        plant_.trade_for(2'000);
      }
    }
    if (!refused.empty()) {
      plant_.live().daemon().kill();
      plant_.go_on();
    }
    plant_.expect_one_life();
  }

  tests::RecoveringPlant plant_{"segment: 2MiB, checkpoint: 150ms"};
};

TEST_F(RecoveryFromAKill, BeforeABlockIsHandedToTheDisk) {
  kill_at({{kJournal, SYS_io_uring_enter}, {kJournal, SYS_io_uring_enter, "", 20}});
}

TEST_F(RecoveryFromAKill, WhileABlockIsOnItsWayToTheDisk) {
  kill_at({{kJournal, SYS_io_uring_enter, "", 7, When::behind}, {kJournal, SYS_io_uring_enter, "", 30, When::behind}});
}

TEST_F(RecoveryFromAKill, WithHalfABlockWritten) {
  kill_at(
      {{kJournal, SYS_pwrite64, ".journal", 1, When::halfway}, {kJournal, SYS_pwrite64, ".journal", 9, When::halfway}},
      {SYS_io_uring_setup});
}

TEST_F(RecoveryFromAKill, BetweenTheWriteOfABlockAndItsSync) {
  kill_at({{kJournal, SYS_fdatasync, ".journal", 5}, {kJournal, SYS_fdatasync, ".journal", 5, When::behind}},
          {SYS_io_uring_setup});
}

TEST_F(RecoveryFromAKill, AtASegmentRoll) {
  kill_at({{kJournal, SYS_renameat, "0000"},
           {kJournal, SYS_renameat, "0000", 1, When::behind},
           {kJournal, SYS_openat, "0000"},
           {kJournal, SYS_openat, "0000", 1, When::behind}});
}

TEST_F(RecoveryFromAKill, WhileTheNextSegmentIsMadeReady) {
  kill_at({{kSegments, SYS_openat, ".part", 1, When::behind},
           {kSegments, SYS_fallocate, ".part", 1, When::behind},
           {kSegments, SYS_pwrite64, ".part", 2, When::halfway},
           {kSegments, SYS_fsync, ".part"},
           {kSegments, SYS_renameat, "spare-", 1, When::behind}});
}

TEST_F(RecoveryFromAKill, WithHalfACheckpointWritten) {
  kill_at({{kCheckpoints, SYS_openat, ".checkpoint.new", 1, When::behind},
           {kCheckpoints, SYS_write, ".checkpoint.new", 3, When::halfway},
           {kCheckpoints, SYS_write, ".checkpoint.new", 6, When::halfway},
           {kCheckpoints, SYS_fsync, ".checkpoint.new"}});
}

TEST_F(RecoveryFromAKill, BetweenTheRenameOfACheckpointAndTheSyncOfItsFolder) {
  kill_at({{kCheckpoints, SYS_rename, ".checkpoint"},
           {kCheckpoints, SYS_rename, ".checkpoint", 1, When::behind},
           {kCheckpoints, SYS_unlink, ".checkpoint"}});
}

}  // namespace
}  // namespace tickplant::this_file
