// The real `tickplant` as a process: arguments and environment in, exit code and both outputs back.
//
// Threads: one.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/program.hpp"
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
  using Environment = Program::Environment;

  /// `out_file`: where stdout goes instead of back to us; `in_file`: what stdin is.
  Answer run(const Arguments& arguments, const Environment& environment = {}, const std::string& out_file = {},
             const std::string& in_file = "/dev/null") const {
    const std::string out = out_file.empty() ? (directory_ / "out").string() : out_file;
    Program program("tickplant", arguments, environment, {out, directory_ / "err", in_file});
    const int code = program.wait().value_or(-1000);
    return {code, out_file.empty() ? program.output() : "", program.errors()};
  }

  /// With a reader of its stdout that leaves after the first bytes, as `| head -1` does.
  Answer run_into_head(const Arguments& arguments) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    Program program("tickplant", arguments, {}, {"/proc/self/fd/" + std::to_string(ends[1]), directory_ / "err"});
    std::string first(100, '\0');
    // The program has opened its own end once the first bytes are here; only then may ours go.
    const auto bytes = ::read(ends[0], first.data(), first.size());
    first.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    ::close(ends[0]);
    ::close(ends[1]);
    const int code = program.wait().value_or(-1000);
    return {code, first, program.errors()};
  }

 private:
  TempDirectory directory_;
};

}  // namespace tickplant::tests
