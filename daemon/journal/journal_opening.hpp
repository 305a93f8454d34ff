// Opens the journal of a plant: makes its folder, locks it, finds where the chain ends, and says where it goes on.
//
// What lies behind the end never comes back: our epoch is higher. What is damaged in the middle stays as it is, and the
// chain goes on behind the last block that is whole.
//
// Threads: set-up. Not here: finding the end (ringbuf/journal/journal_scanner.hpp), writing (journal_writer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/journal/journal_writer.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::daemon {

/// Whether a daemon could make or use that folder, without making it. Throws SetupError: it could not.
void require_journal_folder(const std::filesystem::path& folder);

class JournalFolder {
 public:
  static constexpr const char* kLockName = "journal.lock";

  /// Makes and locks it until the object goes or the process ends. `group`: who may read it; empty: the daemon's own.
  /// Throws SetupError: another daemon has it, or it cannot be made.
  JournalFolder(std::filesystem::path folder, const std::string& group);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  platform::UniqueFd lock_;
};

struct OpenedJournal {
  JournalStart start;
  std::map<std::string, std::uint64_t> next;  // by name of ring: behind the last that is stored or called lost
  std::map<std::string, platform::UnixNanos> last_recv;  // by name of ring of ticks: when its newest was received
  std::vector<std::string> notes;                        // for the log
  std::vector<std::string> warnings;
};

/// The journal in `folder`, of which everything up to the end is on disk when this returns. Throws SetupError: the
/// folder cannot be read.
[[nodiscard]] OpenedJournal open_journal(const std::filesystem::path& folder);

}  // namespace tickplant::daemon
