// The reorder buffer: what it asks the re-request server for, and when.
#include "feedhandlers/sequencing/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/reorder_harness.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sequencing::ReorderBuffer;
using feedhandlers::sequencing::ReorderOptions;

constexpr std::int64_t kMilli = ReorderHarness::kMilli;

ReorderOptions asking() { return {.can_request = true}; }

TEST(ReorderBuffer, AsksAfterTheWaitAndGivesUpAfterTheRecoveryWait) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(4);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+2");
  EXPECT_EQ(harness.request(), "-") << "it is on its way";
  const std::int64_t retry = harness.buffer.next_deadline().value() - platform::UnixNanos{harness.now};
  EXPECT_GE(retry, 50 * kMilli);
  EXPECT_LE(retry, 75 * kMilli) << "later by chance";
  harness.pass(retry - 1);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(1);
  EXPECT_EQ(harness.request(), "2+2") << "request or answer was lost";
  harness.pass(1'000 * kMilli - retry - 1);
  EXPECT_EQ(harness.taken(), "1");
  harness.pass(1);
  EXPECT_EQ(harness.taken(), "4");
  EXPECT_EQ(harness.request(), "-");
  EXPECT_EQ(harness.buffer.counters().requests, 2u);
}

TEST(ReorderBuffer, AsksAtOnceWhenBothLinesArePastAHole) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(1, 1, Line::b);
  harness.receive(3);
  EXPECT_EQ(harness.request(), "-");
  harness.receive(3, 1, Line::b);
  EXPECT_LE(harness.buffer.next_deadline(), platform::UnixNanos{harness.now});
  EXPECT_EQ(harness.request(), "2+1");
}

TEST(ReorderBuffer, TakesAnAnswerAndAsksForTheRest) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(10);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+8");
  harness.receive(2, 5, Line::recovery);
  EXPECT_EQ(harness.taken(), "1 2-6");
  EXPECT_EQ(harness.request(), "7+3") << "at once: the answer covered only some";
  harness.receive(7, 3, Line::recovery);
  EXPECT_EQ(harness.taken(), "7-9 10");
  EXPECT_EQ(harness.request(), "-");
  EXPECT_EQ(harness.buffer.counters().recovered_messages, 8u);
  EXPECT_EQ(harness.buffer.counters().requests, 2u);
}

TEST(ReorderBuffer, DoesNotAskAgainBecauseALineFilledAPart) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(10);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+8");
  harness.receive(5, 1, Line::b);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(75 * kMilli);
  EXPECT_EQ(harness.request(), "2+3");
  EXPECT_EQ(harness.request(), "6+4");
}

TEST(ReorderBuffer, AsksForEachHoleApart) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(3);
  harness.pass(kMilli);
  harness.receive(6);
  harness.pass(kMilli);
  EXPECT_EQ(harness.request(), "2+1");
  EXPECT_EQ(harness.request(), "-");
  harness.pass(kMilli);
  EXPECT_EQ(harness.request(), "4+2");
}

TEST(ReorderBuffer, DoesNotTakeAnAnswerAboutOneHoleForOneAboutAnother) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(5);
  harness.receive(9);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+3");
  EXPECT_EQ(harness.request(), "6+3");
  harness.receive(2, 1, Line::recovery);
  EXPECT_EQ(harness.request(), "3+2");
  EXPECT_EQ(harness.request(), "-") << "the other answer is still on its way";
}

TEST(ReorderBuffer, AsksAgainAlthoughTheClockWasSetBack) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(3);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+1");
  harness.pass(-1'000 * kMilli);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(75 * kMilli);
  EXPECT_EQ(harness.request(), "2+1");
}

TEST(ReorderBuffer, AsksAgainAtOtherTimesThanReceiversThatLostTheSame) {
  std::set<std::int64_t> retries;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ReorderHarness harness({.seed = seed, .can_request = true});
    harness.receive(1);
    harness.receive(3);
    harness.pass(2 * kMilli);
    EXPECT_EQ(harness.request(), "2+1");
    retries.insert(harness.buffer.next_deadline().value() - platform::UnixNanos{harness.now});
  }
  EXPECT_GT(retries.size(), 15u);
}

TEST(ReorderBuffer, AsksNoMoreOftenThanItMay) {
  ReorderHarness harness({.wait_nanos = 0, .requests_per_second = 10, .can_request = true});
  harness.receive(1);
  harness.receive(100);
  harness.pass(0);
  std::uint64_t asked = 0, next = 2;
  while (harness.request() != "-") {  // each is answered at once, with one message
    ++asked;
    harness.receive(next++, 1, Line::recovery);
  }
  EXPECT_EQ(asked, ReorderBuffer::kRequestBurst);
  EXPECT_EQ(harness.buffer.next_deadline(), platform::UnixNanos{harness.now + 100 * kMilli});
  harness.pass(100 * kMilli - 1);
  EXPECT_EQ(harness.request(), "-");
  harness.pass(1);
  EXPECT_EQ(harness.request(), std::to_string(next) + '+' + std::to_string(100 - next));
  EXPECT_EQ(harness.request(), "-");
}

TEST(ReorderBuffer, AsksForNoMoreThanARequestCanCount) {
  ReorderHarness harness(asking());
  harness.receive(1);
  harness.receive(1'000'000);
  harness.pass(2 * kMilli);
  EXPECT_EQ(harness.request(), "2+65534");
}

TEST(ReorderBuffer, NeverAsksWhereNobodyAnswers) {
  ReorderHarness harness;
  harness.receive(1);
  harness.receive(3);
  harness.pass(2 * kMilli - 1);
  EXPECT_EQ(harness.request(), "-");
}

}  // namespace
}  // namespace tickplant::tests::this_file
