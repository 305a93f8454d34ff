// Who maps the plant under our own user: by a made-up /proc, and by the real one.
#include "daemon/own_uid_clients.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "platform/cache_line.hpp"
#include "platform/unique_fd.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr pid_t kSelf = 1;

class OwnUidClients : public testing::Test {
 protected:
  void process(const std::string& pid, const std::string& name, const std::string& mapped) const {
    const std::filesystem::path folder = std::filesystem::path("proc") / pid;
    root_.write((folder / "comm").string(), name + "\n");
    root_.write((folder / "maps").string(),
                "55d0c8c00000-55d0c8c01000 r-xp 00000000 08:01 12   /usr/bin/" + name + "\n" +
                    "7f0c8c000000-7f0c8c001000 r--s 00000000 00:1a 34                         " + mapped + "\n" +
                    "7ffd1c000000-7ffd1c021000 rw-p 00000000 00:00 0                          [stack]\n");
  }
  [[nodiscard]] std::vector<OwnUidClient> found(uid_t user = ::geteuid()) const {
    return find_own_uid_clients("/run/tickplant/demo", user, kSelf, root_.path());
  }

  tests::TempDirectory root_;
};

TEST_F(OwnUidClients, AreThoseThatMapAFileOfThePlant) {
  process("20", "strategy", "/run/tickplant/demo/catalog.seg");
  process("7", "old", "/run/tickplant/demo/catalog.seg (deleted)");
  process("30", "editor", "/home/ann/notes");
  process("40", "neighbour", "/run/tickplant/demo2/catalog.seg");
  EXPECT_THAT(found(), ElementsAre(OwnUidClient{7, "old"}, OwnUidClient{20, "strategy"}));
}

TEST_F(OwnUidClients, AreNotTheDaemonItselfNorWhatIsNoProcess) {
  process(std::to_string(kSelf), "tickplantd", "/run/tickplant/demo/catalog.seg");
  process("20x", "odd", "/run/tickplant/demo/catalog.seg");
  process("self", "odd", "/run/tickplant/demo/catalog.seg");
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(OwnUidClients, AreNotThoseOfOtherUsers) {
  process("20", "strategy", "/run/tickplant/demo/catalog.seg");
  EXPECT_THAT(found(::geteuid() + 1), IsEmpty());
}

TEST_F(OwnUidClients, AreNoneWhereNothingIsMounted) {
  EXPECT_THAT(find_own_uid_clients("/run", ::geteuid(), kSelf, root_ / "nothing"), IsEmpty());
}

TEST(OwnUidSearch, FindsARealProcessWithoutHoldingUpItsCaller) {
  const tests::TempDirectory folder("/dev/shm");
  const std::filesystem::path file = folder.write("catalog.seg", std::string(platform::kPageBytes, 'x'));
  int ready[2];
  ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const platform::UniqueFd is_ready(ready[0]), tell_ready(ready[1]);
  tests::ChildProcess client([&] {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool mapped = ::mmap(nullptr, platform::kPageBytes, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED;
    if (!mapped || ::write(ready[1], "r", 1) != 1) ::_exit(1);
    ::pause();
  });
  char byte = 0;
  ASSERT_EQ(::read(is_ready.get(), &byte, 1), 1);

  OwnUidSearch search(folder.path());
  EXPECT_EQ(search.take_result(), std::nullopt) << "none was started";
  search.start();
  search.start();  // one is under way
  std::optional<std::vector<OwnUidClient>> clients;
  ASSERT_TRUE(tests::eventually([&] { return (clients = search.take_result()).has_value(); }));
  ASSERT_EQ(clients->size(), 1u);
  EXPECT_EQ(clients->front().pid, client.pid());
  EXPECT_EQ(search.take_result(), std::nullopt) << "each result is told once";
  client.kill();
  search.start();
  ASSERT_TRUE(tests::eventually([&] { return (clients = search.take_result()).has_value(); }));
  EXPECT_THAT(*clients, IsEmpty());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
