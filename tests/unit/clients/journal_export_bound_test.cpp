// "--from 17", "--until 2026-11-22T09:30".
#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/export_bound.hpp"

namespace tickplant::cli::this_file {
namespace {

TEST(JournalExportBound, IsASequenceOrATime) {
  EXPECT_EQ(parse_bound("--from", "17").sequence, 17u);
  EXPECT_FALSE(parse_bound("--from", "17").time);
  EXPECT_EQ(parse_bound("--from", "").sequence, 0u);
  const std::int64_t midnight = 1'795'305'600'000'000'000;  // 2026-11-22
  EXPECT_EQ(parse_bound("--from", "2026-11-22").time->value, midnight);
  EXPECT_EQ(parse_bound("--from", "2026-11-22T09:30").time->value, midnight + 34'200'000'000'000);
  EXPECT_EQ(parse_bound("--from", "2026-11-22 09:30:01Z").time->value, midnight + 34'201'000'000'000);
  EXPECT_EQ(parse_bound("--from", "2026-11-22T09:30:01.000000025Z").time->value, midnight + 34'201'000'000'025);
}

TEST(JournalExportBound, RefusesAnythingElse) {
  for (const char* text : {"0", "-1", "1e3", "now", "2026-13-01", "2026-11-22T", "2026-11-22T9:30", "2026-11-22T09:60",
                           "2026-11-22T09:30:00x", "2026-11-2", "99999999999999999999999"}) {
    EXPECT_THROW((void)parse_bound("--from", text), Failure) << text;
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
