#include "platform/huge_pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_root.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kGiB = std::size_t{1} << 30;

void add_pool(const FakeRoot& root, int node, const char* size, int total, int free) {
  const std::string folder =
      "sys/devices/system/node/node" + std::to_string(node) + "/hugepages/hugepages-" + size + "/";
  root.write(folder + "nr_hugepages", std::to_string(total) + "\n");
  root.write(folder + "free_hugepages", std::to_string(free) + "\n");
}

TEST(HugePages, AreNoneOnAMachineThatHasNone) {
  const FakeRoot root;
  EXPECT_THAT(huge_page_pools(root.path()), IsEmpty());
  EXPECT_THAT(huge_page_mounts(root.path()), IsEmpty());
  const HugePageOffer offer = find_huge_pages(kMiB, 0, root.path());
  EXPECT_FALSE(offer.wish.granted);
  EXPECT_THAT(offer.wish.reason, HasSubstr("no hugetlbfs is mounted"));
}

TEST(HugePages, AreCountedPerNodeAndSize) {
  const FakeRoot root;
  add_pool(root, 1, "2048kB", 128, 40);
  add_pool(root, 0, "1048576kB", 4, 2);
  add_pool(root, 0, "2048kB", 64, 64);
  root.write("sys/devices/system/node/has_cpu", "0-1\n");
  const auto pools = huge_page_pools(root.path());
  ASSERT_THAT(pools, SizeIs(3));
  EXPECT_EQ(pools[0].node, 0);
  EXPECT_EQ(pools[0].page_bytes, 2 * kMiB);
  EXPECT_EQ(pools[1].page_bytes, kGiB);
  EXPECT_EQ(pools[1].free, 2u);
  EXPECT_EQ(pools[2].node, 1);
  EXPECT_EQ(pools[2].total, 128u);
  EXPECT_EQ(pools[2].free, 40u);
}

TEST(HugePages, AreCountedForTheWholeMachineWithoutNodesLessWhatIsPromised) {
  const FakeRoot root;
  const std::string folder = "sys/kernel/mm/hugepages/hugepages-2048kB/";
  root.write(folder + "nr_hugepages", "10\n");
  root.write(folder + "free_hugepages", "8\n");
  root.write(folder + "resv_hugepages", "3\n");
  const auto pools = huge_page_pools(root.path());
  ASSERT_THAT(pools, SizeIs(1));
  EXPECT_EQ(pools[0].node, 0);
  EXPECT_EQ(pools[0].free, 5u);
}

TEST(HugePages, AreFoundInTheMountTableWithTheirSize) {
  const FakeRoot root;
  root.write("proc/meminfo", "MemTotal:  24000 kB\nHugepagesize:       2048 kB\n");
  root.write("proc/self/mounts",
             "tmpfs /dev/shm tmpfs rw 0 0\n"
             "none /mnt/big\\040pages hugetlbfs rw,relatime,pagesize=1024M 0 0\n"
             "hugetlbfs /dev/hugepages hugetlbfs rw,relatime 0 0\n"
             "broken line\n"
             "none /mnt/two hugetlbfs rw,pagesize=2M,mode=0750 0 0\n");
  const auto mounts = huge_page_mounts(root.path());
  ASSERT_THAT(mounts, SizeIs(3));
  EXPECT_EQ(mounts[0].path, "/dev/hugepages");
  EXPECT_EQ(mounts[0].page_bytes, 2 * kMiB);
  EXPECT_EQ(mounts[1].path, "/mnt/two");
  EXPECT_EQ(mounts[2].path, "/mnt/big pages");
  EXPECT_EQ(mounts[2].page_bytes, kGiB);
}

class OneMount : public testing::Test {
 protected:
  OneMount() {
    root_.write("proc/self/mounts", "none /huge hugetlbfs rw,pagesize=2M 0 0\n");
    add_pool(root_, 0, "2048kB", 64, 64);
    add_pool(root_, 1, "2048kB", 128, 40);
  }
  FakeRoot root_;
};

TEST_F(OneMount, IsOfferedWhenEnoughPagesAreFreeOnTheNode) {
  const HugePageOffer offer = find_huge_pages(127 * kMiB, 0, root_.path());
  EXPECT_TRUE(offer.wish.granted);
  EXPECT_EQ(offer.mount.path, "/huge");
  EXPECT_EQ(offer.pages, 64u) << "the last page is only half used";
  EXPECT_TRUE(find_huge_pages(128 * kMiB, 0, root_.path()).wish.granted);
}

TEST_F(OneMount, IsRefusedWithNumbersWhenTooFewAreFree) {
  const HugePageOffer offer = find_huge_pages(128 * kMiB + 1, 1, root_.path());
  EXPECT_FALSE(offer.wish.granted);
  EXPECT_EQ(offer.wish.reason, "/huge needs 65 pages of 2 MiB, 40 are free");
  EXPECT_FALSE(find_huge_pages(kMiB, 7, root_.path()).wish.granted) << "no such node";
}

TEST_F(OneMount, GivesWayToLargerPagesWhenItsOwnAreUsedUp) {
  root_.write("proc/self/mounts",
              "none /huge hugetlbfs rw,pagesize=2M 0 0\nnone /giant hugetlbfs rw,pagesize=1G 0 0\n");
  add_pool(root_, 1, "1048576kB", 1, 1);
  const HugePageOffer offer = find_huge_pages(256 * kMiB, 1, root_.path());
  EXPECT_TRUE(offer.wish.granted);
  EXPECT_EQ(offer.mount.path, "/giant");
  EXPECT_EQ(offer.pages, 1u);
  EXPECT_TRUE(offer.wish.reason.empty());
}

}  // namespace
}  // namespace tickplant::platform::this_file
