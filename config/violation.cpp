#include "config/violation.hpp"

#include <utility>

namespace tickplant::config {

namespace {

std::string report(const std::string& file_name, const std::vector<Violation>& violations) {
  std::string text = "config " + file_name + " has " + std::to_string(violations.size()) +
                     (violations.size() == 1 ? " mistake" : " mistakes");
  for (const Violation& violation : violations) {
    text += '\n' + to_text(violation);
    text.pop_back();
  }
  return text;
}

}  // namespace

std::string to_text(const Violation& violation) {
  std::string text = violation.source;
  if (violation.line != 0) text += ':' + std::to_string(violation.line) + ':' + std::to_string(violation.column);
  return text + ": " + violation.message + "\n  remedy: " + violation.remedy + '\n';
}

ConfigError::ConfigError(const std::string& file_name, std::vector<Violation> violations)
    : ConfigError(file_name, std::move(violations),
                  "correct each of them, then `tickplant config check " + file_name + "`") {}

ConfigError::ConfigError(const std::string& file_name, std::vector<Violation> violations, std::string remedy)
    : SetupError(report(file_name, violations), std::move(remedy)), violations_(std::move(violations)) {}

}  // namespace tickplant::config
