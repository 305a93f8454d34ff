// What `tickplant status` and `rings` print: a plant's facts as tables and as JSON.
//
// Threads: any; pure functions.
#pragma once

#include <string>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// `before` and `now`: two looks a moment apart, from which rates come. The same one twice: no rates.
[[nodiscard]] std::string status_text(const PlantFacts& before, const PlantFacts& now, const Style& style);
[[nodiscard]] Json status_json(const PlantFacts& before, const PlantFacts& now);

[[nodiscard]] std::string rings_text(const PlantFacts& before, const PlantFacts& now, const Style& style);
[[nodiscard]] Json rings_json(const PlantFacts& before, const PlantFacts& now);

/// "12,345"; "2.5" below ten; "0".
[[nodiscard]] std::string rate_text(double per_second);

/// Share of the time between two looks that a thread spent in turns that found work: 0 to 1.
[[nodiscard]] double busy_share(const PlantFacts& before, const PlantFacts& now, const ThreadFacts& thread) noexcept;

}  // namespace tickplant::cli
