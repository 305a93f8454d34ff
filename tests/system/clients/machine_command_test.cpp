// `tickplant doctor` and `tickplant bench` as a person meets them, on whatever machine runs the tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "platform/clock.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

TEST(DoctorCommand, SaysTheSameToPeopleAndToScripts) {
  const TempDirectory runtime;
  const Command command;
  const Command::Environment elsewhere{{"TICKPLANT_RUNTIME", runtime.path()}};
  const Answer json = command.run({"doctor", "--json"}, elsewhere);
  EXPECT_THAT(json.exit_code, AnyOf(0, 1)) << json.err;
  const Json answer = Json::parse(json.out);
  EXPECT_EQ(answer["ok"], json.exit_code == 0);
  const Answer text = command.run({"doctor"}, elsewhere);
  std::size_t notes = 0;
  for (const Json& check : answer["checks"]) {
    EXPECT_THAT(text.out, HasSubstr(check["check"].get<std::string>()));
    notes += check["verdict"] == "note" ? 1 : 0;
    EXPECT_EQ(check["verdict"] == "ok", check["remedy"].is_null()) << check;
  }
  EXPECT_EQ(answer["notes"], notes);
}

TEST(DoctorCommand, FindsAConfigThatDoesNotFitAndLooksAtARunningPlant) {
  const Command command;
  const TempDirectory folder;
  std::ofstream(folder / "large.yaml") << "plant:\n  name: large\nrings:\n  ticks:\n    slots: 17179869184\n"
                                          "feeds:\n  x:\n    protocol: itch50\n    venue: XNAS\n    ring: ticks\n"
                                          "    source:\n      kind: day_file\n      path: /nowhere\n";
  const Answer large = command.run({"doctor", "--config", folder / "large.yaml"});
  EXPECT_THAT(large.exit_code, AnyOf(1, 2)) << large.out << large.err;

  PlantInFolder made;
  made.beat(platform::system_now());
  const Answer plant = command.run({"doctor", "--plant", made.folder()});
  EXPECT_THAT(plant.out, HasSubstr("plant demo"));
  EXPECT_EQ(command.run({"doctor", "--plant", "/nowhere/at/all"}).exit_code, 3);
  EXPECT_EQ(command.run({"doctor", "--config", "/nowhere/at/all"}).exit_code, 2);
}

TEST(BenchCommand, MeasuresForAMomentAndStatesItsConditions) {
  if (!platform::tsc_verdict().usable) GTEST_SKIP() << "no usable time stamp counter";
  const Command command;
  const Answer json = command.run({"bench", "--rounds", "1", "--records", "500", "--json"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const Json answer = Json::parse(json.out);
  ASSERT_EQ(answer["hop"].size(), 4u);
  EXPECT_EQ(answer["hop"][0]["percentile"], "p50");
  EXPECT_GT(answer["hop"][0]["ring_ns"], 0);
  EXPECT_GT(answer["publish_ns"], 0);
  EXPECT_EQ(answer["records"], 500);
  EXPECT_FALSE(answer["kernel"].get<std::string>().empty());
  const Answer text = command.run({"bench", "--rounds", "1", "--records", "100"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("bare hand-over"));
  EXPECT_EQ(command.run({"bench", "--rounds", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace tickplant::tests::this_file
