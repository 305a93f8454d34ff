// kill -9 at any instant, again and again, also while a successor is still starting: computing goes on over all of it
// to the same bits, and an outside client never sees a number with two contents.
//
// TICKPLANT_STRESS_RECOVERY_KILLS says how often; the nightly run says 5,000.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

constexpr std::uint64_t kKillsOfADay = 1'000;  // more make a day of hours, which the audit computes again

TEST(RecoveryKills, GoOnToTheSameBitsWhateverTheInstant) {
  tests::Random random(tests::test_seed());
  const std::uint64_t kills = tests::stress_count("TICKPLANT_STRESS_RECOVERY_KILLS", 200);
  std::uint64_t done = 0, days = 0, inputs = 0, results = 0;
  while (done < kills) {
    tests::RecoveringPlant plant;
    plant.begin();
    for (const std::uint64_t end = std::min(done + kKillsOfADay, kills); done < end; ++done) {
      SCOPED_TRACE("kill " + std::to_string(done));
      plant.look();
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(60'000)));
      plant.live().daemon().kill();
      if (random.below(4) == 0) {  // and its successor, while it starts
        plant.live().launch_daemon();
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(80'000)));
        plant.live().daemon().kill();
      }
      plant.go_on();
      if (HasFatalFailure()) return;
    }
    plant.expect_one_life();
    EXPECT_GT(plant.shown.results.size(), 100u);
    ++days;
    inputs += plant.audited["lives"][0]["inputs"].get<std::uint64_t>();
    results += plant.audited["lives"][0]["equal"].get<std::uint64_t>();
  }
  tests::record_count("kills", kills);
  tests::record_count("days", days);
  tests::record_count("inputs", inputs);
  tests::record_count("results", results);
}

}  // namespace
}  // namespace tickplant::this_file
