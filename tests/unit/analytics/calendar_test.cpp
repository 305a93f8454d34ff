#include "analytics/calendars/calendar.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "analytics/calendars/calendar_factory.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

using platform::kNanosPerDay;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

/// [100, 200), [300, 400), and [400, 450) right behind it.
Calendar three_sessions() {
  return {
      "three",
      {{{2024, 1, 2}, {100}, {200}, false}, {{2024, 1, 3}, {300}, {400}, false}, {{2024, 1, 4}, {400}, {450}, true}}};
}

/// Day of January on which the session at `time` trades; 0: none.
int day_at(const Calendar& calendar, std::int64_t time) {
  const auto session = calendar.session_at({time});
  return session ? session->date.day : 0;
}

TEST(Calendar, IsOpenFromTheOpenUntilBeforeTheClose) {
  const Calendar calendar = three_sessions();
  EXPECT_EQ(day_at(calendar, 99), 0);
  EXPECT_EQ(day_at(calendar, 100), 2);
  EXPECT_EQ(day_at(calendar, 199), 2);
  EXPECT_EQ(day_at(calendar, 200), 0);
  EXPECT_EQ(day_at(calendar, 299), 0);
  EXPECT_EQ(day_at(calendar, 399), 3);
  EXPECT_EQ(day_at(calendar, 400), 4) << "the close of one is the open of the next";
  EXPECT_EQ(day_at(calendar, 450), 0);
}

TEST(Calendar, IsClosedBeforeItsFirstAndAfterItsLastSession) {
  const Calendar calendar = three_sessions();
  EXPECT_EQ(day_at(calendar, kSmallest), 0);
  EXPECT_EQ(day_at(calendar, kLargest), 0);
  EXPECT_FALSE(calendar.next_session_after({400}).has_value());
  EXPECT_FALSE(calendar.next_session_after({kLargest}).has_value());
}

TEST(Calendar, FindsTheNextSessionThatOpensAfterATime) {
  const Calendar calendar = three_sessions();
  EXPECT_EQ(calendar.next_session_after({kSmallest})->open.value, 100);
  EXPECT_EQ(calendar.next_session_after({99})->open.value, 100);
  EXPECT_EQ(calendar.next_session_after({100})->open.value, 300) << "after, not at";
  EXPECT_EQ(calendar.next_session_after({250})->open.value, 300);
  EXPECT_EQ(calendar.next_session_after({399})->open.value, 400);
}

TEST(Calendar, WithoutSessionsIsNeverOpen) {
  const Calendar calendar("none", {});
  EXPECT_FALSE(calendar.session_at({0}).has_value());
  EXPECT_FALSE(calendar.next_session_after({0}).has_value());
}

TEST(CalendarDeathTest, RefusesATableOutOfOrder) {
  EXPECT_DEATH(Calendar("x", {{{2024, 1, 2}, {100}, {100}, false}}), "open < sessions_");
  EXPECT_DEATH(Calendar("x", {{{2024, 1, 2}, {100}, {200}, false}, {{2024, 1, 3}, {199}, {300}, false}}), "close <= ");
}

TEST(CalendarAlways, MakesEachDayOfUtcASession) {
  const Calendar calendar = Calendar::always();
  for (const std::int64_t day : {0, 1, 19'000, -1, -400, 80'000}) {
    for (const std::int64_t within : {std::int64_t{0}, std::int64_t{1}, kNanosPerDay - 1}) {
      const auto session = calendar.session_at({day * kNanosPerDay + within});
      ASSERT_TRUE(session.has_value());
      EXPECT_EQ(session->open.value, day * kNanosPerDay);
      EXPECT_EQ(session->close.value, (day + 1) * kNanosPerDay);
      EXPECT_EQ(session->date, platform::date_of_days(static_cast<std::int32_t>(day)));
      EXPECT_FALSE(session->early);
      EXPECT_EQ(calendar.next_session_after({day * kNanosPerDay + within})->open, session->close);
    }
  }
}

TEST(CalendarAlways, EndsWhereTimeEnds) {
  const Calendar calendar = Calendar::always();
  EXPECT_FALSE(calendar.session_at({kSmallest}).has_value()) << "no whole day";
  EXPECT_FALSE(calendar.session_at({kLargest}).has_value());
  EXPECT_FALSE(calendar.next_session_after({kLargest}).has_value());
  const auto first = calendar.next_session_after({kSmallest});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(calendar.session_at(first->open), first);
  EXPECT_FALSE(calendar.session_at(first->open + -1).has_value());
}

TEST(Calendar, FindsManySessionsOfOneDayAndDaysWithout) {
  // Fifty short sessions on day 3, one over midnight from day 5 to day 7, one on day 9.
  std::vector<TradingSession> sessions;
  for (std::int64_t i = 0; i < 50; ++i) {
    const std::int64_t open = 3 * kNanosPerDay + i * 1000;
    sessions.push_back({{2024, 1, 3}, {open}, {open + 500}, false});
  }
  sessions.push_back({{2024, 1, 5}, {6 * kNanosPerDay - 10}, {7 * kNanosPerDay + 10}, false});
  sessions.push_back({{2024, 1, 9}, {9 * kNanosPerDay}, {9 * kNanosPerDay + 1}, false});
  const Calendar calendar("many", sessions);
  std::vector<std::int64_t> times{
      0, 2 * kNanosPerDay, 4 * kNanosPerDay, 6 * kNanosPerDay, 8 * kNanosPerDay, 20 * kNanosPerDay};
  for (const TradingSession& session : sessions) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      times.push_back(session.open.value + offset);
      times.push_back(session.close.value + offset);
    }
  }
  for (const std::int64_t time : times) {
    std::optional<TradingSession> at, next;  // by looking at each of them
    for (const TradingSession& session : sessions) {
      if (session.open.value <= time && time < session.close.value) at = session;
      if (session.open.value > time && !next) next = session;
    }
    EXPECT_EQ(calendar.session_at({time}), at) << time;
    EXPECT_EQ(calendar.next_session_after({time}), next) << time;
  }
}

TEST(CalendarFactory, KnowsCalendarsByName) {
  EXPECT_EQ(make_calendar("always").session_at({0})->close.value, kNanosPerDay);
  EXPECT_EQ(make_calendar("us_equity").sessions().front().date, (CalendarDate{1990, 1, 2}));
  EXPECT_EQ(make_calendar("us_equity").sessions().back().date, (CalendarDate{2100, 12, 31}));
}

TEST(CalendarFactory, RefusesOthersWithTheNamesItKnows) {
  try {
    (void)make_calendar("us_equities");
    FAIL() << "accepted";
  } catch (const platform::SetupError& error) {
    EXPECT_STREQ(error.what(),
                 "there is no calendar 'us_equities'\n"
                 "  remedy: use us_equity, always, or the path of a .csv file");
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
