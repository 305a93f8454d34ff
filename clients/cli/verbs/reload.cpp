// tickplant reload: a running plant reads its analytics file again.
#include <cstdio>
#include <memory>

#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

ExitCode reload(const std::string& wanted, const Common& common) {
  const DaemonCall call{wanted, "reload", clients::ControlRole::admin, ExitCode::usage};
  return ask_daemon(call, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const clients::ChangeDone done = daemon.reload();
    if (common.json) {
      print_json({{"plant", plant.name()}, {"request", done.request_id}, {"changes", done.lines}});
      return ExitCode::ok;
    }
    for (const std::string& change : done.lines) std::printf("%s\n", change.c_str());
    if (done.lines.empty()) std::printf("the analytics file says what it said before, nothing changes\n");
    return ExitCode::ok;
  });
}

}  // namespace

void add_reload(CLI::App& app, const Common& common, Run& run) {
  auto wanted = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("reload", "let a running plant read its analytics file again");
  verb->footer(
      "Examples:\n"
      "  tickplant reload\n"
      "  tickplant reload --plant demo --json\n"
      "Prints what is computed otherwise now, a line each. A file with a mistake changes nothing (exit code 2). For "
      "the\n"
      "daemon's own user, root, and members of control.admins_group (exit code 5: you are none).");
  add_plant_option(*verb, *wanted);
  verb->callback([wanted, &common, &run] { run = [wanted, &common] { return reload(*wanted, common); }; });
}

}  // namespace tickplant::cli
