// A journal made of a copy of one, for a daemon to open and go on with: the same blocks, whose chain is checked from
// first to last, old segments from the copy's archive, and no end that is torn.
//
// A copy that was made while the journal was being written ends somewhere; what a restore cannot follow in its newest
// two segments is left out and told. What is damaged before that is for a repair.
//
// Threads: one. The copy is only read.
#pragma once

#include <cstdint>
#include <filesystem>

#include "clients/cli/journal/journal_survey.hpp"

namespace tickplant::cli {

struct RestoreResult {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;  // of blocks
  std::uint64_t segments = 0;
  std::uint64_t compressed = 0;   // of them
  std::uint64_t checkpoints = 0;  // that are of no later place than the end
  ringbuf::JournalEnd end;        // of the copy
};

/// `to`: made, or an empty folder. Throws Failure (usage): it is neither; Failure (check_failed): the copy is damaged
/// before its end; SetupError: no journal, or a disk that refuses, which leaves what was written so far.
[[nodiscard]] RestoreResult restore_journal(const std::filesystem::path& from, const std::filesystem::path& to,
                                            const SurveyProgress& progress = {});

}  // namespace tickplant::cli
