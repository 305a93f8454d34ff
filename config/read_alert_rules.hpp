// Rules of alerts, from a tree of YAML: the list behind `alerts:` of an analytics file, or of a file of its own.
//
// Threads: any; works on its arguments only.
// Not here: the language of `when` (analytics/alerts/rule_compiler.hpp).
#pragma once

#include <vector>

#include "config/alert_rule_config.hpp"
#include "config/yaml_section.hpp"

namespace tickplant::config {

inline constexpr std::size_t kMaxAlertRules = 100'000;

/// The list behind `alerts:` of `top`; appends to `rules`.
void read_alert_rules(const YamlSection& top, std::vector<AlertRuleConfig>& rules, Mistakes& mistakes);

}  // namespace tickplant::config
