// tickplant: the command line of the plant. Data goes to stdout, talk to stderr; the exit code is an answer
// (exit_code.hpp).
#include <csignal>
#include <cstdio>

#include "clients/cli/command_line.hpp"
#include "clients/cli/failure.hpp"
#include "clients/cli/usage.hpp"
#include "config/violation.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

/// An answer that did not get out whole is none.
ExitCode delivered(ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::perror("tickplant: the answer could not be written");
  return ExitCode::data_lost;
}

}  // namespace
}  // namespace tickplant::cli

int main(int argc, char** argv) {
  using namespace tickplant;
  std::signal(SIGPIPE, SIG_DFL);  // `tickplant ... | head` ends quietly

  cli::CommandLine line;
  try {
    line.app().parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return line.app().exit(error);  // --help, --version
    std::fputs(cli::usage_text(line.app(), error).c_str(), stderr);
    return static_cast<int>(cli::ExitCode::usage);
  }
  try {
    return static_cast<int>(cli::delivered(line.run()()));
  } catch (const cli::Failure& failure) {
    std::fprintf(stderr, "tickplant: %s\n", failure.what());
    return static_cast<int>(failure.code());
  } catch (const platform::SetupError& error) {
    std::fprintf(stderr, "tickplant: %s\n", error.what());
    return static_cast<int>(cli::ExitCode::usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tickplant: %s\n  remedy: this is a bug; report the command and the file\n", error.what());
    return static_cast<int>(cli::ExitCode::check_failed);
  }
}
