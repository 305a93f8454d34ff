#include "daemon/plant_folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "platform/setup_error.hpp"
#include "ringbuf/plant_folder.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::with_errno;

/// "tickplantd --demo", from /proc.
std::string command_line_of(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/cmdline", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) {
    if (c == '\0') c = ' ';
  }
  return text;
}

[[noreturn]] void throw_taken(int fd, const std::filesystem::path& folder) {
  std::array<char, 64> content{};
  const ssize_t bytes = ::pread(fd, content.data(), content.size() - 1, 0);
  const std::string text(content.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  const std::string pid = text.substr(0, text.find(' '));
  const std::string command = command_line_of(pid);
  throw SetupError("plant '" + folder.filename().string() + "' in '" + folder.string() +
                       "' is already run by process " + pid + (command.empty() ? "" : " (" + command + ")"),
                   "stop that one (tickplant stop), or give this one another plant.name");
}

/// A locked file that is still the one of that name. A daemon that failed to start, or `tickplant stop`, may take
/// folder and file away at any moment before we have the lock: then from the start again.
platform::UniqueFd lock_file(const std::filesystem::path& folder, const std::string& file) {
  constexpr int kTriesMax = 100;
  for (int tries = 1;; ++tries) {
    try {
      ringbuf::make_owned_folder(folder);
    } catch (const SetupError&) {
      if (tries == kTriesMax) throw;
      continue;
    }
    platform::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!fd && errno == ENOENT && tries < kTriesMax) continue;
    if (!fd) throw SetupError(with_errno("cannot open '" + file + "'", errno), "check the folder's permissions");
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) throw_taken(fd.get(), folder);
      throw SetupError(with_errno("cannot lock '" + file + "'", errno), "check that the file system has locks");
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) == 0 && status.st_nlink > 0) return fd;
  }
}

}  // namespace

PlantFolderLock::PlantFolderLock(std::filesystem::path folder) : folder_(std::move(folder)) {
  const std::string file = (folder_ / kFileName).string();
  fd_ = lock_file(folder_, file);
  const auto pid = static_cast<std::uint32_t>(::getpid());
  const std::string holder = std::to_string(pid) + ' ' + std::to_string(ringbuf::process_start_time(pid)) + '\n';
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    throw SetupError(with_errno("cannot write '" + file + "'", errno), "make room on its file system");
  }
}

PlantFolderLock::~PlantFolderLock() {
  std::error_code ignored;
  const auto entries = std::filesystem::directory_iterator(folder_, ignored);
  if (ignored || std::distance(begin(entries), end(entries)) != 1) return;
  std::filesystem::remove(folder_ / kFileName, ignored);
  std::filesystem::remove(folder_, ignored);
  const std::filesystem::path parent = folder_.parent_path();  // ours too: /dev/shm/tickplant-1000
  if (parent.filename().string().starts_with("tickplant-")) std::filesystem::remove(parent, ignored);  // when empty
}

}  // namespace tickplant::daemon
