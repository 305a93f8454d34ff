// A thread of a running program that we hold while the others go on, or that stops where it writes a word of memory
// that it shares with us: for instants that no system call marks.
//
//   HeldThread journal(daemon.pid(), "tp-journal");
//   if (journal.is_refused()) GTEST_SKIP() << kNoTracing;
//   journal.hold();                       // from here on it falls behind
//   ...
//   journal.kill();                       // the whole program
//
// The word is watched by the processor (a debug register), so the thread stops behind the instruction that wrote it.
//
// Threads: one, the one that makes it. When the object goes, so does the program, unless it was let go.
#pragma once

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/support/killed_at_system_call.hpp"

namespace tickplant::tests {

/// Where a process has mapped a file whose path ends so, to write it; 0: nowhere.
[[nodiscard]] inline std::uint64_t mapping_of(pid_t process, const std::string& path_end) {
  std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range, rights, offset;
    words >> range >> rights >> offset;
    if (line.ends_with(path_end) && rights.starts_with("rw") && std::stoull(offset, nullptr, 16) == 0) {
      return std::stoull(range, nullptr, 16);
    }
  }
  return 0;
}

class HeldThread {
 public:
  HeldThread(pid_t process, const std::string& name) : process_(process) {
    for (const pid_t thread : threads_of(process)) {
      if (name_of_thread(process, thread) == name) thread_ = thread;
    }
    if (thread_ == 0) throw std::runtime_error("no thread is called " + name);
    is_refused_ = ::ptrace(PTRACE_SEIZE, thread_, nullptr, reinterpret_cast<void*>(PTRACE_O_EXITKILL)) != 0;
  }
  HeldThread(const HeldThread&) = delete;
  HeldThread& operator=(const HeldThread&) = delete;
  ~HeldThread() { kill(); }

  /// May we not trace?
  [[nodiscard]] bool is_refused() const noexcept { return is_refused_; }

  /// False: it has ended.
  bool hold() {
    ::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr);
    return has_stopped();
  }
  void go_on() { ::ptrace(PTRACE_CONT, thread_, nullptr, nullptr); }

  /// It is held: goes on until it has written the eight bytes at `address`, its own, a multiple of eight. False: it has
  /// not, as far as patience goes, or the processor cannot watch.
  bool go_on_until_it_writes(std::uint64_t address) {
    constexpr std::uint64_t kWatchWritesOf8 = 1 | (1u << 16) | (2u << 18);
    if (!set_register(0, address) || !set_register(7, kWatchWritesOf8)) return false;
    for (;;) {
      go_on();
      if (!has_stopped()) return false;
      const long state = ::ptrace(PTRACE_PEEKUSER, thread_, place_of_register(6), nullptr);
      if ((state & 1) == 0) continue;  // a signal, say
      (void)set_register(6, 0);
      return set_register(7, 0);
    }
  }

  /// It is held: goes on by itself from here on, whatever becomes of this object.
  void let_go() { is_over_ = ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr) == 0; }

  void kill() {
    if (is_over_ || is_refused_) return;
    is_over_ = true;
    kill_traced(process_);
  }

 private:
  [[nodiscard]] static void* place_of_register(std::size_t index) {
    return reinterpret_cast<void*>(offsetof(user, u_debugreg) + index * sizeof(long));
  }
  [[nodiscard]] bool set_register(std::size_t index, std::uint64_t value) const {
    return ::ptrace(PTRACE_POKEUSER, thread_, place_of_register(index), reinterpret_cast<void*>(value)) == 0;
  }
  bool has_stopped() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (int status = 0; std::chrono::steady_clock::now() < deadline; ::usleep(50)) {
      if (::waitpid(thread_, &status, WNOHANG | __WALL) == thread_) return WIFSTOPPED(status);
    }
    return false;
  }

  pid_t process_, thread_ = 0;
  bool is_refused_ = false, is_over_ = false;
};

}  // namespace tickplant::tests
