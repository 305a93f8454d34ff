#include "platform/io_ring.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "platform/cache_line.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::platform::this_file {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes pattern(std::size_t size, unsigned seed = 1) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 + seed);
  return bytes;
}

UniqueFd memory_file() { return UniqueFd{::memfd_create("io_ring_test", MFD_CLOEXEC)}; }

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::bad_alloc{};
    read_end = UniqueFd{ends[0]};
    write_end = UniqueFd{ends[1]};
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

// With and without deferred work: the plain way is what older kernels get.
class IoRingTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    try {
      ring_.emplace(IoRingOptions{.entries = 8, .completion_entries = 0, .deferred = GetParam()});
    } catch (const SetupError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  IoCompletion next() {
    IoCompletion completion;
    for (int tries = 0; tries < 10; ++tries)
      if (ring_->wait({&completion, 1}, kNanosPerSecond) == 1) return completion;
    ADD_FAILURE() << "no completion";
    return completion;
  }
  std::optional<IoRing> ring_;
};

INSTANTIATE_TEST_SUITE_P(Modes, IoRingTest, testing::Bool(),
                         [](const auto& mode) { return mode.param ? "Deferred" : "Plain"; });

TEST_P(IoRingTest, WritesAndReadsAtAnOffset) {
  const UniqueFd file = memory_file();
  const Bytes written = pattern(5000);
  ASSERT_TRUE(ring_->queue_write(file.get(), written, 4096, 7));
  const IoCompletion write = next();
  EXPECT_EQ(write.user_data, 7u);
  EXPECT_EQ(write.result, 5000);
  EXPECT_FALSE(write.more);
  EXPECT_EQ(write.buffer, -1);

  Bytes read(5000);
  ASSERT_TRUE(ring_->queue_read(file.get(), read, 4096, 0xFFFF'FFFF'FFFF'FFF0));
  const IoCompletion done = next();
  EXPECT_EQ(done.user_data, 0xFFFF'FFFF'FFFF'FFF0) << "all 64 bits are the caller's";
  EXPECT_EQ(done.result, 5000);
  EXPECT_EQ(read, written);
  std::byte hole{1};
  EXPECT_EQ(::pread(file.get(), &hole, 1, 4095), 1);
  EXPECT_EQ(hole, std::byte{0}) << "nothing before the offset";
}

TEST_P(IoRingTest, ReportsShortReadsAndErrorsAsResults) {
  const UniqueFd file = memory_file();
  const Bytes written = pattern(100);
  ASSERT_TRUE(ring_->queue_write(file.get(), written, 0, 1));
  EXPECT_EQ(next().result, 100);
  Bytes read(64);
  ASSERT_TRUE(ring_->queue_read(file.get(), read, 90, 2));
  EXPECT_EQ(next().result, 10);
  ASSERT_TRUE(ring_->queue_read(file.get(), read, 100, 3));
  EXPECT_EQ(next().result, 0) << "the end of the file";
  ASSERT_TRUE(ring_->queue_write(-1, written, 0, 4));
  EXPECT_EQ(next().result, -EBADF);
}

TEST_P(IoRingTest, WritesFromAndReadsIntoRegisteredBuffers) {
  std::array<Bytes, 2> buffers{pattern(kPageBytes), Bytes(kPageBytes)};
  const std::array<MemoryRange, 2> ranges{MemoryRange{buffers[0]}, MemoryRange{buffers[1]}};
  const MemoryWish wish = ring_->register_buffers(ranges);
  EXPECT_EQ(wish.what, "register 2 I/O buffers, 8 KiB");
  if (!wish.granted) GTEST_SKIP() << wish.reason;
  const UniqueFd file = memory_file();
  ASSERT_TRUE(ring_->queue_write(file.get(), std::span{buffers[0]}.subspan(100, 1000), 0, 1, 0));
  EXPECT_EQ(next().result, 1000);
  ASSERT_TRUE(ring_->queue_read(file.get(), std::span{buffers[1]}.first(1000), 0, 2, 1));
  EXPECT_EQ(next().result, 1000);
  EXPECT_TRUE(std::equal(buffers[1].begin(), buffers[1].begin() + 1000, buffers[0].begin() + 100));
  ASSERT_TRUE(ring_->queue_read(file.get(), std::span{buffers[0]}.first(10), 0, 3, 1));
  EXPECT_EQ(next().result, -EFAULT) << "bytes outside the named buffer";
}

TEST_P(IoRingTest, ReportsBuffersThatCannotBeRegistered) {
  void* const gone = ::mmap(nullptr, kPageBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ::munmap(gone, kPageBytes);
  const std::array<MemoryRange, 1> ranges{MemoryRange{static_cast<std::byte*>(gone), kPageBytes}};
  const MemoryWish wish = ring_->register_buffers(ranges);
  EXPECT_FALSE(wish.granted);
  EXPECT_THAT(wish.reason, HasSubstr("io_uring_register_buffers"));
}

TEST_P(IoRingTest, SyncsAFile) {
  const UniqueFd file = memory_file();
  ASSERT_TRUE(ring_->queue_sync(file.get(), SyncKind::data, 1));
  EXPECT_EQ(next().result, 0);
  ASSERT_TRUE(ring_->queue_sync(file.get(), SyncKind::data_and_metadata, 2));
  EXPECT_EQ(next().result, 0);
  ASSERT_TRUE(ring_->queue_sync(-1, SyncKind::data, 3));
  EXPECT_EQ(next().result, -EBADF);
}

TEST_P(IoRingTest, RefusesToQueueMoreThanItsEntriesUntilSubmitted) {
  const UniqueFd file = memory_file();
  const Bytes bytes = pattern(1);
  for (unsigned i = 0; i < 8; ++i) EXPECT_TRUE(ring_->queue_write(file.get(), bytes, i, i));
  EXPECT_FALSE(ring_->queue_write(file.get(), bytes, 8, 8));
  EXPECT_FALSE(ring_->queue_sync(file.get(), SyncKind::data, 8));
  EXPECT_FALSE(ring_->queue_cancel(0, 8));
  EXPECT_EQ(ring_->submit(), 8u);
  EXPECT_TRUE(ring_->queue_write(file.get(), bytes, 8, 8));
  EXPECT_EQ(ring_->submit(), 1u);
  EXPECT_EQ(ring_->submit(), 0u) << "nothing is submitted twice";
}

TEST_P(IoRingTest, FillsNoMoreThanAskedForAndKeepsTheRest) {
  const UniqueFd file = memory_file();
  const Bytes bytes = pattern(1);
  for (unsigned i = 0; i < 5; ++i) ASSERT_TRUE(ring_->queue_write(file.get(), bytes, i, i));
  ring_->submit();
  std::vector<std::uint64_t> seen;
  std::array<IoCompletion, 2> two;
  for (int tries = 0; tries < 100 && seen.size() < 5; ++tries) {
    const std::size_t count = ring_->wait(two, kNanosPerSecond);
    ASSERT_LE(count, 2u);
    for (std::size_t i = 0; i < count; ++i) seen.push_back(two[i].user_data);
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre(0, 1, 2, 3, 4));
}

TEST_P(IoRingTest, DoesNotWaitWhenPolledAndGivesUpAfterATimeOut) {
  std::array<IoCompletion, 4> completions;
  EXPECT_EQ(ring_->poll(completions), 0u) << "before anything was submitted";
  const Pipe pipe;
  Bytes bytes(4);
  ASSERT_TRUE(ring_->queue_read(pipe.read_end.get(), bytes, 0, 1));
  ring_->submit();
  EXPECT_EQ(ring_->poll(completions), 0u);
  EXPECT_EQ(ring_->wait(completions, 1'000'000), 0u);
  EXPECT_EQ(::write(pipe.write_end.get(), "tick", 4), 4);
  EXPECT_EQ(next().result, 4);
  EXPECT_EQ(bytes[3], std::byte{'k'});
}

TEST_P(IoRingTest, CanBeSleptOnBesideWhatItReads) {
  const Pipe pipe;
  Bytes bytes(4);
  std::array<pollfd, 2> both{pollfd{ring_->descriptor(), POLLIN, 0}, pollfd{pipe.read_end.get(), POLLIN, 0}};
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(ring_->queue_read(pipe.read_end.get(), bytes, 0, 1));
    ring_->submit();
    EXPECT_EQ(::poll(both.data(), both.size(), 0), 0);
    std::thread writer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      EXPECT_EQ(::write(pipe.write_end.get(), "tick", 4), 4);
    });
    EXPECT_GE(::poll(both.data(), ring_->is_deferred() ? 2 : 1, -1), 1) << "round " << round;
    EXPECT_EQ(::poll(both.data(), 1, 0), 1) << "the ring says that there is work";
    std::array<IoCompletion, 2> completions;
    EXPECT_EQ(ring_->poll(completions), 1u);
    EXPECT_EQ(completions[0].result, 4);
    EXPECT_EQ(::poll(both.data(), both.size(), 0), 0) << "taken";
    writer.join();
  }
}

TEST_P(IoRingTest, CancelsWhatIsUnderWay) {
  const Pipe pipe;
  Bytes bytes(4);
  ASSERT_TRUE(ring_->queue_read(pipe.read_end.get(), bytes, 0, 1));
  ASSERT_TRUE(ring_->queue_cancel(1, 2));
  ASSERT_TRUE(ring_->queue_cancel(99, 3));
  std::array<int, 4> results{};
  for (int i = 0; i < 3; ++i) {
    const IoCompletion completion = next();
    ASSERT_LT(completion.user_data, results.size());
    results[completion.user_data] = completion.result;
  }
  EXPECT_EQ(results[1], -ECANCELED);
  EXPECT_EQ(results[2], 0);
  EXPECT_EQ(results[3], -ENOENT);
}

TEST_P(IoRingTest, TouchesNoBufferAfterItsEnd) {
  const Pipe pipe;
  Bytes bytes(4);
  ASSERT_TRUE(ring_->queue_read(pipe.read_end.get(), bytes, 0, 1));
  ring_->submit();
  ring_.reset();
  EXPECT_EQ(::write(pipe.write_end.get(), "tick", 4), 4);
  EXPECT_EQ(bytes, Bytes(4));
  std::array<char, 4> left{};
  EXPECT_EQ(::read(pipe.read_end.get(), left.data(), left.size()), 4) << "the cancelled read took the bytes";
}

TEST_P(IoRingTest, BelongsToTheThreadThatUsesItFirstNotToItsBuilder) {
  const UniqueFd file = memory_file();
  const Bytes bytes = pattern(10);
  std::thread([&] {
    ASSERT_TRUE(ring_->queue_write(file.get(), bytes, 0, 1));
    EXPECT_EQ(next().result, 10);
  }).join();
}

TEST(IoRing, ReportsWhetherTheKernelDefersItsWork) {
  try {
    EXPECT_FALSE(IoRing(IoRingOptions{.deferred = false}).is_deferred());
  } catch (const SetupError& error) {
    GTEST_SKIP() << error.what();
  }
}

TEST(IoRing, RefusesASizeTheKernelDoesNotTakeWithARemedy) {
  try {
    const IoRing ring{{.entries = 1U << 30}};
    ADD_FAILURE() << "accepted";
  } catch (const SetupError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("io_uring with 1073741824 entries"));
    EXPECT_FALSE(error.remedy().empty());
  }
}

// Lets io_uring_setup fail in this process as a container's or a unit's filter would.
void forbid_io_uring(unsigned error_number) {
  std::array<sock_filter, 4> program{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_io_uring_setup},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error_number},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) std::perror("seccomp");
}

[[noreturn]] void make_ring_where_forbidden(unsigned error_number) {
  forbid_io_uring(error_number);
  try {
    const IoRing ring;
  } catch (const SetupError& error) {
    std::fputs(error.what(), stderr);
    std::_Exit(3);
  }
  std::_Exit(0);
}

TEST(IoRingDeathTest, SaysWhichSwitchToTurnWhereItIsNotPermitted) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(make_ring_where_forbidden(EPERM), testing::ExitedWithCode(3),
              "cannot be set up: Operation not permitted.*(io_uring_disabled|seccomp)");
  EXPECT_EXIT(make_ring_where_forbidden(ENOSYS), testing::ExitedWithCode(3), "this kernel has no io_uring");
}

}  // namespace
}  // namespace tickplant::platform::this_file
