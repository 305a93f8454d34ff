// Sleeping and waking across processes, on a mapping that may only be read.
#include "platform/futex.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <thread>

#include "platform/cache_line.hpp"
#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"
#include "tests/support/child_process.hpp"

namespace tickplant::platform::this_file {
namespace {

using Word = std::atomic<std::uint32_t>;
constexpr std::int64_t kLong = 60 * kNanosPerSecond;

/// One page of a file in memory, mapped twice.
struct SharedWord {
  SharedWord() : fd(::memfd_create("futex_test", MFD_CLOEXEC)) {
    EXPECT_EQ(::ftruncate(fd.get(), kPageBytes), 0);
    writable = static_cast<Word*>(::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
    readable = static_cast<const Word*>(::mmap(nullptr, kPageBytes, PROT_READ, MAP_SHARED, fd.get(), 0));
  }
  SharedWord(const SharedWord&) = delete;
  SharedWord& operator=(const SharedWord&) = delete;
  ~SharedWord() {
    ::munmap(writable, kPageBytes);
    ::munmap(const_cast<Word*>(readable), kPageBytes);
  }
  UniqueFd fd;
  Word* writable;
  const Word* readable;
};

TEST(Futex, DoesNotSleepWhenTheWordHasChangedAlready) {
  const SharedWord word;
  word.writable->store(7);
  EXPECT_TRUE(futex_wait(*word.readable, 6, kLong));
}

TEST(Futex, ComesBackWhenTheTimeIsOver) {
  const SharedWord word;
  EXPECT_FALSE(futex_wait(*word.readable, 0, 1'000'000));
  EXPECT_FALSE(futex_wait(*word.readable, 0, -1)) << "no time at all";
}

TEST(Futex, WakesNobodyWhereNobodySleeps) {
  const SharedWord word;
  EXPECT_EQ(futex_wake_all(*word.writable), 0);
}

TEST(Futex, WakesAnotherProcessThatMayOnlyRead) {
  const SharedWord word;
  tests::ChildProcess sleeper([&] {
    while (word.readable->load() == 0) {
      if (!futex_wait(*word.readable, 0, kLong)) ::_exit(1);
    }
  });
  // Wakes count only those asleep: wait until the child is.
  while (futex_wake_all(*word.writable) == 0) std::this_thread::yield();
  word.writable->store(1);
  (void)futex_wake_all(*word.writable);
  EXPECT_TRUE(sleeper.wait());
}

}  // namespace
}  // namespace tickplant::platform::this_file
