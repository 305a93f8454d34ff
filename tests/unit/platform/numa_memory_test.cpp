#include "platform/numa_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <vector>

#include "fake_root.hpp"
#include "platform/cache_line.hpp"
#include "tests/support/sanitizers.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::HasSubstr;

constexpr std::size_t kPages = 64;

// Sanitizers turn mlock into a no-op that says yes.
constexpr bool kMlockIsReal = !tests::kUnderAsan && !tests::kUnderTsan;

class Mapping {
 public:
  Mapping() {
    void* at = ::mmap(nullptr, kPages * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc{};
    range_ = {static_cast<std::byte*>(at), kPages * kPageBytes};
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { unmap(); }
  void unmap() {
    if (is_mapped_) ::munmap(range_.data(), range_.size());
    is_mapped_ = false;
  }
  [[nodiscard]] MemoryRange range() const { return range_; }
  [[nodiscard]] std::size_t present_pages() const {
    std::vector<unsigned char> present(kPages);
    ::mincore(range_.data(), range_.size(), present.data());
    return static_cast<std::size_t>(std::count_if(present.begin(), present.end(), [](auto p) { return (p & 1) != 0; }));
  }

 private:
  MemoryRange range_;
  bool is_mapped_ = true;
};

TEST(NumaMemory, HasAtLeastOneNode) { EXPECT_GE(numa_node_count(), 1); }

TEST(NumaMemory, BindsToANodeThatIsThereOrSaysWhyNot) {
  const Mapping memory;
  const MemoryWish wish = bind_to_node(memory.range(), 0);
  EXPECT_EQ(wish.what, "bind 256 KiB to node 0");
  if (!wish.granted) {
    EXPECT_FALSE(wish.reason.empty());
    GTEST_SKIP() << wish.reason;
  }
  EXPECT_TRUE(wish.reason.empty());
  prefault_by_touching(memory.range());
  EXPECT_EQ(node_of_page(memory.range().data()), 0);
}

TEST(NumaMemory, ReportsARefusedBindingInsteadOfFailing) {
  const Mapping memory;
  for (const int node : {-1, 63, 1023, 1024, 1'000'000}) {
    const MemoryWish wish = bind_to_node(memory.range(), node);
    EXPECT_FALSE(wish.granted) << node;
    EXPECT_FALSE(wish.reason.empty()) << node;
  }
}

TEST(NumaMemory, DoesNotKnowTheNodeOfAPageThatIsNotPresent) {
  const Mapping memory;
  EXPECT_EQ(node_of_page(memory.range().data()), std::nullopt);
  EXPECT_EQ(memory.present_pages(), 0u) << "asking brought it in";
}

TEST(NumaMemory, PrefaultsEveryPageAndChangesNone) {
  const Mapping memory;
  memory.range()[5 * kPageBytes] = std::byte{42};
  EXPECT_LT(memory.present_pages(), kPages);
  EXPECT_TRUE(prefault(memory.range()).granted);
  EXPECT_EQ(memory.present_pages(), kPages);
  EXPECT_EQ(memory.range()[5 * kPageBytes], std::byte{42});
}

TEST(NumaMemory, PrefaultsTheSameByTouching) {
  const Mapping memory;
  memory.range()[5 * kPageBytes] = std::byte{42};
  prefault_by_touching(memory.range());
  EXPECT_EQ(memory.present_pages(), kPages);
  EXPECT_EQ(memory.range()[5 * kPageBytes], std::byte{42});
}

TEST(NumaMemory, ReportsThatNothingIsThereToPrefault) {
  Mapping memory;
  memory.unmap();
  const MemoryWish wish = prefault(memory.range());
  EXPECT_FALSE(wish.granted);
  EXPECT_EQ(wish.what, "prefault 256 KiB");
  EXPECT_THAT(wish.reason, HasSubstr("MADV_POPULATE_WRITE"));
}

TEST(NumaMemory, ReportsThatNothingIsThereToLock) {
  if (!kMlockIsReal) GTEST_SKIP() << "sanitizers answer mlock themselves";
  Mapping memory;
  memory.unmap();
  const MemoryWish wish = lock_in_memory(memory.range());
  EXPECT_FALSE(wish.granted);
  EXPECT_EQ(wish.what, "lock 256 KiB in memory");
  EXPECT_THAT(wish.reason, HasSubstr("LimitMEMLOCK="));
}

TEST(NumaMemory, LocksWhatTheLimitAllows) {
  if (!kMlockIsReal) GTEST_SKIP() << "sanitizers answer mlock themselves";
  const Mapping memory;
  const MemoryWish wish = lock_in_memory(memory.range().first(kPageBytes));
  if (!wish.granted) GTEST_SKIP() << wish.reason;
  EXPECT_GE(memory.present_pages(), 1u);
}

TEST(NumaMemory, ReadsTheKernelsSettingForTransparentHugePages) {
  const Mapping memory;
  const FakeRoot root;
  const auto ask = [&](MemoryKind kind) { return use_transparent_huge_pages(memory.range(), kind, root.path()); };
  const std::string folder = "sys/kernel/mm/transparent_hugepage/";
  EXPECT_THAT(ask(MemoryKind::anonymous).reason, HasSubstr("is not there"));

  root.write(folder + "enabled", "always [madvise] never\n");
  root.write(folder + "shmem_enabled", "always within_size advise [never] deny force\n");
  EXPECT_THAT(ask(MemoryKind::shared_file).reason, HasSubstr("shmem_enabled says never"));
  EXPECT_FALSE(ask(MemoryKind::shared_file).granted);

  root.write(folder + "shmem_enabled", "always within_size advise never [deny] force\n");
  EXPECT_THAT(ask(MemoryKind::shared_file).reason, HasSubstr("shmem_enabled says deny"));

  root.write(folder + "enabled", "always madvise [never]\n");
  EXPECT_FALSE(ask(MemoryKind::anonymous).granted);
}

TEST(NumaMemory, AdvisesHugePagesWhereTheKernelAllowsThem) {
  const Mapping memory;
  const MemoryWish wish = use_transparent_huge_pages(memory.range(), MemoryKind::anonymous);
  if (!wish.granted) GTEST_SKIP() << wish.reason;
  EXPECT_TRUE(wish.reason.empty());
}

/// A machine whose tmpfs on device 0:39 is mounted with `options`.
class TmpfsMachine {
 public:
  TmpfsMachine(const std::string& system, const std::string& options) {
    root.write("sys/kernel/mm/transparent_hugepage/shmem_enabled", system);
    root.write("proc/self/mountinfo",
               "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
               "42 27 0:39 / /dev/shm rw,nosuid shared:4 - tmpfs tmpfs " +
                   options + "\n");
  }
  [[nodiscard]] MemoryWish ask() const {
    const Mapping memory;
    return use_transparent_huge_pages_of_tmpfs(memory.range(), makedev(0, 39), root.path());
  }
  FakeRoot root;
};

constexpr const char* kNever = "always within_size advise [never] deny force\n";

TEST(NumaMemory, OfATmpfsItsMountDecidesAboutTransparentHugePages) {
  for (const char* huge : {"advise", "within_size", "always"}) {
    const MemoryWish wish = TmpfsMachine(kNever, std::string("rw,size=64k,huge=") + huge).ask();
    EXPECT_TRUE(wish.granted) << huge << ": " << wish.reason;
  }
  for (const char* options : {"rw,size=64k", "rw,huge=never"}) {
    const MemoryWish wish = TmpfsMachine(kNever, options).ask();
    EXPECT_FALSE(wish.granted) << options;
    EXPECT_THAT(wish.reason, HasSubstr("mount -o remount,huge=advise /dev/shm"));
  }
}

TEST(NumaMemory, BeforeTheMountTheSystemDecides) {
  EXPECT_TRUE(TmpfsMachine("always within_size advise never deny [force]\n", "rw").ask().granted);
  const MemoryWish denied = TmpfsMachine("always within_size advise never [deny] force\n", "rw,huge=always").ask();
  EXPECT_FALSE(denied.granted);
  EXPECT_THAT(denied.reason, HasSubstr("says deny"));
  const FakeRoot old_kernel;
  const Mapping memory;
  EXPECT_FALSE(use_transparent_huge_pages_of_tmpfs(memory.range(), makedev(0, 39), old_kernel.path()).granted);
}

TEST(NumaMemory, ReadsHowMuchOfAMappingIsOnTransparentHugePages) {
  const FakeRoot root;
  root.write("proc/self/smaps",
             "1000-2000 r--p 00000000 08:01 1 /bin/x\nSize: 4 kB\nShmemPmdMapped:        0 kB\n"
             "200000-a00000 rw-s 00000000 00:27 2 /dev/shm/ticks.seg\nSize: 8192 kB\nShmemPmdMapped:     6144 kB\n");
  const auto at = [&](std::uintptr_t address) {
    return transparent_huge_bytes(reinterpret_cast<const void*>(address), root.path());
  };
  EXPECT_EQ(at(0x200000), 6144u * 1024);
  EXPECT_EQ(at(0x9fffff), 6144u * 1024);
  EXPECT_EQ(at(0xa00000), 0u) << "behind it";
  EXPECT_EQ(at(0x1000), 0u);
  EXPECT_EQ(transparent_huge_bytes(&root, root.path() + "/nothing"), 0u);
}

TEST(MemoryWish, WritesSizesInTheLargestWholeUnit) {
  EXPECT_EQ(bytes_as_text(0), "0 bytes");
  EXPECT_EQ(bytes_as_text(100), "100 bytes");
  EXPECT_EQ(bytes_as_text(4096), "4 KiB");
  EXPECT_EQ(bytes_as_text(4097), "4097 bytes");
  EXPECT_EQ(bytes_as_text(std::size_t{64} << 20), "64 MiB");
  EXPECT_EQ(bytes_as_text(std::size_t{3} << 30), "3 GiB");
}

}  // namespace
}  // namespace tickplant::platform::this_file
