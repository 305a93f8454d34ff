// Which plant a verb means, and what it says when there is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::HasSubstr;

TEST(ChoosePlant, PrefersTheOptionThenTheVariableThenTheOnlyOne) {
  EXPECT_EQ(choose_plant("a", "b", {"c"}), "a");
  EXPECT_EQ(choose_plant("", "b", {"c"}), "b");
  EXPECT_EQ(choose_plant("", "", {"c"}), "c");
}

TEST(ChoosePlant, SaysHowToStartOneWhenThereIsNone) {
  try {
    (void)choose_plant("", "", {});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::unreachable);
    EXPECT_THAT(failure.remedy(), HasSubstr("tickplant start"));
  }
}

TEST(ChoosePlant, ListsThemWhenThereAreSeveral) {
  try {
    (void)choose_plant("", "", {"demo", "prod"});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::usage);
    EXPECT_THAT(failure.problem(), HasSubstr("demo, prod"));
  }
}

TEST(AttachPlant, TakesAFolderAsAName) {
  const tests::PlantInFolder made;
  EXPECT_EQ(attach_plant(made.folder()).name(), "demo");
}

TEST(AttachPlant, IsUnreachableWhenNothingIsThere) {
  const tests::TempDirectory folder;
  try {
    (void)attach_plant(folder.path());
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::unreachable);
  }
}

TEST(CheckState, RefusesLiveDataOfADeadPlantOnly) {
  tests::PlantInFolder made;
  const clients::Plant plant = clients::Plant::in_folder(made.folder());
  EXPECT_NO_THROW(check_state(plant, Wanted::live_data));
  made.close();
  testing::internal::CaptureStderr();
  EXPECT_NO_THROW(check_state(plant, Wanted::last_state));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "tickplant: plant 'demo' is stopped; this is its last state\n");
  try {
    check_state(plant, Wanted::live_data);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::unreachable);
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
