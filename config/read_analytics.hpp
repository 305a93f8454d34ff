// From a YAML tree to what the plant computes: everything that is wrong is reported where it stands, everything else is
// stored.
//
// Threads: any; works on its arguments only.
// Not here: the tree (parse_yaml.hpp), expressions, which functions there are and what a basis means to each kind of
// signal (analytics/, by the places stored here).
#pragma once

#include <vector>

#include "config/analytics_config.hpp"
#include "config/violation.hpp"
#include "config/yaml_tree.hpp"

namespace tickplant::config {

/// Reads `root` into `config`, which holds defaults and its file's name; appends what is wrong to `violations`.
void read_analytics(const YamlNode& root, AnalyticsConfig& config, std::vector<Violation>& violations);

}  // namespace tickplant::config
