// Where the journal of a plant lies, for who knows the plant's name and not its config.
//
// In this order: where the plant's folder in shared memory points to (`journal` in it, a link made by the daemon), if
// that folder is ours or the system's; $TICKPLANT_JOURNAL_FOLDER and $TICKPLANT_PLANT_STATE_FOLDER/journal (the
// daemon's own, where they are set for us, too), /var/lib/tickplant/<plant>/journal (the service),
// $XDG_STATE_HOME/tickplant/<plant>/journal, $HOME/.local/state/tickplant/<plant>/journal. The journal of a plant that
// has no folder in shared memory any more, and that journal.folder puts elsewhere, has to be named.
//
// Threads: set-up only. Not here: what a person may write instead (clients/cli/journal/journal_choice.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/plant_folder.hpp"

namespace tickplant::clients {

/// What the choice depends on. All optional ones absolute. `root` replaces "/" in tests.
struct JournalEnvironment {
  std::optional<std::string> xdg_state_home = {};
  std::optional<std::string> home = {};
  std::filesystem::path root = "/";
  std::optional<std::string> journal_folder = {};  // $TICKPLANT_JOURNAL_FOLDER
  std::optional<std::string> state_folder = {};    // $TICKPLANT_PLANT_STATE_FOLDER
  std::optional<ringbuf::RuntimeEnvironment> runtime = {};
};
[[nodiscard]] JournalEnvironment journal_environment_of_this_process();

/// Where the daemon of the plant in `plant_folder` says that its journal is. Nothing: it has none, or that folder is
/// neither ours nor below /run: anybody could have made it.
[[nodiscard]] std::optional<std::filesystem::path> linked_journal(const std::filesystem::path& plant_folder,
                                                                  const std::filesystem::path& root = "/");

/// Where to look, whether there is something or not.
[[nodiscard]] std::vector<std::filesystem::path> journal_folders_of(std::string_view plant,
                                                                    const JournalEnvironment& environment);

/// The first of them that holds a segment of this plant, and that we may read; nothing if none does.
[[nodiscard]] std::optional<std::filesystem::path> find_journal_of(
    std::string_view plant, const JournalEnvironment& environment = journal_environment_of_this_process());

}  // namespace tickplant::clients
