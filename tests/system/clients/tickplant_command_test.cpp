// The command as scripts and people meet it: exit codes, what goes to stdout and what to stderr.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

constexpr std::string_view kConfig =
    "plant:\n"
    "  name: test\n"
    "rings:\n"
    "  ticks:\n"
    "    slots: 65536\n"
    "feeds:\n"
    "  nasdaq:\n"
    "    protocol: itch50\n"
    "    venue: XNAS\n"
    "    source: {kind: pcap, path: a.pcap}\n"
    "    hours: 04:00-20:00\n";

class TickplantCommand : public testing::Test {
 protected:
  /// A day of some thousand messages.
  std::string day_file(std::size_t cut_bytes = 0) {
    itch::Session day{{.seed = 1, .symbols = 2, .live_orders = 100}};
    itch::Buffer file;
    day.open(file);
    day.trade(3000, file);
    file.resize(file.size() - cut_bytes);
    return files_.write("day-20190130.itch", to_bytes(file));
  }
  std::string config_file(std::string_view text = kConfig) { return files_.write("plant.yaml", text); }

  Answer run(const Command::Arguments& arguments, const Command::Environment& environment = {}) const {
    return command_.run(arguments, environment);
  }

  TempDirectory files_;
  Command command_;
};

// --- usage ----------------------------------------------------------------------------------------------------------

TEST_F(TickplantCommand, ExplainsItselfWithoutArguments) {
  const Answer answer = run({});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.out, IsEmpty());
  EXPECT_THAT(answer.err, AllOf(HasSubstr("Usage: tickplant "), HasSubstr("inspect"), HasSubstr("config")));
}

TEST_F(TickplantCommand, ListsThePartsOfAVerbThatNeedsOne) {
  const Answer answer = run({"config"});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.err, AllOf(HasSubstr("check"), HasSubstr("show"), HasSubstr("size")));
}

TEST_F(TickplantCommand, HelpsOnStdout) {
  for (const Command::Arguments& verb : std::vector<Command::Arguments>{
           {}, {"inspect"}, {"config"}, {"config", "check"}, {"config", "show"}, {"config", "size"}}) {
    Command::Arguments arguments = verb;
    arguments.push_back("--help");
    const Answer answer = run(arguments);
    EXPECT_EQ(answer.exit_code, 0);
    EXPECT_THAT(answer.out, HasSubstr("Usage: tickplant"));
    EXPECT_THAT(answer.err, IsEmpty());
  }
  EXPECT_THAT(run({"inspect", "--help"}).out, HasSubstr("Examples:\n  tickplant inspect "));
}

TEST_F(TickplantCommand, SaysItsVersion) {
  const Answer answer = run({"--version"});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.out, StartsWith("tickplant "));
}

TEST_F(TickplantCommand, GuessesWhatWasMeant) {
  const auto expect = [&](const Command::Arguments& arguments, const std::string& text) {
    const Answer answer = run(arguments);
    EXPECT_EQ(answer.exit_code, 2) << text;
    EXPECT_THAT(answer.out, IsEmpty()) << text;
    EXPECT_THAT(answer.err, AllOf(StartsWith("tickplant: "), HasSubstr(text)));
  };
  expect({"inspct", "a"}, "'inspct' is no verb of `tickplant`\n  remedy: did you mean 'inspect'?");
  expect({"config", "chek", "a"}, "'chek' is no verb of `tickplant config`\n  remedy: did you mean 'check'?");
  expect({"inspect", "--dept", "3", "a"}, "did you mean '--depth'?");
  expect({"inspect", "--jsn", "a"}, "'--jsn' is no option of `tickplant inspect`\n  remedy: did you mean '--json'?");
  expect({"inspect", "a", "b"}, "'b' is one word too many for `tickplant inspect`");
  expect({"tail", "--count", "x"}, "--count takes a number from 1 on, not 'x'");
  expect({"journal", "audit", "--from", "x"}, "--from takes a number, not 'x'");
  expect({"inspect"}, "file is required\n  remedy: see `tickplant inspect --help`");
  expect({"inspect", "--depth", "11", "a"}, "--depth takes a number from 1 to 10, not '11'");
  expect({"inspect", "--orders", "0", "a"}, "--orders takes a number from 1 to 100000000, not '0'");
  expect({"inspect", "--color", "red", "a"}, "red");
}

// --- inspect --------------------------------------------------------------------------------------------------------

TEST_F(TickplantCommand, PrintsATableAndNoTalk) {
  const Answer answer = run({"inspect", day_file()});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.out, AllOf(HasSubstr("2019-01-30"), HasSubstr("symbol "), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(answer.err, IsEmpty());
}

TEST_F(TickplantCommand, ReadsStdin) {
  const std::string file = day_file();
  const Answer answer = command_.run({"inspect", "--json", "-"}, {}, "", file);
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(Json::parse(answer.out)["messages"], Json::parse(run({"inspect", "--json", file}).out)["messages"]);
}

TEST_F(TickplantCommand, PrintsOneJsonObjectWhereverTheFlagStands) {
  const std::string file = day_file();
  const Answer ahead = run({"--json", "inspect", file});
  EXPECT_EQ(ahead.exit_code, 0);
  const Json json = Json::parse(ahead.out);
  EXPECT_EQ(json["format"], "itch50/binaryfile");
  EXPECT_EQ(json["instruments"].size(), 2u);
  EXPECT_EQ(json["refused_orders"], 0) << "room for orders is found from the size of the file";
  EXPECT_EQ(run({"inspect", "--json", file}).out, ahead.out);
  EXPECT_EQ(run({"inspect", file, "--json"}).out, ahead.out);
}

TEST_F(TickplantCommand, PrintsDepthAsCsv) {
  const Answer answer = run({"inspect", "--depth", "3", day_file()});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.err, IsEmpty());
  std::istringstream lines(answer.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "msg_index,timestamp_ns,type,symbol,b1p,b1q,b2p,b2q,b3p,b3q,a1p,a1q,a2p,a2q,a3p,a3q");
  int rows = 0;
  while (std::getline(lines, line)) {
    ASSERT_EQ(std::count(line.begin(), line.end(), ','), 15) << line;
    ++rows;
  }
  EXPECT_GT(rows, 2000);
}

TEST_F(TickplantCommand, DoesNotMixCsvAndJson) {
  const Answer answer = run({"inspect", "--depth", "3", "--json", day_file()});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.out, IsEmpty());
  EXPECT_THAT(answer.err, HasSubstr("--depth prints CSV"));
}

TEST_F(TickplantCommand, AnswersInFullAboutACutFileButExitsWithFour) {
  const std::string file = day_file(3);
  const Answer answer = run({"inspect", "--json", file});
  EXPECT_EQ(answer.exit_code, 4);
  EXPECT_EQ(Json::parse(answer.out)["truncated_tail"], true);
  EXPECT_THAT(answer.err, AllOf(StartsWith("tickplant: "), HasSubstr(file), HasSubstr("stops inside a message")));
}

TEST_F(TickplantCommand, RefusesWithTwoAndARemedy) {
  const std::string text = files_.write("notes.txt", "these are notes, not market data\n");
  for (const Command::Arguments& arguments : std::vector<Command::Arguments>{{"inspect", files_ / "none"},
                                                                             {"inspect", files_.path()},
                                                                             {"inspect", text},
                                                                             {"inspect", "--date", "30.1.2019", text},
                                                                             {"inspect", "--zone", "Mars/Base", text},
                                                                             {"config", "check", files_ / "none"}}) {
    const Answer answer = run(arguments);
    EXPECT_EQ(answer.exit_code, 2) << arguments.back();
    EXPECT_THAT(answer.out, IsEmpty());
    EXPECT_THAT(answer.err, AllOf(StartsWith("tickplant: "), HasSubstr("\n  remedy: "), EndsWith("\n")));
  }
}

TEST_F(TickplantCommand, ColoursAsAskedAndNeverIntoAFileByItself) {
  const std::string file = day_file(3);
  EXPECT_THAT(run({"inspect", file}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run({"--color", "always", "inspect", file}).out, HasSubstr("\x1b[1m"));
  EXPECT_THAT(run({"inspect", file, "--color=always"}, {{"NO_COLOR", "1"}}).out, HasSubstr("\x1b[1m"));
  EXPECT_THAT(run({"--color", "never", "inspect", file}).out, Not(HasSubstr("\x1b")));
}

TEST_F(TickplantCommand, EndsQuietlyWhenItsReaderLeaves) {
  const Answer answer = command_.run_into_head({"inspect", "--depth", "10", day_file()});
  EXPECT_EQ(answer.exit_code, -SIGPIPE);
  EXPECT_THAT(answer.out, StartsWith("msg_index,"));
  EXPECT_THAT(answer.err, IsEmpty());
}

TEST_F(TickplantCommand, SaysWhenItsAnswerCouldNotBeWritten) {
  const Answer answer = command_.run({"inspect", "--json", day_file()}, {}, "/dev/full");
  EXPECT_EQ(answer.exit_code, 4);
  EXPECT_THAT(answer.err, HasSubstr("No space left on device"));
}

// --- config ---------------------------------------------------------------------------------------------------------

TEST_F(TickplantCommand, SaysThatAConfigIsValid) {
  const std::string file = config_file();
  const Answer answer = run({"config", "check", file});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_EQ(answer.out, file + " is valid: plant test, 1 feed, 1 ring\n");
  EXPECT_THAT(answer.err, IsEmpty());
  EXPECT_EQ(Json::parse(run({"config", "check", "--json", file}).out),
            Json({{"file", file}, {"valid", true}, {"violations", Json::array()}}));
}

constexpr std::string_view kThreeMistakes =
    "plant:\n"
    "  name: A B\n"  // 2:9
    "rings:\n"
    "  ticks:\n"
    "    slots: 1000\n"  // 5:12
    "    slotz: 5\n"     // 6:5
    "feeds:\n"
    "  nasdaq:\n"
    "    protocol: itch50\n"
    "    venue: XNAS\n"
    "    source: {kind: pcap, path: a.pcap}\n"
    "    hours: 04:00-20:00\n";

TEST_F(TickplantCommand, SaysAllThatIsWrongWithAConfigAtOnce) {
  const std::string file = config_file(kThreeMistakes);
  const Answer answer = run({"config", "check", file});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.out, IsEmpty());
  EXPECT_THAT(answer.err, AllOf(HasSubstr("has 3 mistakes"), HasSubstr(file + ":2:9: "), HasSubstr(file + ":5:12: "),
                                HasSubstr(file + ":6:5: "), HasSubstr("did you mean 'slots'?")));
}

TEST_F(TickplantCommand, SaysAllThatIsWrongAsJsonToo) {
  const Answer answer = run({"config", "check", config_file(kThreeMistakes), "--json"});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.err, IsEmpty());
  const Json json = Json::parse(answer.out);
  EXPECT_EQ(json["valid"], false);
  ASSERT_EQ(json["violations"].size(), 3u);
  EXPECT_EQ(json["violations"][1]["line"], 5);
  EXPECT_EQ(json["violations"][1]["column"], 12);
  EXPECT_EQ(json["violations"][1]["path"], "rings.ticks.slots");
}

TEST_F(TickplantCommand, ShowsWhereEachValueComesFrom) {
  const std::string file = config_file();
  const Command::Environment environment{{"TICKPLANT_RINGS_TICKS_SLOTS", "131072"}};
  const Answer answer = run({"config", "show", file}, environment);
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.out, AllOf(HasSubstr("name: test"), HasSubstr("# " + file + ":2"), HasSubstr("slots: 131072"),
                                HasSubstr("# TICKPLANT_RINGS_TICKS_SLOTS"), HasSubstr("# default")));
  for (const Json& setting : Json::parse(run({"config", "show", "--json", file}, environment).out)) {
    if (setting["path"] != "rings.ticks.slots") continue;
    EXPECT_EQ(setting["value"], 131'072);
    EXPECT_EQ(setting["origin"], "TICKPLANT_RINGS_TICKS_SLOTS");
    return;
  }
  FAIL() << "rings.ticks.slots is not shown";
}

TEST_F(TickplantCommand, ShowsConfigsThatLoadAgain) {
  for (const char* flag : {"", "--explain"}) {
    Command::Arguments arguments{"config", "show", config_file()};
    if (*flag != '\0') arguments.push_back(flag);
    const Answer shown = run(arguments);
    const std::string copy = files_.write("copy.yaml", shown.out);
    EXPECT_EQ(run({"config", "check", copy}).exit_code, 0) << flag;
  }
}

TEST_F(TickplantCommand, SizesAConfigAgainstTheFolderItWillLiveIn) {
  const std::string folder = files_.path();
  const Command::Environment environment{{"TICKPLANT_RUNTIME", folder}};
  const std::string file = config_file();
  const Answer answer = run({"config", "size", file}, environment);
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("ticks  "), HasSubstr("depth.ticks"), HasSubstr(folder)));
  const Json json = Json::parse(run({"config", "size", "--json", file}, environment).out);
  EXPECT_EQ(json["fits"], true);
  ASSERT_EQ(json["folders"].size(), 1u);
  EXPECT_EQ(json["folders"][0]["folder"], folder);
  EXPECT_TRUE(json["folders"][0]["free_bytes"].is_number()) << "of the folder that `auto` stands for";
  std::uint64_t sum = 0;
  for (const Json& segment : json["segments"]) sum += segment["bytes"].get<std::uint64_t>();
  EXPECT_EQ(json["folders"][0]["bytes"], sum);
}

TEST_F(TickplantCommand, SaysNoToAConfigThatDoesNotFit) {
  const Answer answer = run({"config", "size", config_file()}, {{"TICKPLANT_RUNTIME", "/proc"}});
  EXPECT_EQ(answer.exit_code, 1) << "/proc has no room";
  EXPECT_THAT(answer.out, HasSubstr("DOES NOT FIT"));
  EXPECT_THAT(answer.err, StartsWith("tickplant: "));
}

TEST_F(TickplantCommand, FallsBackToSmallPagesOnlyWhereTheyArePreferred) {
  const auto size_with = [&](const std::string& wish) {
    const std::string memory = "memory: {huge_pages: " + wish + ", hugetlbfs_path: /proc}\n";
    return run({"config", "size", config_file(memory + std::string(kConfig))}, {{"TICKPLANT_RUNTIME", files_.path()}});
  };
  const Answer preferred = size_with("prefer");
  EXPECT_EQ(preferred.exit_code, 0) << preferred.out << preferred.err;
  EXPECT_THAT(preferred.out, AllOf(HasSubstr("huge pages"), HasSubstr("too few")));
  const Answer required = size_with("require");
  EXPECT_EQ(required.exit_code, 1);
  EXPECT_THAT(required.out, HasSubstr("DOES NOT FIT"));
  EXPECT_THAT(required.err, HasSubstr("  remedy: "));
}

}  // namespace
}  // namespace tickplant::tests::this_file
