// Memory that two processes of one measurement share, and the child that runs one of its sides.
//
// Threads: one a process. Gone with the objects; a child never outlives its parent.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>

namespace tickplant::cli {

/// Mapped twice: to be written, and read-only, as a client of a plant has it. Zeroed, and every page is there.
class SharedPages {
 public:
  /// Throws SetupError.
  explicit SharedPages(std::size_t bytes);
  ~SharedPages();
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;

  [[nodiscard]] std::byte* writable() const noexcept { return writable_; }
  [[nodiscard]] const std::byte* read_only() const noexcept { return read_only_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  /// Looks at every page of both mappings: a fork leaves page tables of shared memory behind.
  void touch() const noexcept;

 private:
  std::size_t bytes_;
  std::byte* writable_ = nullptr;
  std::byte* read_only_ = nullptr;
};

/// `work` in a child; its exit code is what it returns.
class SideProcess {
 public:
  explicit SideProcess(const std::function<int()>& work);
  ~SideProcess();  // killed if it still runs
  SideProcess(const SideProcess&) = delete;
  SideProcess& operator=(const SideProcess&) = delete;

  /// Waits for its end; -1: it did not come by then, or by a signal.
  [[nodiscard]] int wait(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = -1;
};

}  // namespace tickplant::cli
