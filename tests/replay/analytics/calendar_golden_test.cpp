// The sessions of US equities against those of the reference.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "analytics/calendars/calendar_file.hpp"
#include "analytics/calendars/us_equity.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::analytics::this_file {
namespace {

TEST(CalendarGolden, RulesMakeTheSessionsOfTheReference) {
  const auto path = tests::golden_set("sessions/us_equity_regular.csv");
  ASSERT_TRUE(path.has_value());
  const std::vector<TradingSession> expected = read_sessions_file(path->string());
  std::vector<TradingSession> made;
  for (const int year : {2013, 2024, 2025}) {
    const std::vector<TradingSession> sessions = us_equity_sessions(year, year);
    made.insert(made.end(), sessions.begin(), sessions.end());
  }
  ASSERT_EQ(made.size(), expected.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(made[i], expected[i]) << to_string(made[i].date) << " and " << to_string(expected[i].date);
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
