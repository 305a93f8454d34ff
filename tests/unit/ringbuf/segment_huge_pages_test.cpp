// Segments in transparent huge pages, on a real tmpfs that gives them: what the wish gets, and that without room it is
// an error like any other.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "platform/numa_memory.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr platform::UnixNanos kNow{1'700'000'000'000'000'000};
constexpr std::uint64_t kBytes = 8u << 20;
constexpr int kNoMount = 77;
constexpr int kNoMemory = 78;

SegmentSpec spec(bool wants_huge_pages) {
  return {SegmentKind::text, 1, kBytes, 0, 0, "demo", "huge", wants_huge_pages};
}

/// Runs `work` with a tmpfs of these options of its own in `folder`, which goes with the process. Its exit code.
template <class Work>
int on_tmpfs(const std::filesystem::path& folder, const char* options, Work&& work) {
  tests::ChildProcess child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID, options) != 0) {
      ::_exit(kNoMount);
    }
    ::_exit(work());
  });
  return child.wait_for_exit_code();
}

class SegmentHugePages : public testing::Test {
 protected:
  tests::TempDirectory folder_;
};

TEST_F(SegmentHugePages, AreThereWhereTheTmpfsGivesThem) {
  const int code = on_tmpfs(folder_.path(), "mode=0700,size=64m,huge=advise", [&] {
    WritableSegment small = WritableSegment::create(folder_.path(), spec(false), kNow);
    if (platform::transparent_huge_bytes(small.payload().data()) != 0) return 1;
    WritableSegment large = WritableSegment::create(folder_.path(), spec(true), kNow);
    const auto payload = large.payload();
    if (std::any_of(payload.begin(), payload.end(), [](std::byte byte) { return byte != std::byte{0}; })) return 2;
    large.announce();
    const auto reader = ReadOnlySegment::attach(large.path(), {SegmentKind::text, 1});
    if (reader.payload().size() != kBytes - kSegmentHeaderBytes) return 3;
    const std::size_t huge = platform::transparent_huge_bytes(payload.data());
    if (huge == 0) return kNoMemory;
    return huge >= kBytes / 2 ? 0 : 4;
  });
  if (code == kNoMount) GTEST_SKIP() << "needs the right to mount";
  if (code == kNoMemory) GTEST_SKIP() << "no huge page was free, or this kernel has none";
  EXPECT_EQ(code, 0);
}

TEST_F(SegmentHugePages, AreNotThereWhereTheTmpfsGivesNoneAndNothingIsLost) {
  const int code = on_tmpfs(folder_.path(), "mode=0700,size=64m", [&] {
    WritableSegment segment = WritableSegment::create(folder_.path(), spec(true), kNow);
    return platform::transparent_huge_bytes(segment.payload().data()) == 0 && segment.payload().size() > 0 ? 0 : 1;
  });
  if (code == kNoMount) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

TEST_F(SegmentHugePages, WithoutRoomAreAnErrorAndLeaveNothing) {
  const int code = on_tmpfs(folder_.path(), "mode=0700,size=4m,huge=advise", [&] {
    try {
      (void)WritableSegment::create(folder_.path(), spec(true), kNow);
      return 1;
    } catch (const platform::SetupError& error) {
      if (error.problem().find("are free") == std::string::npos) return 2;
    }
    return std::filesystem::is_empty(folder_.path()) ? 0 : 3;
  });
  if (code == kNoMount) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
