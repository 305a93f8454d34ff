// A kernel that refuses one thing: for what happens when descriptors, memory or a disk are used up, a signal comes at
// the wrong moment, or the network says what the loopback interface never says.
//
//   with_refused({{SYS_connect, EHOSTUNREACH}}, [&] { EXPECT_EQ(connection.begin(kNow), TcpState::closed); });
//
// A seccomp filter on a thread that lives no longer than `act`: the code under test meets the kernel itself, and
// nothing else in the process notices. Not for read, write and munmap as such, which a thread itself needs: name an
// argument.
//
// Threads: `act` runs on one of its own; the caller waits for it.
#pragma once

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace tickplant::tests {

struct RefusedCall {
  static constexpr int kAnyArgument = -1;

  long number = 0;              // SYS_connect
  int error = 0;                // 0: taken, though the kernel does nothing                // the errno of the refusal
  int argument = kAnyArgument;  // only where this one of its arguments, from 0,
  std::uint32_t value = 0;      // has this value, of which the lower half is looked at
};

namespace detail {

static_assert(std::endian::native == std::endian::little, "where the lower half of an argument lies");

inline bool refuse_on_this_thread(const std::vector<RefusedCall>& calls) {
  std::vector<sock_filter> program;
  const auto load = [&](std::size_t offset) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  };
  const auto skip_unless_equal = [&](std::uint32_t value, std::uint8_t skipped) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped));
  };
  const auto answer = [&](std::uint32_t how) { program.push_back(BPF_STMT(BPF_RET | BPF_K, how)); };
  for (const RefusedCall& call : calls) {
    const bool is_any = call.argument == RefusedCall::kAnyArgument;
    load(offsetof(seccomp_data, nr));
    skip_unless_equal(static_cast<std::uint32_t>(call.number), is_any ? 1 : 3);
    if (!is_any) {
      load(offsetof(seccomp_data, args) + static_cast<std::size_t>(call.argument) * sizeof(std::uint64_t));
      skip_unless_equal(call.value, 1);
    }
    answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(call.error));
  }
  answer(SECCOMP_RET_ALLOW);
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace detail

/// A test that cannot have its filter fails: every kernel we run on knows them.
inline void with_refused(const std::vector<RefusedCall>& calls, const std::function<void()>& act) {
  std::thread([&] {
    if (detail::refuse_on_this_thread(calls))
      act();
    else
      ADD_FAILURE() << "this kernel takes no seccomp filter (errno " << errno << ')';
  }).join();
}

}  // namespace tickplant::tests
