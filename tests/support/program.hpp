// One of our programs, running beside the test: started, signalled, waited for, its output kept.
//
// Threads: one. Killed and reaped when the object goes; it dies with the test, too.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tickplant::tests {

/// Slower under sanitizers, so patience is generous; a test that passes never waits so long.
inline constexpr std::chrono::seconds kPatience{60};

/// Asks `condition` until it holds, or patience ends. Whether it did.
template <class Condition>
bool eventually(Condition&& condition, std::chrono::milliseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// Files that a program's streams are; without `err` both outputs go to `out`.
struct Streams {
  std::filesystem::path out;
  std::filesystem::path err = {};
  std::filesystem::path in = "/dev/null";
};

class Program {
 public:
  using Environment = std::map<std::string, std::string>;

  /// Runs build/.../bin/`name`. TICKPLANT_ variables of ours are not passed on.
  Program(const std::string& name, const std::vector<std::string>& arguments, const Environment& environment,
          Streams streams)
      : streams_(std::move(streams)) {
    std::vector<std::string> words{name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string path = TICKPLANT_BINARY_DIR "/bin/" + name;
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    constexpr int kToWrite = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    const int out = ::open(streams_.out.c_str(), kToWrite, 0600);
    ::dup2(::open(streams_.in.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::dup2(streams_.err.empty() ? out : ::open(streams_.err.c_str(), kToWrite, 0600), STDERR_FILENO);
    ::dup2(out, STDOUT_FILENO);
    clear_settings();
    for (const auto& [variable, value] : environment) ::setenv(variable.c_str(), value.c_str(), 1);
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) kill();
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Nothing when it has ended: to kill(2), -1 is everybody.
  void signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
  }
  /// SIGKILL, and waits until it is gone.
  void kill() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  /// Its exit code once it has ended (a signal's number, negative); nothing while it runs.
  std::optional<int> exit_code() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    return code_;
  }
  /// Waits for its end; nothing when patience ends first.
  std::optional<int> wait() {
    (void)eventually([&] { return exit_code().has_value(); });
    return code_;
  }
  std::optional<int> stop() {
    signal(SIGTERM);
    return wait();
  }
  /// What it has written so far.
  [[nodiscard]] std::string output() const { return text_of(streams_.out); }
  [[nodiscard]] std::string errors() const { return text_of(streams_.err); }

 private:
  static std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }
  static void clear_settings() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      if (text.starts_with("TICKPLANT_") && !text.starts_with("TICKPLANT_CHECK=")) {
        names.emplace_back(text.substr(0, text.find('=')));
      }
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
  }

  Streams streams_;
  pid_t pid_ = -1;
  std::optional<int> code_;
};

}  // namespace tickplant::tests
