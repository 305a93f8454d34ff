// Analytics in the real daemon: what its derived rings hold is what the engine makes of its tick ring in the order that
// it wrote down, in a thread of its own or the feed's, and over a kill -9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load_analytics.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/sequencer.hpp"
#include "tests/support/derived_truth.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::SegmentKind;
using testing::HasSubstr;
using tests::LivePlant;

/// The shared memory of analytics, attached as any client would.
class Attached {
 public:
  explicit Attached(const LivePlant& live) : plant_(live.attach()) {
    for (const ringbuf::CatalogSegment& segment : plant_.segments()) {
      ++index_;
      if (segment.kind == SegmentKind::sequencer) open(segment, ringbuf::kSequencerSchema);
      if (segment.kind == SegmentKind::functions) open(segment, ringbuf::kFunctionsSchema);
      if (segment.kind == SegmentKind::broadcast) open(segment, ringbuf::kBroadcastSchema);
    }
  }

  [[nodiscard]] clients::Plant& plant() { return plant_; }
  [[nodiscard]] tests::RingBytes ring(const std::string& name) const {
    const Segment& segment = segments_.at(name);
    return {segment.attached->payload(), segment.attached->header().slot_count};
  }
  [[nodiscard]] ringbuf::FunctionsReader functions() const {
    return ringbuf::FunctionsReader(segments_.at("functions").attached->payload());
  }
  /// Every record of the ring of ticks has its place.
  [[nodiscard]] bool is_ordered() const {
    const tests::RingBytes order = ring("sequencer"), ticks = ring("ticks");
    const auto remains = ringbuf::find_sequencer_remains(order.payload, order.slot_count);
    return remains.done_of(segments_.at("ticks").id) ==
           ringbuf::TickReader::over(ticks.payload, ticks.slot_count, {1}).published();
  }
  [[nodiscard]] std::size_t derived_rings() const {
    return static_cast<std::size_t>(std::count_if(segments_.begin(), segments_.end(),
                                                  [](const auto& each) { return each.first.starts_with("derived"); }));
  }
  [[nodiscard]] std::vector<tests::Result> results() const {
    std::vector<tests::Result> all;
    for (const auto& [name, segment] : segments_) {
      if (!name.starts_with("derived")) continue;
      for (const tests::Result& result : tests::results_in(ring(name))) all.push_back(result);
    }
    return tests::sorted(std::move(all));
  }
  [[nodiscard]] tests::DerivedTruth truth(const config::AnalyticsConfig& config, ringbuf::Sequence first_run = {1}) {
    std::vector<analytics::NamedFeed> feeds;
    for (const ringbuf::CatalogFeed& feed : plant_.feeds()) feeds.push_back({feed.name, feed.id});
    return tests::compute_again(
        analytics::Program(config, feeds),
        {ring("sequencer"), first_run, {{segments_.at("ticks").id, ring("ticks")}}, plant_.instruments()});
  }

 private:
  struct Segment {
    ringbuf::RingId id;
    clients::AttachedSegment attached;
  };
  void open(const ringbuf::CatalogSegment& segment, std::uint64_t schema) {
    segments_.emplace(segment.name, Segment{{index_}, plant_.open(segment.name, {segment.kind, schema})});
  }

  clients::Plant plant_;
  std::uint32_t index_ = 0;
  std::map<std::string, Segment> segments_;
};

class Analytics : public testing::Test {
 protected:
  static constexpr const char* kSeconds =
      "watermarks: {default: {bound: 0s, lateness: 0s}}\n"
      "sets:\n  all:\n    windows: [{name: S1, size: 1s}, {name: M1, size: 1m}]\n"
      "    indicators: [{on: S1, of: [sma(2), ema(3)]}]\n"
      "    nbbo: true\n    quotes: [{on: S1, of: [spread, mean_spread, microprice, nbbo_spread]}]\n"
      "    signals: [{name: swing, on: M1, swing: {percent: 0.01}, basis: tick}]\n";

  /// A day of the simulated exchange as a file, and a plant that reads it.
  void use_day_file(int messages, const std::string& analytics) {
    if (!std::filesystem::exists(live_.file("day.itch"))) {
      tests::Program venue(
          "tickplant-venue",
          {"--write", live_.file("day.itch").string(), "--messages", std::to_string(messages), "--symbols", "40"}, {},
          tests::Streams{live_.file("venue.log")});
      ASSERT_EQ(venue.wait(), 0) << venue.output();
    }
    std::ofstream(live_.config_file())
        << "plant: {name: demo}\ninstruments: {capacity: 1024}\nrings: {ticks: {slots: 262144}}\nfeeds:\n  demo:\n"
           "    protocol: itch50\n    venue: XNAS\n    trading_date: 2025-01-02\n    source: {kind: day_file, path: "
        << live_.file("day.itch").string() << "}\nanalytics: {" << analytics
        << ", ring_slots: 65536, sequencer_slots: 65536}\n";
  }
  [[nodiscard]] std::string seconds_file() const {
    std::ofstream(live_.file("seconds.yaml")) << kSeconds;
    return live_.file("seconds.yaml").string();
  }
  [[nodiscard]] std::uint64_t sum(std::string_view name, int shards) const {
    if (shards == 1) return live_.counter("analytics", name);
    std::uint64_t total = 0;
    for (int i = 0; i < shards; ++i) total += live_.counter("analytics." + std::to_string(i), name);
    return total;
  }
  /// The file has been read, and all of it has its place.
  [[nodiscard]] bool is_ordered() const {
    return tests::eventually([&] { return live_.has_ended(); }) &&
           tests::eventually([&] { return Attached(live_).is_ordered(); });
  }
  /// What should have been computed by now, as soon as the plant says that it has.
  [[nodiscard]] tests::DerivedTruth expect_all_computed(Attached& attached, const config::AnalyticsConfig& config,
                                                        int shards, ringbuf::Sequence first_run = {1}) {
    tests::DerivedTruth truth;
    EXPECT_TRUE(tests::eventually([&] {
      truth = attached.truth(config, first_run);
      return sum(counter::kStateHash, shards) == truth.hash && sum(counter::kIsSweeping, shards) == 0;
    })) << live_.daemon().output();
    EXPECT_EQ(truth.lost, 0u);
    return truth;
  }
  [[nodiscard]] static config::AnalyticsConfig standard() {
    return config::load_analytics_file(TICKPLANT_SOURCE_DIR "/config/analytics/standard.yaml");
  }

  LivePlant live_;
};

TEST_F(Analytics, PublishWhatTheEngineMakesOfTheTickRing) {
  use_day_file(30'000, "file: auto");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(is_ordered()) << live_.daemon().output();
  Attached attached(live_);
  const tests::DerivedTruth truth = expect_all_computed(attached, standard(), 1);
  EXPECT_GT(truth.records.size(), 100u);
  EXPECT_EQ(truth.inputs, live_.feed_counter(counter::kRecords)) << "every record has its place";
  EXPECT_EQ(attached.results(), truth.records);
  EXPECT_EQ(attached.functions().name_of({1}), "T60");
}

TEST_F(Analytics, GoOnBehindTheNewestResultAfterAKill) {
  use_day_file(60'000, "file: " + seconds_file());
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return sum(counter::kDerivedRecords, 1) > 500; }));
  live_.daemon().signal(SIGKILL);
  (void)live_.daemon().wait();
  std::optional<Attached> dead(live_);
  const auto remains =
      ringbuf::find_sequencer_remains(dead->ring("sequencer").payload, dead->ring("sequencer").slot_count);
  const std::vector<tests::Result> before = dead->results();
  EXPECT_GT(before.size(), 500u);
  dead.reset();

  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(is_ordered()) << live_.daemon().output();
  Attached attached(live_);
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
  Attached attached(live_);
  EXPECT_GT(expect_all_computed(attached, standard(), 1).records.size(), 100u);
}

TEST_F(Analytics, ComeToTheSameResultsInOneThreadAndInFive) {
  std::uint64_t rows = 0;
  for (const int shards : {1, 4}) {
    // The memory goes, the state folder stays: numbers go on behind those of the first plant.
    std::filesystem::remove_all(live_.folder());
    use_day_file(60'000, "file: " + seconds_file() + ", shards: " + std::to_string(shards));
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(is_ordered()) << live_.daemon().output();
    Attached attached(live_);
    EXPECT_EQ(attached.derived_rings(), static_cast<std::size_t>(shards));
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
  std::ofstream(live_.file("seconds.yaml")) << "sets: {all: {windows: [{name: S1, size: -1s}]}}\n";
  use_day_file(100, "file: " + live_.file("seconds.yaml").string());
  EXPECT_FALSE(live_.start_daemon());
  EXPECT_NE(live_.daemon().wait(), 0);
  EXPECT_THAT(live_.daemon().output(), testing::AllOf(HasSubstr("seconds.yaml"), HasSubstr("S1"), HasSubstr("size")));
}

}  // namespace
}  // namespace tickplant
