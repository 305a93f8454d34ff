// Daemons that find a full disk when they start: what they computed and the rings have no more is lost, and is told as
// that when there is room again. It is no determinism alarm.
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
using testing::Not;
using tests::eventually;
using tests::LivePlant;
using Json = nlohmann::json;

constexpr std::uint64_t kResultSlots = 1024;

class FullDiskRestart : public testing::Test {
 protected:
  FullDiskRestart() {
    std::ofstream(live_.file("analytics.yaml"))
        << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
           "    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n";
    live_.configure({.ring_slots = 1 << 17,
                     .instruments = 256,
                     .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                              ", ring_slots: " + std::to_string(kResultSlots) +
                              "}\njournal: {folder: auto, segment: 2MiB, checkpoint: 200ms}\n"});
  }
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] bool is_degraded() const {
    return static_cast<JournalState>(live_.counter(counter::kJournal, counter::kJournalState)) ==
           JournalState::degraded;
  }
  [[nodiscard]] bool makes_checkpoints() const {
    const std::uint64_t before = live_.counter(counter::kCheckpoints, counter::kMade);
    return eventually([&] { return live_.counter(counter::kCheckpoints, counter::kMade) > before + 1; });
  }

  LivePlant live_;
};

TEST_F(FullDiskRestart, WhatWasLostMeanwhileIsNoAlarm) {
  const bool is_mounted = tests::on_small_disk(folder(), "3m", [&] {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "40", "--rate", "5000", "--pre-open", "100ms"});
    ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
    ASSERT_TRUE(eventually([&] { return is_degraded(); })) << live_.daemon().output();
    live_.daemon().kill();

    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(eventually([&] {
      return live_.counter(counter::kAnalytics, counter::kDerivedRecords) > 2 * kResultSlots;
    })) << live_.daemon().output();
    EXPECT_TRUE(is_degraded());
    live_.daemon().kill();
    ASSERT_TRUE(tests::grow_disk(folder(), "512m"));

    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    EXPECT_THAT(live_.daemon().output(), Not(HasSubstr("determinism alarm")));
    ASSERT_TRUE(makes_checkpoints()) << live_.daemon().output();
    live_.venue().kill();
    EXPECT_EQ(live_.daemon().stop(), 0);
    EXPECT_EQ(live_.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
    std::string answer;
    EXPECT_EQ(live_.command({"journal", "audit", folder().string(), "--json"}, &answer), 0) << answer;
    EXPECT_TRUE(Json::parse(answer)["is_equal"]);
  });
  if (!is_mounted) GTEST_SKIP() << "mounting is for root";
}

}  // namespace
}  // namespace tickplant::this_file
