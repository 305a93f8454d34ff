// Where a plant keeps what outlives a reboot: the sequence numbers it has taken (sequence_leases.hpp).
//
// "auto": $STATE_DIRECTORY (systemd's StateDirectory=), /var/lib/tickplant where that belongs to the daemon's user,
// else $XDG_STATE_HOME or ~/.local/state, with tickplant/<plant> below.
//
// Threads: set-up. Not here: making the folder and what is in it (sequence_leases.hpp), shared memory
// (ringbuf/plant_folder.hpp).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "config/plant_config.hpp"

namespace tickplant::daemon {

/// What the choice depends on, handed in. `root` replaces "/" in tests.
struct StateEnvironment {
  std::optional<std::string> state_directory;  // $STATE_DIRECTORY, its first entry
  std::optional<std::string> xdg_state_home;   // $XDG_STATE_HOME
  std::optional<std::string> home;             // $HOME, else of the user's account
  uid_t user = 0;                              // effective user id
  std::filesystem::path root = "/";
};

/// The environment of this process. Empty and relative paths count as unset.
[[nodiscard]] StateEnvironment state_environment_of_this_process();

/// The folder, which need not exist. None: this user has no home, and nobody named a folder.
[[nodiscard]] std::optional<std::filesystem::path> state_folder(const config::PlantConfig& config,
                                                                const StateEnvironment& environment);

}  // namespace tickplant::daemon
