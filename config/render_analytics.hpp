// What a plant computes, as text again: every key written out, always in the same order, so that two configs that mean
// the same are the same text.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "config/analytics_config.hpp"

namespace tickplant::config {

/// load_analytics_text(to_yaml(c)) == c, but for places and the file's name.
[[nodiscard]] std::string to_yaml(const AnalyticsConfig& config);

/// As a file of rules, or the end of an analytics file; empty: there are none.
[[nodiscard]] std::string to_yaml(std::span<const AlertRuleConfig> rules);

/// One entry of a set, as to_yaml() writes it: equal texts mean the same.
[[nodiscard]] std::string to_text(const WindowConfig& window);
[[nodiscard]] std::string to_text(const SignalConfig& signal);
[[nodiscard]] std::string to_text(const PatternConfig& pattern);
[[nodiscard]] std::string to_text(const NbboConfig& nbbo);

/// Of to_yaml(), FNV-1a: whether stored state belongs to this config.
[[nodiscard]] std::uint64_t hash_of(const AnalyticsConfig& config);

}  // namespace tickplant::config
