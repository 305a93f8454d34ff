#include "analytics/calendars/calendar_file.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr const char* kHeader = "date,open_utc_ns,close_utc_ns,early\n";

std::vector<TradingSession> read(const std::string& text) {
  std::istringstream csv(text);
  return read_sessions(csv, "x.csv");
}

std::string refusal_of(const std::string& text) {
  try {
    (void)read(text);
    return "accepted";
  } catch (const platform::SetupError& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.problem();
  }
}

TEST(CalendarFile, ReadsSessions) {
  const auto sessions = read(std::string(kHeader) + "2024-11-29,-100,200,1\r\n\n2024-12-02,200,300,0");
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0], (TradingSession{{2024, 11, 29}, {-100}, {200}, true}));
  EXPECT_EQ(sessions[1], (TradingSession{{2024, 12, 2}, {200}, {300}, false}));
}

TEST(CalendarFile, RefusesWhatIsNoSession) {
  const std::string header = kHeader;
  EXPECT_EQ(refusal_of(""), "calendar x.csv: line 0 starts with ''");
  EXPECT_EQ(refusal_of("date,open\n"), "calendar x.csv: line 1 starts with 'date,open'");
  EXPECT_EQ(refusal_of(header), "calendar x.csv: line 1 holds no session");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1,2\n"), "calendar x.csv: line 2 is '2024-11-29,1,2', not four fields");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1,2,0,\n"),
            "calendar x.csv: line 2 is '2024-11-29,1,2,0,', not four fields");
  EXPECT_EQ(refusal_of(header + "2024-02-30,1,2,0\n"), "calendar x.csv: line 2 has the date '2024-02-30'");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1.5,2,0\n"), "calendar x.csv: line 2 has the time '1.5'");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1,9223372036854775808,0\n"),
            "calendar x.csv: line 2 has the time '9223372036854775808'");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1,2,yes\n"), "calendar x.csv: line 2 has 'early' 'yes'");
  EXPECT_EQ(refusal_of(header + std::string(200, '1')), "calendar x.csv: line 2 is longer than any session");
}

TEST(CalendarFile, RefusesSessionsOutOfOrder) {
  const std::string header = kHeader;
  EXPECT_EQ(refusal_of(header + "2024-11-29,2,2,0\n"), "calendar x.csv: line 2 closes at or before its open");
  EXPECT_EQ(refusal_of(header + "2024-11-29,1,5,0\n2024-11-30,4,6,0\n"),
            "calendar x.csv: line 3 opens before the session above has closed");
}

TEST(CalendarFile, SaysWhyItCannotBeRead) {
  try {
    (void)read_sessions_file("/no/such/file.csv");
    FAIL() << "read";
  } catch (const platform::SetupError& error) {
    EXPECT_EQ(error.problem(), "cannot read calendar /no/such/file.csv: No such file or directory (errno 2)");
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
