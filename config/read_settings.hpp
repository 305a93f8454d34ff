// From a YAML tree to a config: unknown and repeated keys, wrong types and values are reported, everything else is
// stored.
//
// Threads: any; works on its arguments only.
// Not here: rules across keys and required keys (validate_config.hpp), which also hold for values from the environment.
#pragma once

#include <vector>

#include "config/loaded_config.hpp"
#include "config/violation.hpp"
#include "config/yaml_tree.hpp"

namespace tickplant::config {

/// Reads `root` into `loaded`, which holds defaults and its file's name; appends what is wrong to `violations`.
void read_settings(const YamlNode& root, LoadedConfig& loaded, std::vector<Violation>& violations);

}  // namespace tickplant::config
