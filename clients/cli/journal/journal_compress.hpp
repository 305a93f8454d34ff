// Compresses the segments of a journal that are complete, as its daemon does when they are old enough.
//
// Threads: one; the daemon may be writing the journal, and its retention may do the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "clients/cli/journal/journal_survey.hpp"

namespace tickplant::cli {

struct CompressedJournal {
  std::uint64_t segments = 0;        // that were compressed now
  std::uint64_t bytes = 0;           // of them before
  std::uint64_t file_bytes = 0;      // and after
  std::vector<std::string> refused;  // why others stay as they are
};

/// All but the newest ones, which a writer may not have finished; `results_only`: their ticks are left out, of those
/// that are compressed already, too. Throws SetupError: the folder cannot be read.
[[nodiscard]] CompressedJournal compress_journal(const std::filesystem::path& folder, bool results_only,
                                                 const SurveyProgress& progress = {});

}  // namespace tickplant::cli
