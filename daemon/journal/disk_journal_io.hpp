// The disk of a journal: io_uring with registered buffers and O_DIRECT where kernel and file system have them, else
// through the page cache, else by plain calls that the journal's thread waits for.
//
// Threads: as JournalIo. Not here: what is written, retries.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "daemon/journal/journal_io.hpp"
#include "platform/io_ring.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::daemon {

struct DiskJournalOptions {
  bool io_uring = true;  // wishes; each is granted where it can be
  bool direct = true;
};

class DiskJournalIo final : public JournalIo {
 public:
  /// `folder` is there; `buffers` start at pages and outlive it. Throws SetupError: no file can be made in the folder.
  DiskJournalIo(const std::filesystem::path& folder, std::span<const platform::MemoryRange> buffers,
                const DiskJournalOptions& options = {});

  int prepare(const std::string& name, std::uint64_t bytes, const std::atomic<bool>& is_unwanted) noexcept override;
  int rename(const std::string& from, const std::string& to) noexcept override;
  int remove(const std::string& name) noexcept override;
  [[nodiscard]] std::vector<Entry> entries() override;

  int open(const std::string& name, File& out) noexcept override;
  void close(File file) noexcept override;
  [[nodiscard]] bool queue_write(File file, const JournalWrite& write, std::uint64_t tag) noexcept override;
  [[nodiscard]] bool queue_sync(File file, std::uint64_t tag) noexcept override;
  [[nodiscard]] bool queue_folder_sync(std::uint64_t tag) noexcept override;
  [[nodiscard]] std::size_t take(std::span<Done> out, std::int64_t wait_nanos) noexcept override;

  [[nodiscard]] std::string describe() const override;

 private:
  /// What one segment and its neighbour may have under way.
  static constexpr unsigned kQueued = 64;

  void try_direct();
  [[nodiscard]] int flags() const noexcept;

  std::filesystem::path path_;
  std::vector<platform::MemoryRange> buffers_;
  platform::UniqueFd folder_;
  std::optional<platform::IoRing> ring_;  // none: calls in place
  bool is_registered_ = false;
  bool is_direct_ = false;
  std::string why_no_ring_, why_not_registered_, why_not_direct_;
  std::vector<Done> done_;  // without a ring: over already
};

}  // namespace tickplant::daemon
