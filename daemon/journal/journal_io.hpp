// What the journal asks of a disk: the seam at which tests let it be full, slow, broken or without power.
//
//   prepare, rename, remove, names    wait for the disk: set-up, and the thread that prepares segments
//   open, close, queue_..., take      never wait, but for take() when told to: the writer
//
// Names are of files in the journal's folder. A refusal is an errno; 0: done.
//
// Threads: the first group from any thread, the second from one, which need not be the one that made it.
// Not here: what is written (journal_writer.hpp), the disk (disk_journal_io.hpp; tests:
// tests/support/journal_disk.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tickplant::daemon {

/// Bytes of a registered buffer and where in a file they go. Begins and ends at multiples of 4096, in both.
struct JournalWrite {
  std::size_t buffer = 0;  // as the disk was given them
  std::size_t begin = 0;   // in the buffer
  std::size_t bytes = 0;
  std::uint64_t offset = 0;  // in the file
};

class JournalIo {
 public:
  using File = int;

  /// A write or sync that is over.
  struct Done {
    std::uint64_t tag = 0;
    std::int32_t result = 0;  // bytes written, or minus errno
  };

  JournalIo() = default;
  JournalIo(const JournalIo&) = delete;
  JournalIo& operator=(const JournalIo&) = delete;
  virtual ~JournalIo() = default;

  /// Makes a file of `bytes`, allocated, written once with zeros and on disk; refused, nothing of it stays.
  /// ECANCELED: `is_unwanted` became true meanwhile.
  virtual int prepare(const std::string& name, std::uint64_t bytes, const std::atomic<bool>& is_unwanted) noexcept = 0;
  virtual int rename(const std::string& from, const std::string& to) noexcept = 0;
  virtual int remove(const std::string& name) noexcept = 0;
  /// Files and their sizes, in no order; empty when the folder cannot be read.
  struct Entry {
    std::string name;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] virtual std::vector<Entry> entries() = 0;

  /// For the queue_...() below.
  virtual int open(const std::string& name, File& out) noexcept = 0;
  virtual void close(File file) noexcept = 0;
  /// The bytes stay as they are until it is over. False: too much is under way, take() first.
  [[nodiscard]] virtual bool queue_write(File file, const JournalWrite& write, std::uint64_t tag) noexcept = 0;
  /// What was over before is on disk when this is.
  [[nodiscard]] virtual bool queue_sync(File file, std::uint64_t tag) noexcept = 0;
  /// The same of names.
  [[nodiscard]] virtual bool queue_folder_sync(std::uint64_t tag) noexcept = 0;
  /// Hands over what was queued; fills `out` with what is over, how many. Waits up to `wait_nanos` for the first.
  [[nodiscard]] virtual std::size_t take(std::span<Done> out, std::int64_t wait_nanos) noexcept = 0;

  /// "io_uring, registered buffers, O_DIRECT": how it writes, and why not better.
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace tickplant::daemon
