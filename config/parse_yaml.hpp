// From the text of a file to a tree: the only door to yaml-cpp. Takes its events, not its nodes, which would have
// dropped repeated keys already, and refuses what a config has no use for and an attacker has.
//
// Threads: any; works on its arguments only.
// Not here: meaning (read_settings.hpp for a plant, read_analytics.hpp for what it computes).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/violation.hpp"
#include "config/yaml_tree.hpp"

namespace tickplant::config {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxAnalyticsBytes = std::size_t{32} * 1024 * 1024;  // with ten thousands of alert rules
inline constexpr std::size_t kMaxConfigDepth = 16;  // sections and lists inside each other

/// nullopt: not YAML, or stopped at a limit; `violations` says so.
[[nodiscard]] std::optional<YamlNode> parse_yaml(std::string_view yaml, const std::string& file_name,
                                                 std::vector<Violation>& violations,
                                                 std::size_t bytes_max = kMaxConfigBytes);

/// The text of a file, cut behind `bytes_max` + 1. Throws SetupError with `remedy`: "cannot read <what> <path>".
[[nodiscard]] std::string read_yaml_file(const std::string& path, const std::string& what, const std::string& remedy,
                                         std::size_t bytes_max = kMaxConfigBytes);

/// Into the order of the file; those without a line last.
void sort_by_place(std::vector<Violation>& violations);

}  // namespace tickplant::config
