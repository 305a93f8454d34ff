// YAML and environment in, a plant's checked config out.
//
// Threads: any; nothing is shared.
// Not here: the parser (parse_yaml.hpp), what the values mean (plant_config.hpp, schema.cpp), what the plant computes
// (load_analytics.hpp).
#pragma once

#include <string>
#include <string_view>

#include "config/environment.hpp"
#include "config/loaded_config.hpp"
#include "config/parse_yaml.hpp"
#include "config/violation.hpp"

namespace tickplant::config {

/// Loads `path`, overridden by `environment`. Throws ConfigError with all violations, or SetupError when the file
/// cannot be read.
[[nodiscard]] LoadedConfig load_config_file(const std::string& path, const Environment& environment);

/// The same from memory; `file_name` is what violations and origins call it. Throws ConfigError.
[[nodiscard]] LoadedConfig load_config_text(std::string_view yaml, const std::string& file_name,
                                            const Environment& environment);

}  // namespace tickplant::config
