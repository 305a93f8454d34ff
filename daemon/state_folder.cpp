#include "daemon/state_folder.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace tickplant::daemon {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> absolute(const char* path) {
  if (path == nullptr || *path != '/') return std::nullopt;
  return path;
}

std::optional<std::string> variable(const char* name) {
  return absolute(std::getenv(name));  // NOLINT(concurrency-mt-unsafe): set-up, one thread
}

std::string first_of_list(const std::string& folders) { return folders.substr(0, folders.find(':')); }

std::optional<std::string> home_of_account() {
  const passwd* entry = ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  return entry == nullptr ? std::nullopt : absolute(entry->pw_dir);
}

bool belongs_to(const fs::path& folder, uid_t user) {
  struct stat status {};
  return ::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == user;
}

}  // namespace

StateEnvironment state_environment_of_this_process() {
  StateEnvironment environment;
  environment.state_directory = variable("STATE_DIRECTORY");
  if (environment.state_directory) environment.state_directory = first_of_list(*environment.state_directory);
  environment.xdg_state_home = variable("XDG_STATE_HOME");
  environment.home = variable("HOME");
  if (!environment.home) environment.home = home_of_account();
  environment.user = ::geteuid();
  return environment;
}

std::optional<fs::path> state_folder(const config::PlantConfig& config, const StateEnvironment& environment) {
  if (config.plant.state_folder != "auto") return config.plant.state_folder;
  const std::string& plant = config.plant.name;
  if (environment.state_directory) {
    // StateDirectory=tickplant/%i is the plant's own already; StateDirectory=tickplant may be that of several.
    const fs::path given = *environment.state_directory;
    return given.filename() == plant ? given : given / plant;
  }
  const fs::path service = environment.root / "var/lib/tickplant";
  if (belongs_to(service, environment.user) || belongs_to(service / plant, environment.user)) return service / plant;
  if (environment.xdg_state_home) return fs::path(*environment.xdg_state_home) / "tickplant" / plant;
  if (environment.home) return fs::path(*environment.home) / ".local/state/tickplant" / plant;
  return std::nullopt;
}

}  // namespace tickplant::daemon
