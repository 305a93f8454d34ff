// The sequence tracker against a slow and obvious model: a set of what was seen and a set of what is missing.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <vector>

#include "feedhandlers/sequencing/sequence_tracker.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sequencing::Position;
using feedhandlers::sequencing::SequenceRange;
using feedhandlers::sequencing::SequenceTracker;

using Sequences = std::set<std::uint64_t>;

/// Consecutive numbers put together.
std::vector<SequenceRange> runs_of(const Sequences& sequences) {
  std::vector<SequenceRange> runs;
  for (const auto sequence : sequences) {
    if (runs.empty() || runs.back().end != sequence) runs.push_back({sequence, sequence});
    ++runs.back().end;
  }
  return runs;
}

struct Model {
  bool started = false;
  std::uint64_t next = 0;
  Sequences missing;
  std::uint64_t lost = 0;

  /// The messages of `range` to be delivered.
  Sequences on_packet(SequenceRange range) {
    if (!started) next = range.begin;
    started = true;
    for (; next < range.begin; ++next) missing.insert(next);
    Sequences unseen;
    for (auto sequence = range.begin; sequence < range.end; ++sequence)
      if (sequence >= next || missing.erase(sequence) > 0) unseen.insert(sequence);
    next = std::max(next, range.end);
    auto runs = runs_of(missing);
    for (; runs.size() > SequenceTracker::kMaxOpenGaps; runs.erase(runs.begin()))
      for (auto sequence = runs[0].begin; sequence < runs[0].end; ++sequence) lost += missing.erase(sequence);
    return unseen;
  }
};

/// Two lines that lose, repeat and reorder packets of a venue, merged.
std::vector<SequenceRange> arrivals(std::mt19937_64& random, double loss, std::size_t reorder) {
  std::vector<SequenceRange> merged;
  std::uint64_t next = 1 + random() % 1000;
  for (int i = 0; i < 400; ++i) {
    const std::uint64_t count = random() % 6;  // 0: heartbeat
    for (int line = 0; line < 2; ++line) {
      const bool lost = std::uniform_real_distribution<>()(random) < loss;
      const int copies = lost ? 0 : (random() % 50 == 0 ? 2 : 1);
      for (int copy = 0; copy < copies; ++copy) merged.push_back({next, next + count});
      // A retransmission is cut into packets at other places than the original.
      if (random() % 40 == 0) merged.push_back({next > 7 ? next - random() % 7 : next, next + count});
    }
    next += count;
  }
  for (std::size_t i = 0; i < merged.size(); ++i)
    std::swap(merged[i], merged[std::min(merged.size() - 1, i + random() % (reorder + 1))]);
  return merged;
}

TEST(SequenceTracker, AgreesWithASetUnderRandomLossRepetitionAndReordering) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const double loss = std::array{0.0, 0.05, 0.3, 0.8}[seed % 4];
    const std::size_t reorder = std::array{0U, 3U, 100U}[seed % 3];
    SequenceTracker tracker;
    Model model;
    Sequences delivered;
    std::uint64_t offered = 0;
    for (const auto range : arrivals(random, loss, reorder)) {
      const auto next_before = model.next;
      const bool started = model.started;
      const auto expected = model.on_packet(range);
      const auto arrival = tracker.on_packet(range);
      offered += range.count();

      Sequences unseen;
      for (const auto& piece : arrival.unseen) {
        ASSERT_FALSE(piece.empty());
        for (auto sequence = piece.begin; sequence < piece.end; ++sequence) ASSERT_TRUE(unseen.insert(sequence).second);
      }
      ASSERT_EQ(unseen, expected);
      for (const auto sequence : unseen) ASSERT_TRUE(delivered.insert(sequence).second) << "delivered twice";
      ASSERT_EQ(tracker.next_expected(), model.next);
      const auto runs = runs_of(model.missing);
      ASSERT_TRUE(std::equal(runs.begin(), runs.end(), tracker.open_gaps().begin(), tracker.open_gaps().end()));

      const bool ahead = started && range.begin > next_before;
      ASSERT_EQ(arrival.position == Position::ahead, ahead);
      ASSERT_EQ(arrival.gap, (ahead ? SequenceRange{next_before, range.begin} : SequenceRange{}));
      ASSERT_TRUE(arrival.position != Position::duplicate || unseen.empty());
      const bool fills = !unseen.empty() && started && *unseen.begin() < next_before;
      ASSERT_EQ(arrival.position == Position::late, fills);
    }
    const auto& counters = tracker.counters();
    EXPECT_EQ(counters.messages, delivered.size());
    EXPECT_EQ(counters.messages + counters.duplicate_messages, offered);
    EXPECT_EQ(counters.lost_messages, model.lost);
    EXPECT_EQ(counters.missed_messages, counters.late_messages + counters.lost_messages + model.missing.size());
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
