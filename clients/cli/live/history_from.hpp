// From when on somebody wants to see what was, as a person writes it.
//
// Threads: any; pure functions.
#pragma once

#include <string_view>

#include "clients/cpp/history_wish.hpp"

namespace tickplant::cli {

/// "-10min" (units as of durations, and min): so long before now. Else as parse_bound(): a sequence, or a receive time.
/// Throws Failure (usage).
[[nodiscard]] clients::HistoryFrom parse_history_from(std::string_view option, std::string_view text);

/// A receive time alone, "-10min" being one before `now`. Throws Failure (usage).
[[nodiscard]] platform::UnixNanos parse_when(std::string_view option, std::string_view text, platform::UnixNanos now);

}  // namespace tickplant::cli
