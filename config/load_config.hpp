// YAML and environment in, checked config out. The door to everything in this folder, and the only one to yaml-cpp.
//
// Threads: any; nothing is shared.
// Not here: what the values mean (plant_config.hpp, schema.cpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/environment.hpp"
#include "config/loaded_config.hpp"
#include "config/violation.hpp"

namespace tickplant::config {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxConfigDepth = 16;  // sections and lists inside each other

/// Loads `path`, overridden by `environment`. Throws ConfigError with all violations, or SetupError when the file
/// cannot be read.
[[nodiscard]] LoadedConfig load_config_file(const std::string& path, const Environment& environment);

/// The same from memory; `file_name` is what violations and origins call it. Throws ConfigError.
[[nodiscard]] LoadedConfig load_config_text(std::string_view yaml, const std::string& file_name,
                                            const Environment& environment);

}  // namespace tickplant::config
