// What may lie where a daemon wants its segments: half-built ones, foreign files, other layouts. Clients are told what
// it is, with both versions; the next daemon builds anew what it cannot take over, and starts all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cpp/subscriber.hpp"
#include "ringbuf/segment_layout.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::LivePlant;

class KillLeftovers : public testing::Test {
 protected:
  /// A plant whose daemon is dead.
  void SetUp() override {
    live_.configure({.ring_slots = 4096, .instruments = 64});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.daemon().kill();
  }
  [[nodiscard]] std::filesystem::path segment(const std::string& name) const {
    return std::filesystem::path(live_.folder()) / (name + ".seg");
  }
  template <class Value>
  void poke(const std::string& name, std::size_t offset, Value value) const {
    std::fstream out(segment(name), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
    ASSERT_TRUE(out.flush());
  }
  /// What a client is told that wants records and images.
  [[nodiscard]] std::string attach_error() const {
    try {
      clients::Plant plant = live_.attach();
      clients::Subscriber subscriber(plant, {.join = clients::Join::image});
      return "";
    } catch (const platform::SetupError& error) {
      return error.what();
    }
  }
  void expect_next_daemon_starts() {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    EXPECT_EQ(attach_error(), "");
    EXPECT_EQ(live_.attach().state(), clients::PlantState::live);
    EXPECT_EQ(live_.daemon().stop(), 0);
  }

  LivePlant live_;
};

constexpr std::size_t kMajorAt = offsetof(ringbuf::SegmentHeader, layout_major);
constexpr std::size_t kStateAt = offsetof(ringbuf::SegmentHeader, state);
const std::vector<std::string> kEach = {"ticks", "image.ticks", "newest.ticks", "instruments", "counters", "catalog"};

TEST_F(KillLeftovers, FilesStillBeingBuiltAreInNobodysWay) {
  for (const std::string& name : kEach) std::ofstream(segment(name).string() + ".building") << "half";
  EXPECT_EQ(attach_error(), "") << "what a client maps is not touched";
  expect_next_daemon_starts();
  for (const std::string& name : kEach) {
    SCOPED_TRACE(name);
    std::filesystem::remove(segment(name));
    std::ofstream(segment(name).string() + ".building") << "half";
  }
  EXPECT_THAT(attach_error(), HasSubstr("does not exist"));
  expect_next_daemon_starts();
  for (const auto& entry : std::filesystem::directory_iterator(live_.folder())) {
    EXPECT_NE(entry.path().extension(), ".building") << entry.path();
  }
}

TEST_F(KillLeftovers, ASegmentThatWasNeverAnnouncedIsToldAndBuiltAnew) {
  for (const char* name : {"catalog", "ticks"}) {
    SCOPED_TRACE(name);
    poke(name, kStateAt, ringbuf::SegmentState::building);
    EXPECT_THAT(attach_error(), AllOf(HasSubstr(segment(name).string()), HasSubstr("is half built")));
    expect_next_daemon_starts();
  }
}

TEST_F(KillLeftovers, AForeignFileIsToldAndReplaced) {
  for (const char* name : {"catalog", "ticks", "image.ticks"}) {
    SCOPED_TRACE(name);
    std::filesystem::remove(segment(name));
    std::ofstream(segment(name)) << std::string(8192, 'x');
    EXPECT_THAT(attach_error(), AllOf(HasSubstr(segment(name).string()), HasSubstr("is not a segment of a plant")));
    expect_next_daemon_starts();
  }
}

TEST_F(KillLeftovers, AFolderWhereASegmentShouldBeStopsTheStartWithASentence) {
  std::filesystem::remove(segment("ticks"));
  std::filesystem::create_directory(segment("ticks"));
  EXPECT_FALSE(live_.start_daemon());
  EXPECT_EQ(live_.daemon().exit_code(), 2);
  EXPECT_THAT(live_.daemon().output(), AllOf(HasSubstr(segment("ticks").string()), HasSubstr("remedy: ")));
}

TEST_F(KillLeftovers, AnotherMajorLayoutIsToldWithBothVersionsAndReplaced) {
  const std::string reads = "this program reads " + std::to_string(ringbuf::kLayoutMajor) + ".";
  for (const int other : {ringbuf::kLayoutMajor - 1, ringbuf::kLayoutMajor + 1}) {
    const auto major = static_cast<std::uint16_t>(other);
    for (const char* name : {"catalog", "ticks"}) {
      SCOPED_TRACE(name + std::to_string(major));
      poke(name, kMajorAt, major);
      EXPECT_THAT(attach_error(),
                  AllOf(HasSubstr(segment(name).string()),
                        HasSubstr("has layout version " + std::to_string(major) + "."), HasSubstr(reads)));
      expect_next_daemon_starts();
    }
  }
}

}  // namespace
}  // namespace tickplant::this_file
