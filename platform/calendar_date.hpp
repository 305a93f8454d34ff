// A day of the (proleptic Gregorian) calendar, without a time zone: a trading date.
//
// Threads: a value.
// Not here: when that day begins somewhere (time_zone.hpp).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickplant::platform {

struct CalendarDate {
  std::int16_t year = 1970;
  std::uint8_t month = 1;  // 1 to 12
  std::uint8_t day = 1;    // 1 to 31

  friend constexpr auto operator<=>(const CalendarDate&, const CalendarDate&) = default;
};
static_assert(sizeof(CalendarDate) == 4);

/// The date, or nothing when there is no such day (2019-02-29, month 13). Years 1 to 9999.
[[nodiscard]] constexpr std::optional<CalendarDate> make_date(int year, int month, int day) noexcept {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const auto month_number = static_cast<std::uint8_t>(month);
  const auto day_number = static_cast<std::uint8_t>(day);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month_number},
                                         std::chrono::day{day_number}};
  if (!date.ok()) return std::nullopt;
  return CalendarDate{static_cast<std::int16_t>(year), month_number, day_number};
}

/// Days since 1970-01-01; negative before.
[[nodiscard]] constexpr std::int32_t days_since_epoch(CalendarDate date) noexcept {
  const std::chrono::sys_days days =
      std::chrono::year{date.year} / std::chrono::month{date.month} / std::chrono::day{date.day};
  return static_cast<std::int32_t>(days.time_since_epoch().count());
}

/// The inverse of days_since_epoch(), within the years 1 to 9999.
[[nodiscard]] constexpr CalendarDate date_of_days(std::int32_t days) noexcept {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<std::int16_t>(static_cast<int>(date.year())),
          static_cast<std::uint8_t>(static_cast<unsigned>(date.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(date.day()))};
}

/// 20190130 for 2019-01-30, and back.
[[nodiscard]] constexpr std::int32_t to_yyyymmdd(CalendarDate date) noexcept {
  return date.year * 10'000 + date.month * 100 + date.day;
}
[[nodiscard]] constexpr std::optional<CalendarDate> from_yyyymmdd(std::int32_t number) noexcept {
  if (number < 0) return std::nullopt;
  return make_date(number / 10'000, number / 100 % 100, number % 100);
}

/// "2019-01-30", and back: exactly this form, nothing before or after it.
[[nodiscard]] std::string to_string(CalendarDate date);
[[nodiscard]] std::optional<CalendarDate> parse_date(std::string_view text) noexcept;

}  // namespace tickplant::platform
