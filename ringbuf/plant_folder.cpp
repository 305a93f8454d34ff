#include "ringbuf/plant_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "platform/setup_error.hpp"

namespace tickplant::ringbuf {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr std::size_t kNameBytesMax = 63;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string octal(mode_t mode) {
  std::string digits(4, '0');
  for (std::size_t i = digits.size(); i-- > 0; mode >>= 3) digits[i] = static_cast<char>('0' + (mode & 7));
  return digits;
}

}  // namespace

RuntimeEnvironment runtime_environment_of_this_process() {
  return {variable("TICKPLANT_RUNTIME"), variable("XDG_RUNTIME_DIR"), ::geteuid(), "/"};
}

std::filesystem::path plant_folder(std::string_view plant_name, const RuntimeEnvironment& environment) {
  check_name("plant name", plant_name);
  if (environment.tickplant_runtime) {
    const std::filesystem::path folder = *environment.tickplant_runtime;
    if (!folder.is_absolute()) {
      throw SetupError("TICKPLANT_RUNTIME is '" + folder.string() + "', which is relative",
                       "give an absolute path: the plant and its clients start in different folders");
    }
    return folder;
  }
  std::error_code ignored;
  const auto service = environment.root / "run/tickplant" / plant_name;
  if (std::filesystem::is_directory(service, ignored)) return service;
  if (environment.xdg_runtime_dir)
    return std::filesystem::path(*environment.xdg_runtime_dir) / "tickplant" / plant_name;
  return environment.root / "dev/shm" / ("tickplant-" + std::to_string(environment.user)) / plant_name;
}

void make_owned_folder(const std::filesystem::path& folder) {
  if (folder.has_parent_path() && !std::filesystem::exists(folder.parent_path())) {
    make_owned_folder(folder.parent_path());
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw SetupError(with_errno("cannot make folder '" + folder.string() + "'", errno),
                     "make it for user " + std::to_string(::geteuid()) + ", or set TICKPLANT_RUNTIME to another one");
  }
  (void)open_owned_folder(folder);
}

platform::UniqueFd open_owned_folder(const std::filesystem::path& folder) {
  const std::string name = "folder '" + folder.string() + "'";
  platform::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    const int error = errno;
    struct stat link {};
    if (::lstat(folder.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
      throw SetupError(name + " is a symbolic link", "name the folder it points to: links can be swapped under us");
    }
    throw SetupError(with_errno(name + " cannot be opened", error),
                     "make it: mkdir -m 0750 '" + folder.string() + "', owned by the user the plant runs as");
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw SetupError(with_errno(name, errno), "check the file system");
  if (status.st_uid != ::geteuid()) {
    throw SetupError(
        name + " belongs to user " + std::to_string(status.st_uid) + ", we are user " + std::to_string(::geteuid()),
        "whoever owns it could replace our segments: chown it, or set TICKPLANT_RUNTIME to another one");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw SetupError(name + " has mode " + octal(status.st_mode & 07777) + ": others may write in it",
                     "chmod go-w '" + folder.string() + "'");
  }
  return fd;
}

void check_name(std::string_view what, std::string_view name) {
  const bool is_valid = !name.empty() && name.size() <= kNameBytesMax && is_alphanumeric(name.front()) &&
                        std::all_of(name.begin(), name.end(),
                                    [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
  if (is_valid) return;
  throw SetupError(std::string(what) + " '" + std::string(name) + "' cannot be a file name",
                   "use 1 to 63 letters, digits, '.', '_' or '-', starting with a letter or digit");
}

}  // namespace tickplant::ringbuf
