// What readers ask at the control socket: where instruments are, what was computed, streams of ticks and of the past.
// All of it equals what a reader of shared memory finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "clients/cpp/history.hpp"
#include "clients/cpp/image_view.hpp"
#include "clients/cpp/subscriber.hpp"
#include "tests/system/daemon/control_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using clients::ControlClient;
using clients::ControlJoin;
using clients::ControlTicks;
using clients::TickBatch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::eventually;

constexpr int kSymbols = 20;

class ControlQueries : public tests::ControlPlant {
 protected:
  void run(const std::string& rate = "5000", std::uint64_t ring_slots = 1u << 20, const std::string& extra = "") {
    write(tests::kControlAnalytics);
    live_.configure(
        {.ring_slots = ring_slots, .instruments = 256, .extra = "analytics: {file: " + file() + "}\n" + extra});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", std::to_string(kSymbols), "--rate", rate, "--pre-open", "100ms"});
    ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > 5'000; })) << live_.venue().output();
  }
  /// The market is closed, and all has been read.
  void end_market() {
    live_.venue().signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return live_.has_ended(); })) << live_.venue().output();
  }
  [[nodiscard]] std::uint64_t derived_count() const {
    for (const clients::ListedRing& ring : client().rings()) {
      if (ring.name == "derived") return ring.published;
    }
    return 0;
  }
  [[nodiscard]] std::vector<std::string> symbols() const {
    const clients::Plant plant = live_.attach();
    std::vector<std::string> all;
    for (std::uint32_t id = 1; id <= plant.instruments().count(); ++id) all.push_back(plant.symbol_of({id}));
    return all;
  }
  /// Of the plant, from its oldest record on, up to the newest of a market that is closed; heartbeats go on.
  struct Seen {
    void operator()(const ringbuf::Record& record) { records.push_back(record); }
    void on_lost(std::string_view, ringbuf::SequenceRange range) { lost += range.count(); }
    std::vector<ringbuf::Record> records;
    std::uint64_t lost = 0;
  };
  static bool begins_equal(const std::vector<ringbuf::Record>& a, const std::vector<ringbuf::Record>& b) {
    const std::size_t count = std::min(a.size(), b.size());
    return std::memcmp(a.data(), b.data(), count * sizeof(ringbuf::Record)) == 0;
  }
};

TEST_F(ControlQueries, TellWhereInstrumentsAre) {
  run();
  end_market();
  ControlClient client = this->client();
  clients::Plant plant = live_.attach();
  clients::ImageView view(plant);
  const std::vector<std::string> all = symbols();
  const std::vector<clients::ControlImage> images = client.images(all);
  ASSERT_THAT(images, SizeIs(kSymbols));
  for (std::size_t i = 0; i < all.size(); ++i) {
    ringbuf::ImageEntry image;
    const ringbuf::InstrumentId id = plant.instrument(all[i]);
    ASSERT_EQ(view.read(id, image), ringbuf::TableRead::value);
    EXPECT_EQ(images[i].symbol, all[i]);
    EXPECT_EQ(images[i].instrument, id.value);
    EXPECT_TRUE(images[i].is_known);
    EXPECT_EQ(images[i].sequence, image.stamp);
    EXPECT_EQ(images[i].last_price, image.last_price);
    EXPECT_EQ(images[i].bid_price, image.bid_price);
    EXPECT_EQ(images[i].ask_price, image.ask_price);
    EXPECT_EQ(images[i].volume, image.volume);
    EXPECT_EQ(images[i].vwap, image.vwap());
    EXPECT_EQ(images[i].trading_status, image.trading_status);
    EXPECT_EQ(images[i].quality, image.quality);
  }
  const clients::ControlDepth depth = client.depth(all[3]);
  ringbuf::DepthEntry entry;
  ASSERT_EQ(view.read(plant.instrument(all[3]), entry), ringbuf::TableRead::value);
  ASSERT_THAT(depth.bids, SizeIs(entry.bid_count));
  ASSERT_THAT(depth.asks, SizeIs(entry.ask_count));
  for (std::size_t i = 0; i < depth.bids.size(); ++i) EXPECT_EQ(depth.bids[i].price, entry.bid[i].price);
  EXPECT_THAT(refusal_of([&] { (void)client.images({"NOSUCH"}); }), HasSubstr("remedy: "));
  EXPECT_THAT(refusal_of([&] { (void)client.depth(""); }), HasSubstr("remedy: "));
}

TEST_F(ControlQueries, TellFeedsAndRingsAsTheyAreNow) {
  run("5000", 1u << 20, "journal: {folder: auto, segment: 2MiB}\n");
  ControlClient client = this->client();
  const clients::PlantDescription::Feed feed = client.describe().feeds.at(0);
  EXPECT_EQ(feed.state, clients::PlantDescription::FeedState::live);
  EXPECT_GT(feed.messages, 0u);
  EXPECT_GT(feed.records, 5'000u);
  EXPECT_GT(feed.last_packet_at_ns, 0);
  const auto ring = [&](std::string_view name) {
    for (const clients::ListedRing& each : client.rings()) {
      if (each.name == name) return each;
    }
    return clients::ListedRing{};
  };
  const clients::ListedRing ticks = ring("ticks");
  EXPECT_EQ(ticks.slots, 1u << 20);
  EXPECT_EQ(ticks.slot_bytes, 64u);
  EXPECT_GT(ticks.published, 5'000u);
  EXPECT_TRUE(eventually([&] { return ring("ticks").durable >= ticks.published; }));
  EXPECT_TRUE(eventually([&] { return ring("derived").published > 0 && ring("sequencer").published > 0; }));
}

TEST_F(ControlQueries, TellWhatWasComputed) {
  run();
  const std::string symbol = symbols().at(0);
  ControlClient client = this->client();
  ASSERT_TRUE(eventually([&] { return derived_count() > 300; }));
  ASSERT_TRUE(eventually([&] { return !client.derived({symbol}).at(0).bars.empty(); }));
  end_market();
  const clients::ControlDerived newest = client.derived({symbol}).at(0);
  EXPECT_EQ(newest.symbol, symbol);
  EXPECT_EQ(newest.bars.at(0).window, "W100");
  EXPECT_NE(newest.bars.at(0).close, ringbuf::kNoPrice);

  clients::ControlResults results = client.results({.symbols = {symbol}, .functions = {"W100"}, .signals = false}, {});
  std::vector<clients::ControlBar> bars;
  for (bool has_more = true; has_more;) {
    const clients::ResultBatch batch = results.next(7);
    EXPECT_LE(batch.bars.size(), 7u);
    bars.insert(bars.end(), batch.bars.begin(), batch.bars.end());
    has_more = batch.has_more;
  }
  clients::Plant plant = live_.attach();
  clients::DerivedHistory history(
      plant, {.symbols = {symbol}, .functions = {"W100"}, .types = {ringbuf::DerivedType::window_row}});
  std::vector<ringbuf::DerivedRecord> truth;
  while (history.poll([&](const ringbuf::DerivedRecord& record) { truth.push_back(record); }) != 0) continue;
  ASSERT_GT(bars.size(), 3u);
  ASSERT_GE(truth.size(), bars.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const auto row = truth[i].as<ringbuf::WindowRowBody>();
    EXPECT_EQ(bars[i].sequence, truth[i].header.stamp);
    EXPECT_EQ(bars[i].cause_sequence, truth[i].header.cause_seq.value);
    EXPECT_EQ(bars[i].start, row.start);
    EXPECT_EQ(bars[i].close, row.close);
    EXPECT_EQ(bars[i].revision, truth[i].header.revision);
    EXPECT_EQ(bars[i].symbol, symbol);
  }
  // Bounded, from a sequence on.
  clients::ControlResults rest = client.results({.symbols = {symbol}, .functions = {"W100"}, .signals = false},
                                                ringbuf::Sequence{bars.at(2).sequence});
  EXPECT_EQ(rest.next().bars.at(0).sequence, bars.at(2).sequence);
}

TEST_F(ControlQueries, HistoryIsAllThatThePlantHas) {
  run("20000", 1u << 13, "journal: {folder: auto, segment: 2MiB}\n");  // the ring is lapped again and again
  ASSERT_TRUE(eventually([&] { return live_.feed_counter(counter::kRecords) > 60'000; }));
  end_market();
  ControlClient client = this->client();
  ControlTicks ticks = client.history({}, {});
  std::vector<ringbuf::Record> told;
  for (bool has_more = true; has_more;) {
    const TickBatch batch = ticks.next(0, 500);
    EXPECT_LE(batch.records.size(), 500u);
    EXPECT_THAT(batch.lost, IsEmpty());
    told.insert(told.end(), batch.records.begin(), batch.records.end());
    has_more = batch.has_more;
  }
  clients::Plant plant = live_.attach();
  clients::History history(plant, {});
  Seen seen;
  while (seen.records.size() < told.size()) (void)history.poll(seen);
  EXPECT_GT(told.size(), 60'000u);
  EXPECT_TRUE(begins_equal(told, seen.records));

  // From a time on, up to another.
  const platform::UnixNanos from = told[20'000].header.ts_recv, until = told[30'000].header.ts_recv;
  ControlTicks some = client.history({}, from, until);
  std::size_t count = 0;
  for (TickBatch batch = some.next(0); !batch.is_empty() || batch.has_more; batch = some.next(0)) {
    for (const ringbuf::Record& record : batch.records) {
      EXPECT_GE(record.header.ts_recv, from);
      EXPECT_LT(record.header.ts_recv, until);
    }
    count += batch.records.size();
  }
  const auto is_between = [&](const ringbuf::Record& record) {
    return record.header.ts_recv >= from && record.header.ts_recv < until;
  };
  EXPECT_EQ(count, static_cast<std::size_t>(std::ranges::count_if(told, is_between)));
}

TEST_F(ControlQueries, HistoryGoesOnWithWhatComes) {
  run("2000");
  ControlClient client = this->client();
  ControlTicks ticks = client.history({}, {});
  std::uint64_t next = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (std::chrono::steady_clock::now() < until) {
    for (const ringbuf::Record& record : ticks.next(100'000'000).records) {
      if (next != 0) {
        ASSERT_EQ(record.header.stamp, next);
      }
      next = record.header.stamp + 1;
    }
  }
  EXPECT_GE(next + 5'000, live_.attach().counters().find("feed.demo", counter::kRecords).value_or(0));
}

TEST_F(ControlQueries, ASubscriptionTellsEveryRecordOfItsSymbolsAndTypes) {
  run();
  const std::string symbol = symbols().at(2);
  ControlClient client = this->client();
  ControlTicks ticks = client.subscribe(
      {.symbols = {symbol}, .types = {ringbuf::RecordType::quote}, .market_wide = false}, ControlJoin::oldest);
  std::vector<ringbuf::Record> told;
  while (told.size() < 100) {
    const TickBatch batch = ticks.next();
    ASSERT_THAT(batch.lost, IsEmpty());
    told.insert(told.end(), batch.records.begin(), batch.records.end());
  }
  clients::Plant plant = live_.attach();
  clients::Subscriber subscriber(plant, {.symbols = {symbol},
                                         .types = {ringbuf::RecordType::quote},
                                         .join = clients::Join::oldest,
                                         .market_wide = false});
  Seen seen;
  while (seen.records.size() < told.size()) (void)subscriber.poll(seen);
  EXPECT_TRUE(begins_equal(told, seen.records));
}

TEST_F(ControlQueries, WhoAsksTooSeldomIsToldExactlyWhatItLost) {
  run("50000", 1u << 12);
  ControlClient client = this->client();
  ControlTicks ticks = client.subscribe({});
  std::uint64_t next = 0, lost = 0, told = 0;
  for (int round = 0; round < 20; ++round) {
    const TickBatch batch = ticks.next();
    for (const clients::LostRecords& range : batch.lost) {
      if (next != 0) {
        EXPECT_EQ(range.first, next);
      }
      next = range.last + 1;
      lost += range.last - range.first + 1;
    }
    for (const ringbuf::Record& record : batch.records) {
      if (next != 0) {
        ASSERT_EQ(record.header.stamp, next) << "every sequence is told or told lost";
      }
      next = record.header.stamp + 1;
      ++told;
    }
    EXPECT_EQ(batch.lost_count, lost);
    if (round % 5 == 4) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  EXPECT_GT(lost, 0u);
  EXPECT_GT(told, 0u);
}

TEST_F(ControlQueries, ASubscriptionMayBeginWithImagesAndMergeWhatItIsTooSlowFor) {
  run("50000", 1u << 12);
  const std::vector<std::string> two{symbols().at(0), symbols().at(1)};
  ControlClient client = this->client();
  ControlTicks joined = client.subscribe({.symbols = two}, ControlJoin::image);
  const TickBatch first = joined.next();
  ASSERT_THAT(first.images, SizeIs(2));
  EXPECT_NE(first.images[0].entry.bid_price, ringbuf::kNoPrice);
  EXPECT_EQ(first.images[0].merged_updates, 0u);

  ControlTicks merged = client.subscribe({.symbols = two, .market_wide = false}, ControlJoin::newest, true);
  std::uint64_t updates = 0;
  for (int round = 0; round < 50 && updates == 0; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (const TickBatch::Image& image : merged.next().images) updates += image.merged_updates;
  }
  EXPECT_GT(updates, 0u);
  EXPECT_THAT(refusal_of([&] { (void)client.subscribe({}, ControlJoin::image); }), HasSubstr("not for all"));
  EXPECT_THAT(
      refusal_of([&] { (void)client.subscribe({.symbols = std::vector<std::string>(257, "A")}, ControlJoin::image); }),
      HasSubstr("256 are the most"));
}

TEST_F(ControlQueries, WhatIsSubscribedIsWishedOfItsFeed) {
  run();
  ControlClient client = this->client();
  const auto wished = [&] { return client.describe().feeds.at(0).wished; };
  EXPECT_THAT(wished(), IsEmpty());
  {
    ControlTicks one = client.subscribe({.symbols = {"AAPL@XNAS", "MSFT"}});
    ControlTicks two = client.subscribe({.symbols = {"AAPL", "IBM@XNYS"}});
    EXPECT_THAT(wished(), ElementsAre("AAPL", "MSFT")) << "of its venue, or of any";
    ControlTicks all = client.subscribe({});
    EXPECT_THAT(wished(), ElementsAre("*", "AAPL", "MSFT"));
  }
  EXPECT_TRUE(eventually([&] { return wished().empty(); }));
  EXPECT_TRUE(eventually([&] { return counts(counter::kStreams) == 0; }));
}

TEST_F(ControlQueries, AClientHoldsNoMoreStreamsThanItMay) {
  run();
  ControlClient client = this->client();
  std::vector<ControlTicks> held;
  for (int i = 0; i < 2; ++i) held.push_back(client.subscribe({}));
  for (int i = 0; i < 2; ++i) held.push_back(client.history({}, {}));
  EXPECT_THAT(refusal_of([&] { (void)client.subscribe({}); }), HasSubstr("4 streams"));
  EXPECT_EQ(this->client().describe().name, "demo");
  held.pop_back();
  EXPECT_TRUE(eventually([&] { return refusal_of([&] { (void)client.subscribe({}); }).empty(); }));
}

TEST_F(ControlQueries, AClientThatGoesTakesItsStreamsAlong) {
  run("50000", 1u << 13, "journal: {folder: auto, segment: 2MiB}\n");
  for (int i = 0; i < 20; ++i) {
    ControlClient client = this->client();
    ControlTicks past = client.history({}, {});
    ControlTicks now = client.subscribe({.symbols = {"NOSUCH"}});
    (void)past.next(0, 10);
  }
  EXPECT_TRUE(eventually([&] { return counts(counter::kStreams) == 0 && counts(counter::kClients) == 0; }));
}

// ---- who reads

TEST_F(ControlQueries, ReadersReportWhereTheyAre) {
  run();
  ControlClient client = this->client(), other = this->client();
  EXPECT_THAT(other.readers(), IsEmpty());
  EXPECT_TRUE(client.report({{{"ticks", 1'000, 1'500, 90'000}}}));
  EXPECT_FALSE(client.report({{{"ticks", 2'000, 0, 0}}})) << "once a second";
  const std::vector<clients::ReportedReader> readers = other.readers();
  ASSERT_THAT(readers, SizeIs(1));
  EXPECT_EQ(readers[0].client, "test");
  EXPECT_EQ(readers[0].uid, ::geteuid());
  EXPECT_EQ(readers[0].pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(readers[0].position.next, 1'000u);
  EXPECT_EQ(readers[0].position.latency_ns_p50, 1'500u);
  EXPECT_GT(readers[0].behind(), 1'000u);
  EXPECT_THAT(refusal_of([&] { (void)other.report({{{"nosuch", 1, 0, 0}}}); }), HasSubstr("no ring 'nosuch'"));
  std::string output;
  EXPECT_EQ(live_.command({"readers", "--json"}, &output), 0) << output;
  const auto json = nlohmann::json::parse(output)["readers"];
  ASSERT_THAT(json, SizeIs(1));
  EXPECT_EQ(json[0]["ring"], "ticks");
  EXPECT_GT(json[0]["lap_risk"], 0);
  EXPECT_EQ(live_.command({"readers"}, &output), 0);
  EXPECT_THAT(output, HasSubstr("1.50 us"));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_TRUE(client.report({})) << "nothing to report any more";
  EXPECT_THAT(other.readers(), IsEmpty());
}

}  // namespace
}  // namespace tickplant::this_file
