// Analytics over kills: a successor goes on with what its predecessor computed, to the bit, as if nothing had happened.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "clients/cpp/derived_view.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/system/daemon/day_analytics.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::LivePlant;

class RecoveryOfADaemon : public testing::Test {
 protected:
  static tests::PlantOptions options(int shards, const std::string& journal = "folder: auto, segment: 4MiB") {
    return {.ring_slots = 1 << 18,
            .instruments = 256,
            .extra = "analytics: {file: auto, shards: " + std::to_string(shards) + "}\njournal: {" + journal + "}\n"};
  }
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] std::uint64_t ordered() const { return live_.counter(counter::kSequencer, counter::kOrdered); }
  void trade_for(std::uint64_t records) {
    const std::uint64_t before = ordered();
    ASSERT_TRUE(tests::eventually([&] { return ordered() > before + records; }));
  }
  /// What it has ordered so far outlives even its memory.
  void wait_for_the_disk() const {
    const tests::AttachedAnalytics attached(live_);
    const tests::RingBytes order = attached.ring("sequencer");
    const auto& control = ringbuf::object_at<const ringbuf::BroadcastControl<>>(order.payload, 0);
    const std::uint64_t newest = control.published.load();
    ASSERT_TRUE(tests::eventually([&] { return control.durable.load() >= newest; }));
  }
  [[nodiscard]] nlohmann::json audit() {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "audit", folder().string(), "--json"}, &output), 0) << output;
    return nlohmann::json::parse(output);
  }
  /// Computed again from the journal, it is one life over `restarts` restarts, with nothing missing, equal to the bit.
  void expect_one_life(int restarts) {
    const nlohmann::json found = audit();
    ASSERT_EQ(found["lives"].size(), 1u) << found.dump(1);
    const nlohmann::json& life = found["lives"][0];
    EXPECT_EQ(life["restarts"], restarts);
    EXPECT_EQ(life["lost_inputs"], 0) << found.dump(1);
    EXPECT_EQ(life["unpublished"], 0) << "who goes on publishes what its predecessor had not";
    EXPECT_GT(life["equal"], 10);
    EXPECT_EQ(found["is_equal"], true) << found.dump(1);
  }
  void expect_history_without_loss() const {
    using Words = std::vector<std::string>;
    const std::string journal = folder().string();
    for (const Words& words : {Words{"tail", "--from", "1"}, Words{"tail", "--derived", "--from", "1"},
                               Words{"journal", "export", journal, "--ring", "ticks"},
                               Words{"journal", "list", journal}, Words{"replay", journal, "--speed", "max"}}) {
      std::string output;
      EXPECT_EQ(live_.command(words, &output), 0) << words[0];
      EXPECT_EQ(output.find("\nlost "), std::string::npos) << words[0];
      EXPECT_EQ(output.find("tickplant: lost"), std::string::npos) << words[0];
    }
  }
  void kill_and_audit(int shards) {
    live_.configure(options(shards));
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
    constexpr int kKills = 4;
    for (int i = 0; i < kKills; ++i) {
      trade_for(3'000 + 777 * static_cast<std::uint64_t>(i));
      live_.daemon().kill();
      ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
      EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
    }
    trade_for(3'000);
    EXPECT_EQ(live_.daemon().stop(), 0);
    expect_one_life(kKills);
  }

  LivePlant live_;
};

TEST_F(RecoveryOfADaemon, GoesOnOverKillsToTheSameBits) { kill_and_audit(1); }

TEST_F(RecoveryOfADaemon, GoesOnWithSeveralShards) { kill_and_audit(2); }

TEST_F(RecoveryOfADaemon, GoesOnWhenAKillTookTheSharedMemoryAlong) {
  live_.configure(options(1));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  for (int i = 0; i < 2; ++i) {
    trade_for(5'000);
    wait_for_the_disk();
    live_.daemon().kill();
    std::filesystem::remove_all(live_.folder());
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  }
  trade_for(5'000);
  for (const char* const owner : {counter::kJournal.data(), "analytics"}) {
    EXPECT_EQ(live_.counter(owner, counter::kLostRecords), 0u) << "numbers that nobody had are no records: " << owner;
  }
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(2);
  expect_history_without_loss();
}

TEST_F(RecoveryOfADaemon, GoesOnAfterAReboot) {
  live_.configure(options(1));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  trade_for(5'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  std::filesystem::remove_all(live_.folder());  // shared memory is gone
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  trade_for(5'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(1);
}

TEST_F(RecoveryOfADaemon, ShowsWhatWasComputedBeforeAReboot) {
  std::ofstream(live_.file("analytics.yaml"))
      << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
         "    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(3)]}]\n";
  for (const int shards : {1, 2}) {
    live_.configure({.ring_slots = 1 << 18,
                     .instruments = 256,
                     .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                              ", shards: " + std::to_string(shards) + "}\njournal: {folder: auto, segment: 4MiB}\n"});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
    trade_for(20'000);
    live_.venue().signal(SIGSTOP);  // nothing new is computed
    EXPECT_EQ(live_.daemon().stop(), 0);
    std::vector<ringbuf::DerivedImageEntry> before, after;
    const auto look = [&](std::vector<ringbuf::DerivedImageEntry>& seen) {
      clients::Plant plant = live_.attach();
      const clients::DerivedView view(plant);
      for (std::uint32_t id = 1; id <= 20; ++id) {
        ringbuf::DerivedImageEntry& entry = seen.emplace_back();
        (void)view.read({id}, entry);
      }
    };
    look(before);
    EXPECT_GT(std::ranges::count_if(before, [](const auto& entry) { return entry.sequence.value != 0; }), 10);
    std::filesystem::remove_all(live_.folder());
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    look(after);
    EXPECT_EQ(std::memcmp(before.data(), after.data(), before.size() * sizeof before[0]), 0);
    EXPECT_EQ(live_.daemon().stop(), 0);
    live_.venue().kill();
    std::filesystem::remove_all(folder());
    std::filesystem::remove_all(live_.folder());
  }
}

TEST_F(RecoveryOfADaemon, WhoDiesAgainAndAgainHasNotMoreToComputeEachTime) {
  live_.configure(options(1, "folder: auto, segment: 4MiB, checkpoint: 3600s"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  trade_for(20'000);
  std::uint64_t newest = 0;
  for (int life = 0; life < 3; ++life) {
    live_.daemon().kill();
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
    if (life > 0) {
      EXPECT_TRUE(live_.says(": checkpoint-")) << live_.daemon().output();
    }
    const auto place = [&] { return live_.counter(counter::kCheckpoints, counter::kNewest); };
    ASSERT_TRUE(tests::eventually([&] { return place() > newest; })) << "long before one is due";
    newest = place();
    trade_for(1'000);
  }
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(3);
}

TEST_F(RecoveryOfADaemon, TakesUpTheNewestCheckpointThatIsWhole) {
  live_.configure(options(1, "folder: auto, segment: 4MiB, checkpoint: 100ms"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  ASSERT_TRUE(tests::eventually([&] { return live_.counter(counter::kCheckpoints, counter::kMade) >= 3; }));
  live_.daemon().kill();
  const std::vector<std::filesystem::path> made = ringbuf::CheckpointFiles(folder()).list();
  ASSERT_EQ(made.size(), ringbuf::CheckpointFiles::kKept);
  {
    std::fstream file(made[0], std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(1'000);
    file.put('\x5a');
  }
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("checkpoint passed over: " + made[0].filename().string())) << live_.daemon().output();
  EXPECT_TRUE(live_.says(made[1].filename().string() + ", then")) << live_.daemon().output();
  trade_for(3'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says(", then 0 inputs computed again")) << "an end in order makes one more";
  trade_for(3'000);
  EXPECT_EQ(live_.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(2);
}

TEST_F(RecoveryOfADaemon, GoesOnWithWhatDidNotChangeInTheFile) {
  const auto write = [&](const std::string& more) {
    std::ofstream(live_.file("analytics.yaml"))
        << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n"
        << more << "  all:\n    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(3)]}]\n";
  };
  live_.configure({.ring_slots = 1 << 18,
                   .instruments = 256,
                   .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                            "}\njournal: {folder: auto, segment: 4MiB}\n"});
  write("");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  trade_for(5'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  write("  more:\n    symbols: [A*, B*, C*, N*, S*]\n    windows: [{name: W200, size: 200ms}]\n");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  trade_for(5'000);
  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  trade_for(5'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(2);
}

TEST_F(RecoveryOfADaemon, BeginsAnewWhereItCannotAndSaysWhy) {
  live_.configure(options(1));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics begins anew: the journal is new")) << live_.daemon().output();
  live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
  trade_for(2'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  live_.configure(options(2));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics begins anew: the number of shards is another one now")) << live_.daemon().output();
  EXPECT_EQ(live_.daemon().stop(), 0);
}

}  // namespace
}  // namespace tickplant::this_file
