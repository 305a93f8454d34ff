// Makes the indexes of a journal that its daemon has not made, and those anew that are damaged.
//
// Threads: one; the daemon may be writing the journal, and its retention may do the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "clients/cli/journal/journal_survey.hpp"

namespace tickplant::cli {

struct IndexedJournal {
  std::uint64_t segments = 0;  // that were indexed now
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;        // of those segments
  std::uint64_t index_bytes = 0;  // and of their indexes
  std::string refused;            // why it went no further; empty: all complete ones have one
};

/// Throws SetupError: the folder cannot be read.
[[nodiscard]] IndexedJournal index_journal(const std::filesystem::path& folder, const SurveyProgress& progress = {});

}  // namespace tickplant::cli
