#include "analytics/calendars/us_equity.hpp"

#include <array>
#include <chrono>
#include <cstdint>

#include "platform/time_zone.hpp"

namespace tickplant::analytics {

namespace {

using platform::kNanosPerDay;
using std::chrono::Monday;
using std::chrono::Saturday;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::Thursday;
using std::chrono::weekday;

constexpr std::int64_t kHour = 3600 * platform::kNanosPerSecond;
constexpr std::int64_t kOpen = 9 * kHour + kHour / 2, kClose = 16 * kHour, kEarlyClose = 13 * kHour;

/// Closures outside the rules.
constexpr std::array<CalendarDate, 4> kOneOff{{
    {2012, 10, 29},  // hurricane Sandy
    {2012, 10, 30},
    {2018, 12, 5},  // mourning for G. H. W. Bush
    {2025, 1, 9},   // mourning for J. Carter
}};

constexpr int kJuneteenthSince = 2022;
/// The tables of tzdata that the date library reads end here. Later years: the rule in force since 2007.
constexpr int kLastZoneYear = 2037;

sys_days day(int year, unsigned month, unsigned day_of_month) {
  return std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day_of_month);
}

sys_days nth_weekday(int year, unsigned month, weekday which, unsigned n) {
  return std::chrono::year{year} / std::chrono::month{month} / which[n];
}

sys_days last_weekday(int year, unsigned month, weekday which) {
  return std::chrono::year{year} / std::chrono::month{month} / which[std::chrono::last];
}

CalendarDate date_of(sys_days time) {
  return platform::date_of_days(static_cast<std::int32_t>(time.time_since_epoch().count()));
}

/// Gregorian (Meeus, Astronomical Algorithms, chapter 8).
sys_days easter_sunday(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, e = b % 4, f = c / 4, k = c % 4;
  const int g = (8 * b + 13) / 25;
  const int h = (19 * a + b - b / 4 - g + 15) % 30;
  const int l = (32 + 2 * e + 2 * f - h - k) % 7;
  const int m = (a + 11 * h + 19 * l) / 433;
  const int month = (h + l - 7 * m + 90) / 25;
  const int day_of_month = (h + l - 7 * m + 33 * month + 19) % 32;
  return day(year, static_cast<unsigned>(month), static_cast<unsigned>(day_of_month));
}

enum class OnSaturday : std::uint8_t { not_kept, friday };

/// A holiday of a fixed date: on a Sunday it is kept on Monday, on a Saturday on Friday, or not at all.
void add_fixed(std::set<CalendarDate>& holidays, sys_days date, OnSaturday on_saturday) {
  const weekday on{date};
  if (on == Saturday) {
    if (on_saturday == OnSaturday::friday) holidays.insert(date_of(date - std::chrono::days{1}));
    return;
  }
  holidays.insert(date_of(on == Sunday ? date + std::chrono::days{1} : date));
}

bool is_monday_to_thursday(sys_days date) {
  const unsigned number = weekday{date}.iso_encoding();
  return number >= Monday.iso_encoding() && number <= Thursday.iso_encoding();
}

/// Daylight-saving time on a weekday: the clocks change on Sundays.
bool is_summer_by_rule(CalendarDate date) {
  const CalendarDate from = date_of(nth_weekday(date.year, 3, Sunday, 2));
  const CalendarDate until = date_of(nth_weekday(date.year, 11, Sunday, 1));
  return from <= date && date < until;
}

/// 00:00 in New York. No clock there changes between midnight and close on a day of trading.
UnixNanos midnight(const platform::TimeZone& new_york, CalendarDate date) {
  if (date.year <= kLastZoneYear) return new_york.local_midnight(date);
  const std::int64_t hours_behind = is_summer_by_rule(date) ? 4 : 5;
  return {platform::days_since_epoch(date) * kNanosPerDay + hours_behind * kHour};
}

}  // namespace

std::set<CalendarDate> us_equity_holidays(int year) {
  std::set<CalendarDate> holidays;
  add_fixed(holidays, day(year, 1, 1), OnSaturday::not_kept);
  holidays.insert(date_of(nth_weekday(year, 1, Monday, 3)));             // Martin Luther King
  holidays.insert(date_of(nth_weekday(year, 2, Monday, 3)));             // Presidents' Day
  holidays.insert(date_of(easter_sunday(year) - std::chrono::days{2}));  // Good Friday
  holidays.insert(date_of(last_weekday(year, 5, Monday)));               // Memorial Day
  if (year >= kJuneteenthSince) add_fixed(holidays, day(year, 6, 19), OnSaturday::friday);
  add_fixed(holidays, day(year, 7, 4), OnSaturday::friday);
  holidays.insert(date_of(nth_weekday(year, 9, Monday, 1)));     // Labor Day
  holidays.insert(date_of(nth_weekday(year, 11, Thursday, 4)));  // Thanksgiving
  add_fixed(holidays, day(year, 12, 25), OnSaturday::friday);
  for (const CalendarDate closed : kOneOff) {
    if (closed.year == year) holidays.insert(closed);
  }
  return holidays;
}

std::set<CalendarDate> us_equity_half_days(int year) {
  std::set<CalendarDate> half_days{date_of(nth_weekday(year, 11, Thursday, 4) + std::chrono::days{1})};
  for (const sys_days eve : {day(year, 7, 3), day(year, 12, 24)}) {
    if (is_monday_to_thursday(eve)) half_days.insert(date_of(eve));
  }
  for (const CalendarDate holiday : us_equity_holidays(year)) half_days.erase(holiday);
  return half_days;
}

std::vector<TradingSession> us_equity_sessions(int first_year, int last_year) {
  const platform::TimeZone new_york("America/New_York");
  std::vector<TradingSession> sessions;
  for (int year = first_year; year <= last_year; ++year) {
    const std::set<CalendarDate> holidays = us_equity_holidays(year), half_days = us_equity_half_days(year);
    for (sys_days time = day(year, 1, 1); time < day(year + 1, 1, 1); time += std::chrono::days{1}) {
      const CalendarDate date = date_of(time);
      if (weekday{time} == Saturday || weekday{time} == Sunday || holidays.contains(date)) continue;
      const bool is_early = half_days.contains(date);
      const UnixNanos start = midnight(new_york, date);
      sessions.push_back({date, start + kOpen, start + (is_early ? kEarlyClose : kClose), is_early});
    }
  }
  return sessions;
}

}  // namespace tickplant::analytics
