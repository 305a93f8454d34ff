// Who sleeps is known as long as it lives, without write access; and the plant hears of the first one at once.
#include "ringbuf/sleepers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "platform/unix_nanos.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using platform::kNanosPerSecond;

class SleepersTest : public testing::Test {
 protected:
  SleepersTest() { std::ofstream(file_) << "a catalog"; }
  /// A wait that nothing ends but what is looked for; a test that fails ends all the same.
  static constexpr std::int64_t kLong = 60 * kNanosPerSecond;

  tests::TempDirectory folder_{"/dev/shm"};
  std::filesystem::path file_ = folder_ / "catalog.seg";
};

bool ends_before_its_time(SleeperWatch& watch, std::int64_t nanos) {
  const auto begin = std::chrono::steady_clock::now();
  watch.wait(nanos);
  return std::chrono::steady_clock::now() - begin < std::chrono::nanoseconds(nanos);
}

TEST_F(SleepersTest, ASignIsSeenWhileItIsUp) {
  const SleeperWatch watch(file_);
  EXPECT_FALSE(watch.anybody());
  {
    const SleeperSign first(file_);
    EXPECT_TRUE(first.is_up());
    EXPECT_TRUE(watch.anybody());
    {
      const SleeperSign second(file_);
      EXPECT_TRUE(second.is_up()) << "any number may";
    }
    EXPECT_TRUE(watch.anybody());
  }
  EXPECT_FALSE(watch.anybody());
}

TEST_F(SleepersTest, ASignRingsTheBellWhenItIsUp) {
  SleeperWatch watch(file_);
  const SleeperSign sign(file_);
  EXPECT_TRUE(ends_before_its_time(watch, kLong));
  EXPECT_TRUE(watch.anybody());
}

TEST_F(SleepersTest, ABellThatWasHeardIsQuiet) {
  SleeperWatch watch(file_);
  const SleeperSign sign(file_);
  watch.wait(kLong);
  EXPECT_FALSE(ends_before_its_time(watch, kNanosPerSecond / 100));
}

TEST_F(SleepersTest, TheSignOfAProcessThatWasKilledIsGone) {
  const SleeperWatch watch(file_);
  tests::ChildProcess reader([&] {
    const SleeperSign sign(file_);
    std::this_thread::sleep_for(std::chrono::hours(1));
  });
  while (!watch.anybody()) std::this_thread::yield();
  reader.kill();
  EXPECT_FALSE(watch.anybody());
}

TEST_F(SleepersTest, ASuccessorSeesTheSignsOfBefore) {
  const SleeperSign sign(file_);
  EXPECT_TRUE(SleeperWatch(file_).anybody());
}

TEST_F(SleepersTest, AnInterruptEndsAWaitAlsoOneThatBeginsBehindIt) {
  SleeperWatch watch(file_);
  watch.interrupt();
  EXPECT_TRUE(ends_before_its_time(watch, kLong));
  EXPECT_FALSE(watch.anybody());
  std::thread interrupts([&] { watch.interrupt(); });
  EXPECT_TRUE(ends_before_its_time(watch, kLong));
  interrupts.join();
}

TEST_F(SleepersTest, WithoutAFileASignIsNotUpAndAWatchTakesEverybodyForAsleep) {
  EXPECT_FALSE(SleeperSign(folder_ / "none.seg").is_up());
  EXPECT_TRUE(SleeperWatch(folder_ / "none.seg").anybody());
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
