// tickplant: the command line of the plant. Data goes to stdout, talk to stderr; the exit code is an answer
// (exit_code.hpp).
#include <csignal>
#include <cstdio>
#include <map>

#include "clients/cli/failure.hpp"
#include "clients/cli/usage.hpp"
#include "clients/cli/verbs/verbs.hpp"
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

  CLI::App app{"Tickplant: a low-latency shared-memory tick plant.", "tickplant"};
  app.set_version_flag("--version", "tickplant " TICKPLANT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  cli::Common common;
  app.add_flag("--json", common.json, "answer as JSON");
  const std::map<std::string, cli::ColorWish> wishes{
      {"auto", cli::ColorWish::automatic}, {"always", cli::ColorWish::always}, {"never", cli::ColorWish::never}};
  app.add_option_function<std::string>(
         "--color", [&](const std::string& wish) { common.color = wishes.at(wish); },
         "auto, always or never; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember(&wishes).description(""))
      ->type_name("WHEN");
  cli::Run run;
  for (const auto add :
       {cli::add_start,   cli::add_stop,    cli::add_status,      cli::add_health,  cli::add_feed,
        cli::add_top,     cli::add_tail,    cli::add_image,       cli::add_book,    cli::add_movers,
        cli::add_bars,    cli::add_signals, cli::add_instruments, cli::add_rings,   cli::add_counters,
        cli::add_latency, cli::add_inspect, cli::add_compute,     cli::add_config,  cli::add_journal,
        cli::add_replay,  cli::add_reload,  cli::add_drain,       cli::add_readers, cli::add_watchlist}) {
    add(app, common, run);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::fputs(cli::usage_text(app, error).c_str(), stderr);
    return static_cast<int>(cli::ExitCode::usage);
  }
  try {
    return static_cast<int>(cli::delivered(run()));
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
