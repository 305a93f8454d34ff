// From a calendar's name in config to its table: the one list of calendars.
//
// Threads: set-up, one.
#pragma once

#include <string>

#include "analytics/calendars/calendar.hpp"

namespace tickplant::analytics {

/// The years of a calendar that is made by rule.
inline constexpr int kFirstCalendarYear = 1990, kLastCalendarYear = 2100;

/// "us_equity", "always", or the path of a .csv file (calendar_file.hpp). Throws SetupError.
[[nodiscard]] Calendar make_calendar(const std::string& name);

}  // namespace tickplant::analytics
