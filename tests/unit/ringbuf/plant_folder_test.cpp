// From a plant's name to its folder, and folders that nobody else can write in.
#include "ringbuf/plant_folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

class PlantFolder : public testing::Test {
 protected:
  tests::TempDirectory root_{"/dev/shm"};
  RuntimeEnvironment environment_{std::nullopt, std::nullopt, 1234, root_.path()};
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST_F(PlantFolder, FallsBackToAFolderOfTheUserOnTmpfs) {
  EXPECT_EQ(plant_folder("demo", environment_), root_ / "dev/shm/tickplant-1234/demo");
}

TEST_F(PlantFolder, PrefersTheUsersRuntimeFolder) {
  environment_.xdg_runtime_dir = "/run/user/1234";
  EXPECT_EQ(plant_folder("demo", environment_), "/run/user/1234/tickplant/demo");
}

TEST_F(PlantFolder, PrefersTheServicesFolderWhenItExists) {
  environment_.xdg_runtime_dir = "/run/user/1234";
  std::filesystem::create_directories(root_ / "run/tickplant/demo");
  EXPECT_EQ(plant_folder("demo", environment_), root_ / "run/tickplant/demo");
  EXPECT_EQ(plant_folder("other", environment_), "/run/user/1234/tickplant/other");
}

TEST_F(PlantFolder, ObeysTickplantRuntimeAboveAll) {
  environment_.xdg_runtime_dir = "/run/user/1234";
  std::filesystem::create_directories(root_ / "run/tickplant/demo");
  environment_.tickplant_runtime = "/mnt/fast";
  EXPECT_EQ(plant_folder("demo", environment_), "/mnt/fast");
  environment_.tickplant_runtime = "fast";
  EXPECT_THAT(error_of([&] { (void)plant_folder("demo", environment_); }),
              HasSubstr("TICKPLANT_RUNTIME is 'fast', which is relative"));
}

TEST_F(PlantFolder, RefusesANameThatLeavesTheFolder) {
  EXPECT_THAT(error_of([&] { (void)plant_folder("../demo", environment_); }),
              HasSubstr("plant name '../demo' cannot be a file name"));
}

TEST_F(PlantFolder, ReadsTheEnvironmentOfThisProcess) {
  ::setenv("TICKPLANT_RUNTIME", "/somewhere", 1);
  ::setenv("XDG_RUNTIME_DIR", "", 1);
  const RuntimeEnvironment environment = runtime_environment_of_this_process();
  ::unsetenv("TICKPLANT_RUNTIME");
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(environment.tickplant_runtime, "/somewhere");
  EXPECT_EQ(environment.xdg_runtime_dir, std::nullopt);
  EXPECT_EQ(environment.user, ::geteuid());
}

TEST_F(PlantFolder, MakesAllThatIsMissingForUsAlone) {
  const auto folder = root_ / "tickplant-0/demo/us";
  make_owned_folder(folder);
  EXPECT_EQ(mode_of(folder), 0700u);
  EXPECT_EQ(mode_of(root_ / "tickplant-0"), 0700u);
}

TEST_F(PlantFolder, LeavesTheModeOfAFolderThatExists) {
  ASSERT_EQ(::mkdir((root_ / "demo").c_str(), 0700), 0);
  ASSERT_EQ(::chmod((root_ / "demo").c_str(), 0750), 0);
  make_owned_folder(root_ / "demo");
  EXPECT_EQ(mode_of(root_ / "demo"), 0750u);
}

TEST_F(PlantFolder, RefusesOneThatAnybodyMayWrite) {
  ASSERT_EQ(::mkdir((root_ / "demo").c_str(), 0700), 0);
  ASSERT_EQ(::chmod((root_ / "demo").c_str(), 01777), 0);
  EXPECT_THAT(error_of([&] { make_owned_folder(root_ / "demo"); }), HasSubstr("has mode 1777: others may write in it"));
}

TEST_F(PlantFolder, RefusesOneThatBelongsToSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give folders away";
  ASSERT_EQ(::mkdir((root_ / "demo").c_str(), 0700), 0);
  ASSERT_EQ(::chown((root_ / "demo").c_str(), 65534, 65534), 0);
  EXPECT_THAT(error_of([&] { make_owned_folder(root_ / "demo"); }), HasSubstr("belongs to user 65534, we are user 0"));
}

TEST_F(PlantFolder, RefusesALinkEvenToAGoodFolder) {
  ASSERT_EQ(::mkdir((root_ / "real").c_str(), 0700), 0);
  std::filesystem::create_directory_symlink(root_ / "real", root_ / "demo");
  EXPECT_THAT(error_of([&] { make_owned_folder(root_ / "demo"); }), HasSubstr("is a symbolic link"));
}

TEST_F(PlantFolder, RefusesAFileInItsPlace) {
  const auto file = root_.write("demo", "");
  EXPECT_THAT(error_of([&] { make_owned_folder(file); }), HasSubstr("cannot be opened: Not a directory"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
