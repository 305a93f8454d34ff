// A line that goes dead and comes back, at the real daemon: what was computed of that time says so.
#include <gtest/gtest.h>

#include <algorithm>

#include "clients/cpp/subscriber.hpp"
#include "tests/system/daemon/day_analytics.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::AttachedAnalytics;

constexpr const char* kAnalytics =
    "watermarks: {default: {bound: 0s, lateness: 50ms, idle: 300ms}}\n"
    "sets:\n  all:\n    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(2)]}]\n";

constexpr std::uint64_t kIdleNanos = 300'000'000;

class AnalyticsSilence : public testing::Test {
 protected:
  [[nodiscard]] bool computes_more() const {
    const std::uint64_t rows = live_.counter("analytics", counter::kRows);
    return tests::eventually([&] { return live_.counter("analytics", counter::kRows) > rows + 50; });
  }
  /// The feed has said so.
  [[nodiscard]] bool is_silent() const {
    clients::Plant plant = live_.attach();
    clients::Subscriber heartbeats(plant, {.types = {ringbuf::RecordType::heartbeat}});
    bool is_silent = false;
    return tests::eventually([&] {
      while (heartbeats.poll([&](const ringbuf::Record& record) {
        is_silent |= record.as<ringbuf::HeartbeatBody>().idle_nanos >= kIdleNanos;
      }) != 0) {
        continue;
      }
      return is_silent;
    });
  }
  [[nodiscard]] static bool has_stale(const std::vector<tests::Result>& results) {
    return std::any_of(results.begin(), results.end(), [](const tests::Result& result) {
      return has(result.record().header.quality, ringbuf::Quality::stale_input);
    });
  }

  tests::LivePlant live_;
};

TEST_F(AnalyticsSilence, MarksWhatWasComputedWhileTheLineWasDead) {
  std::ofstream(live_.file("analytics.yaml")) << kAnalytics;
  live_.configure({.extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                            ", ring_slots: 65536, sequencer_slots: 65536}\n"});
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "5000", "--pre-open", "100ms"});
  ASSERT_TRUE(computes_more()) << live_.daemon().output();
  const AttachedAnalytics attached(live_);
  for (int silence = 0; silence < 4; ++silence) {  // one of them begins in a window that has trades already
    live_.venue().signal(SIGSTOP);
    ASSERT_TRUE(is_silent());
    live_.venue().signal(SIGCONT);
    ASSERT_TRUE(computes_more()) << live_.daemon().output();
  }
  live_.venue().signal(SIGTERM);
  (void)live_.venue().wait();

  tests::DerivedTruth truth;
  const config::AnalyticsConfig config = config::load_analytics_text(kAnalytics, "analytics.yaml");
  EXPECT_TRUE(tests::eventually([&] {
    truth = attached.truth({config});
    return live_.counter("analytics", counter::kStateHash) == truth.hash &&
           live_.counter("analytics", counter::kIsSweeping) == 0;
  })) << live_.daemon().output();
  EXPECT_EQ(attached.results(), truth.records);
  EXPECT_TRUE(has_stale(truth.records));
}

}  // namespace
}  // namespace tickplant::this_file
