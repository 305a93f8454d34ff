// Rules that one key alone cannot break: required keys, rings that feeds name, lines that make sense together, threads
// that share neither a stage nor a core.
//
// Threads: any; works on its arguments only.
// Not here: what a single value may be (value_types.hpp), what the machine has (platform).
#pragma once

#include <vector>

#include "config/loaded_config.hpp"
#include "config/violation.hpp"

namespace tickplant::config {

/// Appends what is wrong with `loaded` to `violations`, each at the line of the key to change. A key that is already in
/// `violations` is not reported again.
void validate_config(const LoadedConfig& loaded, std::vector<Violation>& violations);

}  // namespace tickplant::config
