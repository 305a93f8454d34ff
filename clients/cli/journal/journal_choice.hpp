// Which journal a person means: a folder with segments in it, or the name of a plant on this machine.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "clients/cpp/journal_folder.hpp"

namespace tickplant::cli {

using clients::journal_environment_of_this_process;
using clients::JournalEnvironment;

/// The folder that `text` names: itself when there is such a folder, else that of the plant of this name, whose
/// journal.folder is auto. Throws Failure: no segment in any of them (usage), no permission.
[[nodiscard]] std::filesystem::path chosen_journal(const std::string& text, const JournalEnvironment& environment);

}  // namespace tickplant::cli
