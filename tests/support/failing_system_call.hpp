// A kernel that fails once, at the nth call of some kinds, and does what it is asked before and behind: for loops over
// every place at which a disk can fail.
//
//   for (std::uint64_t nth = 1; with_failing({kDiskCalls, EIO, nth}, [&] { write_it(); }); ++nth) {
//     // something of it failed; what is there now?
//   }
//
// A seccomp filter on a thread that lives no longer than `act`, as in refused_system_call.hpp, but its calls come to us
// and we answer them: the code under test meets the kernel itself.
//
// Threads: `act` runs on one of its own; the caller answers until it is over.
#pragma once

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "platform/unique_fd.hpp"
#include "tests/support/stress_size.hpp"
#include "tests/support/text_in_process.hpp"

namespace tickplant::tests {

/// What asks a disk for something.
inline const std::vector<long> kReadingCalls{SYS_openat, SYS_read,       SYS_pread64,
                                             SYS_fstat,  SYS_newfstatat, SYS_getdents64};
inline const std::vector<long> kWritingCalls{SYS_openat,    SYS_write,  SYS_pwrite64, SYS_fsync,     SYS_fdatasync,
                                             SYS_ftruncate, SYS_rename, SYS_renameat, SYS_renameat2, SYS_unlink,
                                             SYS_unlinkat,  SYS_mkdir,  SYS_fallocate};

struct FailingCall {
  static constexpr int kHalf = 0;  // not an error: of a read or write, half of it is done

  std::vector<long> numbers;  // SYS_...
  int error = 0;
  std::uint64_t nth = 1;
  std::string below = {};  // only what concerns files whose path has this in it; empty: all
};

/// How far apart the n of such a loop are: each in ./check, some in `./check --quick` and where code runs ten times
/// slower.
[[nodiscard]] inline std::uint64_t fault_stride() {
  const char* const text = std::getenv("TICKPLANT_STRESS_FAULT_STRIDE");
  return text != nullptr ? std::max<std::uint64_t>(std::strtoull(text, nullptr, 0), 1) : kStressDivisor == 1 ? 1 : 11;
}

namespace detail {

inline int listen_on_this_thread(const std::vector<long>& numbers) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const long number : numbers) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
}

/// Its caller is a thread of ours and waits: its addresses and descriptors are ours.
inline std::string path_of(const seccomp_data& call) {
  switch (static_cast<long>(call.nr)) {
    case SYS_rename:
    case SYS_unlink:
    case SYS_mkdir: return text_in_process(::getpid(), call.args[0]);
    case SYS_openat:
    case SYS_unlinkat:
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_newfstatat:
      if (const std::string name = text_in_process(::getpid(), call.args[1]); name.starts_with('/')) return name;
      break;
    default: break;
  }
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(call.args[0]), error).string();
}

/// By system calls: a sanitizer would not know that their caller waits. -1: it is none of which there are halves.
inline std::int64_t do_half(const seccomp_data& call) {
  switch (static_cast<long>(call.nr)) {
    case SYS_read:
    case SYS_write:
    case SYS_pread64:
    case SYS_pwrite64:
      return ::syscall(static_cast<long>(call.nr), call.args[0], call.args[1], call.args[2] / 2, call.args[3]);
    default: return -1;
  }
}

}  // namespace detail

/// True: there was an nth such call, and it failed. `act` throws nothing.
inline bool with_failing(const FailingCall& failing, const std::function<void()>& act) {
  std::atomic<int> listener{-2};
  std::thread thread([&] {
    listener = detail::listen_on_this_thread(failing.numbers);
    if (listener >= 0) act();
  });
  while (listener == -2) std::this_thread::yield();
  const platform::UniqueFd calls(listener);
  if (!calls) ADD_FAILURE() << "this kernel tells us of no system calls (errno " << errno << ')';
  std::uint64_t count = 0;
  bool has_failed = false;
  while (calls) {
    pollfd waited{calls.get(), POLLIN, 0};
    if (::poll(&waited, 1, -1) > 0 && (waited.revents & POLLIN) == 0) break;  // it is over
    seccomp_notif call{};
    if (::ioctl(calls.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
    seccomp_notif_resp answer{};
    answer.id = call.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    const bool is_meant = failing.below.empty() || detail::path_of(call.data).find(failing.below) != std::string::npos;
    if (is_meant && ++count == failing.nth) {
      has_failed = true;
      if (failing.error != FailingCall::kHalf) {
        answer.flags = 0;
        answer.error = -failing.error;
      } else if (const std::int64_t done = detail::do_half(call.data); done >= 0) {
        answer.flags = 0;
        answer.val = done;
      }
    }
    ::ioctl(calls.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
  thread.join();
  return has_failed;
}

}  // namespace tickplant::tests
