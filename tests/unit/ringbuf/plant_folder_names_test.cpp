// Which names may become files, and where folders cannot be made.
#include <gmock/gmock.h>
#include <unistd.h>

#include "ringbuf/plant_folder.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

std::string name_error(std::string_view name) {
  return error_of([&] { check_name("plant name", name); });
}

TEST(PlantFolderNames, MayHaveLettersDigitsAndThreeSigns) {
  for (const std::string& name : {std::string("a"), std::string("Z"), std::string("0"), std::string("9.Plant_of-us"),
                                  std::string("AZaz09"), std::string(63, 'x')}) {
    EXPECT_EQ(name_error(name), "") << name;
  }
}

TEST(PlantFolderNames, MayNotLeaveTheFolderHideOrBeTooLong) {
  // Before and behind each range of characters that are good.
  for (const std::string& name : {std::string(), std::string("."), std::string("-x"), std::string("_x"),
                                  std::string("a/b"), std::string("a:b"), std::string("a@b"), std::string("a[b"),
                                  std::string("a`b"), std::string("a{b"), std::string("a b"), std::string(64, 'x')}) {
    EXPECT_THAT(name_error(name), HasSubstr("cannot be a file name")) << name;
  }
}

TEST(PlantFolderNames, AnEnvironmentWithoutSettingsHasNone) {
  ::unsetenv("TICKPLANT_RUNTIME");
  const char* const before = ::getenv("XDG_RUNTIME_DIR");
  const std::optional<std::string> kept = before == nullptr ? std::nullopt : std::optional<std::string>(before);
  ::unsetenv("XDG_RUNTIME_DIR");
  const RuntimeEnvironment environment = runtime_environment_of_this_process();
  if (kept) ::setenv("XDG_RUNTIME_DIR", kept->c_str(), 1);
  EXPECT_EQ(environment.tickplant_runtime, std::nullopt);
  EXPECT_EQ(environment.xdg_runtime_dir, std::nullopt);
}

TEST(PlantFolderNames, SaysWhichFolderCannotBeMadeAndForWhom) {
  EXPECT_THAT(error_of([] { make_owned_folder("/proc/tickplant/demo"); }),
              HasSubstr("cannot make folder '/proc/tickplant'"));
  EXPECT_THAT(error_of([] { make_owned_folder("/proc/tickplant"); }),
              HasSubstr("make it for user " + std::to_string(::geteuid())));
}

TEST(PlantFolderNames, ARelativeFolderWithoutAParentIsMadeWhereWeAre) {
  const tests::TempDirectory directory("/dev/shm");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  make_owned_folder("demo");
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::is_directory(directory / "demo"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
