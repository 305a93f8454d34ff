// SIGHUP at the real daemon while ticks come: it turns to what the analytics file says now, at one place in the order,
// or says why not and goes on. What it published is what the engine makes of the same input with the same reload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/day_analytics.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::AllOf;
using testing::HasSubstr;
using tests::AttachedAnalytics;
using tests::LivePlant;

constexpr const char* kKept =
    "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  kept:\n    symbols: [\"*[A-M]\"]\n"
    "    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(2)]}]\n";
constexpr const char* kFirst = "  rest:\n    windows: [{name: W200, size: 200ms}]\n";
constexpr const char* kSecond =
    "  rest:\n    windows: [{name: W50, size: 50ms}]\n    indicators: [{on: W50, of: [ema(3)]}]\n";

class AnalyticsReload : public testing::TestWithParam<int> {
 protected:
  AnalyticsReload() {
    write(std::string(kKept) + kFirst);
    live_.configure({.extra = "analytics: {file: " + file() + ", shards: " + std::to_string(GetParam()) +
                              ", ring_slots: 65536, sequencer_slots: 65536}\n"});
  }
  [[nodiscard]] std::string file() const { return live_.file("analytics.yaml").string(); }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  [[nodiscard]] static config::AnalyticsConfig parsed(const std::string& text) {
    return config::load_analytics_text(text, "analytics.yaml");
  }
  [[nodiscard]] std::uint64_t sum(std::string_view name) const {
    if (GetParam() == 1) return live_.counter("analytics", name);
    std::uint64_t total = 0;
    for (int i = 0; i < GetParam(); ++i) total += live_.counter("analytics." + std::to_string(i), name);
    return total;
  }
  [[nodiscard]] bool computes_more() const {
    const std::uint64_t rows = sum(counter::kRows);
    return tests::eventually([&] { return sum(counter::kRows) > rows + 50; });
  }
  [[nodiscard]] bool reloads(std::string_view name, std::uint64_t times) {
    live_.daemon().signal(SIGHUP);
    return tests::eventually([&] { return live_.counter(counter::kHousekeeping, name) == times; });
  }

  LivePlant live_;
};

TEST_P(AnalyticsReload, OnSighupTurnsToAGoodFileAndRefusesABadOne) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "40", "--rate", "20000", "--pre-open", "100ms"});
  ASSERT_TRUE(computes_more()) << live_.daemon().output();
  const std::uint64_t hash_before = AttachedAnalytics(live_).functions().head().config_hash;

  write(std::string(kKept) + "  rest:\n    windows: [{name: W50, size: -1s}]\n");
  ASSERT_TRUE(reloads(counter::kReloadsRefused, 1)) << live_.daemon().output();
  EXPECT_TRUE(computes_more());
  EXPECT_EQ(AttachedAnalytics(live_).functions().find("W50"), std::nullopt);

  write(std::string(kKept) + kSecond);
  ASSERT_TRUE(reloads(counter::kReloads, 1)) << live_.daemon().output();
  EXPECT_TRUE(computes_more());
  live_.venue().signal(SIGTERM);
  (void)live_.venue().wait();

  const AttachedAnalytics attached(live_);
  tests::DerivedTruth truth;
  EXPECT_TRUE(tests::eventually([&] {
    truth = attached.truth({parsed(std::string(kKept) + kFirst), parsed(std::string(kKept) + kSecond)});
    return sum(counter::kStateHash) == truth.hash && sum(counter::kIsSweeping) == 0;
  })) << live_.daemon().output();
  EXPECT_EQ(truth.reloads, 1u);
  EXPECT_EQ(truth.lost, 0u);
  EXPECT_EQ(attached.results(), truth.records);
  EXPECT_TRUE(attached.functions().find("W50.ema(3)").has_value());
  EXPECT_THAT(live_.daemon().output(),
              AllOf(HasSubstr("reload refused, analytics goes on as before"), HasSubstr("windows"),
                    HasSubstr("reload: set kept: unchanged, state kept"), HasSubstr("reload: set rest: begins anew")));
  EXPECT_THAT(live_.daemon().output(), testing::Not(HasSubstr("has changed, too"))) << "the plant's own file has not";
  EXPECT_NE(attached.functions().head().config_hash, hash_before);
  const std::uint64_t hash = config::hash_of(parsed(std::string(kKept) + kSecond));
  EXPECT_EQ(attached.functions().head().config_hash, hash);
  std::string status;
  ASSERT_EQ(live_.command({"status", "--json"}, &status), 0);
  std::array<char, 17> hash_text;
  std::snprintf(hash_text.data(), hash_text.size(), "%016llx", static_cast<unsigned long long>(hash));
  EXPECT_THAT(status, HasSubstr(hash_text.data()));
}

INSTANTIATE_TEST_SUITE_P(Shards, AnalyticsReload, testing::Values(1, 3));

}  // namespace
}  // namespace tickplant::this_file
