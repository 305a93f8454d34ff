// Configs for tests: a smallest valid one to break in one place, and what loading says about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/load_config.hpp"

namespace tickplant::config {

/// Lines 1 to 11 of a valid config, for tests that append or replace.
inline constexpr std::string_view kSmallConfig =
    "plant:\n"                                  // 1
    "  name: test\n"                            // 2
    "rings:\n"                                  // 3
    "  ticks:\n"                                // 4
    "    slots: 65536\n"                        // 5
    "feeds:\n"                                  // 6
    "  nasdaq:\n"                               // 7
    "    protocol: itch50\n"                    // 8
    "    venue: XNAS\n"                         // 9
    "    source: {kind: pcap, path: a.pcap}\n"  // 10
    "    hours: 04:00-20:00\n";                 // 11

inline LoadedConfig load(std::string_view yaml, const Environment& environment = {}) {
  return load_config_text(yaml, "test.yaml", environment);
}

/// Empty: the config is valid.
inline std::vector<Violation> violations_in(std::string_view yaml, const Environment& environment = {}) {
  try {
    (void)load(yaml, environment);
    return {};
  } catch (const ConfigError& error) {
    return error.violations();
  }
}

/// All violations as the user reads them, one after the other.
inline std::string report_on(std::string_view yaml, const Environment& environment = {}) {
  std::string report;
  for (const Violation& violation : violations_in(yaml, environment)) report += to_text(violation);
  return report;
}

/// The small config with its first `from` replaced by `to`.
inline std::string small_config_with(std::string_view from, std::string_view to) {
  std::string yaml(kSmallConfig);
  return yaml.replace(yaml.find(from), from.size(), to);
}

}  // namespace tickplant::config
