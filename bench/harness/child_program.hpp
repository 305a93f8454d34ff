// A program of ours running beside the benchmark, gone when the object is.
//
// Threads: one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tickplant::bench {

class ChildProgram {
 public:
  /// Starts `path` with `arguments`, plus `environment` ("NAME=VALUE"), its output to `log_file`. It dies with us.
  /// Throws SetupError when it cannot be started.
  ChildProgram(const std::string& path, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment, const std::string& log_file);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  /// SIGTERM, and waits for its end.
  ~ChildProgram();

  [[nodiscard]] bool is_running() noexcept;

 private:
  pid_t pid_;
};

/// A program beside this one.
[[nodiscard]] std::string sibling_program(const std::string& name);

}  // namespace tickplant::bench
