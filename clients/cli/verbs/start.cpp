// tickplant start: runs the daemon in the background and waits until it is ready.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/daemon_process.hpp"
#include "clients/cli/live/interrupt.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/cpp/plant.hpp"
#include "config/embedded_demo.hpp"
#include "config/load_config.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/plant_folder.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogLines = 10;

struct StartArguments {
  std::string config;
  bool demo = false;
  std::int64_t timeout_ns = 30'000'000'000;
};

/// Name and folder come from the config, before anything runs on it.
struct Target {
  std::string name;
  fs::path folder;
};

Target target_of(const StartArguments& arguments) {
  const config::Environment environment = config::process_environment();
  const config::PlantSection plant =
      (arguments.demo ? config::load_config_text(config::embedded_demo(), "demo.yaml (built in)", environment)
                      : config::load_config_file(arguments.config, environment))
          .config.plant;
  const fs::path folder = plant.runtime_folder == "auto"
                              ? ringbuf::plant_folder(plant.name, ringbuf::runtime_environment_of_this_process())
                              : fs::path(plant.runtime_folder);
  return {plant.name, folder};
}

/// The catalog is live, of this process, and housekeeping has said that all is up.
bool is_ready(const fs::path& folder, pid_t daemon) {
  try {
    const clients::Plant plant = clients::Plant::in_folder(folder);
    if (plant.state() != clients::PlantState::live || plant.daemon_pid() != static_cast<std::uint32_t>(daemon))
      return false;
    return plant.counters().find(ringbuf::counter::kHousekeeping, ringbuf::counter::kReadyAt).value_or(0) != 0;
  } catch (const platform::SetupError&) {
    return false;  // not built yet
  }
}

[[noreturn]] void fail(const std::string& what, const Target& target, ExitCode code) {
  for (const std::string& line : last_lines(target.folder / "daemon.log", kLogLines)) {
    std::fprintf(stderr, "  %s\n", printable(line).c_str());
  }
  throw Failure(code, "plant '" + target.name + "' did not start: " + what,
                "the log above says why; all of it: " + (target.folder / "daemon.log").string());
}

void wait_until_ready(const Target& target, pid_t daemon, std::int64_t timeout_ns) {
  const Interrupt interrupt;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns);
  while (!is_ready(target.folder, daemon)) {
    int status = 0;
    if (::waitpid(daemon, &status, WNOHANG) == daemon) {
      if (WIFSIGNALED(status))
        fail("killed by signal " + std::to_string(WTERMSIG(status)), target, ExitCode::check_failed);
      const int code = WEXITSTATUS(status);
      fail("tickplantd ended with exit code " + std::to_string(code), target,
           code == 2   ? ExitCode::usage
           : code == 5 ? ExitCode::permission
                       : ExitCode::check_failed);
    }
    if (interrupt.came() || std::chrono::steady_clock::now() > deadline) {
      ::kill(daemon, SIGTERM);  // our own child, not yet waited for
      fail(interrupt.came() ? "interrupted" : "not ready after " + duration_text(timeout_ns), target,
           ExitCode::check_failed);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

ExitCode start(const StartArguments& arguments, const Common& common) {
  const Target target = target_of(arguments);
  ringbuf::make_owned_folder(target.folder);
  if (const auto holder = lock_holder(target.folder)) {
    throw Failure(ExitCode::check_failed,
                  "plant '" + target.name + "' runs already, as process " + std::to_string(holder->pid),
                  "look at it: tickplant status --plant " + target.name + "; or stop it first");
  }
  const fs::path program = daemon_program();
  ::setenv("TICKPLANT_LOG_TARGET", "stderr", 1);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<std::string> words = arguments.demo
                                             ? std::vector<std::string>{"--demo"}
                                             : std::vector<std::string>{"--config", fs::absolute(arguments.config)};
  const pid_t daemon = launch(program, words, target.folder / "daemon.log");
  wait_until_ready(target, daemon, arguments.timeout_ns);

  if (common.json) {
    print_json({{"plant", target.name}, {"pid", daemon}, {"folder", target.folder.string()}});
  } else {
    std::printf("plant '%s' is up: process %d, ready after %s, folder %s\n", target.name.c_str(),
                static_cast<int>(daemon), duration_text((std::chrono::steady_clock::now() - begin).count()).c_str(),
                target.folder.c_str());
  }
  return ExitCode::ok;
}

}  // namespace

void add_start(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<StartArguments>();
  CLI::App* verb = app.add_subcommand("start", "start a plant in the background");
  verb->footer(
      "Examples:\n"
      "  tickplant start --demo\n"
      "  tickplant start --config plant.yaml && tickplant top\n"
      "Its log is daemon.log in the plant's folder. Exit code 1: it runs already, or did not come up.");
  CLI::Option* config = verb->add_option("--config", arguments->config, "the YAML file; default: $TICKPLANT_CONFIG")
                            ->envname("TICKPLANT_CONFIG")
                            ->type_name("FILE");
  CLI::Option* demo = verb->add_flag("--demo", arguments->demo, "the built-in config of the simulated exchange");
  add_duration(*verb, "--timeout", arguments->timeout_ns, "how long it may take until it is ready");
  verb->callback([arguments, config, demo, &common, &run] {
    if (config->count() == 0 && demo->count() == 0) throw CLI::RequiredError("--config FILE or --demo");
    run = [arguments, &common] { return start(*arguments, common); };
  });
}

}  // namespace tickplant::cli
