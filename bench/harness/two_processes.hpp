// Runs a writer and a reader in two pinned processes that share one block of memory: rings are measured between
// processes, where they are used, with the reader's mapping of the ring read-only.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace tickplant::bench {

/// Memory that both processes see, zeroed; gone with the object.
class SharedBlock {
 public:
  explicit SharedBlock(std::size_t bytes);
  ~SharedBlock();
  SharedBlock(const SharedBlock&) = delete;
  SharedBlock& operator=(const SharedBlock&) = delete;
  [[nodiscard]] std::byte* writable() noexcept { return writable_; }
  /// A second mapping of the same bytes that the memory-management unit keeps read-only.
  [[nodiscard]] const std::byte* read_only() const noexcept { return read_only_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  /// Maps every page of both mappings in the calling process: a fork leaves the page tables of shared memory behind,
  /// and one record in 64 would wait for a page fault.
  void prefault() const;

 private:
  std::size_t bytes_;
  std::byte* writable_;
  const std::byte* read_only_;
};

struct Cores {
  int writer = 0;
  int reader = 1;
  bool pinned = true;  // false on a machine with one core: figures then say little
};

/// The first two cores this process may use.
[[nodiscard]] Cores choose_cores();

/// Forks: `reader` runs in the child on cores.reader, `writer` here on cores.writer. Returns when both are done; throws
/// SetupError when the child fails. They meet through memory made before the call.
void run_in_two_processes(const Cores& cores, const std::function<void()>& writer, const std::function<void()>& reader);

}  // namespace tickplant::bench
