// Death at every single instruction of building a segment, of taking one over, and of replacing one of another shape:
// what readers see meanwhile, and that the next successor makes a segment of what is left.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <map>

#include "platform/unique_fd.hpp"
#include "tests/support/stepped_child.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

/// Sanitized code takes many more instructions.
constexpr int kStride = tests::kStressDivisor == 1 ? 1 : 31;

/// The files of a folder, by name.
using Files = std::map<std::string, std::string>;

Files files_in(const std::filesystem::path& folder) {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

class KillAdoptionEachInstruction : public SegmentTest {
 protected:
  static constexpr std::byte kMark{0x5a};

  static WritableSegment adopt(const std::filesystem::path& folder, const SegmentSpec& spec) {
    WritableSegment segment = WritableSegment::adopt_or_create(folder, spec, kNow + 5);
    segment.announce();
    return segment;
  }
  void leave_behind(const SegmentSpec& spec) {
    WritableSegment segment = create(spec);
    segment.payload()[9] = kMark;
    segment.announce();
  }

  /// Leads a successor through adoption and announcement; `changed(files)` gets the folder after each instruction that
  /// changed a file's name, size or bytes.
  template <class Changed>
  void at_each_change(const SegmentSpec& spec, Changed&& changed) {
    Files before = files_in(folder_.path());
    tests::SteppedChild child([&] { adopt(folder_.path(), spec); });
    if (child.is_refused()) GTEST_SKIP() << tests::kNoSteps;
    std::uint64_t states = 0;
    while (child.step(kStride)) {
      if (!looks_changed()) continue;
      Files now = files_in(folder_.path());
      if (now == before) continue;
      before = std::move(now);
      ++states;
      if (!HasFailure()) changed(before);
    }
    ASSERT_EQ(child.exit_code(), 0);
    tests::record_count("instructions", child.steps());
    tests::record_count("states", states);
    EXPECT_GT(states, kStride == 1 ? 3u : 1u) << "where steps are sampled some changes fall into one";
  }

  /// A second successor finds `files`. What it made of them.
  WritableSegment succeed(const Files& files, const SegmentSpec& spec) {
    std::filesystem::remove_all(elsewhere_ / "plant");
    for (const auto& [name, bytes] : files) elsewhere_.write("plant/" + name, bytes);
    std::filesystem::permissions(elsewhere_ / "plant", std::filesystem::perms::owner_all);
    WritableSegment made = adopt(elsewhere_ / "plant", spec);
    EXPECT_EQ(files_in(elsewhere_ / "plant").size(), 1u) << "a half-built file stays behind";
    const ReadOnlySegment reader = ReadOnlySegment::attach(elsewhere_ / "plant" / "ticks.seg", kExpected);
    EXPECT_EQ(reader.state(), SegmentState::live);
    EXPECT_EQ(reader.header().slot_count, spec.slot_count);
    EXPECT_TRUE(writer_is_alive(reader.header()));
    return made;
  }

  /// Attaches as a client would at this very moment: a whole segment, or a sentence why not yet.
  void expect_attachable_or_told() {
    const std::string error = attach_error();
    if (error.empty()) return;
    EXPECT_TRUE(error.find("does not exist") != std::string::npos || error.find("is half built") != std::string::npos)
        << error;
  }

  tests::TempDirectory elsewhere_{"/dev/shm"};

 private:
  /// A few system calls in place of reading everything: names, files, sizes, and the header pages.
  bool looks_changed() {
    Look now;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::filesystem::path path = folder_ / (i == 0 ? "ticks.seg" : "ticks.seg.building");
      const platform::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      struct stat status {};
      if (!fd || ::fstat(fd.get(), &status) != 0) continue;
      now.inode[i] = status.st_ino;
      now.bytes[i] = status.st_size;
      (void)!::pread(fd.get(), now.header[i].data(), now.header[i].size(), 0);
    }
    const bool changed = !(now == seen_);
    seen_ = now;
    return changed;
  }
  struct Look {
    ino_t inode[2] = {};
    off_t bytes[2] = {};
    std::array<char, 0x180> header[2] = {};
    friend bool operator==(const Look&, const Look&) = default;
  };
  Look seen_;
};

TEST_F(KillAdoptionEachInstruction, BuildingLeavesRoomForTheNext) {
  at_each_change(small_spec(), [&](const Files& files) {
    expect_attachable_or_told();
    WritableSegment made = succeed(files, small_spec());
    EXPECT_EQ(made.header().epoch.load(), made.is_adopted() ? 2u : 1u);
  });
}

TEST_F(KillAdoptionEachInstruction, TakingOverKeepsTheReadersAndTheBytes) {
  leave_behind(small_spec());
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  std::uint64_t epoch = 1;
  at_each_change(small_spec(), [&](const Files& files) {
    EXPECT_EQ(reader.state(), SegmentState::live) << "readers see a pause, nothing else";
    EXPECT_EQ(reader.payload()[9], kMark);
    EXPECT_GE(reader.header().epoch.load(), epoch);
    epoch = reader.header().epoch.load();
    EXPECT_EQ(attach_error(), "");
    WritableSegment made = succeed(files, small_spec());
    ASSERT_TRUE(made.is_adopted());
    EXPECT_GT(made.header().epoch.load(), epoch);
    EXPECT_EQ(made.payload()[9], kMark);
  });
  EXPECT_EQ(epoch, 2u);
}

TEST_F(KillAdoptionEachInstruction, ReplacingAnotherShapeLeavesTheOldBytesToWhoMapsThem) {
  leave_behind(small_spec());
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  SegmentSpec larger = small_spec();
  larger.segment_bytes += platform::kPageBytes;
  larger.slot_count += 64;
  at_each_change(larger, [&](const Files& files) {
    EXPECT_EQ(reader.payload()[9], kMark);
    EXPECT_NE(reader.state(), SegmentState::building);
    expect_attachable_or_told();
    WritableSegment made = succeed(files, larger);
    EXPECT_EQ(made.payload()[9], std::byte{0});
  });
  EXPECT_EQ(reader.state(), SegmentState::closed);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
