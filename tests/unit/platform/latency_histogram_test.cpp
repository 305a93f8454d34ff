#include "platform/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace tickplant::platform::this_file {
namespace {

TEST(LatencyHistogram, SaysZeroAboutNothing) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.percentile(50), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
}

TEST(LatencyHistogram, KeepsOneValueExactly) {
  LatencyHistogram histogram;
  histogram.record(123'456'789);
  for (const double percent : {0.0, 50.0, 99.99, 100.0}) EXPECT_EQ(histogram.percentile(percent), 123'456'789);
  EXPECT_EQ(histogram.min(), 123'456'789);
  EXPECT_EQ(histogram.max(), 123'456'789);
}

TEST(LatencyHistogram, CountsEachNanosecondApartBelow2048) {
  LatencyHistogram histogram;
  for (std::int64_t nanos = 0; nanos < 2048; ++nanos) histogram.record(nanos);
  EXPECT_EQ(histogram.percentile(50), 1023);
  EXPECT_EQ(histogram.percentile(100), 2047);
  std::int64_t expected = 0;
  histogram.for_each_bucket([&](std::int64_t first, std::int64_t last, std::uint64_t count) {
    EXPECT_EQ(first, expected);
    EXPECT_EQ(last, expected);
    EXPECT_EQ(count, 1u);
    ++expected;
  });
  EXPECT_EQ(expected, 2048);
}

TEST(LatencyHistogram, RanksLikeASortedList) {
  LatencyHistogram histogram;
  for (std::int64_t nanos = 1; nanos <= 1000; ++nanos) histogram.record(nanos);
  EXPECT_EQ(histogram.percentile(0), 1);
  EXPECT_EQ(histogram.percentile(0.1), 1);
  EXPECT_EQ(histogram.percentile(50), 500);
  EXPECT_EQ(histogram.percentile(99), 990);
  EXPECT_EQ(histogram.percentile(99.9), 999);
  EXPECT_EQ(histogram.percentile(99.91), 1000);
  EXPECT_EQ(histogram.percentile(250), 1000) << "out of 0 to 100: the nearest end";
}

TEST(LatencyHistogram, HoldsItsHighestValueAndCountsWhatIsAbove) {
  LatencyHistogram histogram;
  EXPECT_GE(histogram.highest(), LatencyHistogram::kDefaultHighest);
  histogram.record(histogram.highest());
  EXPECT_EQ(histogram.above_range(), 0u);
  histogram.record(histogram.highest() + 1);
  histogram.record(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(histogram.above_range(), 2u);
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.percentile(30), histogram.highest());
  EXPECT_EQ(histogram.percentile(100), std::numeric_limits<std::int64_t>::max());
}

TEST(LatencyHistogram, CountsANegativeLatencyAsZeroAndApart) {
  LatencyHistogram histogram;
  histogram.record(-5);
  EXPECT_EQ(histogram.below_range(), 1u);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.percentile(100), 0);
}

TEST(LatencyHistogram, RecordsManyAtOnce) {
  LatencyHistogram histogram;
  histogram.record(10, 99);
  histogram.record(1000, 1);
  histogram.record(77, 0);
  EXPECT_EQ(histogram.count(), 100u);
  EXPECT_EQ(histogram.percentile(99), 10);
  EXPECT_EQ(histogram.max(), 1000);
}

TEST(LatencyHistogram, MergesAsIfOneHadRecordedAll) {
  LatencyHistogram both;
  LatencyHistogram left;
  LatencyHistogram right;
  for (std::int64_t nanos = -1; nanos < 40'000'000'000; nanos = nanos * 3 + 7) {
    both.record(nanos);
    (nanos % 2 == 0 ? left : right).record(nanos);
  }
  left.merge(right);
  const auto all = [](const LatencyHistogram& h) {
    return std::tuple{h.count(),       h.min(),          h.max(),         h.above_range(),
                      h.below_range(), h.percentile(50), h.percentile(90)};
  };
  EXPECT_EQ(all(left), all(both));
}

TEST(LatencyHistogramDeathTest, RefusesToMergeAnotherShape) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  LatencyHistogram fine;
  const LatencyHistogram coarse{LatencyHistogram::kDefaultHighest, 2};
  EXPECT_DEATH(fine.merge(coarse), "TP_CHECK");
}

TEST(LatencyHistogram, ForgetsAllOnReset) {
  LatencyHistogram histogram;
  histogram.record(-1);
  histogram.record(5);
  histogram.record(std::numeric_limits<std::int64_t>::max());
  histogram.reset();
  EXPECT_EQ(histogram.count() + histogram.above_range() + histogram.below_range(), 0u);
  EXPECT_EQ(histogram.percentile(100), 0);
  histogram.record(9);
  EXPECT_EQ(histogram.min(), 9);
  EXPECT_EQ(histogram.max(), 9);
}

TEST(LatencyHistogram, TilesItsRangeWithoutHoleOrOverlap) {
  LatencyHistogram histogram{100'000, 2};
  for (std::int64_t nanos = 0; nanos <= histogram.highest(); ++nanos) histogram.record(nanos);
  std::int64_t next = 0;
  histogram.for_each_bucket([&](std::int64_t first, std::int64_t last, std::uint64_t count) {
    EXPECT_EQ(first, next);
    EXPECT_EQ(count, static_cast<std::uint64_t>(last - first + 1));
    next = last + 1;
  });
  EXPECT_EQ(next, histogram.highest() + 1);
}

}  // namespace
}  // namespace tickplant::platform::this_file
