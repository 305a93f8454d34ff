// A running program that is killed where one of its threads makes a certain system call: before the kernel sees it,
// with half of its bytes written, or when it is done.
//
//   KilledAtSystemCall death(daemon.pid(), {"tp-checkpoint", SYS_rename, "checkpoint-"});
//   if (death.is_refused()) GTEST_SKIP() << kNoTracing;
//   ASSERT_TRUE(death.reach());   // that thread stands there, the others go on while we wait for something
//   death.kill();                 // what is left of the process is for whoever started it to wait for
//
// Only that thread, and those without a name yet, are stopped at their system calls: the others run as ever.
//
// Threads: one, the one that makes it. The program is killed when the object goes, unless it has ended.
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/support/program.hpp"
#include "tests/support/text_in_process.hpp"

namespace tickplant::tests {

inline constexpr const char* kNoTracing = "ptrace is refused here (seccomp, yama)";

/// The threads of a process, as the kernel numbers them; none: it has ended.
[[nodiscard]] inline std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> all;
  std::error_code error;
  const std::filesystem::path folder = "/proc/" + std::to_string(process) + "/task";
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    all.push_back(static_cast<pid_t>(std::stoi(at->path().filename().string())));
  }
  return all;
}

/// What a thread calls itself, fifteen letters at most; a new one is called as the one that made it.
[[nodiscard]] inline std::string name_of_thread(pid_t process, pid_t thread) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) + "/comm"), name);
  return name;
}

/// SIGKILL, and waits for all threads but the first, which the process's parent waits for. Those that were born at this
/// instant are traced, too, though nobody has told us of them.
inline void kill_traced(pid_t process) {
  ::kill(process, SIGKILL);
  for (auto threads = threads_of(process); threads.size() > 1; threads = threads_of(process)) {
    bool any = false;
    for (const pid_t thread : threads) {
      int status = 0;
      any = (thread != process && ::waitpid(thread, &status, WNOHANG | __WALL) == thread) || any;
    }
    if (!any) ::usleep(20);
  }
}

struct SystemCallPlace {
  enum class When { before, halfway, behind };  // halfway: half of what it writes is written

  std::string thread;     // its name
  long number = 0;        // SYS_fsync
  std::string file = {};  // part of the path that it names (of a rename, the new one) or that its descriptor is of
  int nth = 1;            // of those, counted from when it is looked for
  When when = When::before;
};

class KilledAtSystemCall {
 public:
  /// `refused`: calls that the kernel does not know (ENOSYS) as far as the program can see.
  KilledAtSystemCall(pid_t process, SystemCallPlace place, std::set<long> refused = {})
      : process_(process), place_(std::move(place)), refused_(std::move(refused)) {
    for (bool has_new = true; has_new && !is_refused_;) {
      has_new = false;
      for (const pid_t thread : threads_of(process_)) has_new = seize(thread) || has_new;
    }
  }
  KilledAtSystemCall(const KilledAtSystemCall&) = delete;
  KilledAtSystemCall& operator=(const KilledAtSystemCall&) = delete;
  ~KilledAtSystemCall() { kill(); }

  /// May we not trace?
  [[nodiscard]] bool is_refused() const noexcept { return is_refused_; }
  [[nodiscard]] bool is_there() const noexcept { return is_there_; }

  /// Leads it on until `done()`, which is asked all the time. False: it ended by itself, or patience did.
  template <class Done>
  bool lead(Done&& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (threads_.empty() || is_over_ || std::chrono::steady_clock::now() > deadline) return false;
      if (!take_events()) ::usleep(20);
    }
    return true;
  }
  /// Leads it to the place, looking on meanwhile.
  template <class Look>
  bool reach(Look&& look) {
    return lead([&] {
      look();
      return is_there_;
    });
  }
  bool reach() {
    return reach([] {});
  }

  /// It is there: the next place, looked for from here on.
  void look_for(SystemCallPlace next) {
    place_ = std::move(next);
    ends_there_ = 0;
    is_there_ = false;
    for (const pid_t thread : threads_) {
      if (thread != stands_ && is_followed(thread)) ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
    }
    go_on(stands_, 0);
  }

  void kill() {
    if (is_killed_ || is_refused_) return;
    is_killed_ = true;
    kill_traced(process_);
  }

 private:
  using SystemCall = __ptrace_syscall_info;

  /// True: it is traced from here on.
  bool seize(pid_t thread) {
    constexpr std::uintptr_t kOptions = PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (threads_.contains(thread)) return false;
    if (::ptrace(PTRACE_SEIZE, thread, nullptr, reinterpret_cast<void*>(kOptions)) != 0) {
      // One that the kernel gave us already, or that has ended, is told of by its events.
      is_refused_ = threads_.empty() && errno == EPERM;
      return false;
    }
    threads_.insert(thread);
    if (is_followed(thread)) ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
    return true;
  }

  [[nodiscard]] bool is_followed(pid_t thread) const {
    const std::string name = name_of_thread(process_, thread);
    return !is_there_ && (name == place_.thread || !name.starts_with("tp-"));
  }

  /// True: there was one.
  bool take_events() {
    bool any = false;
    std::vector<pid_t> all(threads_.begin(), threads_.end());
    for (const pid_t thread : newborn_) all.push_back(thread);
    newborn_.clear();
    for (const pid_t thread : all) {
      int status = 0;
      const pid_t found = ::waitpid(thread, &status, WNOHANG | __WALL);
      if (found == 0 && !threads_.contains(thread)) newborn_.insert(thread);  // not yet
      if (found != thread) continue;
      any = true;
      threads_.insert(thread);
      if (WIFSTOPPED(status)) {
        on_stop(thread, status);
      } else {
        threads_.erase(thread);
        is_over_ = is_over_ || thread == process_;
      }
    }
    return any;
  }

  void on_stop(pid_t thread, int status) {
    const int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      if (!on_system_call(thread)) go_on(thread, 0);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ::ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);
    } else if (event == PTRACE_EVENT_CLONE) {
      unsigned long born = 0;
      ::ptrace(PTRACE_GETEVENTMSG, thread, nullptr, &born);
      newborn_.insert(static_cast<pid_t>(born));
      go_on(thread, 0);
    } else {
      go_on(thread, event != 0 ? 0 : signal);
    }
  }

  void go_on(pid_t thread, int signal) const {
    ::ptrace(is_followed(thread) ? PTRACE_SYSCALL : PTRACE_CONT, thread, nullptr,
             reinterpret_cast<void*>(static_cast<std::uintptr_t>(signal)));
  }

  /// True: this is the place, it stays there.
  bool on_system_call(pid_t thread) {
    SystemCall call{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, reinterpret_cast<void*>(sizeof call), &call) <= 0) return false;
    if (call.op == PTRACE_SYSCALL_INFO_EXIT) return thread == ends_there_ && stand(thread);
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY) return false;
    if (refused_.contains(static_cast<long>(call.entry.nr))) poke(thread, offsetof(user, regs.orig_rax), ~0UL);
    if (!is_meant(thread, call) || --place_.nth != 0) return false;
    if (place_.when == SystemCallPlace::When::before) return stand(thread);
    if (place_.when == SystemCallPlace::When::halfway) poke(thread, offsetof(user, regs.rdx), call.entry.args[2] / 2);
    ends_there_ = thread;
    return false;
  }

  bool stand(pid_t thread) {
    stands_ = thread;
    return is_there_ = true;
  }

  static void poke(pid_t thread, std::size_t place, std::uint64_t value) {
    ::ptrace(PTRACE_POKEUSER, thread, reinterpret_cast<void*>(place), reinterpret_cast<void*>(value));
  }

  [[nodiscard]] bool is_meant(pid_t thread, const SystemCall& call) const {
    return static_cast<long>(call.entry.nr) == place_.number && name_of_thread(process_, thread) == place_.thread &&
           (place_.file.empty() || path_of(call).find(place_.file) != std::string::npos);
  }

  [[nodiscard]] std::string path_of(const SystemCall& call) const {
    switch (static_cast<long>(call.entry.nr)) {
      case SYS_rename:
      case SYS_openat:
      case SYS_unlinkat: return text_in_process(process_, call.entry.args[1]);
      case SYS_unlink:
      case SYS_open: return text_in_process(process_, call.entry.args[0]);
      case SYS_renameat: return text_in_process(process_, call.entry.args[3]);
      default: {
        std::error_code error;
        return std::filesystem::read_symlink(
                   "/proc/" + std::to_string(process_) + "/fd/" + std::to_string(call.entry.args[0]), error)
            .string();
      }
    }
  }

  pid_t process_;
  SystemCallPlace place_;
  std::set<long> refused_;
  std::set<pid_t> threads_, newborn_;
  pid_t ends_there_ = 0, stands_ = 0;
  bool is_refused_ = false, is_there_ = false, is_over_ = false, is_killed_ = false;
};

}  // namespace tickplant::tests
