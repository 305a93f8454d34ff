// Owner of one io_uring: reads, writes and syncs at an offset without a system call each, and completions in batches.
// Serves the journal writer (files) and, with datagram_receiver.hpp, the UDP source.
//
//   queue_...()   fills a submission; false when `entries` are waiting already: submit() first
//   submit()      hands all of them to the kernel, one system call
//   poll()        completions that are there, without waiting
//   wait()        submits, then waits for at least one
//
// Threads: one; the ring belongs to the first thread that submits or waits, so it may be built by another.
// Not here: files and sockets, retries after a short write (the caller compares lengths), liburing's own types (its
// only door is this folder).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "platform/memory_wish.hpp"

namespace tickplant::platform {

struct IoRingOptions {
  unsigned entries = 256;           // submissions that can wait at once; a power of two
  unsigned completion_entries = 0;  // completions that can wait at once; 0: twice as many
  bool deferred = true;             // wish: the kernel works only when asked for completions (6.1), not by interrupting
  bool one_thread = true;  // all calls come from the thread of the first; false: one at a time, and a little slower
};

struct IoCompletion {
  std::uint64_t user_data = 0;  // as given when queued
  std::int32_t result = 0;      // bytes done, or minus errno
  std::int32_t buffer = -1;     // number of the provided buffer that was filled; -1 none
  bool more = false;            // further completions will come from the same submission
};

enum class SyncKind { data, data_and_metadata };

class IoRing {
 public:
  static constexpr int kUnregistered = -1;

  /// Throws SetupError, with the switch to turn, where io_uring is not permitted or missing: callers then fall back.
  explicit IoRing(const IoRingOptions& options = {});
  IoRing(const IoRing&) = delete;
  IoRing& operator=(const IoRing&) = delete;
  /// Cancels what is under way and waits for it (a second at most), so that no buffer is touched afterwards. From
  /// another thread than the owner's only after that has ended.
  ~IoRing();

  /// True when the wish for deferred work was granted.
  [[nodiscard]] bool is_deferred() const noexcept;

  /// Readable (poll(2)) when poll() would find something. A thread that sleeps on it is woken by completions, but not
  /// by work that the kernel defers: with is_deferred(), sleep on the files or sockets beside it, which become readable
  /// then. Not for reading from.
  [[nodiscard]] int descriptor() const noexcept;

  /// Saves the kernel looking up and pinning these ranges at each operation. Once, before the first use; the ranges
  /// outlive the ring. Buffer `i` is then given as `registered` below.
  [[nodiscard]] MemoryWish register_buffers(std::span<const MemoryRange> buffers);

  /// `bytes` stay untouched until the completion; with `registered`, they lie inside that buffer. Offsets in bytes.
  [[nodiscard]] bool queue_write(int fd, std::span<const std::byte> bytes, std::uint64_t offset,
                                 std::uint64_t user_data, int registered = kUnregistered) noexcept;
  [[nodiscard]] bool queue_read(int fd, std::span<std::byte> bytes, std::uint64_t offset, std::uint64_t user_data,
                                int registered = kUnregistered) noexcept;
  /// Not ordered after writes that are still under way: queue it when they have completed.
  [[nodiscard]] bool queue_sync(int fd, SyncKind kind, std::uint64_t user_data) noexcept;
  /// Cancels submissions with `target`; completes with 0, or -ENOENT when there is none.
  [[nodiscard]] bool queue_cancel(std::uint64_t target, std::uint64_t user_data) noexcept;

  /// How many submissions the kernel took; fewer than queued when it is busy: take completions and submit again.
  unsigned submit() noexcept;

  /// Fills `out` with at most its size; how many. Never waits; no system call unless the kernel has work to hand over.
  [[nodiscard]] std::size_t poll(std::span<IoCompletion> out) noexcept;

  /// Submits, waits for one completion or `timeout_nanos`, then as poll(). 0 after the time-out or a signal.
  [[nodiscard]] std::size_t wait(std::span<IoCompletion> out, std::int64_t timeout_nanos) noexcept;

 private:
  friend class DatagramReceiver;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tickplant::platform
