#include "feedhandlers/venue/pacer.hpp"

#include <gtest/gtest.h>

namespace tickplant::feedhandlers::venue::this_file {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Pacer, SpreadsARateEvenly) {
  Pacer pacer({.pace = Pace::rate, .messages_per_second = 50'000});
  EXPECT_EQ(pacer.due(0, {}).nanos, 0);
  EXPECT_EQ(pacer.due(1, {}).nanos, 20'000);
  EXPECT_EQ(pacer.due(50'000, {}).nanos, kSecond);
  EXPECT_EQ(pacer.due(50'000ULL * 86'400, {}).nanos, 86'400 * kSecond) << "no drift after a day";
}

TEST(Pacer, TakesRatesBelowOneASecondAndOddOnes) {
  Pacer slow({.messages_per_second = 0.5});
  EXPECT_EQ(slow.due(1, {}).nanos, 2 * kSecond);
  Pacer odd({.messages_per_second = 3});
  EXPECT_EQ(odd.due(3'000'000, {}).nanos, 1'000'000 * kSecond);
}

TEST(Pacer, SendsBurstsAtOnceAndWaitsBetween) {
  Pacer pacer({.pace = Pace::burst, .burst_messages = 3, .burst_interval_nanos = 100});
  std::vector<std::int64_t> due;
  for (std::uint64_t i = 0; i < 7; ++i) due.push_back(pacer.due(i, {}).nanos);
  EXPECT_EQ(due, (std::vector<std::int64_t>{0, 0, 0, 100, 100, 100, 200}));
}

TEST(Pacer, FollowsStampsFromTheFirstOn) {
  Pacer pacer({.pace = Pace::stamps});
  EXPECT_EQ(pacer.due(0, {5'000}).nanos, 0);
  EXPECT_EQ(pacer.due(1, {5'700}).nanos, 700);
  EXPECT_EQ(pacer.due(2, {5'300}).nanos, 700) << "a stamp that goes back does not make time go back";
  EXPECT_EQ(pacer.due(3, {6'000}).nanos, 1'000);
}

TEST(Pacer, DividesStampsByTheSpeed) {
  Pacer fast({.pace = Pace::stamps, .speed = 10});
  (void)fast.due(0, {1'000});
  EXPECT_EQ(fast.due(1, {2'000}).nanos, 100);
  Pacer slow({.pace = Pace::stamps, .speed = 0.5});
  (void)slow.due(0, {1'000});
  EXPECT_EQ(slow.due(1, {2'000}).nanos, 2'000);
}

TEST(Pacer, WaitsForNothingAtMax) {
  Pacer pacer({.pace = Pace::max});
  EXPECT_EQ(pacer.due(0, {0}).nanos, 0);
  EXPECT_EQ(pacer.due(1'000'000, {86'400ULL * kSecond}).nanos, 0);
}

TEST(Lateness, CountsFromAMillisecondOn) {
  Lateness lateness;
  lateness.on_message({0}, {Lateness::kLateNanos});
  EXPECT_EQ(lateness.late_messages(), 0U);
  lateness.on_message({0}, {Lateness::kLateNanos + 1});
  lateness.on_message({100}, {50});
  EXPECT_EQ(lateness.late_messages(), 1U);
  EXPECT_EQ(lateness.nanos_max(), Lateness::kLateNanos + 1);
  EXPECT_EQ(lateness.nanos_now(), 0) << "early is not late";
}

TEST(Lateness, ComplainsOfASecondAndThenNotForTen) {
  Lateness lateness;
  lateness.on_message({0}, {kSecond - 1});
  EXPECT_FALSE(lateness.take_complaint({kSecond - 1}));
  lateness.on_message({0}, {kSecond});
  EXPECT_TRUE(lateness.take_complaint({kSecond}));
  EXPECT_FALSE(lateness.take_complaint({kSecond}));
  lateness.on_message({0}, {11 * kSecond - 1});
  EXPECT_FALSE(lateness.take_complaint({11 * kSecond - 1}));
  EXPECT_TRUE(lateness.take_complaint({11 * kSecond}));
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
