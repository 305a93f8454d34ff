#include "analytics/calendars/session_windows.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>

#include "analytics/calendars/calendar_factory.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kMinute = 60 * platform::kNanosPerSecond;
constexpr std::int64_t kHour = 60 * kMinute;

/// [1000, 1095) and [2000, 2100).
const Calendar& two_sessions() {
  static const Calendar calendar("two", {{{2024, 1, 2}, {1000}, {1095}, true}, {{2024, 1, 3}, {2000}, {2100}, false}});
  return calendar;
}

SessionWindow window_at(std::int64_t time, std::int64_t size = 30) {
  return session_window_of(two_sessions(), {time}, size).value_or(SessionWindow{});
}
std::int64_t boundary_after(std::int64_t time, std::int64_t size = 30) {
  return next_boundary_after(two_sessions(), {time}, size).value_or(UnixNanos{-1}).value;
}

TEST(SessionWindows, AreCountedFromTheOpen) {
  EXPECT_EQ(window_at(1000), (SessionWindow{{1000}, {1030}}));
  EXPECT_EQ(window_at(1029), (SessionWindow{{1000}, {1030}}));
  EXPECT_EQ(window_at(1030), (SessionWindow{{1030}, {1060}}));
  EXPECT_EQ(window_at(2031), (SessionWindow{{2030}, {2060}}));
}

TEST(SessionWindows, EndWithTheSession) {
  EXPECT_EQ(window_at(1094), (SessionWindow{{1090}, {1095}}));
  EXPECT_EQ(window_at(2099), (SessionWindow{{2090}, {2100}}));
  EXPECT_EQ(window_at(1094, 95), (SessionWindow{{1000}, {1095}})) << "one window, exactly as long";
  EXPECT_EQ(window_at(1000, 1'000'000), (SessionWindow{{1000}, {1095}}));
  EXPECT_EQ(window_at(1094, 1), (SessionWindow{{1094}, {1095}}));
  EXPECT_EQ(window_at(2000, std::numeric_limits<std::int64_t>::max()), (SessionWindow{{2000}, {2100}}));
}

TEST(SessionWindows, AreNoneOutsideOfSessions) {
  for (const std::int64_t time : {0, 999, 1095, 1999, 2100}) {
    EXPECT_FALSE(session_window_of(two_sessions(), {time}, 30).has_value()) << time;
  }
}

TEST(SessionWindows, ChangeAtEveryEndAndAtTheNextOpen) {
  EXPECT_EQ(boundary_after(0), 1000);
  EXPECT_EQ(boundary_after(999), 1000);
  EXPECT_EQ(boundary_after(1000), 1030);
  EXPECT_EQ(boundary_after(1089), 1090);
  EXPECT_EQ(boundary_after(1090), 1095);
  EXPECT_EQ(boundary_after(1095), 2000);
  EXPECT_EQ(boundary_after(2099), 2100);
  EXPECT_EQ(boundary_after(2100), -1) << "the calendar ends";
}

TEST(SessionWindows, CoverASessionWithoutGapOrOverlap) {
  for (const std::int64_t size : {1, 7, 30, 94, 95, 96}) {
    std::int64_t time = 1000;
    while (time < 1095) {
      const auto window = session_window_of(two_sessions(), {time}, size);
      ASSERT_TRUE(window.has_value());
      EXPECT_EQ(window->start.value, time);
      EXPECT_LE(window->end - window->start, size);
      ASSERT_GT(window->end.value, time);
      EXPECT_EQ(next_boundary_after(two_sessions(), {time}, size), window->end);
      time = window->end.value;
    }
    EXPECT_EQ(time, 1095);
  }
}

TEST(SessionWindows, GiveHourlyBarsFromHalfPastNineWithAShortLastOne) {
  const Calendar calendar = make_calendar("us_equity");
  const UnixNanos open{1'717'421'400'000'000'000};  // Monday 2024-06-03 13:30 UTC
  EXPECT_EQ(session_window_of(calendar, open + 5, kHour), (SessionWindow{open, open + kHour}));
  EXPECT_EQ(session_window_of(calendar, open + 6 * kHour, kHour),
            (SessionWindow{open + 6 * kHour, open + 6 * kHour + 30 * kMinute}));
  EXPECT_EQ(next_boundary_after(calendar, open + 390 * kMinute, kHour), open + platform::kNanosPerDay);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
