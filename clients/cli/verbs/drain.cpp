// tickplant drain: a running plant's feeds stop, and all that was published is computed with and on disk. It stays up.
#include <cstdio>
#include <memory>

#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

ExitCode drain(const std::string& wanted, const Common& common) {
  const DaemonCall call{wanted, "drain", clients::ControlRole::admin};
  return ask_daemon(call, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const clients::ChangeDone done = daemon.drain();
    if (common.json) {
      print_json({{"plant", plant.name()}, {"request", done.request_id}, {"notes", done.lines}});
      return ExitCode::ok;
    }
    for (const std::string& line : done.lines) std::printf("%s\n", line.c_str());
    std::printf("plant '%s' is drained, and can be read; tickplant feed start NAME lets a feed go on\n",
                plant.name().c_str());
    return ExitCode::ok;
  });
}

}  // namespace

void add_drain(CLI::App& app, const Common& common, Run& run) {
  auto wanted = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("drain", "stop all feeds; what was published is on disk then, the plant stays up");
  verb->footer(
      "Examples:\n"
      "  tickplant drain && cp -r /var/lib/tickplant/demo/journal /backup/\n"
      "  tickplant drain --plant demo --json\n"
      "Waits until analytics has taken all and the journal is on disk, 30 s at most (exit code 1: it was not; the\n"
      "message says what is behind). For the daemon's own user, root, and members of control.admins_group (exit code "
      "5:\n"
      "you are none).");
  add_plant_option(*verb, *wanted);
  verb->callback([wanted, &common, &run] { run = [wanted, &common] { return drain(*wanted, common); }; });
}

}  // namespace tickplant::cli
