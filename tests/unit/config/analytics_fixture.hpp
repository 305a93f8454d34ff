// Files of analytics for tests: a smallest valid one to break in one place, and what loading says about it.
#pragma once

#include <string>
#include <string_view>

#include "config/load_analytics.hpp"

namespace tickplant::config {

/// Lines 1 to 7 of a valid file, for tests that append to the set.
inline constexpr std::string_view kSmallAnalytics =
    "sets:\n"                                         // 1
    "  all:\n"                                        // 2
    "    windows:\n"                                  // 3
    "      - {name: T60, size: 1m}\n"                 // 4
    "      - {name: S300_60, size: 5m, slide: 1m}\n"  // 5
    "    indicators:\n"                               // 6
    "      - {on: T60, of: [sma(5)]}\n";              // 7

inline AnalyticsConfig load_small(std::string_view more = {}) {
  return load_analytics_text(std::string(kSmallAnalytics) + std::string(more), "a.yaml");
}

/// All violations as the user reads them; empty: the file is valid.
inline std::string analytics_report(std::string_view yaml) {
  std::string report;
  try {
    (void)load_analytics_text(yaml, "a.yaml");
  } catch (const ConfigError& error) {
    for (const Violation& violation : error.violations()) report += to_text(violation);
  }
  return report;
}

/// The same of the small file with more lines.
inline std::string report_with(std::string_view more) {
  return analytics_report(std::string(kSmallAnalytics) + std::string(more));
}

/// The same of one window.
inline std::string window_report(std::string_view window) {
  return analytics_report("sets: {all: {windows: [\n" + std::string(window) + "]}}");
}

/// The same of one signal, on line 9.
inline std::string signal_report(std::string_view signal) {
  return report_with("    signals:\n      - " + std::string(signal));
}

}  // namespace tickplant::config
