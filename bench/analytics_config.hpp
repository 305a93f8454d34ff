// What the engine computes in the suites of analytics.
//
// Threads: values.
#pragma once

#include <array>
#include <cstdint>

#include "analytics/program.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::bench {

inline const std::array kLoadFeeds{analytics::NamedFeed{"bench", {1}}};

/// One minute, and five sliding by one; bound 5 s, lateness 55 s. `corrections`: trades kept.
[[nodiscard]] config::AnalyticsConfig windows_config(std::uint64_t corrections = 0);

enum class Bars : std::uint8_t {
  windows,     // bars of a minute alone
  indicators,  // and all functions of config/golden/bars.yaml
  everything,  // and its signals and its pattern
};
/// config/golden/bars.yaml, or so much of it: final at once, one window.
[[nodiscard]] config::AnalyticsConfig bars_config(Bars what);
/// The same on both standard windows' event time.
[[nodiscard]] config::AnalyticsConfig standard_windows_with(Bars what);
/// The standard windows and the cross of each trade with the mean of five minutes; with or without bar functions.
[[nodiscard]] config::AnalyticsConfig crosses_config(Bars what);

}  // namespace tickplant::bench
