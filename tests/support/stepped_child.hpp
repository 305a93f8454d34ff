// A forked child that its parent leads through its work one instruction at a time. Between two steps it is as good as
// killed there: what it shares with us is what a successor would find.
//
//   const std::uint64_t steps = at_each_change(shared, [&] { writer.publish(&record); }, [&](const MemoryBytes& left) {
//   ...
//   }); if (steps == 0) GTEST_SKIP() << kNoSteps;
//
// Threads: one; fork before starting any. The child is killed when the object goes.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "tests/support/stress_size.hpp"

namespace tickplant::tests {

inline constexpr const char* kNoSteps = "ptrace is refused here (seccomp, yama)";

class SteppedChild {
 public:
  template <class Work>
  explicit SteppedChild(Work&& work) : pid_(::fork()) {
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kRefused);
      ::raise(SIGSTOP);
      work();
      ::_exit(0);
    }
    if (is_stopped()) return;
    is_refused_ = exit_code_ == kRefused;
  }
  SteppedChild(const SteppedChild&) = delete;
  SteppedChild& operator=(const SteppedChild&) = delete;
  ~SteppedChild() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// May we not trace?
  [[nodiscard]] bool is_refused() const noexcept { return is_refused_; }

  /// `count` instructions on. False when the work has ended meanwhile.
  bool step(int count = 1) {
    for (int i = 0; i < count; ++i) {
      if (pid_ < 0 || ::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0 || !is_stopped()) return false;
      ++steps_;
    }
    return true;
  }

  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
  /// Of a child whose work has ended; -1 when a signal ended it.
  [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

 private:
  static constexpr int kRefused = 77;

  bool is_stopped() {
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_) throw std::runtime_error("waitpid");
    if (WIFSTOPPED(status)) return true;
    pid_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return false;
  }

  pid_t pid_;
  bool is_refused_ = false;
  int exit_code_ = -1;
  std::uint64_t steps_ = 0;
};

using MemoryBytes = std::vector<std::byte>;

/// Leads `work` to its end; `changed(bytes)` gets `shared` after each instruction that changed it. Sanitized code has
/// ten times as many instructions: there only some are looked at. Returns their number, 0 when we may not trace.
template <class Work, class Changed>
std::uint64_t at_each_change(std::span<const std::byte> shared, Work&& work, Changed&& changed) {
  constexpr int kStride = kStressDivisor == 1 ? 1 : 7;
  MemoryBytes before(shared.begin(), shared.end());
  SteppedChild child(work);
  if (child.is_refused()) return 0;
  while (child.step(kStride)) {
    if (std::memcmp(before.data(), shared.data(), shared.size()) == 0) continue;
    before.assign(shared.begin(), shared.end());
    changed(static_cast<const MemoryBytes&>(before));
  }
  if (child.exit_code() != 0) throw std::runtime_error("the child that was led did not come to its end");
  return child.steps();
}

}  // namespace tickplant::tests
