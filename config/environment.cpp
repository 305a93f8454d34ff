#include "config/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "config/nearest.hpp"
#include "config/schema.hpp"

namespace tickplant::config {

namespace {

constexpr std::string_view kPrefix = "TICKPLANT_";

/// Read by our programs and tests themselves; no keys.
constexpr std::array<std::string_view, 5> kProgramVariables{"TICKPLANT_CHECK", "TICKPLANT_CONFIG", "TICKPLANT_PLANT",
                                                            "TICKPLANT_RUNTIME", "TICKPLANT_SHARED_DATA"};

/// "a,b" -> {a, b}; "" -> {}.
std::vector<std::string> items_of(const std::string& text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    items.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return items;
    begin = comma + 1;
  }
}

}  // namespace

Environment process_environment() {
  Environment ours;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos) {
      ours.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return ours;
}

std::string variable_of(std::string_view path) {
  std::string name(kPrefix);
  for (const char c : path) {
    name += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return name;
}

void apply_environment(const Environment& environment, LoadedConfig& loaded, std::vector<Violation>& violations) {
  std::map<std::string, Setting> by_variable;
  for (Setting& setting : settings_of(loaded.config)) {
    by_variable.try_emplace(variable_of(setting.path), std::move(setting));
  }
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(kPrefix)) continue;
    if (std::find(kProgramVariables.begin(), kProgramVariables.end(), variable) != kProgramVariables.end()) continue;
    const auto found = by_variable.find(variable);
    if (found == by_variable.end()) {
      std::vector<std::string> known;
      for (const auto& [name, setting] : by_variable) known.push_back(name);
      const std::string near = nearest(variable, known);
      violations.push_back(
          {variable, 0, 0, "", "unknown variable, it sets no key of " + loaded.file_name,
           near.empty() ? "unset it, or name a key: log.level is TICKPLANT_LOG_LEVEL" : "did you mean " + near + "?"});
      continue;
    }
    const Setting& setting = found->second;
    std::size_t bad_item = 0;
    const std::vector<std::string> items = setting.list ? items_of(value) : std::vector<std::string>{value};
    if (const Refusal refusal = setting.assign(items, bad_item)) {
      violations.push_back({variable, 0, 0, setting.path, setting.path + ' ' + refusal->problem, refusal->remedy});
    }
    loaded.origins[setting.path] = {variable, 0, 0};
  }
}

}  // namespace tickplant::config
