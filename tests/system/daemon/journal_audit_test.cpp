// The journal of the real daemon computed again, after kills and a reload: every result the same, to the bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::LivePlant;
using Json = nlohmann::json;

constexpr const char* kAnalytics =
    "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
    "    windows: [{name: W100, size: 100ms}, {name: W500, size: 500ms, slide: 100ms}]\n"
    "    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n"
    "    signals: [{name: turn, on: ticks, cross: [price, ema(5)]}]\n";

class JournalAuditOfADaemon : public testing::TestWithParam<int> {
 protected:
  JournalAuditOfADaemon() {
    write("");
    configure(GetParam());
  }
  void configure(int shards) {
    live_.configure(
        {.ring_slots = 1 << 18,
         .instruments = 256,
         .extra = "analytics: {file: " + live_.file("analytics.yaml").string() + ", shards: " + std::to_string(shards) +
                  ", ring_slots: 262144, sequencer_slots: 262144}\njournal: {folder: auto, segment: 2MiB}\n"});
  }
  void write(const std::string& more) const { std::ofstream(live_.file("analytics.yaml")) << kAnalytics << more; }
  [[nodiscard]] std::uint64_t rows() const {
    if (GetParam() == 1) return live_.counter("analytics", counter::kRows);
    std::uint64_t total = 0;
    for (int i = 0; i < GetParam(); ++i) total += live_.counter("analytics." + std::to_string(i), counter::kRows);
    return total;
  }
  [[nodiscard]] bool computes_more() const {
    const std::uint64_t before = rows();
    return tests::eventually([&] { return rows() > before + 100; });
  }

  LivePlant live_;
};

TEST_P(JournalAuditOfADaemon, IsTheSameOverKillsAndAReload) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "40", "--rate", "20000", "--pre-open", "100ms"});
  for (int kills = 0; kills < 2; ++kills) {
    ASSERT_TRUE(computes_more()) << live_.daemon().output();
    live_.daemon().kill();
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  }
  ASSERT_TRUE(computes_more());
  write(
      "    patterns: [{name: up, on: ticks, within: 10s, steps: [{name: a, where: \"price > 0\"}, {name: b, where: "
      "\"price > a[0].price\"}]}]\n");
  live_.daemon().signal(SIGHUP);
  ASSERT_TRUE(tests::eventually([&] { return live_.counter(counter::kHousekeeping, counter::kReloads) == 1; }));
  ASSERT_TRUE(computes_more());
  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  ASSERT_TRUE(computes_more());
  live_.venue().kill();
  live_.daemon().signal(SIGTERM);
  EXPECT_EQ(live_.daemon().wait(), 0);

  std::string answer;
  const std::string folder = (std::filesystem::path(live_.state_folder()) / "journal").string();
  EXPECT_EQ(live_.command({"journal", "audit", folder, "--json"}, &answer), 0) << answer;
  const Json audit = Json::parse(answer);
  EXPECT_TRUE(audit["is_equal"]);
  EXPECT_EQ(audit["end"], "tail");
  ASSERT_EQ(audit["lives"].size(), 1u);
  for (const Json& life : audit["lives"]) {
    EXPECT_GT(life["equal"], 100) << life;
    EXPECT_EQ(life["lost_inputs"], 0) << life;
    EXPECT_EQ(life["shards"], GetParam());
  }
  EXPECT_EQ(audit["lives"][0]["restarts"], 3);
  EXPECT_EQ(audit["lives"][0]["unpublished"], 0) << "it stopped in order";
}

TEST_P(JournalAuditOfADaemon, IsTheSameWhereASuccessorBeginsAnewWithAnotherFile) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "40", "--rate", "20000", "--pre-open", "100ms"});
  ASSERT_TRUE(computes_more()) << live_.daemon().output();
  live_.daemon().kill();
  std::ofstream(live_.file("analytics.yaml")) << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
                                                 "    windows: [{name: W200, size: 200ms}, {name: W100, size: 100ms}]\n"
                                                 "    indicators: [{on: W100, of: [ema(5), sma(3)]}]\n";
  configure(GetParam() + 1);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics begins anew: the number of shards is another one now"));
  const std::uint64_t before = live_.counter("analytics.0", counter::kRows);
  ASSERT_TRUE(tests::eventually([&] { return live_.counter("analytics.0", counter::kRows) > before + 100; }));
  live_.venue().kill();
  live_.daemon().signal(SIGTERM);
  EXPECT_EQ(live_.daemon().wait(), 0);

  std::string answer;
  const std::string folder = (std::filesystem::path(live_.state_folder()) / "journal").string();
  EXPECT_EQ(live_.command({"journal", "audit", folder, "--json"}, &answer), 0) << answer;
  const Json audit = Json::parse(answer);
  ASSERT_EQ(audit["lives"].size(), 2u);
  EXPECT_GT(audit["lives"][1]["equal"], 100) << audit["lives"];
}

INSTANTIATE_TEST_SUITE_P(Shards, JournalAuditOfADaemon, testing::Values(1, 3));

}  // namespace
}  // namespace tickplant::this_file
