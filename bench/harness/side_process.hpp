// A forked process that runs one function of ours: a side of a measurement, with the memory made before it.
//
// Threads: one. Not here: where it is pinned (the function does that itself), programs of their own
// (child_program.hpp).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>

#include "platform/unique_fd.hpp"

namespace tickplant::bench {

class SideProcess {
 public:
  /// Forks at once; `work` runs in the child, which then exits. It dies with us.
  explicit SideProcess(const std::function<void()>& work);
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;
  /// Kills it if it still runs.
  ~SideProcess();

  /// Waits until all have returned from their work. Throws SetupError with the first one's own words when it failed, or
  /// when they take longer than `patience`.
  static void join_all(std::initializer_list<SideProcess*> sides, std::chrono::seconds patience);

  /// Stops it where it is, as SIGSTOP does; returns when it stands still.
  void stop();
  /// Kills it; returns when it is gone.
  void kill() noexcept;

  /// For a thread of the child: ends the process and tells the parent why.
  [[noreturn]] static void fail(const std::string& why) noexcept;

 private:
  void reap();

  pid_t pid_ = -1;
  platform::UniqueFd ended_;  // readable when the process has ended
  char* last_words_;          // shared with the child
};

}  // namespace tickplant::bench
