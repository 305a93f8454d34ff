// SIGHUP at the real daemon while ticks come: it turns to what the analytics file says now, at one place in the order,
// or says why not and goes on. What it published is what the engine makes of the same input with the same reload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/sequencer.hpp"
#include "tests/support/derived_truth.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::SegmentKind;
using testing::AllOf;
using testing::HasSubstr;
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

/// Attached as any client would.
class Attached {
 public:
  explicit Attached(const LivePlant& live) : plant_(live.attach()) {
    std::uint32_t index = 0;
    for (const ringbuf::CatalogSegment& segment : plant_.segments()) {
      ++index;
      const std::uint64_t schema = segment.kind == SegmentKind::sequencer   ? ringbuf::kSequencerSchema
                                   : segment.kind == SegmentKind::functions ? ringbuf::kFunctionsSchema
                                   : segment.kind == SegmentKind::broadcast ? ringbuf::kBroadcastSchema
                                                                            : 0;
      if (schema != 0)
        segments_.emplace(segment.name, Segment{{index}, plant_.open(segment.name, {segment.kind, schema})});
    }
  }
  [[nodiscard]] tests::RingBytes ring(const std::string& name) const {
    const Segment& segment = segments_.at(name);
    return {segment.attached->payload(), segment.attached->header().slot_count};
  }
  [[nodiscard]] ringbuf::FunctionsReader functions() const {
    return ringbuf::FunctionsReader(segments_.at("functions").attached->payload());
  }
  [[nodiscard]] std::vector<tests::Result> results() const {
    std::vector<tests::Result> all;
    for (const auto& [name, segment] : segments_) {
      if (!name.starts_with("derived")) continue;
      for (const tests::Result& result : tests::results_in(ring(name))) all.push_back(result);
    }
    return tests::sorted(std::move(all));
  }
  /// `files`: what the analytics file said, one after the other.
  [[nodiscard]] tests::DerivedTruth truth(const std::vector<std::string>& files) {
    std::vector<analytics::NamedFeed> feeds;
    for (const ringbuf::CatalogFeed& feed : plant_.feeds()) feeds.push_back({feed.name, feed.id});
    std::vector<std::unique_ptr<analytics::Program>> programs;
    std::vector<tests::Reloaded> reloaded;
    for (const std::string& text : files) {
      const config::AnalyticsConfig config = config::load_analytics_text(text, "analytics.yaml");
      programs.push_back(
          std::make_unique<analytics::Program>(config, feeds, programs.empty() ? nullptr : programs.back().get()));
      if (programs.size() > 1) reloaded.push_back({config::hash_of(config), *programs.back()});
    }
    return tests::compute_again(
        *programs.front(), {ring("sequencer"), {1}, {{segments_.at("ticks").id, ring("ticks")}}, plant_.instruments()},
        reloaded);
  }

 private:
  struct Segment {
    ringbuf::RingId id;
    clients::AttachedSegment attached;
  };
  clients::Plant plant_;
  std::map<std::string, Segment> segments_;
};

TEST_P(AnalyticsReload, OnSighupTurnsToAGoodFileAndRefusesABadOne) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "40", "--rate", "20000", "--pre-open", "100ms"});
  ASSERT_TRUE(computes_more()) << live_.daemon().output();
  const std::uint64_t hash_before = Attached(live_).functions().head().config_hash;

  write(std::string(kKept) + "  rest:\n    windows: [{name: W50, size: -1s}]\n");
  ASSERT_TRUE(reloads(counter::kReloadsRefused, 1)) << live_.daemon().output();
  EXPECT_TRUE(computes_more());
  EXPECT_EQ(Attached(live_).functions().find("W50"), std::nullopt);

  write(std::string(kKept) + kSecond);
  ASSERT_TRUE(reloads(counter::kReloads, 1)) << live_.daemon().output();
  EXPECT_TRUE(computes_more());
  live_.venue().signal(SIGTERM);
  (void)live_.venue().wait();

  Attached attached(live_);
  tests::DerivedTruth truth;
  EXPECT_TRUE(tests::eventually([&] {
    truth = attached.truth({std::string(kKept) + kFirst, std::string(kKept) + kSecond});
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
  const std::uint64_t hash = config::hash_of(config::load_analytics_text(std::string(kKept) + kSecond, "a.yaml"));
  EXPECT_EQ(attached.functions().head().config_hash, hash);
  std::string status;
  ASSERT_EQ(live_.command({"status", "--json"}, &status), 0);
  std::array<char, 17> hash_text;
  std::snprintf(hash_text.data(), hash_text.size(), "%016llx", static_cast<unsigned long long>(hash));
  EXPECT_THAT(status, HasSubstr(hash_text.data()));
}

INSTANTIATE_TEST_SUITE_P(Shards, AnalyticsReload, testing::Values(1, 3));

}  // namespace
}  // namespace tickplant
