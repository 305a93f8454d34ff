// Read-only for real: another user in the readers' group tries every way we know to change what a running plant
// publishes. The kernel refuses each, and nothing has changed afterwards. Needs root, to become that user.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstdlib>

#include "platform/crc32c.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "tests/support/child_process.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace fs = std::filesystem;
using platform::UniqueFd;
using tests::LivePlant;

constexpr uid_t kReader = 65534;         // nobody
constexpr gid_t kOwnGroup = 65534;       // nogroup
constexpr const char* kGroup = "games";  // on every Debian, of no use to a server
constexpr std::size_t kPage = platform::kPageBytes;
/// Of a segment's header: all that never changes while it lives.
constexpr std::size_t kFixedHeaderBytes = offsetof(ringbuf::SegmentHeader, state);

/// Says what was not as it should be, and ends the child with 1.
[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "as a reader: %s\n", what.c_str());
  ::_exit(1);
}

/// The call was refused, with this very error.
void refused(const std::string& what, bool succeeded, int wanted) {
  const int error = errno;
  if (succeeded) fail(what + " was allowed");
  if (error != wanted) fail(what + ": " + std::strerror(error) + " instead of " + std::strerror(wanted));
}

void become(uid_t user, gid_t group, const std::vector<gid_t>& more_groups) {
  if (::setgroups(more_groups.size(), more_groups.data()) != 0 || ::setresgid(group, group, group) != 0 ||
      ::setresuid(user, user, user) != 0) {
    fail("cannot become another user");
  }
  ::prctl(PR_SET_DUMPABLE, 1);  // else /proc/self/mem would be closed to us for another reason
}

/// Every way to change a file that we may only read; `path` in `folder`.
class Attack {
 public:
  Attack(fs::path folder, const fs::path& path)
      : folder_(std::move(folder)), path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!fd_) fail("cannot read " + path_ + ": " + std::strerror(errno));
    map_ = ::mmap(nullptr, kPage, PROT_READ, MAP_SHARED, fd_.get(), 0);
    if (map_ == MAP_FAILED) fail("cannot map " + path_);
    if (std::memcmp(map_, "TICKPLNT", 8) != 0) fail(path_ + " does not read as a segment");
  }
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;
  ~Attack() { ::munmap(map_, kPage); }

  void run() {
    open_it();
    through_the_descriptor();
    through_the_mapping();
    the_file_itself();
  }

 private:
  void open_it() {
    for (const int flags : {O_RDWR, O_WRONLY, O_WRONLY | O_APPEND, O_RDWR | O_TRUNC, O_RDONLY | O_TRUNC}) {
      refused("open " + path_ + " with flags " + std::to_string(flags), ::open(path_.c_str(), flags) >= 0, EACCES);
    }
    try {
      const boost::interprocess::file_mapping file(path_.c_str(), boost::interprocess::read_write);
      const boost::interprocess::mapped_region region(file, boost::interprocess::read_write);
      fail("Boost mapped " + path_ + " for writing");
    } catch (const boost::interprocess::interprocess_exception& error) {
      if (error.get_native_error() != EACCES) fail("Boost was refused for another reason");
    }
  }

  void through_the_descriptor() {
    const int fd = fd_.get();
    const std::string again = "/proc/self/fd/" + std::to_string(fd);
    refused("open " + again, ::open(again.c_str(), O_RDWR) >= 0, EACCES);
    refused("mmap for writing", ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED,
            EACCES);
    refused("pwrite", ::pwrite(fd, "x", 1, 0) >= 0, EBADF);
    refused("ftruncate", ::ftruncate(fd, 0) == 0, EINVAL);
    refused("fallocate", ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kPage) == 0, EBADF);
    refused("fchmod", ::fchmod(fd, 0666) == 0, EPERM);
    refused("fchown", ::fchown(fd, kReader, kOwnGroup) == 0, EPERM);
  }

  void through_the_mapping() {
    refused("mprotect", ::mprotect(map_, kPage, PROT_READ | PROT_WRITE) == 0, EACCES);
    refused("madvise(MADV_REMOVE)", ::madvise(map_, kPage, MADV_REMOVE) == 0, EACCES);
    const UniqueFd memory(::open("/proc/self/mem", O_RDWR | O_CLOEXEC));
    if (!memory) fail("cannot open /proc/self/mem, so that nothing was tried");
    refused("write through /proc/self/mem",
            ::pwrite(memory.get(), "x", 1, static_cast<off_t>(reinterpret_cast<std::uintptr_t>(map_))) >= 0, EIO);
    char byte = 'x';
    const iovec from{&byte, 1}, to{map_, 1};
    refused("process_vm_writev", ::process_vm_writev(::getpid(), &from, 1, &to, 1, 0) >= 0, EFAULT);
    // Adds to the word while it wakes: the one futex call that stores.
    void* const word = static_cast<char*>(map_) + offsetof(ringbuf::SegmentHeader, wake_word);
    refused("FUTEX_WAKE_OP",
            ::syscall(SYS_futex, word, FUTEX_WAKE_OP, 1, 1, word, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_GE, 0)) >= 0,
            EFAULT);
    refused("read() into it", ::read(UniqueFd(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC)).get(), map_, 1) >= 0,
            EFAULT);
  }

  void the_file_itself() {
    const std::string other = (folder_ / "other.seg").string();
    refused("truncate", ::truncate(path_.c_str(), 0) == 0, EACCES);
    refused("chmod", ::chmod(path_.c_str(), 0666) == 0, EPERM);
    refused("unlink", ::unlink(path_.c_str()) == 0, EACCES);
    refused("rename away", ::rename(path_.c_str(), other.c_str()) == 0, EACCES);
    refused("rename over it", ::rename("/dev/shm/no-such-file", path_.c_str()) == 0, ENOENT);
    refused("link to it", ::symlink("/etc/passwd", other.c_str()) == 0, EACCES);
    refused("create beside it", ::open(other.c_str(), O_RDWR | O_CREAT, 0600) >= 0, EACCES);
    refused("mkdir beside it", ::mkdir(other.c_str(), 0700) == 0, EACCES);
    refused("date it", ::utimensat(AT_FDCWD, path_.c_str(), nullptr, 0) == 0, EACCES);
  }

  fs::path folder_;
  std::string path_;
  UniqueFd fd_;
  void* map_ = nullptr;
};

class ReadOnly : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
    const group* entry = ::getgrnam(kGroup);
    if (entry == nullptr) GTEST_SKIP() << "there is no group " << kGroup;
    group_ = entry->gr_gid;
    live_.configure({.ring_slots = 65'536, .plant = std::string("  readers_group: ") + kGroup + "\n"});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    // The folder above is the test's own; a plant's is open to whoever may search it.
    ASSERT_EQ(::chmod(folder().parent_path().c_str(), 0711), 0);
    ASSERT_TRUE(tests::eventually([&] { return published() >= 3; }));
    for (const auto& entry_in : fs::directory_iterator(folder())) {
      struct stat status {};
      ASSERT_EQ(::stat(entry_in.path().c_str(), &status), 0);
      const bool is_for_readers = entry_in.path().extension() == ".seg" && (status.st_mode & 0040) != 0;
      if (entry_in.is_socket()) continue;  // at which it answers them: control_test.cpp
      (is_for_readers ? public_ : private_).push_back(entry_in.path());
    }
    ASSERT_GE(public_.size(), 9u);
  }

  [[nodiscard]] fs::path folder() const { return live_.folder(); }
  [[nodiscard]] std::uint64_t published() const {
    const clients::Plant plant = live_.attach();
    const auto ring = plant.open("ticks", {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
    return ringbuf::TickReader::over(ring->payload(), ring->header().slot_count, {1}).published().value;
  }
  /// Of what must not change: every header's fixed part, and the ring's first records.
  [[nodiscard]] std::uint32_t hash() const {
    std::uint32_t sum = 0;
    for (const fs::path& path : public_) {
      std::vector<char> bytes(kFixedHeaderBytes);
      std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      sum = platform::crc32c(std::as_bytes(std::span(bytes)), sum);
    }
    std::vector<char> records(3 * ringbuf::kTickSlotBytes);
    std::ifstream ring(folder() / "ticks.seg", std::ios::binary);
    ring.seekg(ringbuf::kBroadcastSlotsOffset + ringbuf::kTickSlotBytes);
    ring.read(records.data(), static_cast<std::streamsize>(records.size()));
    return platform::crc32c(std::as_bytes(std::span(records)), sum);
  }
  /// Runs `work` as a user in the readers' group.
  template <class Work>
  bool as_reader(Work&& work) {
    return tests::ChildProcess([&] {
             become(kReader, kOwnGroup, {group_});
             work();
           })
        .wait();
  }

  LivePlant live_;
  gid_t group_ = 0;
  std::vector<fs::path> public_, private_;
};

TEST_F(ReadOnly, AReaderReads) {
  EXPECT_TRUE(as_reader([&] {
    ::setenv("TICKPLANT_RUNTIME", folder().c_str(), 1);
    if (published() < 3) fail("sees no records");
  }));
}

TEST_F(ReadOnly, NothingThatAReaderTriesChangesASegment) {
  const std::uint32_t before = hash();
  for (const fs::path& path : public_) {
    EXPECT_TRUE(as_reader([&] { Attack(folder(), path).run(); })) << path;
  }
  EXPECT_EQ(hash(), before);
  const std::uint64_t seen = published();
  EXPECT_TRUE(tests::eventually([&] { return published() > seen; })) << "the plant runs on";
}

TEST_F(ReadOnly, AWayInWouldBeNoticed) {
  const fs::path open_to_all = folder() / "text.seg";
  ASSERT_EQ(::chmod(open_to_all.c_str(), 0666), 0);
  EXPECT_FALSE(as_reader([&] {
    ::freopen("/dev/null", "w", stderr);
    Attack(folder(), open_to_all).run();
  }));
}

TEST_F(ReadOnly, WhatIsPrivateCannotEvenBeRead) {
  std::vector<fs::path> private_files = private_;
  private_files.push_back(fs::path(live_.state_folder()) / "sequences");
  ASSERT_TRUE(fs::exists(private_files.back()));
  const auto is_private = [&](const char* name) {
    return std::find(private_.begin(), private_.end(), folder() / name) != private_.end();
  };
  EXPECT_TRUE(is_private("plant.lock") && is_private("gating.ticks.seg"));
  for (const fs::path& path : private_files) {
    EXPECT_TRUE(as_reader([&] { refused("open", ::open(path.c_str(), O_RDONLY) >= 0, EACCES); })) << path;
  }
}

TEST_F(ReadOnly, TheDaemonItselfIsOutOfReach) {
  const pid_t daemon = live_.daemon().pid();
  EXPECT_TRUE(as_reader([&] {
    refused("kill", ::kill(daemon, 0) == 0, EPERM);
    const std::string memory = "/proc/" + std::to_string(daemon) + "/mem";
    refused("open its memory", ::open(memory.c_str(), O_RDWR) >= 0, EACCES);
    char byte = 'x';
    const iovec from{&byte, 1}, to{&byte, 1};
    refused("process_vm_writev", ::process_vm_writev(daemon, &from, 1, &to, 1, 0) >= 0, EPERM);
  }));
}

TEST_F(ReadOnly, WhoIsNotInTheGroupCannotOpenAnything) {
  for (const fs::path& path : public_) {
    tests::ChildProcess stranger([&] {
      become(kReader, kOwnGroup, {});
      refused("open", ::open(path.c_str(), O_RDONLY) >= 0, EACCES);
    });
    EXPECT_TRUE(stranger.wait()) << path;
  }
}

}  // namespace
}  // namespace tickplant::this_file
