#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "feedhandlers/sources/reconnect_backoff.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Circuit;
using feedhandlers::ReconnectBackoff;
using feedhandlers::ReconnectOptions;
using platform::UnixNanos;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;
constexpr ReconnectOptions kOptions{
    .first_nanos = kSecond, .limit_nanos = 20 * kSecond, .stable_nanos = 30 * kSecond, .failures_until_open = 3};
constexpr UnixNanos kStart{1'548'857'400 * kSecond};

TEST(ReconnectBackoff, WaitsTwiceAsLongAfterEachFailureUpToTheLimit) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    ReconnectBackoff backoff{kOptions, test_seed() + seed};
    std::int64_t most = kSecond;
    for (int failure = 1; failure <= 200; ++failure) {
      const std::int64_t wait = backoff.on_down(kStart) - kStart;
      ASSERT_GE(wait, most / 2) << "failure " << failure;
      ASSERT_LE(wait, most) << "failure " << failure;
      most = std::min(2 * most, 20 * kSecond);
    }
  }
}

TEST(ReconnectBackoff, SpreadsClientsAndRepeatsWithTheSameSeed) {
  std::set<std::int64_t> waits;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    ReconnectBackoff one{kOptions, seed};
    ReconnectBackoff same{kOptions, seed};
    const UnixNanos next = one.on_down(kStart);
    EXPECT_EQ(next, same.on_down(kStart));
    waits.insert(next - kStart);
  }
  EXPECT_GT(waits.size(), 95u);
  EXPECT_LT(*waits.begin(), 6 * kSecond / 10) << "from half of the wait";
  EXPECT_GT(*waits.rbegin(), 9 * kSecond / 10) << "to all of it";
}

TEST(ReconnectBackoff, StartsAnewAfterAConnectionThatHeld) {
  ReconnectBackoff backoff{kOptions, test_seed()};
  for (int i = 0; i < 10; ++i) (void)backoff.on_down(kStart);
  backoff.on_up(kStart);
  EXPECT_LE(backoff.on_down(kStart + 30 * kSecond) - (kStart + 30 * kSecond), kSecond);
  EXPECT_EQ(backoff.failures(), 1u);
  EXPECT_EQ(backoff.total_failures(), 11u);
}

TEST(ReconnectBackoff, WaitsLongerForAVenueThatAcceptsAndClosesAtOnce) {
  ReconnectBackoff backoff{kOptions, test_seed()};
  UnixNanos now = kStart;
  for (int i = 1; i <= 10; ++i) {
    backoff.on_up(now);
    const UnixNanos next = backoff.on_down(now + (30 * kSecond - 1));
    if (i > 5) {
      EXPECT_GE(next - now, 10 * kSecond);
    }
    now = next;
  }
  EXPECT_EQ(backoff.failures(), 10u);
}

TEST(ReconnectBackoff, TellsThatItKeepsFailingUntilAConnectionHolds) {
  ReconnectBackoff backoff{kOptions, test_seed()};
  EXPECT_EQ(backoff.circuit(kStart), Circuit::closed);
  (void)backoff.on_down(kStart);
  (void)backoff.on_down(kStart);
  EXPECT_EQ(backoff.circuit(kStart), Circuit::closed);
  (void)backoff.on_down(kStart);
  EXPECT_EQ(backoff.circuit(kStart), Circuit::open);
  backoff.on_up(kStart);
  EXPECT_EQ(backoff.circuit(kStart + (30 * kSecond - 1)), Circuit::open) << "up, but for how long";
  EXPECT_EQ(backoff.circuit(kStart + 30 * kSecond), Circuit::closed);
}

TEST(ReconnectBackoff, SurvivesTheWidestLimits) {
  ReconnectBackoff backoff{{.first_nanos = 2, .limit_nanos = INT64_MAX}, test_seed()};
  std::int64_t before = 0;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t wait = backoff.on_down(UnixNanos{0}).value;
    EXPECT_GE(wait, before / 4);
    before = wait;
  }
  EXPECT_GE(before, INT64_MAX / 2);
}

}  // namespace
}  // namespace tickplant::tests::this_file
