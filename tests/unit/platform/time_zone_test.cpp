#include "platform/time_zone.hpp"

#include <gtest/gtest.h>

#include "platform/setup_error.hpp"

namespace tickplant::platform::this_file {
namespace {

constexpr std::int64_t kHour = 3'600 * kNanosPerSecond;

UnixNanos utc_midnight(CalendarDate date) { return {days_since_epoch(date) * kNanosPerDay}; }

class NewYork : public testing::Test {
 protected:
  const TimeZone zone_{"America/New_York"};
};

TEST_F(NewYork, IsFiveHoursBehindInWinter) {
  const CalendarDate date{2019, 1, 30};
  EXPECT_EQ(zone_.local_midnight(date), UnixNanos{1'548'824'400 * kNanosPerSecond});
  EXPECT_EQ(zone_.utc_offset_nanos(zone_.local_midnight(date)), -5 * kHour);
}

TEST_F(NewYork, IsFourHoursBehindInSummer) {
  const CalendarDate date{2023, 8, 22};
  EXPECT_EQ(zone_.local_midnight(date), utc_midnight(date) + 4 * kHour);
  EXPECT_EQ(zone_.utc_offset_nanos(zone_.local_midnight(date)), -4 * kHour);
}

TEST_F(NewYork, HasA23HourDayInMarchAndA25HourDayInNovember) {
  EXPECT_EQ(zone_.local_midnight({2019, 3, 11}) - zone_.local_midnight({2019, 3, 10}), 23 * kHour);
  EXPECT_EQ(zone_.local_midnight({2019, 11, 4}) - zone_.local_midnight({2019, 11, 3}), 25 * kHour);
}

TEST_F(NewYork, ChangesItsOffsetAtTwoInTheMorning) {
  const UnixNanos change = zone_.local_midnight({2019, 3, 10}) + 2 * kHour;
  EXPECT_EQ(zone_.utc_offset_nanos(change + -1), -5 * kHour);
  EXPECT_EQ(zone_.utc_offset_nanos(change), -4 * kHour);
  EXPECT_EQ(zone_.local_time_of_day(change + -1), 2 * kHour - 1);
  EXPECT_EQ(zone_.local_time_of_day(change), 3 * kHour);
}

TEST_F(NewYork, ChangesTheDateAtItsOwnMidnight) {
  const UnixNanos midnight = zone_.local_midnight({2019, 1, 30});
  EXPECT_EQ(zone_.local_date(midnight + -1), (CalendarDate{2019, 1, 29}));
  EXPECT_EQ(zone_.local_date(midnight), (CalendarDate{2019, 1, 30}));
  EXPECT_EQ(zone_.local_time_of_day(midnight + -1), kNanosPerDay - 1);
  EXPECT_EQ(zone_.local_time_of_day(midnight), 0);
}

TEST_F(NewYork, KnowsTheTimeOfTheOpeningBell) {
  const UnixNanos open = zone_.local_midnight({2023, 8, 22}) + 9 * kHour + kHour / 2;
  EXPECT_EQ(zone_.local_time_of_day(open + 17), 9 * kHour + kHour / 2 + 17);
}

TEST_F(NewYork, WorksBeforeTheEpoch) {
  const UnixNanos midnight = zone_.local_midnight({1965, 1, 4});
  EXPECT_LT(midnight, UnixNanos{0});
  EXPECT_EQ(zone_.local_date(midnight), (CalendarDate{1965, 1, 4}));
  EXPECT_EQ(zone_.local_date(midnight + -1), (CalendarDate{1965, 1, 3}));
  EXPECT_EQ(zone_.local_time_of_day(midnight + 1), 1);
}

TEST(TimeZone, OfUtcChangesNothing) {
  const TimeZone utc{"UTC"};
  EXPECT_EQ(utc.local_midnight({2024, 2, 29}), utc_midnight({2024, 2, 29}));
  EXPECT_EQ(utc.utc_offset_nanos({0}), 0);
}

TEST(TimeZone, BeginsADayWithoutMidnightAtItsFirstInstant) {
  const TimeZone zone{"America/Sao_Paulo"};  // 2018-11-04: the clocks went from 00:00 to 01:00
  const UnixNanos first = zone.local_midnight({2018, 11, 4});
  EXPECT_EQ(zone.local_date(first), (CalendarDate{2018, 11, 4}));
  EXPECT_EQ(zone.local_time_of_day(first), kHour);
  EXPECT_EQ(zone.local_date(first + -1), (CalendarDate{2018, 11, 3}));
}

TEST(TimeZone, TakesTheFirstOfTwoMidnights) {
  const TimeZone zone{"America/Havana"};  // 2018-11-04: at 01:00 the clocks went back to 00:00
  const UnixNanos first = zone.local_midnight({2018, 11, 4});
  EXPECT_EQ(zone.local_time_of_day(first), 0);
  EXPECT_EQ(zone.local_time_of_day(first + kHour), 0);
  EXPECT_EQ(zone.local_date(first + -1), (CalendarDate{2018, 11, 3}));
}

TEST(TimeZone, RefusesAnUnknownNameWithARemedy) {
  for (const char* name : {"America/Gotham", "", "../../etc/passwd"}) {
    try {
      const TimeZone zone{name};
      ADD_FAILURE() << "accepted '" << name << "'";
    } catch (const SetupError& error) {
      EXPECT_NE(error.problem().find(std::string("'") + name + "'"), std::string::npos) << error.problem();
      EXPECT_NE(error.remedy().find("America/New_York"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tickplant::platform::this_file
