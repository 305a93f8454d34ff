// Where a plant keeps what outlives a reboot.
#include "daemon/state_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

class StateFolder : public testing::Test {
 protected:
  StateFolder() {
    config_.plant.name = "demo";
    environment_.root = root_.path();
    environment_.user = ::geteuid();
    environment_.home = "/home/ann";
  }
  [[nodiscard]] std::string chosen() const {
    const auto folder = state_folder(config_, environment_);
    return folder ? folder->string() : "none";
  }

  tests::TempDirectory root_;
  config::PlantConfig config_;
  StateEnvironment environment_;
};

TEST_F(StateFolder, IsTheOneThatConfigNames) {
  config_.plant.state_folder = "/data/state";
  environment_.state_directory = "/var/lib/other";
  EXPECT_EQ(chosen(), "/data/state");
}

TEST_F(StateFolder, IsTheServicesWhenSystemdNamesOne) {
  environment_.xdg_state_home = "/ignored";
  environment_.state_directory = "/var/lib/tickplant";
  EXPECT_EQ(chosen(), "/var/lib/tickplant/demo") << "it may be that of several plants";
  environment_.state_directory = "/var/lib/tickplant/demo";
  EXPECT_EQ(chosen(), "/var/lib/tickplant/demo") << "StateDirectory=tickplant/%i";
}

TEST_F(StateFolder, IsTheServicesWhereThatBelongsToTheDaemonsUser) {
  std::filesystem::create_directories(root_ / "var/lib/tickplant");
  EXPECT_EQ(chosen(), (root_ / "var/lib/tickplant/demo").string());
  environment_.user = ::geteuid() + 1;
  EXPECT_EQ(chosen(), "/home/ann/.local/state/tickplant/demo") << "that of another user";
}

TEST_F(StateFolder, IsTheUsersOwnElse) {
  EXPECT_EQ(chosen(), "/home/ann/.local/state/tickplant/demo");
  environment_.xdg_state_home = "/home/ann/state";
  EXPECT_EQ(chosen(), "/home/ann/state/tickplant/demo");
}

TEST_F(StateFolder, IsNowhereForAUserWithoutAHome) {
  environment_.home.reset();
  EXPECT_EQ(chosen(), "none");
}

TEST_F(StateFolder, TakesTheFirstFolderThatSystemdNames) {
  ::setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
  EXPECT_EQ(state_environment_of_this_process().state_directory, "/var/lib/one");
  ::setenv("STATE_DIRECTORY", "relative", 1);
  EXPECT_EQ(state_environment_of_this_process().state_directory, std::nullopt);
  ::unsetenv("STATE_DIRECTORY");
  EXPECT_EQ(state_environment_of_this_process().state_directory, std::nullopt);
  EXPECT_TRUE(state_environment_of_this_process().home.has_value());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
