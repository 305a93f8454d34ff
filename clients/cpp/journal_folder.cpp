#include "clients/cpp/journal_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_files.hpp"

namespace tickplant::clients {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> absolute_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  if (value == nullptr || *value != '/') return std::nullopt;
  return value;
}

bool holds_journal_of(const fs::path& folder, std::string_view plant) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  try {
    const std::vector<ringbuf::JournalSegmentFile> segments = ringbuf::list_segments(folder);
    return std::any_of(segments.begin(), segments.end(), [&](const ringbuf::JournalSegmentFile& segment) {
      return segment.fault == ringbuf::PageFault::none && ringbuf::text_of(segment.page.plant_name) == plant;
    });
  } catch (const platform::SetupError&) {
    return false;  // not for us to read
  }
}

}  // namespace

std::optional<fs::path> linked_journal(const fs::path& plant_folder, const fs::path& root) {
  struct stat owner {};
  if (::stat(plant_folder.c_str(), &owner) != 0) return std::nullopt;
  const std::string run = (root / "run/").string();
  if (owner.st_uid != ::geteuid() && !plant_folder.string().starts_with(run)) return std::nullopt;
  std::error_code error;
  fs::path target = fs::read_symlink(plant_folder / ringbuf::kJournalLink, error);
  if (error || !target.is_absolute()) return std::nullopt;
  return target;
}

JournalEnvironment journal_environment_of_this_process() {
  return {absolute_variable("XDG_STATE_HOME"),
          absolute_variable("HOME"),
          "/",
          absolute_variable("TICKPLANT_JOURNAL_FOLDER"),
          absolute_variable("TICKPLANT_PLANT_STATE_FOLDER"),
          ringbuf::runtime_environment_of_this_process()};
}

std::vector<fs::path> journal_folders_of(std::string_view plant, const JournalEnvironment& environment) {
  std::vector<fs::path> out;
  if (environment.runtime) {
    const fs::path folder = ringbuf::plant_folder(plant, *environment.runtime);
    if (auto linked = linked_journal(folder, environment.root)) out.push_back(std::move(*linked));
  }
  if (environment.journal_folder) out.emplace_back(*environment.journal_folder);
  if (environment.state_folder) out.push_back(fs::path(*environment.state_folder) / "journal");
  out.push_back(environment.root / "var/lib/tickplant" / plant / "journal");
  if (environment.xdg_state_home)
    out.push_back(fs::path(*environment.xdg_state_home) / "tickplant" / plant / "journal");
  if (environment.home) out.push_back(fs::path(*environment.home) / ".local/state/tickplant" / plant / "journal");
  return out;
}

std::optional<fs::path> find_journal_of(std::string_view plant, const JournalEnvironment& environment) {
  for (fs::path& folder : journal_folders_of(plant, environment)) {
    if (holds_journal_of(folder, plant)) return std::move(folder);
  }
  return std::nullopt;
}

}  // namespace tickplant::clients
