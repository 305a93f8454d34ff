// What is whole in a journal, written into a new one: every intact block on both sides of each damage, and facts that
// say what is lost. The old one is only read.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "clients/cli/journal/journal_survey.hpp"

namespace tickplant::cli {

struct RepairResult {
  std::uint64_t journal_id = 0;  // a new one: its blocks have numbers of their own
  std::uint64_t blocks = 0;      // taken over
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t holes = 0;                    // in the chain of the old one
  std::map<std::string, std::uint64_t> lost;  // records that the damage cost, by ring
};

/// `to`: made, or an empty folder. Throws Failure (usage): it is neither, or the old journal's; SetupError: a disk that
/// refuses, which leaves what was written so far.
[[nodiscard]] RepairResult repair_journal(const std::filesystem::path& from, const std::filesystem::path& to,
                                          const SurveyProgress& progress = {});

}  // namespace tickplant::cli
