// Which plant a verb is about, and attaching it: --plant, else TICKPLANT_PLANT, else the only one there is.
//
// Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/plant.hpp"

namespace tickplant::cli {

/// Adds --plant; `plant` lives as long as the command line.
void add_plant_option(CLI::App& verb, std::string& plant);

/// The name in force, a folder's path when it has a '/'. `option` and `variable` ($TICKPLANT_PLANT) may be empty.
/// Throws Failure (unreachable): none of both, and not exactly one plant is known.
[[nodiscard]] std::string choose_plant(const std::string& option, const std::string& variable,
                                       const std::vector<std::string>& known);
/// The same in the environment of this process.
[[nodiscard]] std::string chosen_plant(const std::string& option);

/// Attaches a plant by what choose_plant() gave. Throws Failure: permission, else unreachable.
[[nodiscard]] clients::Plant attach_plant(const std::string& name_or_folder);

enum class Wanted {
  live_data,   // nothing will come from a plant without a daemon: throws Failure (unreachable)
  last_state,  // whatever it was; says on stderr that it is not live
};
void check_state(const clients::Plant& plant, Wanted wanted);

/// choose, attach and check.
[[nodiscard]] clients::Plant attach_chosen(const std::string& option, Wanted wanted);

/// Throws Failure (usage), with the nearest: the plant has no ring of that name. Empty: any ring will do.
void check_ring(const clients::Plant& plant, const std::string& ring);

/// One line about a plant that is not live: "plant 'demo' is dead: its daemon (pid 7) was killed".
[[nodiscard]] std::string state_text(const clients::Plant& plant);

}  // namespace tickplant::cli
