// Two feeds, silences and heartbeats: the watermark, who is idle and what is late after every record of the golden
// input, when all idle feeds hold the watermark and when they let it go on.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analytics/windows/group_clock.hpp"
#include "config/load_analytics.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::tests::this_file {
namespace {

void expect_golden_watermarks(const std::string& policy, const std::filesystem::path& golden) {
  const config::AnalyticsConfig config =
      config::load_analytics_file(std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/watermarks_" + policy + ".yaml");
  ASSERT_EQ(config.watermarks.size(), 1u);
  analytics::GroupClock clock(config.watermarks[0], config.watermarks[0].feeds.size());
  const GoldenCsv input(golden / "input.csv"), expected(golden / ("expected_B2_idle10_" + policy + ".csv"));
  ASSERT_EQ(input.rows.size(), expected.rows.size());
  for (std::size_t i = 0; i < input.rows.size(); ++i) {
    const std::string& feed = input.text(i, "feed");
    const analytics::Time received = input.integer(i, "recv_ns");
    const analytics::Time before = clock.watermark();
    std::string late;
    bool rose;
    if (feed == "CLOCK") {
      rose = clock.on_time(received);
    } else {
      const analytics::Time time = input.integer(i, "ts_ns");
      late = time < before ? "1" : "0";
      rose = clock.on_tick(feed == "A" ? 0 : 1, time, received);
    }
    const analytics::Time now = clock.watermark();
    std::string idle = clock.is_idle(0) ? "A" : "";
    if (clock.is_idle(1)) idle += idle.empty() ? "B" : " B";
    EXPECT_EQ(rose, now > before) << "record " << i;
    EXPECT_EQ(now == analytics::kBeforeAll ? "" : std::to_string(now), expected.text(i, "wm")) << "record " << i;
    EXPECT_EQ(idle, expected.text(i, "idle")) << "record " << i;
    EXPECT_EQ(late, expected.text(i, "late")) << "record " << i;
  }
}

TEST(GoldenWatermarks, HoldWhenAllFeedsAreIdle) {
  TP_GOLDEN_SET(golden, "watermarks");
  expect_golden_watermarks("hold", golden);
}

TEST(GoldenWatermarks, GoOnByTheClockWhenAllFeedsAreIdle) {
  TP_GOLDEN_SET(golden, "watermarks");
  expect_golden_watermarks("advance", golden);
}

}  // namespace
}  // namespace tickplant::tests::this_file
