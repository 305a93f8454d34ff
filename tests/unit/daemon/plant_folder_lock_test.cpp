#include "daemon/plant_folder_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "platform/setup_error.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using testing::HasSubstr;

class PlantFolderLockTest : public testing::Test {
 protected:
  [[nodiscard]] std::string error_of_a_second_one() const {
    try {
      const PlantFolderLock second(folder());
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  }
  [[nodiscard]] std::filesystem::path folder() const { return directory_ / "demo"; }

  tests::TempDirectory directory_{"/dev/shm"};
};

TEST_F(PlantFolderLockTest, MakesTheFolderAndNamesTheHolder) {
  const PlantFolderLock lock(folder());
  std::ifstream file(folder() / "plant.lock");
  std::uint32_t pid = 0;
  std::uint64_t start_time = 0;
  file >> pid >> start_time;
  EXPECT_EQ(pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(start_time, ringbuf::process_start_time(pid));
}

TEST_F(PlantFolderLockTest, RefusesASecondDaemonAndNamesTheFirst) {
  const PlantFolderLock lock(folder());
  const std::string error = error_of_a_second_one();
  EXPECT_THAT(error, HasSubstr("plant 'demo'"));
  EXPECT_THAT(error, HasSubstr("already run by process " + std::to_string(::getpid())));
  EXPECT_THAT(error, HasSubstr("tests_daemon")) << "the command line says which program that is";
  EXPECT_THAT(error, HasSubstr("tickplant stop"));
}

TEST_F(PlantFolderLockTest, IsFreeAgainWhenTheHolderIsGone) {
  { const PlantFolderLock lock(folder()); }
  EXPECT_EQ(error_of_a_second_one(), "");
}

TEST_F(PlantFolderLockTest, IsFreeAgainWhenTheHolderWasKilled) {
  {
    tests::ChildProcess holder([&] {
      for (;;) {  // we look by locking, too: try again when that was in the way
        try {
          const PlantFolderLock lock(folder());
          ::pause();
        } catch (const platform::SetupError&) {
          ::usleep(100);
        }
      }
    });
    while (error_of_a_second_one().empty()) ::usleep(1'000);
    holder.kill();
  }
  EXPECT_EQ(error_of_a_second_one(), "");
}

TEST_F(PlantFolderLockTest, TakesAnEmptyFolderAwayAndLeavesOneWithSegments) {
  { const PlantFolderLock lock(folder()); }
  EXPECT_FALSE(std::filesystem::exists(folder()));
  {
    const PlantFolderLock lock(folder());
    std::ofstream(folder() / "ticks.seg") << "x";
  }
  EXPECT_TRUE(std::filesystem::exists(folder() / "ticks.seg"));
}

TEST_F(PlantFolderLockTest, RefusesAFolderThatOthersMayWriteIn) {
  std::filesystem::create_directory(folder());
  std::filesystem::permissions(folder(), std::filesystem::perms::all);
  EXPECT_THAT(error_of_a_second_one(), HasSubstr("chmod go-w"));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
