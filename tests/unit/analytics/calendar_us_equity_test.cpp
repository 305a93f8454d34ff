#include "analytics/calendars/us_equity.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "analytics/calendars/calendar_factory.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kMinute = 60 * platform::kNanosPerSecond;

/// The session of a date. The table is made once.
std::optional<TradingSession> session_on(CalendarDate date) {
  static const Calendar calendar = make_calendar("us_equity");
  const UnixNanos midnight{platform::days_since_epoch(date) * platform::kNanosPerDay};
  const auto next = calendar.next_session_after(midnight);
  return next && next->date == date ? next : std::nullopt;
}

/// Minutes from midnight UTC to the open.
std::int64_t open_minute(CalendarDate date) {
  const auto session = session_on(date);
  if (!session) return -1;
  return (session->open.value - platform::days_since_epoch(date) * platform::kNanosPerDay) / kMinute;
}

std::int64_t length_in_minutes(CalendarDate date) {
  const auto session = session_on(date);
  return session ? (session->close - session->open) / kMinute : 0;
}

TEST(UsEquityCalendar, FollowsTheClockInNewYork) {
  EXPECT_EQ(open_minute({2024, 1, 2}), 14 * 60 + 30);
  EXPECT_EQ(open_minute({2024, 3, 8}), 14 * 60 + 30) << "the Friday before the clocks change";
  EXPECT_EQ(open_minute({2024, 3, 11}), 13 * 60 + 30) << "the Monday after";
  EXPECT_EQ(open_minute({2024, 11, 1}), 13 * 60 + 30);
  EXPECT_EQ(open_minute({2024, 11, 4}), 14 * 60 + 30);
  EXPECT_EQ(open_minute({2006, 3, 15}), 14 * 60 + 30) << "until 2006 summer began in April";
}

TEST(UsEquityCalendar, FollowsTheClockBeyondTheTablesOfTheTimeZone) {
  for (const std::int16_t year : {std::int16_t{2037}, std::int16_t{2038}, std::int16_t{2060}, std::int16_t{2099}}) {
    EXPECT_EQ(open_minute({year, 7, 2}) == -1 ? open_minute({year, 7, 6}) : open_minute({year, 7, 2}), 13 * 60 + 30)
        << year;
    EXPECT_EQ(open_minute({year, 12, 2}) == -1 ? open_minute({year, 12, 7}) : open_minute({year, 12, 2}), 14 * 60 + 30)
        << year;
  }
  EXPECT_EQ(open_minute({2040, 3, 9}), 14 * 60 + 30);
  EXPECT_EQ(open_minute({2040, 3, 12}), 13 * 60 + 30) << "11 March 2040 is the second Sunday";
  EXPECT_EQ(open_minute({2040, 11, 2}), 13 * 60 + 30);
  EXPECT_EQ(open_minute({2040, 11, 5}), 14 * 60 + 30) << "4 November 2040 is the first Sunday";
}

TEST(UsEquityCalendar, IsOpenFromHalfPastNineToFourOrOne) {
  EXPECT_EQ(length_in_minutes({2024, 5, 6}), 390);
  EXPECT_FALSE(session_on({2024, 5, 6})->early);
  for (const CalendarDate half_day :
       {CalendarDate{2024, 7, 3}, CalendarDate{2024, 11, 29}, CalendarDate{2024, 12, 24}}) {
    EXPECT_EQ(length_in_minutes(half_day), 210) << to_string(half_day);
    EXPECT_TRUE(session_on(half_day)->early) << to_string(half_day);
  }
}

TEST(UsEquityCalendar, RestsOnWeekendsAndHolidays) {
  for (const CalendarDate closed :
       {CalendarDate{2024, 5, 4}, CalendarDate{2024, 5, 5}, CalendarDate{2024, 1, 1}, CalendarDate{2024, 1, 15},
        CalendarDate{2024, 2, 19}, CalendarDate{2024, 3, 29}, CalendarDate{2024, 5, 27}, CalendarDate{2024, 6, 19},
        CalendarDate{2024, 7, 4}, CalendarDate{2024, 9, 2}, CalendarDate{2024, 11, 28}, CalendarDate{2024, 12, 25}}) {
    EXPECT_FALSE(session_on(closed).has_value()) << to_string(closed);
  }
}

TEST(UsEquityCalendar, MovesAHolidayOnASundayToMonday) {
  EXPECT_FALSE(session_on({2023, 1, 2}).has_value());
  EXPECT_FALSE(session_on({2021, 7, 5}).has_value());
  EXPECT_FALSE(session_on({2022, 12, 26}).has_value());
}

TEST(UsEquityCalendar, MovesAHolidayOnASaturdayToFridayButNotNewYear) {
  EXPECT_FALSE(session_on({2020, 7, 3}).has_value());
  EXPECT_FALSE(session_on({2021, 12, 24}).has_value());
  EXPECT_EQ(length_in_minutes({2021, 12, 31}), 390) << "1 January 2022 was a Saturday";
}

TEST(UsEquityCalendar, HasNoHalfDayWhereTheHolidayHasMoved) {
  EXPECT_EQ(length_in_minutes({2022, 12, 23}), 390) << "a Friday";
  EXPECT_EQ(length_in_minutes({2021, 7, 2}), 390) << "a Friday before Sunday the 4th";
  EXPECT_FALSE(session_on({2020, 7, 3}).has_value()) << "the holiday itself";
}

TEST(UsEquityCalendar, KeepsJuneteenthSince2022) {
  EXPECT_EQ(length_in_minutes({2020, 6, 19}), 390);
  EXPECT_FALSE(session_on({2022, 6, 20}).has_value()) << "the 19th was a Sunday";
  EXPECT_FALSE(session_on({2023, 6, 19}).has_value());
}

TEST(UsEquityCalendar, KnowsClosuresNobodyForesaw) {
  for (const CalendarDate closed :
       {CalendarDate{2012, 10, 29}, CalendarDate{2012, 10, 30}, CalendarDate{2018, 12, 5}, CalendarDate{2025, 1, 9}}) {
    EXPECT_FALSE(session_on(closed).has_value()) << to_string(closed);
  }
  EXPECT_TRUE(session_on({2012, 10, 31}).has_value());
}

TEST(UsEquityCalendar, KnowsEasterOfEarlyAndLateYears) {
  for (const CalendarDate good_friday :
       {CalendarDate{2008, 3, 21}, CalendarDate{2011, 4, 22}, CalendarDate{2019, 4, 19}, CalendarDate{2038, 4, 23}}) {
    EXPECT_FALSE(session_on(good_friday).has_value()) << to_string(good_friday);
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
