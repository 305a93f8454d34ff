// The regular sessions of US stock exchanges (NYSE, NASDAQ), by rule: 09:30 to 16:00 in New York, half days to 13:00,
// no session on holidays and on the days listed in us_equity.cpp.
//
// The rules are those in force since 2010, with Juneteenth since 2022; for earlier years they are applied as they are.
// A closure nobody could foresee needs a line in the list.
//
// Threads: set-up, one.
#pragma once

#include <set>
#include <vector>

#include "analytics/calendars/trading_session.hpp"

namespace tickplant::analytics {

/// The days of that year without a session, Saturdays and Sundays aside.
[[nodiscard]] std::set<CalendarDate> us_equity_holidays(int year);

/// The days of that year on which the market closes at 13:00.
[[nodiscard]] std::set<CalendarDate> us_equity_half_days(int year);

/// All sessions from `first_year` to `last_year`. Throws SetupError without tzdata.
[[nodiscard]] std::vector<TradingSession> us_equity_sessions(int first_year, int last_year);

}  // namespace tickplant::analytics
