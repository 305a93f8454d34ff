// Analytics in the real daemon, over a day of the simulated exchange: the shared memory as any client attaches it, and
// what the engine makes of the same input.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/sequencer.hpp"
#include "tests/support/derived_truth.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::tests {

class AttachedAnalytics {
 public:
  explicit AttachedAnalytics(const LivePlant& live) : plant_(live.attach()) {
    using ringbuf::SegmentKind;
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

  [[nodiscard]] const clients::Plant& plant() const { return plant_; }
  [[nodiscard]] RingBytes ring(const std::string& name) const {
    const Segment& segment = segments_.at(name);
    return {segment.attached->payload(), segment.attached->header().slot_count};
  }
  [[nodiscard]] ringbuf::FunctionsReader functions() const {
    return ringbuf::FunctionsReader(segments_.at("functions").attached->payload());
  }
  /// Every record of the ring of ticks has its place.
  [[nodiscard]] bool is_ordered() const {
    const RingBytes order = ring("sequencer"), ticks = ring("ticks");
    const auto remains = ringbuf::find_sequencer_remains(order.payload, order.slot_count);
    return remains.done_of(segments_.at("ticks").id) ==
           ringbuf::TickReader::over(ticks.payload, ticks.slot_count, {1}).published();
  }
  [[nodiscard]] std::vector<std::string> derived_rings() const {
    std::vector<std::string> names;
    for (const auto& [name, segment] : segments_) {
      if (name.starts_with("derived")) names.push_back(name);
    }
    return names;
  }
  [[nodiscard]] std::vector<Result> results() const {
    std::vector<Result> all;
    for (const std::string& name : derived_rings()) {
      for (const Result& result : results_in(ring(name))) all.push_back(result);
    }
    return sorted(std::move(all));
  }
  /// `configs`: what the plant computed, one reload after the other.
  [[nodiscard]] DerivedTruth truth(const std::vector<config::AnalyticsConfig>& configs,
                                   ringbuf::Sequence first_run = {1}) const {
    std::vector<analytics::NamedFeed> feeds;
    for (const ringbuf::CatalogFeed& feed : plant_.feeds()) feeds.push_back({feed.name, feed.id});
    std::vector<std::unique_ptr<analytics::Program>> programs;
    std::vector<Reloaded> reloaded;
    for (const config::AnalyticsConfig& config : configs) {
      programs.push_back(
          std::make_unique<analytics::Program>(config, feeds, programs.empty() ? nullptr : programs.back().get()));
      if (programs.size() > 1) reloaded.push_back({config::hash_of(config), *programs.back()});
    }
    return compute_again(
        *programs.front(),
        {ring("sequencer"), first_run, {{segments_.at("ticks").id, ring("ticks")}}, plant_.instruments()}, reloaded);
  }

 private:
  struct Segment {
    ringbuf::RingId id;
    clients::AttachedSegment attached;
  };
  clients::Plant plant_;
  std::map<std::string, Segment> segments_;
};

/// A plant that reads a day of the simulated exchange from a file, and computes.
class DayAnalytics : public testing::Test {
 protected:
  static constexpr const char* kDate = "2025-01-02";

  /// `analytics`: keys of that section.
  void use_day_file(int messages, const std::string& analytics) {
    if (!std::filesystem::exists(day_file())) {
      Program venue("tickplant-venue",
                    {"--write", day_file(), "--messages", std::to_string(messages), "--symbols", "40"}, {},
                    Streams{live_.file("venue.log")});
      ASSERT_EQ(venue.wait(), 0) << venue.output();
    }
    std::ofstream(live_.config_file())
        << "plant: {name: demo}\ninstruments: {capacity: 1024}\nrings: {ticks: {slots: 262144}}\nfeeds:\n  demo:\n"
        << "    protocol: itch50\n    venue: XNAS\n    trading_date: " << kDate
        << "\n    source: {kind: day_file, path: " << day_file() << "}\nanalytics: {" << analytics
        << ", ring_slots: 65536, sequencer_slots: 65536}\n";
  }
  [[nodiscard]] std::string day_file() const { return live_.file("day.itch").string(); }
  /// An analytics file.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(live_.file(name)) << text;
    return live_.file(name).string();
  }
  /// Of all threads that compute.
  [[nodiscard]] std::uint64_t sum(std::string_view name, int shards = 1) const {
    if (shards == 1) return live_.counter("analytics", name);
    std::uint64_t total = 0;
    for (int i = 0; i < shards; ++i) total += live_.counter("analytics." + std::to_string(i), name);
    return total;
  }
  /// The file has been read, and all of it has its place.
  [[nodiscard]] bool is_ordered() const {
    return eventually([&] { return live_.has_ended(); }) &&
           eventually([&] { return AttachedAnalytics(live_).is_ordered(); });
  }
  /// What should have been computed by now, as soon as the plant says that it has.
  [[nodiscard]] DerivedTruth expect_all_computed(const AttachedAnalytics& attached,
                                                 const config::AnalyticsConfig& config, int shards = 1,
                                                 ringbuf::Sequence first_run = {1}) {
    namespace counter = ringbuf::counter;
    DerivedTruth truth;
    EXPECT_TRUE(eventually([&] {
      truth = attached.truth({config}, first_run);
      return sum(counter::kStateHash, shards) == truth.hash && sum(counter::kIsSweeping, shards) == 0;
    })) << live_.daemon().output();
    EXPECT_EQ(truth.lost, 0u);
    return truth;
  }

  LivePlant live_;
};

}  // namespace tickplant::tests
