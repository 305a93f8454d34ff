#include "clients/cpp/plant.hpp"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/setup_error.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::clients::this_file {
namespace {

using platform::UnixNanos;
using ringbuf::RuntimeEnvironment;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::PlantInFolder;
using tests::PlantShape;
using tests::TempDirectory;

template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const platform::SetupError& error) {
    return error.what();
  }
  return "";
}

std::int64_t seconds(double count) { return static_cast<std::int64_t>(count * 1e9); }

TEST(Plant, NamesItsRingsAndInstruments) {
  PlantInFolder made{{.rings = {"ticks", "more"}}};
  const auto apple = made.define("AAPL");
  const auto other = made.define("AAPL", 1);
  const Plant plant = Plant::in_folder(made.folder());
  EXPECT_EQ(plant.name(), "demo");
  EXPECT_EQ(plant.folder(), made.folder());
  EXPECT_EQ(plant.daemon_pid(), static_cast<std::uint32_t>(::getpid()));
  EXPECT_THAT(plant.tick_rings(), ElementsAre("ticks", "more"));
  EXPECT_EQ(plant.feeds().size(), 2u);
  EXPECT_EQ(plant.instrument("AAPL@XNAS"), apple);
  EXPECT_EQ(plant.symbol_of(other), "AAPL@X1");
  EXPECT_EQ(plant.symbol_of({9}), "");
  EXPECT_EQ(plant.ring_of(apple), "ticks");
  EXPECT_EQ(plant.ring_of(other), "more");
  EXPECT_EQ(plant.ring_of({9}), "");
}

TEST(Plant, AnAmbiguousSymbolListsItsVenues) {
  PlantInFolder made{{.rings = {"ticks", "more"}}};
  made.define("AAPL");
  made.define("AAPL", 1);
  const Plant plant = Plant::in_folder(made.folder());
  EXPECT_THAT(error_of([&] { (void)plant.instrument("AAPL"); }), HasSubstr("AAPL@XNAS, AAPL@X1"));
  EXPECT_THAT(error_of([&] { (void)plant.instrument("APPL@XNAS"); }), HasSubstr("did you mean AAPL@XNAS"));
}

TEST(Plant, ASegmentThatIsNotThereNamesThoseThatAre) {
  PlantInFolder made;
  const Plant plant = Plant::in_folder(made.folder());
  EXPECT_THAT(error_of([&] { (void)plant.open("tick", {}); }),
              AllOf(HasSubstr("plant 'demo' has no segment 'tick'"), HasSubstr("ticks, image.ticks")));
}

TEST(Plant, CountersAndClockCanBeRead) {
  PlantInFolder made;
  made.count("feed.feed-ticks", "packets", 7);
  const Plant plant = Plant::in_folder(made.folder());
  EXPECT_EQ(plant.counters().find("feed.feed-ticks", "packets"), 7u);
  platform::ClockParameters line;
  line.source = platform::ClockSource::tsc;
  line.unix_nanos_base = 42;  // and no multiplier: time stands still
  made.segments().clock().publish(line);
  EXPECT_EQ(plant.now(), UnixNanos{42});
}

TEST(Plant, WithoutAClockOfItsOwnItTakesTheSystems) {
  PlantInFolder made;
  const Plant plant = Plant::in_folder(made.folder());
  const UnixNanos before = platform::system_now();
  const UnixNanos now = plant.now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, platform::system_now());
}

// --- state ---

TEST(PlantState, FollowsHeartbeatProcessAndClosing) {
  PlantInFolder made;
  const Plant plant = Plant::in_folder(made.folder());
  EXPECT_EQ(plant.state(), PlantState::live);
  made.beat(platform::system_now() + -seconds(4));
  EXPECT_EQ(plant.state(), PlantState::stalled) << "we run, and said nothing for four seconds";
  made.beat(platform::system_now());
  EXPECT_EQ(plant.state(), PlantState::live);
  made.close();
  EXPECT_EQ(plant.state(), PlantState::closed);
}

TEST(PlantState, AWriterThatWasNeverSeenIsBelievedWhileItsHeartbeatIsFresh) {
  PlantInFolder made;
  made.pretend_writer(1u << 30, 5);  // beyond any pid_max: as in another pid namespace
  const Plant plant = Plant::in_folder(made.folder());
  made.beat(platform::system_now());
  EXPECT_EQ(plant.state(), PlantState::live);
  made.beat(platform::system_now() + -seconds(2));
  EXPECT_EQ(plant.state(), PlantState::dead);
}

TEST(PlantState, AWriterThatWasSeenAndIsGoneIsDeadAtOnce) {
  PlantInFolder made;
  const Plant plant = Plant::in_folder(made.folder());
  made.beat(platform::system_now());
  ASSERT_EQ(plant.state(), PlantState::live);
  made.pretend_writer(1u << 30, ringbuf::process_start_time(static_cast<std::uint32_t>(::getpid())));
  EXPECT_EQ(plant.state(), PlantState::dead);
}

TEST(PlantState, HasNames) {
  EXPECT_EQ(name_of(PlantState::live), "live");
  EXPECT_EQ(name_of(PlantState::stalled), "stalled");
  EXPECT_EQ(name_of(PlantState::dead), "dead");
  EXPECT_EQ(name_of(PlantState::closed), "closed");
}

// --- finding ---

class FindingPlants : public testing::Test {
 protected:
  std::filesystem::path folder(const std::string& below) {
    const std::filesystem::path path = root_ / below;
    std::filesystem::create_directories(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  [[nodiscard]] RuntimeEnvironment environment() const { return {{}, {}, 1000, root_.path()}; }

  TempDirectory root_{"/dev/shm"};
};

TEST_F(FindingPlants, AttachesThePlantOfThatName) {
  PlantInFolder made{{.name = "mine"}, folder("dev/shm/tickplant-1000/mine")};
  EXPECT_EQ(Plant("mine", environment()).folder(), made.folder());
}

TEST_F(FindingPlants, AnUnknownPlantNamesTheOnesThatAreThere) {
  PlantInFolder of_service{{.name = "prod"}, folder("run/tickplant/prod")};
  PlantInFolder of_user{{.name = "mine"}, folder("dev/shm/tickplant-1000/mine")};
  folder("dev/shm/tickplant-1000/empty");
  EXPECT_THAT(known_plants(environment()), ElementsAre("mine", "prod"));
  EXPECT_THAT(error_of([&] { Plant("demo", environment()); }),
              AllOf(HasSubstr("there is no plant 'demo' in '"), HasSubstr("name one of: mine, prod")));
}

TEST_F(FindingPlants, WhereThereIsNoneItSaysHowToStartOne) {
  EXPECT_THAT(known_plants(environment()), IsEmpty());
  EXPECT_THAT(error_of([&] { Plant("demo", environment()); }), HasSubstr("start it: tickplant start"));
}

TEST_F(FindingPlants, LooksWhereTheUsersPlantsWouldBeAndNowhereElse) {
  PlantInFolder in_runtime{{.name = "here"}, folder("user/tickplant/here")};
  PlantInFolder in_memory{{.name = "there"}, folder("dev/shm/tickplant-1000/there")};
  RuntimeEnvironment of_session = environment();
  of_session.xdg_runtime_dir = root_ / "user";
  EXPECT_THAT(known_plants(of_session), ElementsAre("here"));
  EXPECT_THAT(known_plants(environment()), ElementsAre("there"));
}

TEST_F(FindingPlants, AFolderGivenAsSuchKnowsItsPlantsName) {
  PlantInFolder made{{.name = "mine"}, folder("somewhere")};
  RuntimeEnvironment given = environment();
  given.tickplant_runtime = made.folder();
  EXPECT_THAT(known_plants(given), ElementsAre("mine"));
  EXPECT_EQ(Plant("mine", given).name(), "mine");
  EXPECT_THAT(error_of([&] { Plant("demo", given); }), HasSubstr("holds plant 'mine', not 'demo'"));
  given.tickplant_runtime = root_ / "nowhere";
  EXPECT_THAT(known_plants(given), IsEmpty());
}

TEST_F(FindingPlants, AFolderWeMayNotEnterNamesTheGroupToJoin) {
  PlantInFolder made{{.name = "mine"}, folder("somewhere")};
  std::filesystem::permissions(root_.path(), static_cast<std::filesystem::perms>(0711));
  RuntimeEnvironment given = environment();
  given.tickplant_runtime = made.folder();
  tests::ChildProcess stranger([&] {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
    if (::geteuid() != 65534) ::chmod(made.folder().c_str(), 0000);
    const std::string error = error_of([&] { Plant("mine", given); });
    if (error.find("no permission to read") == std::string::npos || error.find("usermod -aG") == std::string::npos) {
      std::fprintf(stderr, "%s\n", error.c_str());
      ::_exit(1);
    }
  });
  EXPECT_TRUE(stranger.wait());
  std::filesystem::permissions(made.folder(), std::filesystem::perms::owner_all);
}

// --- replaced ---

TEST(PlantReplaced, ReattachingFindsNothingNewWhereNothingWasRebuilt) {
  PlantInFolder made;
  Plant plant = Plant::in_folder(made.folder());
  EXPECT_FALSE(plant.is_superseded());
  EXPECT_FALSE(plant.reattach());
  EXPECT_EQ(plant.problem(), "");
  made.close();
  EXPECT_FALSE(plant.is_superseded()) << "closed, and the files stay: a successor may take them over";
  made.succeed();
  EXPECT_FALSE(plant.is_superseded());
  EXPECT_EQ(plant.generation(), 1u);
  EXPECT_EQ(plant.epoch(), 2u);
}

TEST(PlantReplaced, AttachesWhatWasBuiltAnew) {
  PlantInFolder made;
  Plant plant = Plant::in_folder(made.folder());
  PlantShape shape = made.shape();
  shape.instruments = 32;
  made.succeed(shape);
  EXPECT_TRUE(plant.is_superseded());
  EXPECT_TRUE(plant.reattach());
  EXPECT_EQ(plant.instruments().capacity(), 32u);
  EXPECT_EQ(plant.generation(), 2u);
  EXPECT_FALSE(plant.is_superseded());
}

TEST(PlantReplaced, WithoutAnyFilesItKeepsWhatItHasAndSaysWhy) {
  PlantInFolder made;
  Plant plant = Plant::in_folder(made.folder());
  made.define("AAPL");
  made.remove();
  EXPECT_FALSE(plant.is_superseded());
  EXPECT_FALSE(plant.reattach());
  EXPECT_THAT(plant.problem(), HasSubstr("does not exist"));
  EXPECT_EQ(plant.instrument("AAPL").value, 1u);
}

}  // namespace
}  // namespace tickplant::clients::this_file
