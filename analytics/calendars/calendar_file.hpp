// Sessions from a file, for markets without a rule here:
//
//     date,open_utc_ns,close_utc_ns,early
//     2024-11-29,1732890600000000000,1732903200000000000,1
//
// Threads: set-up, one.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "analytics/calendars/trading_session.hpp"

namespace tickplant::analytics {

/// Throws SetupError with file and line: not this form, a close before its open, sessions out of order or overlapping.
[[nodiscard]] std::vector<TradingSession> read_sessions(std::istream& csv, const std::string& file_name);
[[nodiscard]] std::vector<TradingSession> read_sessions_file(const std::string& path);

}  // namespace tickplant::analytics
