// The tool of the forced kills, itself: a program that starts threads at the instant of its death is gone, too.
#include <gtest/gtest.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "tests/support/child_process.hpp"
#include "tests/support/killed_at_system_call.hpp"

namespace tickplant::this_file {
namespace {

/// A thread with a name asks for its parent's number, and both it and the first one start others all the time.
void start_threads_for_ever() {
  const auto start_some = [] {
    for (;;) {
      std::jthread one([] {}), two([] { ::usleep(20); });
      ::syscall(SYS_getppid);
    }
  };
  std::jthread named([&] {
    ::prctl(PR_SET_NAME, "tp-asks");
    start_some();
  });
  start_some();
}

TEST(KilledAtSystemCall, KillsThreadsThatWereJustBorn) {
  for (int i = 0; i < 40; ++i) {
    tests::ChildProcess child(start_threads_for_ever);
    tests::KilledAtSystemCall death(child.pid(), {"tp-asks", SYS_getppid, "", 1 + i % 7});
    if (death.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    ASSERT_TRUE(death.reach());
    ::usleep(static_cast<useconds_t>(i * 7 % 200));  // threads are born of which we are not told yet
    death.kill();
    ASSERT_TRUE(tests::eventually([&] { return tests::threads_of(child.pid()).size() <= 1; })) << "round " << i;
  }
}

}  // namespace
}  // namespace tickplant::this_file
