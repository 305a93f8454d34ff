#include "clients/cli/journal/new_folder.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "clients/cli/failure.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

void make_new_folder(const std::filesystem::path& folder, const char* who) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) {
    if (std::filesystem::is_directory(folder, error) && std::filesystem::is_empty(folder, error) && !error) return;
    throw Failure(ExitCode::usage, "'" + folder.string() + "' is there already, and is not an empty folder",
                  "name a folder that is not there yet: " + std::string(who) + " writes over nothing");
  }
  if (::mkdir(folder.c_str(), 0750) == 0) return;
  throw platform::SetupError(platform::with_errno("cannot make folder '" + folder.string() + "'", errno),
                             "make the folder above it, or name another one");
}

}  // namespace tickplant::cli
