// Who sleeps on a plant says so, without write access: by a read lock on the catalog's file (F_OFD_SETLK), then by
// opening that file once more. The lock is the truth, and goes with the process; the opening is the bell.
//
//   reader   open, lock, ring (open and close)       while it may sleep; then FUTEX_WAIT as it likes
//   plant    has nothing to do until the bell rings; then looks for locks
//
// So a plant in which nobody sleeps spends nothing on waking, not even a timer.
//
// Threads: SleeperSign: one. SleeperWatch: one, but for interrupt(): any.
// Not here: sleeping (clients/cpp/idle.hpp), waking (daemon/waker.hpp).
#pragma once

#include <cstdint>
#include <filesystem>

#include "platform/unique_fd.hpp"

namespace tickplant::ringbuf {

/// A reader's: up while this lives. `catalog`: its file. Where that cannot be opened nobody is told, and nobody wakes
/// us.
class SleeperSign {
 public:
  explicit SleeperSign(const std::filesystem::path& catalog) noexcept;
  [[nodiscard]] bool is_up() const noexcept { return static_cast<bool>(file_); }

 private:
  platform::UniqueFd file_;
};

/// The plant's. Where the kernel refuses what it needs, anybody() is always true.
class SleeperWatch {
 public:
  explicit SleeperWatch(const std::filesystem::path& catalog) noexcept;

  /// Is some sign up? One system call.
  [[nodiscard]] bool anybody() const noexcept;
  /// Returns when the bell rings, at interrupt(), or after `nanos`.
  void wait(std::int64_t nanos) noexcept;
  /// Ends wait() now, or the next one.
  void interrupt() noexcept;

 private:
  platform::UniqueFd file_, bell_, interrupt_;
};

}  // namespace tickplant::ringbuf
