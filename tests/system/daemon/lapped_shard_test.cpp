// A real daemon, of whose shards one is held until the ring of ticks has gone round: its results say so, that is no
// determinism alarm, and behind a snapshot checkpoints, restarts and the audit go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "clients/cpp/derived_subscriber.hpp"
#include "tests/support/held_thread.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using tests::eventually;
using tests::LivePlant;
using Json = nlohmann::json;

constexpr const char* kAnalytics =
    "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
    "    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n";

class LappedShard : public testing::Test {
 protected:
  static constexpr std::uint64_t kSlots = 1 << 12;

  LappedShard() {
    std::ofstream(live_.file("analytics.yaml")) << kAnalytics;
    live_.configure({.ring_slots = kSlots,
                     .instruments = 256,
                     .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                              ", shards: 2, ring_slots: 262144, sequencer_slots: 262144}\n"
                              "journal: {folder: auto, segment: 2MiB, checkpoint: 200ms}\n"});
  }
  [[nodiscard]] std::uint64_t checkpoints(std::string_view name) const {
    return live_.counter(counter::kCheckpoints, name);
  }
  [[nodiscard]] std::uint64_t lost_records() const {
    return live_.counter("analytics.0", counter::kLostRecords) + live_.counter("analytics.1", counter::kLostRecords);
  }
  [[nodiscard]] bool makes_checkpoints() const {
    const std::uint64_t before = checkpoints(counter::kMade);
    return eventually([&] { return checkpoints(counter::kMade) > before + 1; });
  }

  LivePlant live_;
};

TEST_F(LappedShard, SaysSoAmongItsResultsAndIsNoAlarm) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  const std::string rate = std::to_string(tests::some_where_slow(5'000, 20'000));
  live_.start_venue({"--symbols", "40", "--rate", rate, "--pre-open", "100ms"});
  ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
  {
    tests::HeldThread shard(live_.daemon().pid(), "tp-analytics_1");
    if (shard.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    ASSERT_TRUE(shard.hold());
    const std::uint64_t records = live_.feed_counter(counter::kRecords);
    ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > records + 2 * kSlots; }));
    shard.let_go();
  }
  ASSERT_TRUE(eventually([&] { return lost_records() >= kSlots; }));
  ASSERT_TRUE(eventually([&] { return checkpoints(counter::kStateSnapshots) > 0; })) << live_.daemon().output();
  const std::uint64_t lost_before = lost_records();
  ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();

  std::uint64_t gaps = 0, lost = 0;
  clients::Plant plant = live_.attach();
  clients::DerivedSubscriber results(
      plant, {.functions = {"W100"}, .types = {ringbuf::DerivedType::gap}, .join = clients::DerivedJoin::oldest});
  while (results.poll([&](const ringbuf::DerivedRecord& record) {
    const auto gap = record.as<ringbuf::ResultGapBody>();
    EXPECT_EQ(record.header.quality, ringbuf::Quality::gap_inside);
    ++gaps;
    lost += gap.count;
  }) != 0) {
    continue;
  }
  EXPECT_GT(gaps, 0u);
  EXPECT_GE(lost, kSlots);
  EXPECT_LE(lost, lost_records());
  // A machine that stands still loses more, and begins anew where nothing was put down since.
  const bool has_lost_more = lost_records() != lost_before;

  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  if (!has_lost_more) {
    EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  }
  ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
  live_.venue().kill();
  EXPECT_EQ(live_.daemon().stop(), 0);
  EXPECT_EQ(checkpoints(counter::kDeterminismAlarms), 0u);
  const std::string folder = (std::filesystem::path(live_.state_folder()) / "journal").string();
  std::string answer;
  EXPECT_EQ(live_.command({"journal", "audit", folder, "--json"}, &answer), 0) << answer;
  const Json audit = Json::parse(answer);
  EXPECT_TRUE(audit["is_equal"]);
  EXPECT_GT(audit["lives"].front()["lost_inputs"], 0);
  if (!has_lost_more) {
    EXPECT_EQ(audit["lives"].back()["is_from_snapshot"], true) << audit;
  }
  EXPECT_GT(audit["lives"].back()["equal"], 10) << audit;
  EXPECT_EQ(live_.command({"journal", "audit", folder}, &answer), 0);
  EXPECT_THAT(answer, HasSubstr("from there on were not compared"));
}

}  // namespace
}  // namespace tickplant::this_file
