#include "clients/cli/live/daemon_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "clients/cli/failure.hpp"
#include "ringbuf/plant_folder.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;
using platform::UniqueFd;
using platform::with_errno;

constexpr const char* kLockName = "plant.lock";
constexpr const char* kLogName = "daemon.log";
constexpr const char* kDaemonName = "tickplantd";

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

UniqueFd open_lock(const fs::path& folder) {
  const fs::path file = folder / kLockName;
  UniqueFd lock(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock && errno != ENOENT) {
    throw Failure(errno == EACCES ? ExitCode::permission : ExitCode::unreachable,
                  with_errno("lock '" + file.string() + "' cannot be opened", errno), "become the plant's own user");
  }
  return lock;
}

/// Ours to remove: what a plant makes in its folder.
bool belongs_to_plant(const fs::path& file) {
  const std::string name = file.filename();
  return name == kLockName || name == kLogName || name.ends_with(".seg") || name.ends_with(".seg.building");
}

/// The files of a plant below `folder`, one folder deep: entitlement classes.
std::vector<fs::path> files_of_plant(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_symlink()) continue;
    if (entry.is_regular_file() && belongs_to_plant(entry.path())) files.push_back(entry.path());
    if (!entry.is_directory()) continue;
    for (const auto& inner : fs::directory_iterator(entry.path())) {
      if (!inner.is_symlink() && inner.is_regular_file() && belongs_to_plant(inner.path()))
        files.push_back(inner.path());
    }
  }
  // The lock goes last: as long as it is there and held, no daemon starts among the ruins.
  std::stable_partition(files.begin(), files.end(), [](const fs::path& file) { return file.filename() != kLockName; });
  return files;
}

int pidfd_open(std::uint32_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0u)); }
int pidfd_send_signal(int pidfd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0u));
}

}  // namespace

std::optional<Process> parse_lock(const std::string& text) {
  std::istringstream in(text);
  Process process;
  std::string rest;
  if (!(in >> process.pid >> process.start_time) || process.pid == 0 || (in >> rest)) return std::nullopt;
  return process;
}

std::optional<Process> lock_holder(const fs::path& folder) {
  const UniqueFd lock = open_lock(folder);
  if (!lock) return std::nullopt;
  for (int attempt = 0; attempt < 10; ++attempt) {  // a daemon that starts just now has locked and not yet written
    if (::flock(lock.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;  // closing gives it back
    const std::optional<Process> process = parse_lock(text_of(folder / kLockName));
    if (process && process->start_time != 0 && ringbuf::process_start_time(process->pid) == process->start_time) {
      return process;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw Failure(ExitCode::check_failed,
                "the lock '" + (folder / kLockName).string() + "' is held, but not by the process it names",
                "find its holder: fuser -v '" + (folder / kLockName).string() + "'");
}

fs::path daemon_program() {
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / kDaemonName;
  if (!error && ::access(beside.c_str(), X_OK) == 0) return beside;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder) / kDaemonName;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  throw Failure(ExitCode::unreachable, std::string(kDaemonName) + " is neither beside tickplant nor in $PATH",
                "build it: ./quickstart, or install both programs into one folder");
}

pid_t launch(const fs::path& program, const std::vector<std::string>& arguments, const fs::path& log) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  ::posix_spawn_file_actions_t files;
  ::posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);  // it outlives this terminal
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &files, &attributes, argv.data(), ::environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    throw Failure(ExitCode::check_failed, with_errno("'" + program.string() + "' cannot be started", error),
                  "see whether it runs by hand, and whether '" + log.string() + "' can be written");
  }
  return pid;
}

std::vector<std::string> last_lines(const fs::path& file, std::size_t count) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (lines.size() == count) lines.erase(lines.begin());
    lines.push_back(line);
  }
  return lines;
}

bool end_process(const Process& process, std::chrono::nanoseconds timeout,
                 const std::function<void(std::chrono::nanoseconds)>& waiting) {
  const UniqueFd pidfd(pidfd_open(process.pid));
  // The descriptor holds whatever has the number now: only then is it certain whom the signal reaches.
  if (!pidfd || ringbuf::process_start_time(process.pid) != process.start_time) return true;
  if (pidfd_send_signal(pidfd.get(), SIGTERM) != 0) {
    if (errno == ESRCH) return true;
    throw Failure(ExitCode::permission,
                  with_errno("process " + std::to_string(process.pid) + " cannot be asked to end", errno),
                  "become the plant's own user, or root");
  }
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    ::pollfd wait{pidfd.get(), POLLIN, 0};
    if (::poll(&wait, 1, 100) > 0) return true;
    const auto gone_by = std::chrono::steady_clock::now() - begin;
    if (gone_by >= timeout) return false;
    waiting(gone_by);
  }
}

std::size_t remove_leftovers(const fs::path& folder) {
  const UniqueFd ours = ringbuf::open_owned_folder(folder);
  const UniqueFd lock = open_lock(folder);
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Failure(ExitCode::check_failed, "a daemon holds the plant in '" + folder.string() + "'",
                  "stop it first: tickplant stop");
  }
  std::size_t removed = 0;
  std::error_code error;
  for (const fs::path& file : files_of_plant(folder)) removed += fs::remove(file, error) ? 1 : 0;
  if (fs::is_symlink(folder / ringbuf::kJournalLink, error)) fs::remove(folder / ringbuf::kJournalLink, error);
  if (fs::is_socket(folder / ringbuf::kControlSocket, error)) fs::remove(folder / ringbuf::kControlSocket, error);
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_symlink() && entry.is_directory()) ::rmdir(entry.path().c_str());  // empty ones only
  }
  if (std::getenv("TICKPLANT_RUNTIME") == nullptr) {
    ::rmdir(folder.c_str());
    if (folder.parent_path().filename().string().starts_with("tickplant-")) ::rmdir(folder.parent_path().c_str());
  }
  return removed;
}

}  // namespace tickplant::cli
