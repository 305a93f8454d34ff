// What a journal's plant computed last: the analytics configs since computing began, without computing anything.
//
// Threads: any; a pure function of the files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analytics/replay/journal_follower.hpp"

namespace tickplant::analytics {

/// Their texts, oldest first, from what a follower would begin with. None: nothing was computed, or by another build.
/// Throws SetupError: the folder cannot be read.
[[nodiscard]] std::vector<std::string> configs_computed_in(const std::filesystem::path& folder,
                                                           const FollowerWish& wish);

}  // namespace tickplant::analytics
