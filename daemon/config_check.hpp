// Would a daemon start with this config, here and now? For --check-config, and for admins who ask a running one before
// they restart it.
//
// Threads: any. Not here: what makes a config valid by itself (config/).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/load_config.hpp"

namespace tickplant::daemon {

/// What it would be and have, a line each. `held_bytes`: of shared memory that a running daemon gives back first.
/// Throws SetupError: what it would need and the machine has not.
[[nodiscard]] std::vector<std::string> check_config(const config::LoadedConfig& loaded, std::uint64_t held_bytes = 0);

}  // namespace tickplant::daemon
