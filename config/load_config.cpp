#include "config/load_config.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "config/parse_yaml.hpp"
#include "config/read_settings.hpp"
#include "config/validate_config.hpp"

namespace tickplant::config {

LoadedConfig load_config_text(std::string_view yaml, const std::string& file_name, const Environment& environment) {
  LoadedConfig loaded;
  loaded.file_name = file_name;
  std::vector<Violation> violations;
  if (const std::optional<YamlNode> root = parse_yaml(yaml, file_name, violations)) {
    read_settings(*root, loaded, violations);
    apply_environment(environment, loaded, violations);
    validate_config(loaded, violations);
  }
  if (violations.empty()) return loaded;
  sort_by_place(violations);
  throw ConfigError(file_name, std::move(violations));
}

LoadedConfig load_config_file(const std::string& path, const Environment& environment) {
  const std::string yaml =
      read_yaml_file(path, "config", "name a readable YAML file; config/demo.yaml is one to start from");
  return load_config_text(yaml, path, environment);
}

}  // namespace tickplant::config
