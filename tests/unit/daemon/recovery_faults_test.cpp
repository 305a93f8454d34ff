// A restart whose disk fails at the nth thing that it reads, for every n: it goes on with what its predecessor had, or
// says why it begins anew; never with half of it.
#include <gtest/gtest.h>

#include "analytics/replay/journal_follower.hpp"
#include "config/render_analytics.hpp"
#include "daemon/analytics_recovery.hpp"
#include "daemon/journal/journal_opening.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/journal_of_a_plant.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using tests::FailingCall;
using tests::JournalOfAPlant;

class RecoveringWithAFaultyDisk : public testing::Test {
 protected:
  RecoveringWithAFaultyDisk() {
    trade(30);
    make_checkpoint();
    trade(20);
    make_checkpoint();
    trade(10);
    wish_.follower.plant_name = "test";
    wish_.config_hashes = {config::hash_of(config::load_analytics_text(JournalOfAPlant::kConfig, "test.yaml"))};
    wish_.shards = 1;
    wish_.feeds = feeds_;
    wish_.rings = {{JournalOfAPlant::kTicks, "ticks"}};
    wish_.next_cause = std::uint64_t{1} << 36;  // a reboot: places were leased far beyond
    wish_.follower.last_block = open_journal(folder_.path()).start.chain.last_number();
  }
  void trade(int turns) {
    for (int i = 0; i < turns; ++i) {
      plant_.trade(40);
      plant_.publish();
    }
  }
  void make_checkpoint() {
    analytics::JournalFollower follower(folder_.path());
    while (follower.poll() != 0) continue;
    ringbuf::Checkpoint made = follower.checkpoint();
    ringbuf::set_text(made.head.plant_name, "test");
    (void)ringbuf::CheckpointFiles(folder_.path()).write(made);
  }
  [[nodiscard]] Recovery recover() const { return recover_analytics(folder_.path(), wish_); }

  tests::TempDirectory folder_{"/dev/shm"};
  JournalOfAPlant plant_{folder_.path(), 1};
  std::vector<analytics::NamedFeed> feeds_{{"nasdaq", {1}}};
  RecoveryWish wish_;
};

TEST_F(RecoveringWithAFaultyDisk, GoesOnWithAllOfItOrSaysWhyNot) {
  const Recovery whole = recover();
  ASSERT_TRUE(whole.analytics) << whole.text;
  for (const int error : {EIO, FailingCall::kHalf}) {
    std::uint64_t anew = 0, older = 0;
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      Recovery found;
      const bool has_failed =
          tests::with_failing({tests::kReadingCalls, error, nth, folder_.path().string()}, [&] { found = recover(); });
      EXPECT_FALSE(found.is_alarm) << found.text;
      anew += found.analytics ? 0 : 1;
      older += found.skipped.empty() ? 0 : 1;
      if (found.analytics) {
        ASSERT_EQ(found.analytics->shards[0].state, whole.analytics->shards[0].state) << found.text;
        ASSERT_EQ(found.analytics->next, whole.analytics->next) << found.text;
      } else {
        EXPECT_TRUE(found.text.starts_with("analytics begins anew: ")) << found.text;
      }
      if (!has_failed) break;
    }
    if (tests::fault_stride() > 1) continue;  // it may miss them
    EXPECT_EQ(anew == 0, error == FailingCall::kHalf);
    EXPECT_EQ(older == 0, error == FailingCall::kHalf) << "a checkpoint that cannot be read is passed over";
  }
}

}  // namespace
}  // namespace tickplant::daemon::this_file
