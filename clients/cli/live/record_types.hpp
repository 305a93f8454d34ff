// Record types as a person names them.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <vector>

#include "clients/cpp/subscription.hpp"

namespace tickplant::cli {

/// Those asked for ("trade", "quote"), else all but the two that say nothing about the market. Throws Failure (usage).
[[nodiscard]] clients::RecordTypes types_of(const std::vector<std::string>& words);

}  // namespace tickplant::cli
