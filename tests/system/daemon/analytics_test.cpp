// Analytics in the real daemon: what its derived rings hold is what the engine makes of its tick ring in the order that
// it wrote down, in a thread of its own or the feed's, and over a kill -9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/day_analytics.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using tests::AttachedAnalytics;

class Analytics : public tests::DayAnalytics {
 protected:
  static constexpr const char* kSeconds =
      "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
      "sets:\n  all:\n    windows: [{name: S1, size: 1s}, {name: M1, size: 1m}]\n"
      "    indicators: [{on: S1, of: [sma(2), ema(3)]}]\n"
      "    nbbo: true\n    quotes: [{on: S1, of: [spread, mean_spread, microprice, nbbo_spread]}]\n"
      "    signals: [{name: swing, on: M1, swing: {percent: 0.01}, basis: tick}]\n";

  [[nodiscard]] std::string seconds_file() const { return write("seconds.yaml", kSeconds); }
  [[nodiscard]] static config::AnalyticsConfig standard() {
    return config::load_analytics_file(TICKPLANT_SOURCE_DIR "/config/analytics/standard.yaml");
  }
};

TEST_F(Analytics, PublishWhatTheEngineMakesOfTheTickRing) {
  use_day_file(30'000, "file: auto");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(is_ordered()) << live_.daemon().output();
  const AttachedAnalytics attached(live_);
  const tests::DerivedTruth truth = expect_all_computed(attached, standard());
  EXPECT_GT(truth.records.size(), 100u);
  EXPECT_EQ(truth.inputs, live_.feed_counter(counter::kRecords)) << "every record has its place";
  EXPECT_EQ(attached.results(), truth.records);
  EXPECT_EQ(attached.functions().name_of({1}), "T60");
}

TEST_F(Analytics, GoOnBehindTheNewestResultAfterAKill) {
  use_day_file(60'000, "file: " + seconds_file());
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return sum(counter::kDerivedRecords) > 500; }));
  live_.daemon().signal(SIGKILL);
  (void)live_.daemon().wait();
  std::optional<AttachedAnalytics> dead(live_);
  const auto remains =
      ringbuf::find_sequencer_remains(dead->ring("sequencer").payload, dead->ring("sequencer").slot_count);
  const std::vector<tests::Result> before = dead->results();
  EXPECT_GT(before.size(), 500u);
  dead.reset();

  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(is_ordered()) << live_.daemon().output();
  const AttachedAnalytics attached(live_);
  const tests::DerivedTruth truth =
      expect_all_computed(attached, config::load_analytics_file(seconds_file()), 1, {remains.last.value + 1});
  const std::vector<tests::Result> all = attached.results();
  EXPECT_EQ(all.size(), before.size() + truth.records.size()) << "nothing twice, nothing missing";
  EXPECT_TRUE(std::includes(all.begin(), all.end(), before.begin(), before.end()));
  EXPECT_TRUE(std::includes(all.begin(), all.end(), truth.records.begin(), truth.records.end()));
}

TEST_F(Analytics, ComputeInTheFeedsOwnThread) {
  use_day_file(30'000, "file: auto");
  std::ofstream(live_.config_file(), std::ios::app) << "threads: {market: {stages: [feed.demo, analytics]}}\n";
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(is_ordered()) << live_.daemon().output();
  const AttachedAnalytics attached(live_);
  EXPECT_GT(expect_all_computed(attached, standard()).records.size(), 100u);
}

TEST_F(Analytics, ComeToTheSameResultsInOneThreadAndInFive) {
  std::uint64_t rows = 0;
  for (const int shards : {1, 4}) {
    // The memory goes, the state folder stays: numbers go on behind those of the first plant.
    std::filesystem::remove_all(live_.folder());
    use_day_file(60'000, "file: " + seconds_file() + ", shards: " + std::to_string(shards));
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(is_ordered()) << live_.daemon().output();
    const AttachedAnalytics attached(live_);
    EXPECT_EQ(attached.derived_rings().size(), static_cast<std::size_t>(shards));
    const tests::DerivedTruth truth =
        expect_all_computed(attached, config::load_analytics_file(seconds_file()), shards);
    EXPECT_EQ(sum(counter::kLostRecords, shards), 0u);
    EXPECT_EQ(attached.results(), truth.records);
    if (shards == 1) rows = sum(counter::kRows, 1);
    EXPECT_EQ(sum(counter::kRows, shards), rows);
    live_.daemon().signal(SIGTERM);
    EXPECT_EQ(live_.daemon().wait(), 0);
  }
}

TEST_F(Analytics, RefuseToStartOnAFileThatIsWrong) {
  use_day_file(100, "file: " + write("seconds.yaml", "sets: {all: {windows: [{name: S1, size: -1s}]}}\n"));
  EXPECT_FALSE(live_.start_daemon());
  EXPECT_NE(live_.daemon().wait(), 0);
  EXPECT_THAT(live_.daemon().output(), testing::AllOf(HasSubstr("seconds.yaml"), HasSubstr("S1"), HasSubstr("size")));
}

}  // namespace
}  // namespace tickplant::this_file
