// tickplant journal savepoint: what a plant has computed so far, put down under a name, for a start of the daemon from
// there (tickplantd --savepoint).
//
// Computed here, from the newest checkpoint and the journal behind it, so that a running plant notices nothing.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "clients/cli/journal/journal_survey.hpp"

namespace tickplant::cli {

struct MadeSavepoint {
  std::filesystem::path file;
  std::uint64_t cause = 0;          // everything in order up to here is in it
  std::uint64_t inputs = 0;         // computed again for it
  std::uint64_t results = 0;        // compared: equal to what was published
  std::uint64_t bytes = 0;          // of the file
  std::filesystem::path from = {};  // the checkpoint; empty: the journal's beginning
};

/// What it is wanted for.
struct SavepointWish {
  std::string name;
  std::string build;  // version of this program: only the same one takes it up
};

/// On disk when it returns, with what it refers to. Throws Failure or SetupError: the name is none, or taken; nothing
/// is computed, or another build does; the journal cannot be read; the disk refuses.
[[nodiscard]] MadeSavepoint make_savepoint(const std::filesystem::path& folder, const SavepointWish& wish,
                                           const SurveyProgress& progress);

}  // namespace tickplant::cli
