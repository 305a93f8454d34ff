#include "config/load_analytics.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "config/embedded_standard.hpp"
#include "config/parse_yaml.hpp"
#include "config/read_analytics.hpp"

namespace tickplant::config {

AnalyticsConfig load_analytics_text(std::string_view yaml, const std::string& file_name) {
  AnalyticsConfig config;
  config.file_name = file_name;
  std::vector<Violation> violations;
  if (const std::optional<YamlNode> root = parse_yaml(yaml, file_name, violations)) {
    read_analytics(*root, config, violations);
  }
  if (violations.empty()) return config;
  sort_by_place(violations);
  throw ConfigError(file_name, std::move(violations), "correct each of them");
}

AnalyticsConfig load_analytics_file(const std::string& path) {
  const std::string yaml = read_yaml_file(
      path, "analytics", "name a readable YAML file; config/analytics/standard.yaml is one to start from");
  return load_analytics_text(yaml, path);
}

std::optional<AnalyticsConfig> load_analytics_of(const PlantConfig& plant) {
  if (!plant.analytics.present()) return std::nullopt;
  if (plant.analytics.file == "auto") return load_analytics_text(embedded_standard(), "standard.yaml (built in)");
  return load_analytics_file(plant.analytics.file);
}

}  // namespace tickplant::config
