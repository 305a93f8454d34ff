// Building segments: what the file looks like, and each reason why there is none.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

class SegmentCreate : public SegmentTest {
 protected:
  std::string create_error(const SegmentSpec& spec = small_spec()) {
    return error_of([&] { (void)create(spec); });
  }
  [[nodiscard]] bool folder_is_empty() const { return std::filesystem::is_empty(folder_.path()); }
};

template <class Value>
Value at(const std::string& bytes, std::size_t offset) {
  Value value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(SegmentCreate, WritesTheHeaderAtTheDocumentedOffsets) {
  WritableSegment segment = create();
  segment.announce();
  const std::string bytes = content_of(file());
  ASSERT_EQ(bytes.size(), 3u * 4096u);
  EXPECT_EQ(bytes.substr(0, 8), "TICKPLNT");
  EXPECT_EQ(at<std::uint16_t>(bytes, 0x008), kLayoutMajor);
  EXPECT_EQ(at<std::uint16_t>(bytes, 0x00a), kLayoutMinor);
  EXPECT_EQ(bytes.substr(0x00c, 4), "\x04\x03\x02\x01");
  EXPECT_EQ(at<std::uint32_t>(bytes, 0x010), 4096u);
  EXPECT_EQ(at<std::uint32_t>(bytes, 0x014), 64u);
  EXPECT_EQ(at<std::uint32_t>(bytes, 0x018), 2u);
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x020), 77u);
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x028), 3u * 4096u);
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x030), 64u);
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x038), 128u);
  EXPECT_EQ(bytes.substr(0x040, 64), "demo" + std::string(60, '\0'));
  EXPECT_EQ(bytes.substr(0x080, 64), "ticks" + std::string(59, '\0'));
  EXPECT_EQ(at<std::uint32_t>(bytes, 0x0c0), 1u);
  EXPECT_EQ(at<std::uint32_t>(bytes, 0x0c4), static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x0c8), process_start_time(static_cast<std::uint32_t>(::getpid())));
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x0d0), 1u);
  EXPECT_EQ(at<std::int64_t>(bytes, 0x0d8), kNow.value);
  EXPECT_EQ(at<std::int64_t>(bytes, 0x100), kNow.value);
  EXPECT_EQ(at<std::uint64_t>(bytes, 0x108), 0u);
  EXPECT_TRUE(std::all_of(bytes.begin() + 0x144, bytes.end(), [](char c) { return c == '\0'; }));
}

TEST_F(SegmentCreate, GivesTheGroupReadAndNobodyElseAnything) {
  const WritableSegment segment = create();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
}

TEST_F(SegmentCreate, AllocatesEveryPage) {
  const WritableSegment segment = create();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_blocks * 512, status.st_size);
}

TEST_F(SegmentCreate, RoundsUpToWholePages) {
  SegmentSpec spec = small_spec();
  spec.segment_bytes = 3 * platform::kPageBytes - 100;
  spec.slot_count = 1;
  WritableSegment segment = create(spec);
  EXPECT_EQ(segment.header().segment_bytes, 3 * platform::kPageBytes);
  EXPECT_EQ(segment.payload().size(), 2 * platform::kPageBytes);
}

TEST_F(SegmentCreate, LeavesNoTemporaryNameBehind) {
  const WritableSegment segment = create();
  EXPECT_TRUE(std::filesystem::exists(file()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ticks.seg.building"));
}

TEST_F(SegmentCreate, ReplacesWhatADeadCreatorLeft) {
  folder_.write("ticks.seg.building", std::string(100'000, 'x'));
  WritableSegment segment = create();
  EXPECT_EQ(std::filesystem::file_size(file()), 3u * 4096u);
  EXPECT_EQ(segment.payload()[0], std::byte{0});
}

TEST_F(SegmentCreate, DoesNotFollowALinkUnderTheTemporaryName) {
  const auto victim = folder_.write("victim", "precious");
  std::filesystem::create_symlink(victim, folder_ / "ticks.seg.building");
  const WritableSegment segment = create();
  EXPECT_EQ(content_of(victim), "precious");
}

TEST_F(SegmentCreate, AReplacedFileKeepsItsOldMappingValid) {
  WritableSegment old_segment = create();
  old_segment.payload()[0] = std::byte{1};
  old_segment.announce();
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  WritableSegment new_segment = create();
  new_segment.payload()[0] = std::byte{2};
  new_segment.announce();
  old_segment.close();
  EXPECT_EQ(reader.payload()[0], std::byte{1});
  EXPECT_EQ(reader.state(), SegmentState::closed);
  EXPECT_EQ(ReadOnlySegment::attach(file(), kExpected).payload()[0], std::byte{2});
}

TEST_F(SegmentCreate, RemoveTakesTheFileAndLeavesTheMapping) {
  WritableSegment segment = create();
  segment.remove();
  EXPECT_TRUE(folder_is_empty());
  segment.payload().back() = std::byte{1};
  segment.remove();
}

TEST_F(SegmentCreate, DestroyingItLeavesTheFile) {
  { create().announce(); }
  EXPECT_EQ(ReadOnlySegment::attach(file(), kExpected).state(), SegmentState::live);
}

TEST_F(SegmentCreate, CountsHeartbeats) {
  WritableSegment segment = create();
  segment.beat({kNow.value + 5});
  segment.beat({kNow.value + 9});
  EXPECT_EQ(segment.header().heartbeat.load(), kNow.value + 9);
  EXPECT_EQ(segment.header().heartbeat_count.load(), 2u);
}

TEST_F(SegmentCreate, SaysHowMuchSpaceIsMissing) {
  struct statvfs status {};
  ASSERT_EQ(::statvfs(folder_.path().c_str(), &status), 0);
  if (status.f_blocks == 0) GTEST_SKIP() << "this tmpfs has no limit";
  SegmentSpec spec = small_spec();
  spec.segment_bytes = (status.f_blocks + 1) * status.f_bsize;
  const std::string error = create_error(spec);
  EXPECT_THAT(error, HasSubstr("ticks.seg' needs " + std::to_string(spec.segment_bytes) + " bytes, "));
  EXPECT_THAT(error, HasSubstr(" are free on its file system"));
  EXPECT_THAT(error, HasSubstr("remount the tmpfs with a larger size="));
  EXPECT_TRUE(folder_is_empty());
}

TEST_F(SegmentCreate, RefusesADiskUnlessAllowed) {
  const tests::TempDirectory disk{TICKPLANT_BINARY_DIR};
  const std::string error = error_of([&] { (void)WritableSegment::create(disk.path(), small_spec(), kNow); });
  if (error.empty()) GTEST_SKIP() << "the build directory is on tmpfs";
  EXPECT_THAT(error, HasSubstr((disk / "ticks.seg").string()));
  EXPECT_THAT(error, HasSubstr("would lie on a file system of type 0x"));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
  WritableSegment::create(disk.path(), small_spec(), kNow, true).announce();
  EXPECT_EQ(ReadOnlySegment::attach(disk / "ticks.seg", kExpected).payload().size(), 2 * platform::kPageBytes);
}

TEST_F(SegmentCreate, RefusesAFolderThatOthersMayWrite) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0770), 0);
  const std::string error = create_error();
  EXPECT_THAT(error, HasSubstr("has mode 0770: others may write in it"));
  EXPECT_THAT(error, HasSubstr("chmod go-w"));
  EXPECT_TRUE(folder_is_empty());
}

TEST_F(SegmentCreate, RefusesAMissingFolder) {
  const auto missing = folder_ / "missing";
  EXPECT_THAT(error_of([&] { (void)WritableSegment::create(missing, small_spec(), kNow); }),
              HasSubstr("folder '" + missing.string() + "' cannot be opened: No such file or directory"));
}

TEST_F(SegmentCreate, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"", "../ticks", "a/b", ".hidden", "-rf", "white space", "umlaut\xc3\xa4"}) {
    SegmentSpec spec = small_spec();
    spec.segment_name = name;
    EXPECT_THAT(create_error(spec), HasSubstr("segment name '" + spec.segment_name + "' cannot be a file name"))
        << name;
    spec = small_spec();
    spec.plant_name = name;
    EXPECT_THAT(create_error(spec), HasSubstr("plant name '" + spec.plant_name + "' cannot be a file name")) << name;
  }
  SegmentSpec spec = small_spec();
  spec.segment_name = std::string(63, 'n');
  EXPECT_EQ(create_error(spec), "");
  spec.segment_name += 'n';
  EXPECT_THAT(create_error(spec), HasSubstr("cannot be a file name"));
}

TEST_F(SegmentCreate, SaysWhatIsInTheWayOfTheName) {
  std::filesystem::create_directory(file());
  EXPECT_THAT(create_error(), HasSubstr("cannot rename segment '" + file().string() + "' into place"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ticks.seg.building"));
}

using SegmentCreateDeath = SegmentCreate;

TEST_F(SegmentCreateDeath, SlotsThatDoNotFitAreAProgrammersMistake) {
  SegmentSpec spec = small_spec();
  spec.slot_count = 129;
  EXPECT_DEATH((void)create(spec), "slot_count");
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
