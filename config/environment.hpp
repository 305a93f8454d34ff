// Any key can be set by TICKPLANT_<PATH> in the environment: the path in capitals with '_' for each dot. Entries are
// part of the path by their name: TICKPLANT_RINGS_TICKS_SLOTS=65536, TICKPLANT_FEEDS_NASDAQ_PUBLISH=orders,trades. The
// environment wins over the file. It changes entries of the file, it does not make new ones.
//
// Threads: any; process_environment() while nobody calls setenv.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/loaded_config.hpp"
#include "config/violation.hpp"

namespace tickplant::config {

/// Variable name to value.
using Environment = std::map<std::string, std::string>;

/// The variables of this process that start with TICKPLANT_.
[[nodiscard]] Environment process_environment();

/// "rings.ticks.slots" -> "TICKPLANT_RINGS_TICKS_SLOTS".
[[nodiscard]] std::string variable_of(std::string_view path);

/// Stores what `environment` sets, with its origin. A TICKPLANT_ variable that is no key of this config, and none that
/// our programs read themselves (TICKPLANT_CONFIG, _PLANT, _RUNTIME, _SHARED_DATA), is a violation: it would be ignored
/// otherwise.
void apply_environment(const Environment& environment, LoadedConfig& loaded, std::vector<Violation>& violations);

}  // namespace tickplant::config
