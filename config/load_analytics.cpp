#include "config/load_analytics.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "config/embedded_standard.hpp"
#include "config/parse_yaml.hpp"
#include "config/read_alert_rules.hpp"
#include "config/read_analytics.hpp"

namespace tickplant::config {

AnalyticsConfig load_analytics_text(std::string_view yaml, const std::string& file_name) {
  AnalyticsConfig config;
  config.file_name = file_name;
  std::vector<Violation> violations;
  if (const std::optional<YamlNode> root = parse_yaml(yaml, file_name, violations, kMaxAnalyticsBytes)) {
    read_analytics(*root, config, violations);
  }
  if (violations.empty()) return config;
  sort_by_place(violations);
  throw ConfigError(file_name, std::move(violations), "correct each of them");
}

AnalyticsConfig load_analytics_file(const std::string& path) {
  const std::string yaml = read_yaml_file(
      path, "analytics", "name a readable YAML file; config/analytics/standard.yaml is one to start from",
      kMaxAnalyticsBytes);
  return load_analytics_text(yaml, path);
}

std::vector<AlertRuleConfig> load_alert_rules_text(std::string_view yaml, const std::string& file_name) {
  std::vector<AlertRuleConfig> rules;
  std::vector<Violation> violations;
  if (const std::optional<YamlNode> root = parse_yaml(yaml, file_name, violations, kMaxAnalyticsBytes)) {
    constexpr std::array<std::string_view, 1> kKeys{"alerts"};
    Mistakes mistakes(file_name, violations);
    const YamlSection top(*root, "", kKeys, mistakes);
    if (top.require("alerts", "alerts: [{name: dip, when: \"change(5m) < -2%\"}]")) {
      read_alert_rules(top, rules, mistakes);
    }
  }
  for (AlertRuleConfig& rule : rules) rule.file = {file_name};
  if (violations.empty()) return rules;
  sort_by_place(violations);
  throw ConfigError(file_name, std::move(violations), "correct each of them");
}

std::vector<AlertRuleConfig> load_alert_rules_file(const std::string& path) {
  const std::string yaml =
      read_yaml_file(path, "alert rules", "name a readable YAML file; config/alerts/standard.yaml is one to start from",
                     kMaxAnalyticsBytes);
  return load_alert_rules_text(yaml, path);
}

std::optional<AnalyticsConfig> load_analytics_of(const PlantConfig& plant) {
  if (!plant.analytics.present()) return std::nullopt;
  AnalyticsConfig config = plant.analytics.file == "auto"
                               ? load_analytics_text(embedded_standard(), "standard.yaml (built in)")
                               : load_analytics_file(plant.analytics.file);
  if (plant.analytics.alerts == "none") return config;
  for (AlertRuleConfig& rule : load_alert_rules_file(plant.analytics.alerts)) config.alerts.push_back(std::move(rule));
  return config;
}

}  // namespace tickplant::config
