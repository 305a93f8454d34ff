// YAML in, what the plant computes out: the files of config/analytics/.
//
// Threads: any; nothing is shared.
// Not here: what is written how (read_analytics.hpp), what it means (analytics_config.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/analytics_config.hpp"
#include "config/plant_config.hpp"
#include "config/violation.hpp"

namespace tickplant::config {

/// Throws ConfigError with all violations, or SetupError when the file cannot be read.
[[nodiscard]] AnalyticsConfig load_analytics_file(const std::string& path);

/// The same from memory; `file_name` is what violations call it. Throws ConfigError.
[[nodiscard]] AnalyticsConfig load_analytics_text(std::string_view yaml, const std::string& file_name);

/// What a plant computes: the file it names, or the one built in (embedded_standard.hpp). nullopt: nothing. Throws as
/// the others.
[[nodiscard]] std::optional<AnalyticsConfig> load_analytics_of(const PlantConfig& plant);

/// A file of alert rules alone: `alerts:` with a list. Throws ConfigError with all mistakes, SetupError: unreadable.
[[nodiscard]] std::vector<AlertRuleConfig> load_alert_rules_text(std::string_view yaml, const std::string& file_name);
[[nodiscard]] std::vector<AlertRuleConfig> load_alert_rules_file(const std::string& path);

}  // namespace tickplant::config
