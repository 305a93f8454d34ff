#include "clients/cli/live/daemon_call.hpp"

#include <string_view>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/plant_choice.hpp"

namespace tickplant::cli {

std::pair<clients::Plant, clients::ControlClient> connect(const DaemonCall& call) {
  clients::Plant plant = attach_chosen(call.plant, Wanted::live_data);
  try {
    clients::ControlClient daemon(plant.folder(), "tickplant " + call.verb);
    return {std::move(plant), std::move(daemon)};
  } catch (const platform::SetupError& error) {
    throw Failure(ExitCode::unreachable, error.problem(), error.remedy());
  }
}

/// As the daemon said it: "what is wrong; remedy: ..."; what a file is refused for has a line of its own for that.
void fail(const clients::ControlRefusal& refusal, clients::ControlRole role, const DaemonCall& call) {
  std::string text = refusal.what(), remedy = "the daemon's log says more";
  for (const std::string_view separator : {"\n  remedy: ", "; remedy: "}) {
    if (const std::size_t at = text.find(separator); at != std::string::npos) {
      remedy = text.substr(at + separator.size());
      text.resize(at);
    }
  }
  throw Failure(role < call.needs ? ExitCode::permission : call.refused, text, remedy);
}

}  // namespace tickplant::cli
