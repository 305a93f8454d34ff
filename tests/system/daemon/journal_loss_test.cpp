// A real daemon whose journal has lost records to a full disk: what analytics holds is put down where the order says
// so, and from there on checkpoints, restarts and the audit go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/small_disk.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::JournalState;
using testing::HasSubstr;
using tests::eventually;
using tests::LivePlant;
using Json = nlohmann::json;

constexpr const char* kAnalytics =
    "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
    "    windows: [{name: W100, size: 100ms}, {name: W500, size: 500ms, slide: 100ms}]\n"
    "    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n"
    "    signals: [{name: turn, on: ticks, cross: [price, ema(5)]}]\n";

class JournalLossOfADaemon : public testing::TestWithParam<int> {
 protected:
  JournalLossOfADaemon() {
    std::ofstream(live_.file("analytics.yaml")) << kAnalytics;
    live_.configure({.ring_slots = 1 << 14,
                     .instruments = 256,
                     .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                              ", shards: " + std::to_string(GetParam()) +
                              ", ring_slots: 262144, sequencer_slots: 262144}\n"
                              "journal: {folder: auto, segment: 2MiB, checkpoint: 200ms}\n"});
  }
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] std::uint64_t journal(std::string_view name) const { return live_.counter(counter::kJournal, name); }
  [[nodiscard]] std::uint64_t checkpoints(std::string_view name) const {
    return live_.counter(counter::kCheckpoints, name);
  }
  [[nodiscard]] JournalState state() const { return static_cast<JournalState>(journal(counter::kJournalState)); }
  void start() {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "40", "--rate", "20000", "--pre-open", "100ms"});
    ASSERT_TRUE(eventually([&] { return checkpoints(counter::kMade) > 0; })) << live_.daemon().output();
  }
  /// The disk is full until the ring has gone round.
  void lose() {
    ASSERT_TRUE(eventually([&] { return state() == JournalState::degraded; }));
    const std::uint64_t packets = live_.feed_counter(counter::kPackets);
    ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kPackets) > packets + (2 << 14); }));
    ASSERT_TRUE(tests::grow_disk(folder(), "512m"));
    ASSERT_TRUE(eventually([&] { return checkpoints(counter::kStateSnapshots) > 0; })) << live_.daemon().output();
    EXPECT_GT(journal(counter::kLostRecords), 0u);
    EXPECT_GT(checkpoints(counter::kSnapshotStall), 0u);
    EXPECT_TRUE(live_.says("for that it stood still for"));
  }
  /// By the journal, or by a shard that was too slow.
  [[nodiscard]] std::uint64_t lost_records() const {
    std::uint64_t sum = journal(counter::kLostRecords);
    for (const char* const shard : {"analytics", "analytics.0", "analytics.1", "analytics.2"}) {
      sum += live_.counter(shard, counter::kLostRecords);
    }
    return sum;
  }
  [[nodiscard]] bool makes_checkpoints() const {
    const std::uint64_t before = checkpoints(counter::kMade);
    return eventually([&] { return checkpoints(counter::kMade) > before + 1; });
  }

  LivePlant live_;
};

TEST_P(JournalLossOfADaemon, IsBoundedByWhatAnalyticsPutsDownBehindIt) {
  const bool is_mounted = tests::on_small_disk(folder(), "3m", [&] {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_NO_FATAL_FAILURE(lose());
    ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
    const std::uint64_t lost = lost_records();
    ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
    // A machine that stands still for most of a second loses more; then there is one more snapshot.
    bool has_lost_more = lost_records() != lost;
    live_.daemon().kill();
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
    ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
    live_.venue().kill();
    live_.daemon().signal(SIGTERM);
    EXPECT_EQ(live_.daemon().wait(), 0);
    has_lost_more |= lost_records() != 0;
    EXPECT_EQ(checkpoints(counter::kDeterminismAlarms), 0u);

    std::string answer;
    EXPECT_EQ(live_.command({"journal", "audit", folder().string(), "--json"}, &answer), 0) << answer;
    const Json audit = Json::parse(answer);
    EXPECT_TRUE(audit["is_equal"]);
    ASSERT_GE(audit["lives"].size(), 2u) << audit;
    EXPECT_GT(audit["lives"].front()["lost_inputs"], 0);
    EXPECT_GT(audit["lives"].front()["lost_behind"], 0);
    const Json& last = audit["lives"].back();
    EXPECT_EQ(last["is_from_snapshot"], true);
    if (!has_lost_more) {
      EXPECT_GT(last["equal"], 100);
      EXPECT_EQ(last["restarts"], 1) << audit;
      EXPECT_EQ(last["lost_inputs"], 0) << audit;
    }
    EXPECT_EQ(live_.command({"journal", "list", folder().string()}, &answer), 0);
    EXPECT_THAT(answer, HasSubstr("snapshot, behind a loss"));
  });
  if (!is_mounted) GTEST_SKIP() << "mounting is for root";
}

INSTANTIATE_TEST_SUITE_P(Shards, JournalLossOfADaemon, testing::Values(1, 3));

}  // namespace
}  // namespace tickplant::this_file
