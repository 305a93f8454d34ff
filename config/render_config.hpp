// A config as text again: what is in force and where it came from, or the same with every key explained.
//
// Threads: any; pure functions.
// Not here: the choice of columns and colours on a terminal (clients/cli).
#pragma once

#include <string>
#include <vector>

#include "config/loaded_config.hpp"

namespace tickplant::config {

/// One key as it is in force.
struct ShownSetting {
  std::string path;    // "rings.ticks.slots"
  std::string text;    // the value as YAML: 256MiB
  std::string json;    // the value as JSON: 268435456
  std::string unit;    // of the JSON value: "bytes", "ns", "slots"; "-": none
  std::string origin;  // "default", "demo.yaml:12", "TICKPLANT_LOG_LEVEL"
};

/// Every key that has a value, in the order of the documentation.
[[nodiscard]] std::vector<ShownSetting> effective_settings(const LoadedConfig& loaded);

/// The same as YAML with origins as comments. Loads back to the same config.
[[nodiscard]] std::string render_effective(const LoadedConfig& loaded);

/// YAML with every key there is: set where the config sets it, commented out with its default (or an example) where it
/// does not, each with its meaning, allowed values, unit, default and what is traded. The sample files are made by
/// this, so they cannot forget a key. Loads back to the same config.
[[nodiscard]] std::string render_explained(const LoadedConfig& loaded);

}  // namespace tickplant::config
