// tickplant: the command line of the plant. Data goes to stdout, talk to stderr; the exit code is an answer
// (exit_code.hpp).
#include <csignal>
#include <cstdio>

#include "clients/cli/verbs/verbs.hpp"
#include "config/violation.hpp"
#include "platform/setup_error.hpp"

int main(int argc, char** argv) {
  using namespace tickplant;
  std::signal(SIGPIPE, SIG_DFL);  // `tickplant ... | head` ends quietly

  CLI::App app{"Tickplant: a low-latency shared-memory tick plant."};
  app.set_version_flag("--version", "tickplant " TICKPLANT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  cli::Common common;
  app.add_flag("--json", common.json, "answer as JSON");
  const std::map<std::string, cli::ColorWish> wishes{
      {"auto", cli::ColorWish::automatic}, {"always", cli::ColorWish::always}, {"never", cli::ColorWish::never}};
  app.add_option("--color", common.color, "auto, always or never")->transform(CLI::CheckedTransformer(wishes));
  cli::Run run;
  cli::add_inspect(app, common, run);
  cli::add_config(app, common, run);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(cli::ExitCode::usage);
  }
  try {
    return static_cast<int>(run());
  } catch (const platform::SetupError& error) {
    std::fprintf(stderr, "tickplant: %s\n", error.what());
    return static_cast<int>(cli::ExitCode::usage);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tickplant: %s\n  remedy: this is a bug; report the command and the file\n", error.what());
    return static_cast<int>(cli::ExitCode::check_failed);
  }
}
