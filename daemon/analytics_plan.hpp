// What the plant computes, compiled before any memory is asked for: a mistake in the analytics file refuses the start.
//
// Threads: set-up; a value.
// Not here: computing (analytics/engine.hpp), the threads that do it (thread_plan.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analytics/program.hpp"
#include "config/plant_config.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::daemon {

struct AnalyticsPlan {
  config::AnalyticsConfig config;
  ringbuf::FunctionsHead head;
  std::vector<ringbuf::FunctionSpec> functions;  // function i is entry i - 1
  std::vector<std::uint8_t> window_places;       // by function: place in the derived image, from 1; 0 = none
};

/// nullopt: nothing is computed. Throws SetupError: the file cannot be read, or says what cannot be.
[[nodiscard]] std::optional<AnalyticsPlan> plan_analytics(const config::PlantConfig& config);

}  // namespace tickplant::daemon
