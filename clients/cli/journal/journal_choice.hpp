// Which journal a person means: a folder with segments in it, or the name of a plant on this machine.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tickplant::cli {

/// Where the journal of a plant may lie. All optional ones absolute. `root` replaces "/" in tests.
struct JournalEnvironment {
  std::optional<std::string> xdg_state_home;
  std::optional<std::string> home;
  std::filesystem::path root = "/";
};
[[nodiscard]] JournalEnvironment journal_environment_of_this_process();

/// The folder that `text` names: itself when there is such a folder, else that of the plant of this name, whose
/// journal.folder is auto. Throws Failure: no segment in any of them (usage), no permission.
[[nodiscard]] std::filesystem::path chosen_journal(const std::string& text, const JournalEnvironment& environment);

}  // namespace tickplant::cli
