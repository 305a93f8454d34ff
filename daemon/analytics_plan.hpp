// What the plant computes, compiled before any memory is asked for: a mistake in the analytics file refuses the start.
//
// Threads: set-up; a value.
// Not here: computing (analytics/engine.hpp), the threads that do it (thread_plan.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/program.hpp"
#include "config/plant_config.hpp"
#include "ringbuf/derived_image_table.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::daemon {

struct AnalyticsPlan {
  config::AnalyticsConfig config;
  /// What a predecessor computed before, oldest first: its state is of programs made one from the other.
  std::vector<config::AnalyticsConfig> earlier = {};
  ringbuf::FunctionsHead head;
  std::vector<ringbuf::FunctionSpec> functions;  // function i is entry i - 1
  std::vector<std::uint8_t> window_places;       // by function: place in the derived image, from 1; 0 = none
  std::vector<ringbuf::DerivedImageWriter::IndicatorRank> indicator_ranks;  // by function
};

/// `before`: of the program that this one was made from: what it says of a function stays, and functions that are not
/// computed any more are still in it.
[[nodiscard]] AnalyticsPlan plan_of(const analytics::Program& program, const AnalyticsPlan* before = nullptr);

/// Of a start. `computed`: texts of what a predecessor computed, oldest first: functions that mean the same keep their
/// ids. nullopt: nothing is computed. Throws SetupError: the file cannot be read, or says what cannot be.
[[nodiscard]] std::optional<AnalyticsPlan> plan_analytics(const config::PlantConfig& config,
                                                          std::span<const std::string> computed = {});

}  // namespace tickplant::daemon
