// tickplantd: loads a config, runs its plant until SIGTERM or SIGINT, drains, exits 0. SIGHUP: reads the analytics file
// again.
//
// Exit codes: 0 stopped in order, or the config is valid; 1 something broke; 2 usage, config or set-up.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>

#include "config/embedded_demo.hpp"
#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "daemon/config_check.hpp"
#include "daemon/log.hpp"
#include "daemon/plant.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

using namespace std::string_literals;

struct Arguments {
  std::string config;
  bool demo = false;
  bool check_config = false;
  std::string savepoint;
};

config::LoadedConfig load(const Arguments& arguments) {
  const config::Environment environment = config::process_environment();
  if (arguments.demo) return config::load_config_text(config::embedded_demo(), "demo.yaml (built in)", environment);
  if (arguments.config.empty()) {
    throw platform::SetupError("no config was given", "tickplantd --config FILE, or --demo for the one built in");
  }
  return config::load_config_file(arguments.config, environment);
}

int print_check(const config::LoadedConfig& loaded) {
  for (const std::string& line : check_config(loaded)) std::printf("%s\n", line.c_str());
  return 0;
}

/// By which the control thread wakes us.
constexpr int kAsked = SIGUSR2;

/// Blocked before any thread is made, so that none of them is interrupted: the main thread takes them in turn.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kAsked}) sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// Every key and its value: what comments and line numbers do not change.
std::string settings_of(const config::LoadedConfig& loaded) {
  std::string text;
  for (const config::ShownSetting& each : config::effective_settings(loaded))
    text += each.path + '=' + each.text + '\n';
  return text;
}

void tell_other_changes(const config::LoadedConfig& loaded, const Arguments& arguments) {
  try {
    if (settings_of(load(arguments)) == settings_of(loaded)) return;
    log_warning("reload: " + loaded.file_name + " has changed, too; only the analytics file was read again, the rest " +
                "wants a restart");
  } catch (const platform::SetupError& error) {
    log_warning("reload: a restart would fail: " + std::string(error.what()));
  }
}

/// What else of the config has changed is told, and waits for a restart. Returns what analytics does otherwise now.
std::vector<std::string> reload(Plant& plant, const config::LoadedConfig& loaded, const Arguments& arguments) {
  std::vector<std::string> changes = plant.reload_analytics();
  tell_other_changes(loaded, arguments);
  return changes;
}

void reload_by_signal(Plant& plant, const config::LoadedConfig& loaded, const Arguments& arguments) {
  try {
    (void)reload(plant, loaded, arguments);
  } catch (const platform::SetupError&) {  // the log has it
  }
}

/// True: the plant is to end.
bool answer_requests(Plant& plant, const config::LoadedConfig& loaded, const Arguments& arguments) {
  bool is_to_end = false;
  while (std::optional<PlantRequest> request = plant.next_request()) {
    const bool is_reload = request->what == PlantRequest::What::reload;
    if (!is_reload && request->what != PlantRequest::What::stop) {
      plant.begin_change(std::move(*request));
      continue;
    }
    PlantAnswer answer{request->id};
    try {
      if (is_reload) answer.lines = reload(plant, loaded, arguments);
      is_to_end |= !is_reload;
    } catch (const platform::SetupError& error) {
      answer.refusal = error.problem() + "; remedy: " + error.remedy();
    }
    plant.answer(std::move(answer));
  }
  return is_to_end;
}

/// Before a restart: the plant's memory is given back first. Any thread.
std::vector<std::string> check_for_restart(const std::string& text, const Arguments& arguments,
                                           std::uint64_t held_bytes) {
  if (text.empty()) return check_config(load(arguments), held_bytes);
  return check_config(config::load_config_text(text, "the text", config::process_environment()), held_bytes);
}

int run(const config::LoadedConfig& loaded, const Arguments& arguments, const sigset_t& signals) {
  start_log(loaded.config.log);
  PlantHooks hooks;
  hooks.wake = [main = ::pthread_self()] { ::pthread_kill(main, kAsked); };
  hooks.check_config = [&arguments](const std::string& text, std::uint64_t held_bytes) {
    return check_for_restart(text, arguments, held_bytes);
  };
  Plant plant(loaded.config, arguments.savepoint, std::move(hooks));
  if (!arguments.demo) plant.watch_own_uid_clients();  // there everything is one user's
  const std::int64_t interval = loaded.config.plant.heartbeat_interval_ns;
  const timespec pause{interval / platform::kNanosPerSecond, interval % platform::kNanosPerSecond};
  for (;;) {
    const int signal = ::sigtimedwait(&signals, nullptr, &pause);
    plant.turn();
    if (signal == SIGHUP) reload_by_signal(plant, loaded, arguments);
    const bool is_asked_to_end = answer_requests(plant, loaded, arguments);
    if (is_asked_to_end || signal == SIGTERM || signal == SIGINT) {
      log_info((is_asked_to_end ? "asked to stop"s : signal == SIGTERM ? "SIGTERM"s : "SIGINT"s) + ": draining");
      break;
    }
  }
  plant.stop();
  log_info("plant '" + loaded.config.plant.name +
           "' has stopped; its segments stay for a successor (`tickplant stop` removes them)");
  stop_log();
  return 0;
}

}  // namespace
}  // namespace tickplant::daemon

int main(int argc, char** argv) {
  using namespace tickplant;
  daemon::Arguments arguments;
  CLI::App app{"tickplantd: the daemon of Tickplant, a low-latency shared-memory tick plant.", "tickplantd"};
  app.set_version_flag("--version", "tickplantd " TICKPLANT_VERSION);
  auto* file = app.add_option("-c,--config", arguments.config, "the plant to run (YAML)")->type_name("FILE");
  app.add_flag("--demo", arguments.demo, "run the built-in demo plant, fed by tickplant-venue")->excludes(file);
  app.add_flag("--check-config", arguments.check_config, "say whether it would start, and exit: 0 yes, 2 no");
  app.add_option("--savepoint", arguments.savepoint,
                 "let computing go on from this savepoint of the journal, not from the newest checkpoint")
      ->type_name("NAME");
  app.footer(
      "Examples:\n"
      "  tickplantd --demo    then: tickplant-venue, tickplant top\n"
      "  tickplantd --config plant.yaml --check-config\n"
      "  TICKPLANT_LOG_LEVEL=debug tickplantd --config plant.yaml");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "tickplantd: %s\n  remedy: see `tickplantd --help`\n", error.what());
    return 2;
  }
  const sigset_t signals = daemon::block_signals();
  try {
    const config::LoadedConfig loaded = daemon::load(arguments);
    return arguments.check_config ? daemon::print_check(loaded) : daemon::run(loaded, arguments, signals);
  } catch (const platform::SetupError& error) {
    daemon::stop_log();
    std::fprintf(stderr, "tickplantd: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    daemon::stop_log();
    std::fprintf(stderr, "tickplantd: %s\n  remedy: this is a bug; report it with the config\n", error.what());
    return 1;
  }
}
