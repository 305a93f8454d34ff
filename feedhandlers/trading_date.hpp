// The trading date of a file, guessed from its name: ITCH times count from midnight and day files do not say of which
// day.
//
//   20190130           anywhere, also with a time of day behind it       itch-20190130.bin, nq20190130093000.pcap
//   2019-01-30         also with '_' or '.'                              aapl-2019-01-30.itch
//   01302020           as NASDAQ names its day files                     01302020.NASDAQ_ITCH50.gz
//   S081321            as NASDAQ named its samples, at the start         S081321-v50.txt.gz
//
// The rules are tried in this order; within one, the first match counts. Dates outside 1990 to 2099 are taken for
// numbers of another kind. With that no eight digits fit both the first and the third rule: a month 19 or 20 does not
// exist.
//
// Threads: any; a pure function. Not here: the date a capture's own time stamps give, the zone
// (platform/time_zone.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/calendar_date.hpp"

namespace tickplant::feedhandlers {

enum class DateRule : std::uint8_t { year_month_day, iso, month_day_year, nasdaq_sample };

struct TradingDateGuess {
  platform::CalendarDate date;
  DateRule rule = DateRule::year_month_day;
};

/// `file_name` may be a path: folders are not looked at.
[[nodiscard]] std::optional<TradingDateGuess> guess_trading_date(std::string_view file_name) noexcept;

/// "YYYYMMDD in the file name" and the like, to tell a person where a date came from.
[[nodiscard]] const char* describe(DateRule rule) noexcept;

}  // namespace tickplant::feedhandlers
