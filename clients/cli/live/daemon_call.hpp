// A verb that asks the running daemon: which plant, the connection, and its refusals as failures with an exit code.
//
// Threads: one. Not here: what can be asked (clients/control/control_client.hpp).
#pragma once

#include <string>
#include <utility>

#include "clients/cli/exit_code.hpp"
#include "clients/control/control_client.hpp"
#include "clients/cpp/plant.hpp"

namespace tickplant::cli {

struct DaemonCall {
  std::string plant;  // as --plant has it
  std::string verb;   // for the daemon's log: "feed stop"
  clients::ControlRole needs = clients::ControlRole::reader;
  ExitCode refused = ExitCode::check_failed;  // of who may, and is refused
};

/// Throws Failure: unreachable.
[[nodiscard]] std::pair<clients::Plant, clients::ControlClient> connect(const DaemonCall& call);
[[noreturn]] void fail(const clients::ControlRefusal& refusal, clients::ControlRole role, const DaemonCall& call);

/// `ask(const Plant&, ControlClient&)`. Throws Failure.
template <class Ask>
auto ask_daemon(const DaemonCall& call, Ask&& ask) {
  auto [plant, daemon] = connect(call);
  try {
    return ask(std::as_const(plant), daemon);
  } catch (const clients::ControlRefusal& refusal) {
    fail(refusal, daemon.role(), call);
  }
}

}  // namespace tickplant::cli
