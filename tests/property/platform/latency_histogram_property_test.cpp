// A percentile of the histogram is what sorting all values gives, within the stated share of the value.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "platform/latency_histogram.hpp"

namespace tickplant::platform::this_file {
namespace {

TEST(LatencyHistogramProperty, AgreesWithSortedValuesWithinItsRelativeError) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    LatencyHistogram histogram{LatencyHistogram::kDefaultHighest, static_cast<int>(seed % 4) + 1};
    const std::size_t count = std::uniform_int_distribution<std::size_t>{1, 2000}(random);
    std::uniform_real_distribution<double> magnitude{0, std::log2(static_cast<double>(histogram.highest()))};
    std::vector<std::int64_t> values(count);
    for (std::int64_t& value : values) {
      value = static_cast<std::int64_t>(std::exp2(magnitude(random)));
      histogram.record(value);
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    for (std::size_t rank = 1; rank <= count; rank += 1 + count / 50) {
      const double percent = 100.0 * static_cast<double>(rank) / static_cast<double>(count);
      const std::int64_t exact = values[rank - 1];
      const std::int64_t found = histogram.percentile(percent);
      ASSERT_GE(found, exact) << "percentile " << percent;
      ASSERT_LE(static_cast<double>(found), static_cast<double>(exact) * (1 + histogram.relative_error())) << percent;
    }
  }
}

}  // namespace
}  // namespace tickplant::platform::this_file
