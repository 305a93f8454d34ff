// What a plant computes and how far it has come, for status and health.
//
// Threads: one, the plant's.
#pragma once

#include <optional>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_facts.hpp"

namespace tickplant::cli {

/// nullopt: nothing is computed.
[[nodiscard]] std::optional<AnalyticsFacts> analytics_facts(const clients::Plant& plant);

/// One line for people.
[[nodiscard]] std::string analytics_text(const AnalyticsFacts& facts);
[[nodiscard]] Json analytics_json(const AnalyticsFacts& facts);

}  // namespace tickplant::cli
