#include "platform/calendar_date.hpp"

#include <gtest/gtest.h>

namespace tickplant::platform::this_file {
namespace {

TEST(CalendarDate, GoesToANumberAndBack) {
  static_assert(to_yyyymmdd({2019, 1, 30}) == 20190130);
  static_assert(from_yyyymmdd(20190130) == CalendarDate{2019, 1, 30});
  EXPECT_EQ(from_yyyymmdd(99991231), (CalendarDate{9999, 12, 31}));
}

TEST(CalendarDate, RefusesDaysThatDoNotExist) {
  for (const int number : {0, -20190130, 20190229, 20191301, 20190001, 20190100, 20190132, 21000229, 100000101, 1231})
    EXPECT_FALSE(from_yyyymmdd(number)) << number;
  EXPECT_TRUE(from_yyyymmdd(20000229));
  EXPECT_FALSE(make_date(2019, 1 + 256, 30)) << "not the month modulo 256";
}

TEST(CalendarDate, IsWrittenAndReadInIsoForm) {
  EXPECT_EQ(to_string(CalendarDate{2019, 1, 30}), "2019-01-30");
  EXPECT_EQ(to_string(CalendarDate{7, 1, 2}), "0007-01-02");
  EXPECT_EQ(parse_date("2019-01-30"), (CalendarDate{2019, 1, 30}));
  for (const char* text : {"", "2019-1-30", "20190130", "2019-01-30 ", " 2019-01-30", "2019/01/30", "2019-02-30",
                           "2019-01-3x", "+019-01-30"})
    EXPECT_FALSE(parse_date(text)) << "'" << text << "'";
}

TEST(CalendarDate, CountsDaysFromTheEpochInBothDirections) {
  static_assert(days_since_epoch({1970, 1, 1}) == 0);
  static_assert(days_since_epoch({1969, 12, 31}) == -1);
  static_assert(days_since_epoch({2019, 1, 30}) == 17926);
  for (std::int32_t days = -30'000; days < 60'000; ++days) ASSERT_EQ(days_since_epoch(date_of_days(days)), days);
}

TEST(CalendarDate, IsOrderedByTime) {
  EXPECT_LT((CalendarDate{2018, 12, 31}), (CalendarDate{2019, 1, 1}));
  EXPECT_LT((CalendarDate{2019, 1, 31}), (CalendarDate{2019, 2, 1}));
}

}  // namespace
}  // namespace tickplant::platform::this_file
