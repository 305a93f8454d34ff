// A forked child that runs one function, and is gone when the object is.
//
// Threads: fork before starting any.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace tickplant::tests {

class ChildProcess {
 public:
  /// Runs `work` in the child, which exits 0 behind it. The child dies with us, too.
  template <class Work>
  explicit ChildProcess(Work&& work) : pid_(::fork()) {
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    ::_exit(0);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) kill();
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// SIGKILL, and waits until it is gone. Nothing when it has ended: to kill(2), -1 is everybody.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)wait();
  }

  /// Waits for its end. True when it exited 0.
  bool wait() { return wait_for_exit_code() == 0; }

  /// Waits for its end. -1 when a signal ended it.
  int wait_for_exit_code() {
    int status = 0;
    const bool reaped = ::waitpid(pid_, &status, 0) == pid_;
    pid_ = -1;
    return reaped && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

}  // namespace tickplant::tests
