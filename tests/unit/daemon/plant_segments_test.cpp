// All shared memory of a plant: built, announced, closed, taken over.
#include "daemon/plant_segments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "clients/cpp/plant.hpp"
#include "platform/huge_pages.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/records/quote.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using ringbuf::Sequence;
using ringbuf::counter::MemoryOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr platform::UnixNanos kNow{1'700'000'000'000'000'000};

class PlantSegmentsTest : public testing::Test {
 protected:
  PlantSegmentsTest() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 16;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = 64;
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  [[nodiscard]] mode_t mode_of(const std::string& file) const {
    struct stat status {};
    EXPECT_EQ(::stat((folder_ / file).c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  static void publish(TickRing& ring, std::int64_t bid) {
    ringbuf::QuoteBody quote;
    quote.bid_price = {bid};
    ring.publishers.front().begin_packet(kNow, 0);
    ring.publishers.front().publish({1}, kNow, quote, ringbuf::RecordFlags::end_of_event);
    ring.publishers.front().end_batch();
  }
  std::string error_of_a_start() {
    try {
      PlantSegments segments(config_, folder_.path(), kNow);
      segments.announce();
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  }

  config::PlantConfig config_;
  tests::TempDirectory folder_{"/dev/shm"};
};

TEST_F(PlantSegmentsTest, BuildsWhatTheCatalogNames) {
  PlantSegments segments(config_, folder_.path(), kNow);
  segments.announce();
  EXPECT_THAT(files(), UnorderedElementsAre("catalog.seg", "instruments.seg", "counters.seg", "clock.seg", "text.seg",
                                            "ticks.seg", "image.ticks.seg", "newest.ticks.seg", "depth.ticks.seg",
                                            "gating.ticks.seg"));
  const clients::Plant plant = clients::Plant::in_folder(folder_.path());
  for (const ringbuf::CatalogSegment& segment : plant.segments()) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / segment.file)) << segment.name;
  }
  EXPECT_EQ(plant.segments().size(), 8u) << "all but the catalog itself, and what is private";
  EXPECT_EQ(mode_of("gating.ticks.seg"), 0600u);
}

TEST_F(PlantSegmentsTest, LetsNobodyInBeforeItIsAnnounced) {
  const PlantSegments segments(config_, folder_.path(), kNow);
  EXPECT_THROW((void)clients::Plant::in_folder(folder_.path()), platform::SetupError);
}

TEST_F(PlantSegmentsTest, LeavesNothingBehindWhenTheStartFails) {
  { const PlantSegments segments(config_, folder_.path(), kNow); }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(PlantSegmentsTest, LeavesNothingBehindWhenItCannotBeBuilt) {
  config_.rings.push_back({"bars", config::SlotKind::derived, 64});
  EXPECT_THAT(error_of_a_start(), HasSubstr("rings.bars"));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(PlantSegmentsTest, SaysHowMuchRoomIsMissingAndLeavesNothing) {
  config_.rings[0].slot_count = std::uint64_t{1} << 36;
  EXPECT_THAT(error_of_a_start(), HasSubstr("bytes, "));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(PlantSegmentsTest, RefusesToStartWithoutTheHugePagesItRequires) {
  config_.memory.huge_pages = config::HugePages::require;
  config_.memory.hugetlbfs_path = (folder_ / "no-such-mount").string();
  config_.rings[0].slot_count = std::uint64_t{1} << 36;
  EXPECT_THAT(error_of_a_start(), HasSubstr("memory.huge_pages is require"));
}

TEST_F(PlantSegmentsTest, GoesOnWithoutReservedHugePagesWhereTheyAreOnlyPreferred) {
  config_.memory.huge_pages = config::HugePages::prefer;
  config_.memory.hugetlbfs_path = "/proc/no-such-mount";
  config_.rings[0].slot_count = 65'536;
  const PlantSegments segments(config_, folder_.path(), kNow);
  ASSERT_EQ(segments.pages().size(), 1u);
  const RingPages& pages = segments.pages()[0];
  EXPECT_EQ(pages.ring, "ticks");
  if (pages.outcome == MemoryOutcome::transparent_pages) GTEST_SKIP() << "/dev/shm gives transparent huge pages here";
  EXPECT_GE(pages.outcome, MemoryOutcome::not_mounted_huge);
  EXPECT_THAT(pages.reason, AllOf(HasSubstr("/proc/no-such-mount"), HasSubstr("transparent ones: ")));
}

TEST_F(PlantSegmentsTest, DoesNotTakeAnyFolderForReservedHugePages) {
  const tests::TempDirectory other{"/dev/shm"};  // small pages, whatever its name is
  config_.memory.huge_pages = config::HugePages::require;
  config_.memory.hugetlbfs_path = other.path();
  config_.rings[0].slot_count = 65'536;
  EXPECT_THAT(error_of_a_start(), HasSubstr("'" + std::string(other.path()) + "' is not a hugetlbfs mount"));
  EXPECT_TRUE(std::filesystem::is_empty(other.path()));
  config_.memory.huge_pages = config::HugePages::prefer;
  const PlantSegments segments(config_, folder_.path(), kNow);
  EXPECT_NE(segments.pages().at(0).outcome, MemoryOutcome::reserved_pages);
  EXPECT_TRUE(std::filesystem::is_empty(other.path()));
}

/// In a mount namespace of its own. Exits 0 when rings of two plants of one name lie on reserved pages, each its own,
/// and are taken over there.
TEST_F(PlantSegmentsTest, TakesReservedHugePagesAndSharesThemWithNobody) {
  constexpr std::uint64_t kPages = 6;  // three rings of 65,536 slots and a header
  std::uint64_t free = 0;
  for (const platform::HugePagePool& pool : platform::huge_page_pools()) {
    if (pool.page_bytes == 2u << 20) free += pool.free;
  }
  if (free < 2 * kPages) GTEST_SKIP() << "12 reserved huge pages of 2 MiB are wanted: sysctl vm.nr_hugepages=12";
  const tests::TempDirectory other{"/dev/shm"};
  const std::filesystem::path mount = folder_ / "huge";
  std::filesystem::create_directory(mount);
  tests::ChildProcess in_namespace([&] {
    const bool is_mounted = ::unshare(CLONE_NEWNS) == 0 &&
                            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                            ::mount("none", mount.c_str(), "hugetlbfs", 0, "pagesize=2M") == 0;
    if (!is_mounted) ::_exit(77);
    config_.memory.huge_pages = config::HugePages::require;
    config_.memory.hugetlbfs_path = mount;
    config_.rings[0].slot_count = 65'536;
    const auto last = [](PlantSegments& plant) { return plant.ring("ticks").publishers.front().last().value; };
    {
      PlantSegments first(config_, folder_.path(), kNow), second(config_, other.path(), kNow);
      if (first.pages().at(0).outcome != MemoryOutcome::reserved_pages) ::_exit(1);
      first.announce(), second.announce();
      for (int i = 0; i < 100; ++i) publish(first.ring("ticks"), 100 + i);
      if (last(first) != 100 || last(second) != 0) ::_exit(2);
    }
    PlantSegments successor(config_, folder_.path(), kNow + 1);
    ::_exit(successor.ring("ticks").ring.is_adopted() && last(successor) == 100 ? 0 : 3);
  });
  const int code = in_namespace.wait_for_exit_code();
  if (code == 77) GTEST_SKIP() << "no mount namespace for this user";
  EXPECT_EQ(code, 0);
}

TEST_F(PlantSegmentsTest, WishesForNoHugePagesWhereTheRingIsSmallerThanOne) {
  config_.memory.huge_pages = config::HugePages::prefer;
  const PlantSegments segments(config_, folder_.path(), kNow);
  ASSERT_EQ(segments.pages().size(), 1u);
  EXPECT_EQ(segments.pages()[0].outcome, MemoryOutcome::not_wished);
}

TEST_F(PlantSegmentsTest, OpensFilesAndFolderToTheReadersOnly) {
  const std::pair<std::uint32_t, mode_t> wanted[] = {{0640, 0750}, {0600, 0700}, {0644, 0755}};
  for (const auto& [file_mode, folder_mode] : wanted) {
    config_.plant.file_mode = file_mode;
    PlantSegments segments(config_, folder_.path(), kNow);
    segments.announce();
    EXPECT_EQ(mode_of("ticks.seg"), file_mode);
    EXPECT_EQ(mode_of("catalog.seg"), file_mode);
    EXPECT_EQ(mode_of("."), folder_mode);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
  }
}

TEST_F(PlantSegmentsTest, NamesAnUnknownReadersGroup) {
  config_.plant.readers_group = "no-such-group-here";
  EXPECT_THAT(error_of_a_start(), HasSubstr("groupadd no-such-group-here"));
}

TEST_F(PlantSegmentsTest, GoesOnBehindItsPredecessorsLastRecord) {
  {
    PlantSegments first(config_, folder_.path(), kNow);
    EXPECT_EQ(first.put_feed({.name = "a", .ring = "ticks"}, "UTC").value, 1);
    EXPECT_EQ(first.put_feed({.name = "b", .ring = "ticks"}, "UTC").value, 2);
    first.announce();
    for (int i = 0; i < 100; ++i) publish(first.ring("ticks"), 100 + i);
  }
  const clients::Plant reader = clients::Plant::in_folder(folder_.path());
  PlantSegments second(config_, folder_.path(), kNow + 1);
  ASSERT_TRUE(second.is_adopted());
  EXPECT_EQ(second.ring("ticks").repair->last, Sequence{100});
  EXPECT_EQ(second.put_feed({.name = "b", .ring = "ticks"}, "UTC").value, 2) << "a feed keeps its number";
  second.announce();
  publish(second.ring("ticks"), 300);
  EXPECT_EQ(second.ring("ticks").publishers.front().last(), Sequence{101});
  EXPECT_EQ(second.epoch(), 2u);
  EXPECT_EQ(reader.epoch(), 2u) << "the reader's mapping is the same";
  EXPECT_FALSE(reader.is_superseded());
}

TEST_F(PlantSegmentsTest, BuildsANewRingOfAnotherSizeAndClosesTheOldOne) {
  {
    PlantSegments first(config_, folder_.path(), kNow);
    first.announce();
  }
  const auto old = ringbuf::ReadOnlySegment::attach(folder_ / "ticks.seg",
                                                    {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
  config_.rings[0].slot_count = 128;
  PlantSegments second(config_, folder_.path(), kNow + 1);
  second.announce();
  EXPECT_EQ(old.state(), ringbuf::SegmentState::closed);
  EXPECT_EQ(second.ring("ticks").publishers.front().last(), Sequence{0});
}

TEST_F(PlantSegmentsTest, BuildsEverythingAnewWithRoomForOtherInstruments) {
  {
    PlantSegments first(config_, folder_.path(), kNow);
    first.announce();
    for (int i = 0; i < 100; ++i) publish(first.ring("ticks"), 100 + i);
  }
  config_.instruments.capacity *= 2;
  PlantSegments second(config_, folder_.path(), kNow + 1);
  TickRing& ring = second.ring("ticks");
  EXPECT_FALSE(ring.ring.is_adopted()) << "its records name instruments of the old directory";
  EXPECT_FALSE(ring.image.is_adopted());
  EXPECT_FALSE(ring.repair.has_value());
  EXPECT_EQ(ring.publishers.front().last(), Sequence{100}) << "its numbers go on";
}

TEST_F(PlantSegmentsTest, SaysClosedToEveryReader) {
  PlantSegments segments(config_, folder_.path(), kNow);
  segments.announce();
  const clients::Plant plant = clients::Plant::in_folder(folder_.path());
  EXPECT_NE(plant.state(), clients::PlantState::closed);
  segments.close();
  EXPECT_EQ(plant.state(), clients::PlantState::closed);
}

TEST_F(PlantSegmentsTest, ShowsSignsOfLife) {
  PlantSegments segments(config_, folder_.path(), kNow);
  segments.announce();
  segments.beat(kNow + 77);
  const auto ring = ringbuf::ReadOnlySegment::attach(folder_ / "ticks.seg",
                                                     {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
  EXPECT_EQ(ring.header().heartbeat.load(), kNow.value + 77);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
