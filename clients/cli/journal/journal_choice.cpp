#include "clients/cli/journal/journal_choice.hpp"

#include <unistd.h>

#include <vector>

#include "clients/cli/failure.hpp"
#include "ringbuf/journal/journal_files.hpp"

namespace tickplant::cli {

namespace fs = std::filesystem;

fs::path chosen_journal(const std::string& text, const JournalEnvironment& environment) {
  std::vector<fs::path> looked_at{text};
  if (text.find('/') == std::string::npos) {
    for (fs::path& folder : clients::journal_folders_of(text, environment)) looked_at.push_back(std::move(folder));
  }
  std::string list;
  for (const fs::path& folder : looked_at) {
    list += (list.empty() ? "" : ", ") + folder.string();
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) continue;
    if (::access(folder.c_str(), R_OK | X_OK) != 0) {
      throw Failure(ExitCode::permission, "the journal folder '" + folder.string() + "' may not be read by us",
                    "join the group of the plant's readers (plant.readers_group), or run as its user");
    }
    if (!ringbuf::list_segments(folder).empty()) return folder;
  }
  throw Failure(ExitCode::usage, "there is no journal in " + list,
                "name the folder that holds the files NNNNNNNNNNNNNNNN.journal: journal.folder of the plant's config");
}

}  // namespace tickplant::cli
