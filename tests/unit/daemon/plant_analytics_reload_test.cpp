// Reloads over a plant's own memory, its stages turned by hand: the command has its place in the order, every shard
// turns to the new file there, and so does whoever computes it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "analytics/replay/checkpoint_state.hpp"
#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "daemon/plant_analytics.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "tests/support/derived_truth.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::FunctionId;
using ringbuf::InstrumentId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr platform::UnixNanos kMorning{1'700'000'000'000'000'000 / 60'000'000'000 * 60'000'000'000};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kInstruments = 12;

const std::string kEven =
    "  even:\n    symbols: [E*]\n    windows: [{name: T60, size: 1m}, {name: S300_60, size: 5m, slide: 1m}]\n"
    "    indicators: [{on: T60, of: [sma(3), rsi(4)]}]\n    signals: [{name: up, on: T60, cross: [price, sma(3)]}]\n";
const std::string kOdd =
    "  odd:\n    symbols: [O*]\n    windows: [{name: T5, size: 5s}, {name: T10, size: 10s}]\n"
    "    indicators: [{on: T5, of: [sma(2)]}]\n";
const std::string kOtherOdd =
    "  odd:\n    symbols: [O*]\n    windows: [{name: T20, size: 20s}, {name: T10, size: 10s}]\n"
    "    indicators: [{on: T20, of: [sma(2), ema(3)]}, {on: T10, of: [sma(4)]}]\n";

std::string yaml(const std::string& sets) { return "watermarks: {default: {bound: 0s, lateness: 2s}}\nsets:\n" + sets; }

class PlantAnalyticsReload : public testing::Test {
 protected:
  /// One daemon's life, with a shadow of what it is told to compute.
  class Life {
   public:
    Life(const config::PlantConfig& config, const std::filesystem::path& folder)
        : config_(config),
          plan_(*plan_analytics(config)),
          segments_(config, folder, platform::system_now(), nullptr, {}, &plan_),
          feed_{config.feeds[0].name, segments_.put_feed(config.feeds[0], "UTC")} {
      segments_.clock().publish({});
      analytics_.emplace(plan_, std::span(&feed_, 1), segments_);
      stages_ = analytics_->make_stages();
      segments_.announce();
      programs_.push_back(std::make_unique<analytics::Program>(plan_.config, std::span(&feed_, 1)));
      for (std::uint32_t i = 1; i <= kInstruments; ++i) {
        const std::string symbol = (i % 2 == 0 ? "E" : "O") + std::to_string(i);
        ringbuf::InstrumentSpec spec;
        spec.symbol = symbol;
        spec.venue = "XNAS";
        spec.feed = feed_.id;
        spec.price_unit = 100'000;
        EXPECT_EQ(segments_.directory().find_or_add(spec).id, InstrumentId{i});
      }
    }
    std::vector<std::string> reload() {
      std::vector<std::string> changes = analytics_->reload(config_);
      if (changes.empty()) return changes;
      const config::AnalyticsConfig config = *config::load_analytics_of(config_);
      programs_.push_back(std::make_unique<analytics::Program>(config, std::span(&feed_, 1), programs_.back().get()));
      reloaded_.push_back({config::hash_of(config), *programs_.back()});
      return changes;
    }
    void turn() {
      for (std::size_t worked = 1; worked != 0;) {
        worked = 0;
        for (const auto& stage : stages_) worked += stage->do_work();
      }
    }
    void trade(int seconds) {
      feedhandlers::TickPublisher& publisher = segments_.ring("ticks").publishers.front();
      for (const std::int64_t end = second_ + seconds; second_ < end; ++second_) {
        const platform::UnixNanos time = kMorning + second_ * kSecond;
        publisher.begin_packet(time, 0);
        for (std::uint32_t i = 1; i <= kInstruments; ++i) {
          if ((second_ + i) % 3 != 0) continue;
          ringbuf::TradeBody trade;
          const auto wave = static_cast<std::int64_t>(std::sin(static_cast<double>(second_) / 40 + i) * 9'000);
          trade.price = {(1'000'000 + wave) * 100'000};
          trade.size = {100 + static_cast<std::uint64_t>(second_ % 13)};
          trade.trade_id = static_cast<std::uint64_t>(second_) * 100 + i;
          publisher.publish({i}, time, trade, ringbuf::RecordFlags::end_of_event);
        }
        publisher.end_batch();
        if (second_ % 20 == 0) turn();
      }
      turn();
    }
    void quote(std::uint32_t id) {
      feedhandlers::TickPublisher& publisher = segments_.ring("ticks").publishers.front();
      const platform::UnixNanos time = kMorning + second_ * kSecond;
      publisher.begin_packet(time, 0);
      publisher.publish({id}, time,
                        ringbuf::QuoteBody{{(1'000 + second_) * 100'000}, {(2'000 + second_) * 100'000}, {100}, {100}},
                        ringbuf::RecordFlags::end_of_event);
      publisher.end_batch();
      turn();
    }
    [[nodiscard]] std::uint64_t count(std::string_view owner, std::string_view name) {
      return ringbuf::CountersReader(segments_.counters_bytes()).find(owner, name).value_or(999'999);
    }
    [[nodiscard]] std::uint64_t sum(std::string_view name) {
      const std::size_t shards = memory().rings.size();
      std::uint64_t total = 0;
      for (std::size_t i = 0; i < shards; ++i) {
        total += count(shards == 1 ? "analytics" : "analytics." + std::to_string(i), name);
      }
      return total;
    }
    [[nodiscard]] std::vector<tests::Result> results() {
      std::vector<tests::Result> all;
      for (auto& ring : memory().rings) {
        for (const auto& result : tests::results_in({ring.ring.payload(), memory().ring_slots})) all.push_back(result);
      }
      return tests::sorted(std::move(all));
    }
    [[nodiscard]] tests::DerivedTruth truth() {
      TickRing& ring = segments_.ring("ticks");
      return tests::compute_again(*programs_.front(),
                                  {{memory().order_bytes(), memory().sequencer_slots},
                                   {1},
                                   {{segments_.id_of(ring), {ring.ring.payload(), ring.slot_count}}},
                                   segments_.directory().reader()},
                                  reloaded_);
    }
    [[nodiscard]] StateSnapshots& snapshots() { return analytics_->snapshots(); }
    [[nodiscard]] DirectoryLookup lookup() { return DirectoryLookup(segments_.directory().reader()); }
    [[nodiscard]] AnalyticsMemory& memory() { return *segments_.analytics(); }
    [[nodiscard]] ringbuf::FunctionsReader functions() {
      return ringbuf::FunctionsReader(std::as_bytes(memory().functions.payload()));
    }
    [[nodiscard]] ringbuf::DerivedImageEntry image(std::uint32_t id) {
      const ringbuf::DerivedImageReader image(ringbuf::array_at<ringbuf::DerivedImageSlot>(
          std::as_bytes(memory().image.payload()), 0, config_.instruments.capacity + 1));
      ringbuf::DerivedImageEntry entry;
      EXPECT_EQ(image.read({id}, entry), ringbuf::TableRead::value);
      return entry;
    }

   private:
    const config::PlantConfig& config_;
    AnalyticsPlan plan_;
    PlantSegments segments_;
    analytics::NamedFeed feed_;
    std::optional<PlantAnalytics> analytics_;
    std::vector<std::unique_ptr<Stage>> stages_;
    std::vector<std::unique_ptr<analytics::Program>> programs_;
    std::vector<tests::Reloaded> reloaded_;
    std::int64_t second_ = 0;
  };

  PlantAnalyticsReload() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 64;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = 16'384;
    config_.feeds.resize(1);
    config_.feeds[0].name = "nasdaq";
    config_.feeds[0].venue = "XNAS";
    config_.analytics = {.file = "", .shards = 1, .ring_slots = 8192, .sequencer_slots = 8192};
    write(yaml(kEven + kOdd));
  }
  void write(const std::string& text) { config_.analytics.file = folder_.write("analytics.yaml", text).string(); }

  tests::TempDirectory folder_{"/dev/shm"};
  config::PlantConfig config_;
};

TEST_F(PlantAnalyticsReload, HasItsPlaceInTheOrderForAnyNumberOfShards) {
  std::vector<std::uint64_t> rows;
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{3}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    write(yaml(kEven + kOdd));
    Life life(config_, folder.path());
    life.trade(403);
    write(yaml(kOtherOdd + kEven));
    EXPECT_THAT(life.reload(), ElementsAre("set odd: begins anew", "set even: unchanged, state kept"));
    life.trade(301);
    write(yaml(kEven));
    EXPECT_THAT(life.reload(), ElementsAre("set even: unchanged, state kept", "set odd: removed"));
    write(yaml(kEven + kOdd));
    EXPECT_EQ(life.reload().size(), 2u) << "before anybody has had a turn: both have their places";
    life.trade(205);
    const tests::DerivedTruth truth = life.truth();
    EXPECT_EQ(truth.reloads, 3u);
    EXPECT_EQ(truth.lost, 0u);
    EXPECT_GT(truth.records.size(), 500u);
    EXPECT_EQ(life.results(), truth.records);
    EXPECT_EQ(life.sum(counter::kStateHash), truth.hash);
    EXPECT_EQ(life.count("sequencer", counter::kOrdered), truth.inputs + truth.pauses + truth.reloads + truth.begins);
    EXPECT_EQ(life.count(counter::kHousekeeping, counter::kReloads), 3u);
    rows.push_back(life.sum(counter::kRows));
  }
  EXPECT_EQ(rows[0], rows[1]);
}

TEST_F(PlantAnalyticsReload, WhatIsHeldIsPutDownOnceWhereTheOrderSaysSo) {
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{3}}) {
    tests::TempDirectory folder("/dev/shm");
    config_.analytics.shards = shards;
    write(yaml(kEven + kOdd));
    Life life(config_, folder.path());
    life.trade(200);
    write(yaml(kOtherOdd + kEven));
    (void)life.reload();
    life.trade(100);
    const std::uint64_t ordered = life.count("sequencer", counter::kOrdered);
    EXPECT_FALSE(life.snapshots().take()) << "nobody has asked";
    life.snapshots().ask();
    EXPECT_FALSE(life.snapshots().take()) << "nobody has had a turn";
    life.turn();
    EXPECT_EQ(life.count("sequencer", counter::kOrdered), ordered + 1);
    const std::optional<StateSnapshots::Taken> taken = life.snapshots().take();
    ASSERT_TRUE(taken);
    EXPECT_FALSE(life.snapshots().take());
    EXPECT_EQ(taken->checkpoint.head.cause_seq, ordered + 1);
    EXPECT_GT(taken->stall_ns, 0);

    const analytics::CheckpointState state = analytics::state_of(taken->checkpoint);
    EXPECT_EQ(state.configs.size(), 2u);
    ASSERT_EQ(state.shards.size(), shards);
    const ringbuf::JournalKnowledge knowledge;
    const DirectoryLookup lookup = life.lookup();
    const auto computed = analytics::take_up(state, knowledge, lookup);
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
      std::vector<std::byte> bytes;
      analytics::StateArchive archive(bytes);
      computed->archive(shard, archive);
      EXPECT_EQ(bytes, state.shards[shard]);
    }
    life.trade(100);
    EXPECT_EQ(life.results(), life.truth().records) << "it changes nothing";
  }
}

TEST_F(PlantAnalyticsReload, AppendsToTheFunctionsTableAndKeepsWhatIsThere) {
  Life life(config_, folder_.path());
  const ringbuf::FunctionsReader functions = life.functions();
  const std::uint16_t before = functions.count();
  const FunctionId t60 = *functions.find("T60"), t5 = *functions.find("T5"), t10 = *functions.find("T10");
  const std::uint64_t hash = functions.head().config_hash;
  life.trade(100);
  write(yaml(kOtherOdd + kEven));
  (void)life.reload();
  EXPECT_NE(functions.head().config_hash, hash);
  EXPECT_EQ(functions.count(), before + 4) << "T20, two values on it, one on T10";
  EXPECT_EQ(functions.find("T60"), t60);
  EXPECT_EQ(functions.find("T10"), t10);
  EXPECT_EQ(functions.name_of(t5), "T5") << "nobody computes it; records that name it are still there";
  EXPECT_EQ(functions.find(*functions.find("T20"))->window_place, 1) << "where T5 was";
  EXPECT_EQ(functions.find(t10)->window_place, 2);
}

TEST_F(PlantAnalyticsReload, ShowsWhatIsComputedNowInTheDerivedImage) {
  Life life(config_, folder_.path());
  life.trade(400);
  const ringbuf::DerivedImageEntry even = life.image(2), odd = life.image(1);
  const ringbuf::FunctionsReader functions = life.functions();
  EXPECT_EQ(functions.name_of(odd.window[0].function), "T5");
  write(yaml(kOtherOdd + kEven));
  (void)life.reload();
  life.trade(400);
  const ringbuf::DerivedImageEntry even_now = life.image(2), odd_now = life.image(1);
  EXPECT_EQ(even_now.window[0].function, even.window[0].function);
  EXPECT_EQ(even_now.first_indicator, even.first_indicator);
  EXPECT_GT(even_now.indicator_end, even.indicator_end);
  EXPECT_EQ(functions.name_of(odd_now.window[0].function), "T20");
  EXPECT_EQ(functions.name_of(odd_now.window[1].function), "T10");
  EXPECT_EQ(functions.name_of(odd_now.first_indicator), "T20.sma(2)") << "of the set's first window, as ever";
  EXPECT_EQ(odd_now.indicator_count, 2u);
}

TEST_F(PlantAnalyticsReload, LeavesTheIndicatorsOfWindowsInTheDerivedImageWhenTheConsolidatedQuoteChanges) {
  const std::string quoted = kOdd + "    nbbo: {publish: true}\n";
  write(yaml(kEven + quoted));
  Life life(config_, folder_.path());
  const ringbuf::FunctionsReader functions = life.functions();
  life.quote(1);
  EXPECT_EQ(functions.name_of(life.image(1).first_indicator), "nbbo.bid") << "there is nothing else yet";
  life.trade(60);
  life.quote(1);
  EXPECT_EQ(functions.name_of(life.image(1).first_indicator), "T5.sma(2)");
  write(yaml(quoted));
  (void)life.reload();
  life.trade(60);
  life.quote(1);
  EXPECT_EQ(functions.name_of(life.image(1).first_indicator), "T5.sma(2)");
}

TEST_F(PlantAnalyticsReload, ChangesNothingForAFileThatSaysTheSame) {
  Life life(config_, folder_.path());
  write("# a comment\n" + yaml(kEven + kOdd));
  EXPECT_THAT(life.reload(), IsEmpty());
  life.trade(100);
  EXPECT_EQ(life.truth().reloads, 0u);
  EXPECT_EQ(life.count(counter::kHousekeeping, counter::kReloads), 0u);
}

TEST_F(PlantAnalyticsReload, RefusesWhatCannotBeAndGoesOnAsBefore) {
  Life life(config_, folder_.path());
  const ringbuf::FunctionsHead head = life.functions().head();
  const std::uint16_t count = life.functions().count();
  life.trade(100);
  std::string full;
  for (int set = 0; set < 6; ++set) {
    full += "  s" + std::to_string(set) + ":\n    symbols: [X" + std::to_string(set) +
            "]\n    windows: [{name: T60, size: 1m}]\n    signals:\n";
    for (int i = 1; i <= 50; ++i) {
      full += "      - {name: c" + std::to_string(i) + ", on: T60, price_change: {bps: " + std::to_string(i) + "}}\n";
    }
  }
  for (const auto& [text, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"sets: {a: {windows: [{name: T, size: -1s}]}}\n", "size"},
           {"sets: [", "analytics.yaml"},
           {"watermarks: {us: {feeds: [nyse]}}\nsets:\n" + kEven, "names feed 'nyse'"},
           {yaml(full), "the functions table is full: 255 functions"}}) {
    write(text);
    try {
      (void)life.reload();
      ADD_FAILURE() << text;
    } catch (const platform::SetupError& error) {
      EXPECT_THAT(error.what(), HasSubstr(complaint));
    }
  }
  life.trade(100);
  EXPECT_EQ(life.functions().head(), head);
  EXPECT_EQ(life.functions().count(), count);
  const tests::DerivedTruth truth = life.truth();
  EXPECT_EQ(truth.reloads, 0u);
  EXPECT_EQ(life.results(), truth.records);
  EXPECT_EQ(life.count(counter::kHousekeeping, counter::kReloadsRefused), 4u);
  // And a good one after all of these.
  write(yaml(kEven + kOtherOdd));
  EXPECT_EQ(life.reload().size(), 2u);
  life.trade(100);
  EXPECT_EQ(life.results(), life.truth().records);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
