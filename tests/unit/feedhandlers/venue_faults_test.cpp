#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "feedhandlers/venue/fault_plan.hpp"
#include "feedhandlers/venue/faulty_line.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

constexpr int kPackets = 100'000;

/// How many of kPackets `counts` is true for.
template <class Counts>
int count(const FaultOptions& options, Counts&& counts) {
  FaultPlan plan(options);
  int hits = 0;
  for (int i = 0; i < kPackets; ++i) hits += counts(plan.next()) ? 1 : 0;
  return hits;
}

// --- the plan -------------------------------------------------------------------------------------------------------

TEST(FaultPlan, DoesNothingUnlessAsked) {
  EXPECT_EQ(count({},
                  [](const Fate& fate) {
                    return fate.lost || fate.duplicated || fate.overtaken_by != 0 || fate.delay_nanos != 0;
                  }),
            0);
}

TEST(FaultPlan, HitsAsManyAsAskedInAll) {
  const std::uint64_t seed = tests::test_seed();
  SCOPED_TRACE(seed);
  const FaultOptions options{.seed = seed, .loss_percent = 1, .duplicate_percent = 5, .reorder_percent = 0.1};
  // 6 standard deviations of a binomial with n = 100,000.
  EXPECT_NEAR(count(options, [](const Fate& fate) { return fate.lost; }), 1000, 190);
  EXPECT_NEAR(count(options, [](const Fate& fate) { return fate.duplicated; }), 5000, 415);
  EXPECT_NEAR(count(options, [](const Fate& fate) { return fate.overtaken_by > 0; }), 100, 60);
  EXPECT_EQ(count({.seed = seed, .loss_percent = 100}, [](const Fate& fate) { return fate.lost; }), kPackets);
}

TEST(FaultPlan, HitsPacketsOneByOneNotAllAtOnce) {
  FaultPlan plan({.seed = 3, .loss_percent = 50});
  int pairs = 0;
  bool before = false;
  for (int i = 0; i < kPackets; ++i) {
    const bool lost = plan.next().lost;
    pairs += lost && before ? 1 : 0;
    before = lost;
  }
  EXPECT_NEAR(pairs, kPackets / 4, 1000);
}

TEST(FaultPlan, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto losses = [](std::uint64_t seed) {
    FaultPlan plan({.seed = seed, .loss_percent = 50});
    std::vector<bool> lost(200);
    std::generate(lost.begin(), lost.end(), [&] { return plan.next().lost; });
    return lost;
  };
  EXPECT_EQ(losses(7), losses(7));
  EXPECT_NE(losses(14), losses(15));
}

TEST(FaultPlan, DoesNotChangeOneFaultWhenAnotherIsTurnedOn) {
  FaultPlan quiet({.seed = 7, .loss_percent = 10});
  FaultPlan busy({.seed = 7, .loss_percent = 10, .duplicate_percent = 50, .reorder_percent = 50, .jitter_nanos = 9});
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(quiet.next().lost, busy.next().lost) << i;
}

TEST(FaultPlan, StaysWithinDepthAndJitterAndReachesBothEnds) {
  FaultPlan plan({.seed = 1, .reorder_percent = 100, .reorder_depth = 3, .delay_nanos = 1000, .jitter_nanos = 10});
  std::vector<int> depths(5), delays(1012);
  for (int i = 0; i < kPackets; ++i) {
    const Fate fate = plan.next();
    ++depths.at(fate.overtaken_by);
    ++delays.at(static_cast<std::size_t>(fate.delay_nanos));
  }
  EXPECT_EQ(depths[0], 0);
  EXPECT_EQ(depths[4], 0);
  EXPECT_NEAR(depths[1], depths[3], kPackets / 50);
  EXPECT_EQ(delays[999], 0);
  EXPECT_EQ(delays[1011], 0);
  EXPECT_NEAR(delays[1000], delays[1010], kPackets / 100);
  EXPECT_GT(delays[1000], 0);
}

// --- the line -------------------------------------------------------------------------------------------------------

constexpr SinceStart kNow{1'000'000};

/// Sends "0", "1", "2", ... through a line; what stands in its queue, one letter each.
std::string through(FaultyLine& line, int packets) {
  for (int i = 0; i < packets; ++i) line.send(tests::as_span(std::string(1, static_cast<char>('0' + i))), kNow);
  std::string out;
  for (std::size_t i = 0; i < line.queue().size(); ++i) out += tests::to_bytes(line.queue().at(i).bytes);
  return out;
}

TEST(FaultyLine, IsALineWithoutFaults) {
  FaultyLine line({}, 100);
  EXPECT_EQ(through(line, 10), "0123456789");
  EXPECT_EQ(line.queue().at(9).due, kNow);
}

TEST(FaultyLine, LosesWhatItLosesAndCountsIt) {
  FaultyLine line({.loss_percent = 100}, 100);
  EXPECT_EQ(through(line, 10), "");
  EXPECT_EQ(line.counters().lost, 10U);
}

TEST(FaultyLine, SendsADuplicateBehindThePacket) {
  FaultyLine line({.duplicate_percent = 100}, 100);
  EXPECT_EQ(through(line, 3), "001122");
  EXPECT_EQ(line.counters().duplicated, 3U);
}

TEST(FaultyLine, LetsAsManyOvertakeAsTheFateSays) {
  const FaultOptions options{.seed = tests::test_seed(), .reorder_percent = 20, .reorder_depth = 4};
  SCOPED_TRACE(options.seed);
  FaultyLine line(options, 8);
  FaultPlan plan(options);
  std::vector<Fate> fates;
  constexpr std::uint64_t kCount = 1000;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    line.send(std::as_bytes(std::span(&i, 1)), kNow);
    fates.push_back(plan.next());
  }
  line.release_held(kNow);
  ASSERT_EQ(line.queue().size(), kCount) << "none lost, none twice";

  std::vector<std::uint64_t> order;
  for (std::size_t i = 0; i < kCount; ++i) {
    std::uint64_t number = 0;
    std::memcpy(&number, line.queue().at(i).bytes.data(), sizeof number);
    order.push_back(number);
  }
  for (std::size_t at = 0; at < kCount; ++at) {
    const std::uint64_t number = order[at];
    if (number + 50 > kCount) continue;  // the last ones were let go
    // Of those sent later, packets that were not held themselves went ahead exactly that often.
    const auto overtaken = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(at),
                                         [&](auto other) { return other > number && fates[other].overtaken_by == 0; });
    ASSERT_EQ(overtaken, fates[number].overtaken_by) << number;
  }
  EXPECT_GT(line.counters().reordered, 100U);
}

TEST(FaultyLine, ReleasesWhatNobodyOvertakesAnyMore) {
  FaultyLine line({.reorder_percent = 100}, 100);
  EXPECT_EQ(through(line, 3), "") << "all are held";
  line.release_held(kNow);
  EXPECT_EQ(through(line, 0), "012");
}

TEST(FaultyLine, DelaysByTheDelayAndNeverReordersByJitter) {
  FaultyLine line({.delay_nanos = 500, .jitter_nanos = 1000}, 100);
  EXPECT_EQ(through(line, 10), "0123456789");
  EXPECT_GE(line.queue().at(0).due, kNow + 500);
  EXPECT_LE(line.queue().at(9).due, kNow + 1500);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_GE(line.queue().at(i).due, line.queue().at(i - 1).due);
  EXPECT_EQ(line.counters().delayed, 10U);
}

TEST(PacketQueue, GrowsInMidTurnWithoutLosingOrder) {
  PacketQueue queue(10, 4);
  const auto push = [&](char letter) { queue.push(tests::as_span(std::string(3, letter)), {letter}); };
  for (const char letter : {'a', 'b', 'c', 'd'}) push(letter);
  queue.pop(2);
  for (const char letter : {'e', 'f', 'g', 'h'}) push(letter);
  ASSERT_EQ(queue.size(), 6U);
  std::string order;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    order += tests::to_bytes(queue.at(i).bytes).substr(2);
    EXPECT_EQ(queue.at(i).due.nanos, order.back());
  }
  EXPECT_EQ(order, "cdefgh");
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
