// One function per verb of `tickplant`: adds its subcommand to the command line and says what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "clients/cli/exit_code.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// What every verb knows.
struct Common {
  bool json = false;
  ColorWish color = ColorWish::automatic;
};

/// What to do once the command line is parsed: set by the subcommand that was named.
using Run = std::function<ExitCode()>;

void add_inspect(CLI::App& app, const Common& common, Run& run);
void add_config(CLI::App& app, const Common& common, Run& run);

}  // namespace tickplant::cli
