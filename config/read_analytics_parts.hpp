// The parts of read_analytics: a set and what is in it. For read_analytics*.cpp only.
//
// Threads: as read_analytics.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/analytics_config.hpp"
#include "config/analytics_values.hpp"
#include "config/yaml_section.hpp"

namespace tickplant::config {

inline constexpr std::int64_t kMillisecondNs = 1'000'000, kSecondNs = 1'000'000'000;
inline constexpr std::int64_t kDayNs = 86'400'000'000'000, kWeekNs = 7 * kDayNs;
/// Limits of one set: they bound memory, and nobody is near them.
inline constexpr std::size_t kMaxWindows = 64, kMaxFunctions = 256, kMaxSignals = 256, kMaxPatterns = 64,
                             kMaxSteps = 16;

/// A word of `on:` that is no window.
inline constexpr std::string_view kOnTicks = "ticks", kOnSignals = "signals";

/// A set while it is read.
struct SetReading {
  SetConfig& set;
  Mistakes& mistakes;
  std::vector<std::string> window_names = {};  // of all that are declared, whatever else is wrong with them
  bool is_average_known = true;                // false: windows or `average` have mistakes, say nothing about ma_5min
};

[[nodiscard]] inline Place place_of(const YamlNode& node) { return {node.line, node.column}; }
/// Where the text itself begins.
[[nodiscard]] inline Place text_place_of(const YamlNode& node) {
  return {node.line, node.column + (node.is_quoted ? 1u : 0u)};
}

/// Reads `name:`, which is required; reports one that `taken` holds already, and adds it there.
void read_name(const YamlSection& section, const Text& kind, std::string_view example, std::vector<std::string>& taken,
               std::string& name, Mistakes& mistakes);

/// Reads `on:`, which is required: a window of the set, or "ticks".
void read_on(const YamlSection& section, const SetReading& reading, std::string& on);
/// `window` is declared, else reported with the nearest at `node`, the value of `path`.
bool check_window(std::string_view window, const YamlNode& node, const std::string& path, const SetReading& reading);

/// One function; false: reported.
bool read_call(const YamlNode& node, const std::string& path, const Call& kind, const SetReading& reading,
               FunctionCall& call);

void read_windows(const YamlSection& set_section, SetReading& reading);
void read_indicators(const YamlSection& set_section, SetReading& reading);
/// Behind the windows.
void read_quotes(const YamlSection& set_section, SetReading& reading);
void read_signals(const YamlSection& set_section, SetReading& reading);
void read_patterns(const YamlSection& set_section, SetReading& reading);
/// Of a rule of alerts: over ticks, or bars of a length of time.
void read_pattern_of_rule(const YamlNode& node, const std::string& path, PatternConfig& pattern, Mistakes& mistakes);

}  // namespace tickplant::config
