// "--from -10min", "--at 2026-11-22T09:30".
#include "clients/cli/live/history_from.hpp"

#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"

namespace tickplant::cli::this_file {
namespace {

using std::chrono::nanoseconds;

constexpr platform::UnixNanos kHalfPastNine{1'795'339'800'000'000'000};  // 2026-11-22

TEST(HistoryFrom, IsSoLongAgoATimeOrASequence) {
  EXPECT_EQ(std::get<nanoseconds>(parse_history_from("--from", "-10min")), std::chrono::minutes(10));
  EXPECT_EQ(std::get<nanoseconds>(parse_history_from("--from", "-10m")), std::chrono::minutes(10));
  EXPECT_EQ(std::get<nanoseconds>(parse_history_from("--from", "-250ms")), std::chrono::milliseconds(250));
  EXPECT_EQ(std::get<ringbuf::Sequence>(parse_history_from("--from", "17")).value, 17u);
  EXPECT_EQ(std::get<platform::UnixNanos>(parse_history_from("--from", "2026-11-22T09:30")), kHalfPastNine);
}

TEST(HistoryFrom, RefusesAnythingElse) {
  for (const char* text : {"-", "-10", "-min", "--10s", "-0s", "0", "yesterday", "10min"}) {
    EXPECT_THROW((void)parse_history_from("--from", text), Failure) << text;
  }
}

TEST(When, IsATimeAlone) {
  EXPECT_EQ(parse_when("--at", "2026-11-22T09:30", {}), kHalfPastNine);
  EXPECT_EQ(parse_when("--at", "-2h", kHalfPastNine), kHalfPastNine + -7'200'000'000'000);
  EXPECT_THROW((void)parse_when("--at", "17", {}), Failure);
}

}  // namespace
}  // namespace tickplant::cli::this_file
