// A checked config and where each of its values came from.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "config/plant_config.hpp"

namespace tickplant::config {

/// Where a value was set.
struct Origin {
  std::string source;        // the file as the caller named it, or the environment variable
  std::uint32_t line = 0;    // from 1; 0: environment
  std::uint32_t column = 0;  // from 1
};

struct LoadedConfig {
  std::string file_name;
  PlantConfig config;
  std::map<std::string, Origin>
      origins;  // by path; a key without one has its default. Sections of the file are here too.

  [[nodiscard]] bool is_given(const std::string& path) const { return origins.count(path) != 0; }

  /// "default", "demo.yaml:12" or "TICKPLANT_LOG_LEVEL".
  [[nodiscard]] std::string origin_of(const std::string& path) const {
    const auto found = origins.find(path);
    if (found == origins.end()) return "default";
    const Origin& origin = found->second;
    return origin.line == 0 ? origin.source : origin.source + ':' + std::to_string(origin.line);
  }

  /// Where to send somebody who has to change this key: its own place, else that of the nearest section around it.
  [[nodiscard]] Origin place_of(std::string path) const {
    for (;;) {
      const auto found = origins.find(path);
      if (found != origins.end()) return found->second;
      const std::size_t dot = path.rfind('.');
      if (dot == std::string::npos) return {file_name, 1, 1};
      path.resize(dot);
    }
  }
};

}  // namespace tickplant::config
