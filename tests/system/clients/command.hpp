// The real `tickplant` as a process: arguments and environment in, exit code and both outputs back.
//
// Threads: one.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

struct Answer {
  int exit_code = -1;  // or the signal that ended it, negative
  std::string out;
  std::string err;
};

class Command {
 public:
  using Arguments = std::vector<std::string>;
  using Environment = std::map<std::string, std::string>;

  /// `out_file`: where stdout goes instead of back to us; `in_file`: what stdin is.
  Answer run(const Arguments& arguments, const Environment& environment = {}, const std::string& out_file = {},
             const std::string& in_file = "/dev/null") const {
    const std::string out = out_file.empty() ? (directory_ / "out").string() : out_file;
    const std::string err = directory_ / "err";
    const int status = wait(start(arguments, environment, open(out), open(err), in_file));
    return {status, out_file.empty() ? text_of(out) : "", text_of(err)};
  }

  /// With a reader of its stdout that leaves after the first bytes, as `| head -1` does.
  Answer run_into_head(const Arguments& arguments) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    const pid_t child = start(arguments, {}, ends[1], open(directory_ / "err"));
    std::string first(100, '\0');
    const auto bytes = ::read(ends[0], first.data(), first.size());
    first.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    ::close(ends[0]);
    const int status = wait(child);
    return {status, first, text_of(directory_ / "err")};
  }

 private:
  static int open(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::runtime_error("cannot write " + file);
    return descriptor;
  }

  /// Closes `out` and `err` on our side.
  static pid_t start(const Arguments& arguments, const Environment& environment, int out, int err,
                     const std::string& in_file = "/dev/null") {
    std::vector<std::string> words{"tickplant"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
      ::dup2(::open(in_file.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(err, STDERR_FILENO);
      clear_settings();
      for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
      ::execv(TICKPLANT_BINARY_DIR "/bin/tickplant", argv.data());
      ::_exit(127);
    }
    ::close(out);
    ::close(err);
    return child;
  }

  /// Variables that would override configs are the test's to set.
  static void clear_settings() {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      if (text.starts_with("TICKPLANT_")) names.emplace_back(text.substr(0, text.find('=')));
    }
    for (const std::string& name : names) ::unsetenv(name.c_str());
  }

  static int wait(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  static std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }

  TempDirectory directory_;
};

}  // namespace tickplant::tests
