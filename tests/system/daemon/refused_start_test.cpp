// Starts that cannot be: each ends with exit code 2 and a sentence that names what is wrong and what to do.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "config/plant_config.hpp"
#include "config/segment_sizes.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/unique_fd.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::LivePlant;

class RefusedStart : public testing::Test {
 protected:
  /// Starts with `config` in place of the plant's own; what it said when it ended with 2.
  std::string message(const std::string& config, tests::Program::Environment environment) {
    std::ofstream(live_.config_file()) << config;
    return message(std::move(environment));
  }
  std::string message(tests::Program::Environment environment) {
    tests::Program daemon("tickplantd", {"--config", live_.config_file()}, environment,
                          tests::Streams{live_.file("refused.log")});
    EXPECT_EQ(daemon.wait(), 2);
    const std::string said = daemon.output();
    EXPECT_THAT(said, HasSubstr("remedy: "));
    EXPECT_THAT(said, Not(HasSubstr("terminate called")));
    return said;
  }
  std::string message() { return message(live_.environment()); }

  LivePlant live_;
};

TEST_F(RefusedStart, NamesAnInterfaceThatIsNotThere) {
  EXPECT_THAT(
      message({{"TICKPLANT_RUNTIME", live_.folder()}, {"TICKPLANT_FEEDS_DEMO_SOURCE_LINE_A_INTERFACE", "nosuch0"}}),
      HasSubstr("nosuch0"));
  EXPECT_FALSE(std::filesystem::exists(live_.folder())) << "a start that failed leaves a trace";
}

TEST_F(RefusedStart, SaysWhichPortIsInUse) {
  const platform::UniqueFd squatter(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(live_.port()));
  ASSERT_EQ(::bind(squatter.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_THAT(message(), AllOf(HasSubstr(std::to_string(live_.port())), HasSubstr("ss -ulpn")));
}

TEST_F(RefusedStart, SaysWhoMayWriteInARuntimeFolderThatIsNotSafe) {
  const std::filesystem::path open_to_all = live_.file("open");
  std::filesystem::create_directory(open_to_all);
  std::filesystem::permissions(open_to_all, std::filesystem::perms::all);
  EXPECT_THAT(message({{"TICKPLANT_RUNTIME", open_to_all.string()}}), HasSubstr("chmod go-w"));
}

TEST_F(RefusedStart, SaysWhichFolderCannotBeMade) {
  EXPECT_THAT(message({{"TICKPLANT_RUNTIME", "/proc/tickplant"}}), HasSubstr("/proc/tickplant"));
}

TEST_F(RefusedStart, SaysHowMuchRoomIsMissing) {
  live_.configure({.ring_slots = std::uint64_t{1} << 32});
  EXPECT_THAT(message(), AllOf(HasSubstr("needs "), HasSubstr("are free")));
  EXPECT_FALSE(std::filesystem::exists(live_.folder()));
}

TEST_F(RefusedStart, SaysThatThereAreNoHugePages) {
  live_.configure({.ring_slots = std::uint64_t{1} << 32, .extra = "memory:\n  huge_pages: require\n"});
  EXPECT_THAT(message(), HasSubstr("memory.huge_pages is require"));
}

TEST_F(RefusedStart, NamesACoreThatIsNotThere) {
  live_.configure({.extra = "threads:\n  hot: {stages: [feed.demo], core: cpu4095, idle: spin}\n"});
  EXPECT_THAT(message(), HasSubstr("cpu4095"));
}

TEST_F(RefusedStart, ListsThreeMistakesAtOnce) {
  live_.configure({.ring_slots = 1000, .extra = "threads:\n  hot: {stages: [feed.demo], idle: sprint}\nlogs: {}\n"});
  EXPECT_THAT(message(), AllOf(HasSubstr("slots"), HasSubstr("sprint"), HasSubstr("logs")));
}

TEST_F(RefusedStart, WantsAConfig) {
  tests::Program daemon("tickplantd", {}, {}, tests::Streams{live_.file("refused.log")});
  EXPECT_EQ(daemon.wait(), 2);
  EXPECT_THAT(daemon.output(), AllOf(HasSubstr("--config"), HasSubstr("--demo")));
}

TEST_F(RefusedStart, SaysBothWhoTellOfOneVenueInOneRingFromTwoThreads) {
  std::string two;
  for (const char* name : {"one", "two"}) {
    two += std::string("  ") + name +
           ":\n    protocol: itch50\n    venue: XNAS\n    source: {kind: day_file, path: /dev/null}\n";
  }
  EXPECT_THAT(
      message("plant: {name: demo}\ninstruments: {capacity: 16}\nfeeds:\n" + two, live_.environment()),
      AllOf(HasSubstr("feeds one and two both tell of XNAS in ring ticks"), HasSubstr("stages: [feed.one, feed.two]")));
}

TEST_F(RefusedStart, ChecksAConfigWithoutStartingAnything) {
  tests::Program good("tickplantd", {"--config", live_.config_file(), "--check-config"}, live_.environment(),
                      tests::Streams{live_.file("check.log")});
  EXPECT_EQ(good.wait(), 0) << good.output();
  EXPECT_THAT(good.output(), HasSubstr("is valid"));
  EXPECT_FALSE(std::filesystem::exists(live_.folder()));
  std::ofstream(live_.config_file()) << "plant: {name: 17}\n";
  tests::Program bad("tickplantd", {"--config", live_.config_file(), "--check-config"}, live_.environment(),
                     tests::Streams{live_.file("check.log")});
  EXPECT_EQ(bad.wait(), 2);
}

TEST_F(RefusedStart, ChecksWhetherTheJournalHasAFolderAndRoom) {
  const auto check = [&](const std::string& folder, std::string& said) {
    live_.configure({.extra = "journal: {folder: " + folder + ", segment: 16GiB}\n"});
    tests::Program program("tickplantd", {"--config", live_.config_file(), "--check-config"}, live_.environment(),
                           tests::Streams{live_.file("check.log")});
    const int status = program.wait().value_or(-1);
    said = program.output();
    return status;
  };
  std::string said;
  const std::string folder = live_.file("new/journal").string();
  EXPECT_EQ(check(folder, said), 0) << said;
  EXPECT_THAT(said, HasSubstr("journal: " + folder));
  const bool has_room = config::free_bytes(folder).value() >= std::uint64_t{32} << 30;
  EXPECT_EQ(said.find("two files of 16 GiB at least") == std::string::npos, has_room) << said;
  EXPECT_FALSE(std::filesystem::exists(live_.file("new"))) << "a check makes nothing";
  EXPECT_EQ(check(live_.config_file() + "/journal", said), 2) << said;
  EXPECT_THAT(said, AllOf(HasSubstr(live_.config_file() + " is no folder"), HasSubstr("journal.folder"),
                          Not(HasSubstr("is valid"))));
}

TEST(Start, NeitherPinsNorSpinsOnASingleCoreAndSaysSo) {
  const platform::CpuList all = platform::affinity_of_this_thread();
  platform::set_affinity_of_this_thread({all.front()});
  LivePlant live({.extra = "threads:\n  hot: {stages: [feed.demo], core: any, idle: spin}\n"});
  const bool started = live.start_daemon();
  platform::set_affinity_of_this_thread(all);
  ASSERT_TRUE(started) << live.daemon().output();
  EXPECT_THAT(live.daemon().output(), AllOf(HasSubstr("may use 1 cpu"), HasSubstr("none spins")));
  EXPECT_EQ(live.counter("thread.hot", ringbuf::counter::kIdle),
            static_cast<std::uint64_t>(config::IdleStrategy::park));
}

TEST(Start, RunsTheBuiltInDemo) {
  LivePlant live;
  const std::string port = std::to_string(live.port());
  tests::Program::Environment environment = live.environment();
  environment["TICKPLANT_FEEDS_DEMO_SOURCE_LINE_A_PORT"] = port;
  environment["TICKPLANT_FEEDS_DEMO_SOURCE_LINE_B_PORT"] = std::to_string(live.port() + 1);
  tests::Program daemon("tickplantd", {"--demo"}, environment, tests::Streams{live.file("demo.log")});
  EXPECT_TRUE(tests::eventually([&] { return live.counter("housekeeping", ringbuf::counter::kReadyAt) != 0; }))
      << daemon.output();
  EXPECT_EQ(daemon.stop(), 0);
}

}  // namespace
}  // namespace tickplant::this_file
