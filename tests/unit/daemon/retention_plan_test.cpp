// What becomes of old segments, and when.
#include "daemon/journal/retention_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::daemon::this_file {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::int64_t kDay = 86'400 * platform::kNanosPerSecond;
constexpr platform::UnixNanos kNow{1'700'000'000'000'000'000};

/// Segments of 8 MiB, of which the newest three are left alone; one ends a day, the newest now.
std::vector<RetainedSegment> days(std::uint64_t count) {
  std::vector<RetainedSegment> out;
  for (std::uint64_t number = 1; number <= count; ++number) {
    out.push_back({number, kNow + -static_cast<std::int64_t>(count - number) * kDay, 8 * kMiB});
  }
  return out;
}

const RetentionPolicy kMonth{7 * kDay, 30 * kDay, 365 * kDay, 0, 8 * kMiB, false};

/// "3 compress", "nothing".
std::string next(const RetentionPolicy& policy, const std::vector<RetainedSegment>& segments,
                 const std::set<std::uint64_t>& passed_over = {}) {
  const auto step = next_step(policy, segments, kNow, passed_over);
  if (!step) return "nothing";
  const char* act = step->act == RetentionAct::compress     ? " compress"
                    : step->act == RetentionAct::drop_ticks ? " drop_ticks"
                                                            : " remove";
  return std::to_string(step->number) + act + (step->is_for_size ? " for size" : "");
}

/// Does all steps that are due, as they would be done.
std::vector<RetainedSegment> settled(const RetentionPolicy& policy, std::vector<RetainedSegment> segments) {
  for (int steps = 0; const auto step = next_step(policy, segments, kNow); ++steps) {
    EXPECT_LT(steps, 10'000);
    const auto at = std::ranges::find(segments, step->number, &RetainedSegment::number);
    if (step->act == RetentionAct::remove) {
      segments.erase(at);
      continue;
    }
    at->is_compressed = true;
    at->is_archived = policy.has_archive || at->is_archived;
    if (step->act == RetentionAct::drop_ticks) at->is_results_only = true;
    at->file_bytes = at->is_results_only ? kMiB : 2 * kMiB;
  }
  return segments;
}

TEST(RetentionPlan, LeavesWhatIsYoungAndWhatIsNewestAlone) {
  EXPECT_EQ(ringbuf::untouched_segments(8 * kMiB), 3u);
  EXPECT_EQ(ringbuf::untouched_segments(2 * kMiB), 5u);
  EXPECT_EQ(next(kMonth, {}), "nothing");
  EXPECT_EQ(next(kMonth, days(8)), "nothing") << "the oldest is exactly seven days old";
  EXPECT_EQ(next(kMonth, days(9)), "1 compress");
  std::vector<RetainedSegment> three = days(3);
  for (RetainedSegment& segment : three) segment.ended = kNow + -1000 * kDay;
  EXPECT_EQ(next(kMonth, three), "nothing");
  EXPECT_EQ(next({.segment_bytes = 8 * kMiB}, days(1000)), "nothing") << "nothing is asked for";
}

TEST(RetentionPlan, CompressesThenDropsTicksThenRemoves) {
  EXPECT_EQ(next(kMonth, days(32)), "1 drop_ticks");
  const auto year = settled(kMonth, days(400));
  ASSERT_EQ(year.front().number, 35u) << "results are kept for 365 days";
  for (const RetainedSegment& segment : year) {
    const std::int64_t age = kNow - segment.ended;
    EXPECT_EQ(segment.is_compressed, age > 7 * kDay) << segment.number;
    EXPECT_EQ(segment.is_results_only, age > 30 * kDay) << segment.number;
  }
  RetentionPolicy without_results = kMonth;
  without_results.keep_results_ns = 0;
  EXPECT_EQ(next(without_results, days(32)), "1 remove");
  EXPECT_EQ(settled(without_results, days(400)).front().number, 370u);
  RetentionPolicy for_ever = kMonth;
  for_ever.delete_after_ns = 0;
  EXPECT_EQ(settled(for_ever, days(400)).front().number, 1u);
}

TEST(RetentionPlan, PutsCompressedOnesIntoTheArchive) {
  RetentionPolicy policy = kMonth;
  policy.has_archive = true;
  std::vector<RetainedSegment> segments = days(9);
  segments[0].is_compressed = true;
  EXPECT_EQ(next(policy, segments), "1 compress") << "there was none when it was compressed";
  segments[0].is_archived = true;
  EXPECT_EQ(next(policy, segments), "nothing");
}

TEST(RetentionPlan, HoldsTheSizeBelowWhatTheSupplyOfSegmentsWouldEnforce) {
  RetentionPolicy policy{.keep_results_ns = 365 * kDay, .keep_bytes = 80 * kMiB, .segment_bytes = 8 * kMiB};
  EXPECT_EQ(next(policy, days(8)), "nothing");
  EXPECT_EQ(next(policy, days(9)), "1 drop_ticks for size");
  const auto held = settled(policy, days(60));
  std::uint64_t bytes = 0;
  for (const RetainedSegment& segment : held) bytes += segment.file_bytes;
  EXPECT_LE(bytes, 64 * kMiB);
  EXPECT_EQ(held.back().number, 60u);
  EXPECT_TRUE(held.front().is_results_only);
  EXPECT_EQ(held.front().number, 18u) << "results go last, the oldest first";

  policy.has_archive = true;
  EXPECT_EQ(next(policy, days(9)), "1 compress for size");
  EXPECT_EQ(settled(policy, days(40)).front().number, 1u);
  RetentionPolicy plain = policy;
  plain.has_archive = false;
  plain.keep_results_ns = 0;
  EXPECT_EQ(next(plain, days(40)), "nothing") << "the supply uses them again";
}

TEST(RetentionPlan, PassesOverThoseWithWhichSomethingWentWrong) {
  EXPECT_EQ(next(kMonth, days(12), {1, 2}), "3 compress");
  EXPECT_EQ(next(kMonth, days(9), {1}), "nothing");
}

}  // namespace
}  // namespace tickplant::daemon::this_file
