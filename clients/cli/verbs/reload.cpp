// tickplant reload: a running plant reads its analytics file again.
#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/control/control_client.hpp"

namespace tickplant::cli {
namespace {

/// As the daemon said it: "what is wrong\n  remedy: ...", or with "; remedy: " between.
Failure failure_of(const clients::ControlRefusal& refusal, clients::ControlRole role) {
  std::string text = refusal.what(), remedy = "the daemon's log says more";
  for (const std::string_view separator : {"\n  remedy: ", "; remedy: "}) {
    if (const std::size_t at = text.find(separator); at != std::string::npos) {
      remedy = text.substr(at + separator.size());
      text.resize(at);
    }
  }
  const bool is_allowed = role == clients::ControlRole::admin;
  return {is_allowed ? ExitCode::usage : ExitCode::permission, text, remedy};
}

ExitCode reload(const std::string& wanted, const Common& common) {
  const clients::Plant plant = attach_chosen(wanted, Wanted::live_data);
  clients::ControlClient daemon = [&] {
    try {
      return clients::ControlClient(plant.folder(), "tickplant reload");
    } catch (const platform::SetupError& error) {
      throw Failure(ExitCode::unreachable, error.problem(), error.remedy());
    }
  }();
  std::vector<std::string> changes;
  try {
    changes = daemon.reload();
  } catch (const clients::ControlRefusal& refusal) {
    throw failure_of(refusal, daemon.role());
  }
  if (common.json) {
    print_json({{"plant", plant.name()}, {"changes", changes}});
    return ExitCode::ok;
  }
  for (const std::string& change : changes) std::printf("%s\n", change.c_str());
  if (changes.empty()) std::printf("the analytics file says what it said before, nothing changes\n");
  return ExitCode::ok;
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
