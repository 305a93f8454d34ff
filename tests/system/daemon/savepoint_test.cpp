// A savepoint of a running plant, and starts from it: the same bits as without, or a refusal that says why and costs
// nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
namespace fs = std::filesystem;
using tests::LivePlant;

class SavepointOfADaemon : public testing::Test {
 protected:
  void SetUp() override {
    configure(live_.file("analytics.yaml").string());
    write_analytics("");
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"});
    trade_for(12'000);
  }
  void configure(const std::string& analytics, const std::string& journal = "{folder: auto, segment: 4MiB}") {
    live_.configure(
        {.ring_slots = 1 << 18,
         .instruments = 256,
         .extra = "analytics: {file: " + analytics + "}\n" + (journal.empty() ? "" : "journal: " + journal + "\n")});
  }
  void write_analytics(const std::string& more) {
    std::ofstream(live_.file("analytics.yaml"))
        << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n"
        << more << "  all:\n    windows: [{name: W100, size: 100ms}, {name: M1, size: 60s}]\n"
        << "    indicators: [{on: W100, of: [sma(3)]}]\n";
  }
  [[nodiscard]] fs::path folder() const { return fs::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] std::uint64_t ordered() const { return live_.counter(counter::kSequencer, counter::kOrdered); }
  void trade_for(std::uint64_t records) {
    const std::uint64_t before = ordered();
    ASSERT_TRUE(tests::eventually([&] { return ordered() > before + records; }));
  }
  nlohmann::json save(const std::string& name) {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "savepoint", name, folder().string(), "--json"}, &output), 0) << output;
    return nlohmann::json::parse(output);
  }
  void remove_checkpoints() const {
    for (const fs::path& file : ringbuf::CheckpointFiles(folder()).list()) {
      if (!ringbuf::CheckpointFiles::savepoint_name(file)) fs::remove(file);
    }
  }
  void expect_refused(const std::string& savepoint, const std::string& why) {
    EXPECT_FALSE(live_.start_daemon({"--savepoint", savepoint}));
    EXPECT_EQ(live_.daemon().exit_code(), 2);
    EXPECT_TRUE(live_.says(why)) << live_.daemon().output();
  }
  void expect_one_life(int restarts) {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "audit", folder().string(), "--json"}, &output), 0) << output;
    const nlohmann::json found = nlohmann::json::parse(output);
    ASSERT_EQ(found["lives"].size(), 1u) << output;
    EXPECT_EQ(found["lives"][0]["restarts"], restarts);
    EXPECT_EQ(found["lives"][0]["lost_inputs"], 0) << output;
    EXPECT_GT(found["lives"][0]["equal"], 10) << output;
    EXPECT_EQ(found["is_equal"], true) << output;
  }

  LivePlant live_;
};

TEST_F(SavepointOfADaemon, IsGoneOnWithUnderAChangedFileAndWhatDidNotChangeKeepsItsState) {
  const nlohmann::json made = save("before-change");
  EXPECT_GT(made["cause_seq"], 10'000);
  EXPECT_GT(made["equal"], 10) << made.dump();
  trade_for(3'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  remove_checkpoints();
  write_analytics("  more:\n    symbols: [A*, B*, C*, N*, S*]\n    windows: [{name: W200, size: 200ms}]\n");
  ASSERT_TRUE(live_.start_daemon({"--savepoint", "before-change"})) << live_.daemon().output();
  EXPECT_TRUE(live_.says("savepoint-before-change.checkpoint, then")) << live_.daemon().output();
  EXPECT_EQ(live_.daemon().output().find(", then 0 inputs computed again"), std::string::npos);
  trade_for(3'000);
  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
  trade_for(3'000);
  EXPECT_EQ(live_.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(2);
}

TEST_F(SavepointOfADaemon, RefusalsSayWhyAndCostNothing) {
  (void)save("one");
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_refused("two", "savepoint two cannot be taken up");
  expect_refused("../one", "'../one' is no name for a savepoint");
  configure("none");
  expect_refused("one", "this plant has no analytics");
  configure(live_.file("analytics.yaml").string(), "");
  expect_refused("one", "this plant has no journal");
  configure(live_.file("analytics.yaml").string());
  const fs::path file = ringbuf::CheckpointFiles(folder()).savepoint_path("one");
  fs::copy(file, folder() / "savepoint-bad.checkpoint");
  {
    std::fstream bad(folder() / "savepoint-bad.checkpoint", std::ios::in | std::ios::out | std::ios::binary);
    bad.seekp(1'000);
    bad.put('\x5a');
  }
  expect_refused("bad", "the checksum of section");
  ASSERT_TRUE(live_.start_daemon({"--savepoint", "one"})) << live_.daemon().output();
  trade_for(3'000);
  EXPECT_EQ(live_.daemon().stop(), 0);
  expect_one_life(1);
}

TEST_F(SavepointOfADaemon, TheCommandSaysWhyThereIsNone) {
  (void)save("taken");
  const auto says = [&](const std::string& name, const std::string& where, int code, const std::string& why) {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "savepoint", name, where}, &output), code) << output;
    EXPECT_NE(output.find(why), std::string::npos) << output;
  };
  says("taken", folder().string(), 2, "there is a savepoint taken already");
  says("no such name", folder().string(), 2, "is no name for a savepoint");
  std::string found;  // wherever the config put it
  EXPECT_EQ(live_.command({"journal", "savepoint", "by-name", "demo"}, &found), 0) << found;
  says("new", live_.state_folder(), 2, "there is no journal in");
  std::string list;
  EXPECT_EQ(live_.command({"journal", "list", folder().string(), "--json"}, &list), 0) << list;
  const nlohmann::json checkpoints = nlohmann::json::parse(list)["checkpoints"];
  EXPECT_EQ(std::count_if(checkpoints.begin(), checkpoints.end(),
                          [](const nlohmann::json& each) { return each["savepoint"] == "taken"; }),
            1)
      << list;
  EXPECT_EQ(live_.daemon().stop(), 0);

  fs::remove_all(folder());
  configure("none");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return live_.counter(counter::kJournal, counter::kRecords) > 5'000; }));
  says("nothing", folder().string(), 1, "nothing was computed");  // while it is written on and on
  EXPECT_EQ(live_.daemon().stop(), 0);
}

}  // namespace
}  // namespace tickplant::this_file
