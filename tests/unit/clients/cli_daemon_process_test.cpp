// The daemon as a process: whom we ask to end, and what we remove.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <csignal>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/daemon_process.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using tests::ChildProcess;
using tests::TempDirectory;

Process this_process() {
  const auto pid = static_cast<std::uint32_t>(::getpid());
  return {pid, ringbuf::process_start_time(pid)};
}

std::string lock_text(const Process& process) {
  return std::to_string(process.pid) + ' ' + std::to_string(process.start_time) + '\n';
}

/// Holds the lock of a folder as the daemon does, by a descriptor of its own.
class HeldLock {
 public:
  HeldLock(const TempDirectory& folder, const std::string& text)
      : fd_(::open(folder.write("plant.lock", text).c_str(), O_RDWR | O_CLOEXEC)) {
    EXPECT_EQ(::flock(fd_.get(), LOCK_EX | LOCK_NB), 0);
  }

 private:
  platform::UniqueFd fd_;
};

TEST(ParseLock, ReadsWhatTheDaemonWrites) {
  EXPECT_EQ(parse_lock("1234 567890\n"), (Process{1234, 567890}));
  for (const char* text : {"", "\n", "1234\n", "0 5\n", "x 5\n", "1234 5 6\n", "99999999999 5\n"}) {
    EXPECT_EQ(parse_lock(text), std::nullopt) << text;
  }
}

TEST(LockHolder, IsNobodyWithoutALockOrWhenItIsFree) {
  const TempDirectory folder;
  EXPECT_EQ(lock_holder(folder.path()), std::nullopt);
  folder.write("plant.lock", lock_text(this_process()));
  EXPECT_EQ(lock_holder(folder.path()), std::nullopt) << "the text means nothing without the lock";
}

TEST(LockHolder, IsWhoHoldsItAndIsNamedInIt) {
  const TempDirectory folder;
  const HeldLock lock(folder, lock_text(this_process()));
  EXPECT_EQ(lock_holder(folder.path()), this_process());
}

TEST(LockHolder, IsNeverAProcessThatOnlyHasTheNumber) {
  const TempDirectory folder;
  Process other = this_process();
  ++other.start_time;  // the number was given to another process since
  const HeldLock lock(folder, lock_text(other));
  EXPECT_THROW((void)lock_holder(folder.path()), Failure);
}

TEST(LockHolder, IsNotGuessedFromGarbage) {
  const TempDirectory folder;
  const HeldLock lock(folder, "not a process\n");
  EXPECT_THROW((void)lock_holder(folder.path()), Failure);
}

TEST(LockHolder, KeepsTheLockAsItWas) {
  const TempDirectory folder;
  const auto file = folder.write("plant.lock", "");
  EXPECT_EQ(lock_holder(folder.path()), std::nullopt);
  const platform::UniqueFd daemon(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(::flock(daemon.get(), LOCK_EX | LOCK_NB), 0) << "we hold nothing any more";
}

TEST(EndProcess, WaitsForTheEnd) {
  ChildProcess child([] {
    for (;;) ::pause();
  });
  const auto pid = static_cast<std::uint32_t>(child.pid());
  EXPECT_TRUE(end_process({pid, ringbuf::process_start_time(pid)}, seconds(20), [](auto) {}));
  EXPECT_FALSE(child.wait()) << "it ended by our signal";
}

TEST(EndProcess, SparesAProcessOfAnotherStartTime) {
  ChildProcess child([] {
    for (;;) ::pause();
  });
  const auto pid = static_cast<std::uint32_t>(child.pid());
  EXPECT_TRUE(end_process({pid, ringbuf::process_start_time(pid) + 1}, seconds(0), [](auto) {}))
      << "the one meant is gone";
  EXPECT_EQ(::kill(child.pid(), 0), 0) << "it still runs";
}

TEST(EndProcess, SaysWhenItTakesTooLong) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  ChildProcess child([&] {
    std::signal(SIGTERM, SIG_IGN);
    (void)!::write(ready[1], "r", 1);
    for (;;) ::pause();
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto pid = static_cast<std::uint32_t>(child.pid());
  int told = 0;
  EXPECT_FALSE(end_process({pid, ringbuf::process_start_time(pid)}, milliseconds(150), [&](auto) { ++told; }));
  EXPECT_GE(told, 1);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(RemoveLeftovers, TakesWhatAPlantMakesAndNothingElse) {
  const TempDirectory parent;
  for (const char* file : {"demo/catalog.seg", "demo/ticks.seg", "demo/image.ticks.seg.building", "demo/plant.lock",
                           "demo/daemon.log", "demo/us/ticks-us.seg", "demo/notes.txt", "demo/us/deeper/x.seg"}) {
    parent.write(file, "x");
  }
  const auto folder = parent / "demo";
  EXPECT_EQ(remove_leftovers(folder), 6u);
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder / "us/deeper/x.seg")) << "two folders deep: not made by a plant";
}

TEST(RemoveLeftovers, TakesTheFolderWhenNothingIsLeft) {
  const TempDirectory parent;
  parent.write("demo/catalog.seg", "x");
  parent.write("demo/us/ticks-us.seg", "x");
  EXPECT_EQ(remove_leftovers(parent / "demo"), 2u);
  EXPECT_FALSE(std::filesystem::exists(parent / "demo"));
}

TEST(RemoveLeftovers, FollowsNoLink) {
  const TempDirectory parent;
  const auto precious = parent.write("precious/a.seg", "x");
  parent.write("demo/catalog.seg", "x");
  std::filesystem::create_symlink(parent / "precious", parent / "demo/us");
  std::filesystem::create_symlink(precious, parent / "demo/b.seg");
  remove_leftovers(parent / "demo");
  EXPECT_TRUE(std::filesystem::exists(precious));
}

TEST(RemoveLeftovers, RefusesAPlantThatSomebodyHolds) {
  const TempDirectory folder;
  folder.write("catalog.seg", "x");
  const HeldLock lock(folder, lock_text(this_process()));
  EXPECT_THROW((void)remove_leftovers(folder.path()), Failure);
  EXPECT_TRUE(std::filesystem::exists(folder / "catalog.seg"));
}

TEST(LastLines, AreTheLastOnesOrAllThereAre) {
  const TempDirectory folder;
  const auto file = folder.write("daemon.log", "one\ntwo\nthree\n");
  EXPECT_THAT(last_lines(file, 2), ElementsAre("two", "three"));
  EXPECT_THAT(last_lines(file, 9), ElementsAre("one", "two", "three"));
  EXPECT_THAT(last_lines(folder / "none", 2), testing::IsEmpty());
}

TEST(Launch, LeavesTheOutputInTheLog) {
  const TempDirectory folder;
  const pid_t pid = launch("/bin/sh", {"-c", "echo out; echo err >&2; exit 7"}, folder / "daemon.log");
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_THAT(last_lines(folder / "daemon.log", 9), ElementsAre("out", "err"));
}

TEST(Launch, RefusesAProgramThatIsNotThere) {
  const TempDirectory folder;
  EXPECT_THROW((void)launch("/no/such/program", {}, folder / "daemon.log"), Failure);
}

}  // namespace
}  // namespace tickplant::cli::this_file
