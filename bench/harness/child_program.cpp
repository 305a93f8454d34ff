#include "bench/harness/child_program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "bench/harness/interruption.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::bench {

ChildProgram::ChildProgram(const std::string& path, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment, const std::string& log_file)
    : pid_(-1) {
  if (::access(path.c_str(), X_OK) != 0) {
    throw platform::SetupError{platform::with_errno("cannot run " + path, errno),
                               "build it: cmake --build build/release"};
  }
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw platform::SetupError{platform::with_errno("fork", errno), "free some memory or processes"};
  if (pid_ > 0) return;
  Interruption::forget();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // not SIGKILL: it may have files to remove
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

ChildProgram::~ChildProgram() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

bool ChildProgram::is_running() noexcept {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

std::string sibling_program(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

}  // namespace tickplant::bench
