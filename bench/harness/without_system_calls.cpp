#include "bench/harness/without_system_calls.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "platform/setup_error.hpp"

namespace tickplant::bench {
namespace {

constexpr int kNoFilter = 77;

/// From here on the kernel kills this process at any system call but exit.
bool forbid_system_calls() noexcept {
  std::array<sock_filter, 4> program{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_exit},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
  };
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // leaves no core file
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

}  // namespace

SystemCalls system_calls_of(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) throw platform::SetupError{platform::with_errno("cannot fork", errno), "raise the limit on processes"};
  if (child == 0) {
    const bool forbidden = forbid_system_calls();
    if (forbidden) work();
    ::syscall(SYS_exit, forbidden ? 0 : kNoFilter);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return SystemCalls::some;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter) return SystemCalls::unknown;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return SystemCalls::none;
  throw platform::SetupError{"a process that was to make no system call failed", "run it again by itself"};
}

}  // namespace tickplant::bench
