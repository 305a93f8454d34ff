// Whose a record is and when it was; what a latency watch counts; how `top` follows a plant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/latency_watch.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/top/collect.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

using platform::UnixNanos;
using ringbuf::Record;
using tests::PlantInFolder;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;
constexpr UnixNanos kHalfPastNine{1'548'858'600 * kSecond};  // 2019-01-30 09:30:00 in New York

Record at(UnixNanos time, Record record) {
  record.header.ts_event = time;
  record.header.stamp = 7;
  return record;
}

TEST(WallClock, ShowsTheTimeOnTheWallOfItsZone) {
  WallClock clock("America/New_York");
  EXPECT_EQ(clock.time_text(kHalfPastNine + 245'396), "09:30:00.000245396");
  EXPECT_EQ(clock.date_time_text(kHalfPastNine), "2019-01-30 09:30:00");
  EXPECT_EQ(clock.time_text(kHalfPastNine + -10 * 3600 * kSecond), "23:30:00.000000000") << "the day before";
}

TEST(WallClock, FollowsAChangeOfTheClocks) {
  WallClock clock("America/New_York");
  constexpr UnixNanos kChange{1'552'201'200 * kSecond};  // 2019-03-10 02:00 -> 03:00
  EXPECT_EQ(clock.time_text(kChange + -1), "01:59:59.999999999");
  EXPECT_EQ(clock.time_text(kChange), "03:00:00.000000000");
  EXPECT_EQ(clock.time_text(kChange + -1), "01:59:59.999999999") << "and back";
}

TEST(RecordContext, WritesALineInTheTimeOfItsFeed) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  RecordContext context(plant);
  const ringbuf::QuoteBody quote{tests::dollars(1), tests::dollars(2), {3}, {4}};
  EXPECT_EQ(context.line(at(kHalfPastNine, ringbuf::make_record(apple, {}, {}, quote))),
            "09:30:00.000000000  AAPL@XNAS      quote           1.00 x 3 | 2.00 x 4");
  EXPECT_EQ(context.line(at(kHalfPastNine, ringbuf::make_record(apple, {}, {}, quote,
                                                                ringbuf::RecordFlags::end_of_event |
                                                                    ringbuf::RecordFlags::maybe_bad_book))),
            "09:30:00.000000000  AAPL@XNAS      quote           1.00 x 3 | 2.00 x 4  !maybe_bad_book");
}

TEST(RecordContext, WritesADashForTheWholeMarket) {
  const PlantInFolder made;
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  ringbuf::SessionBody session;
  session.trading_date = 20190130;
  EXPECT_EQ(RecordContext(plant).line(at(kHalfPastNine, ringbuf::make_record({}, {}, {}, session))),
            "09:30:00.000000000  -              session         trading date 20190130");
}

TEST(RecordContext, NamesTheRingOfTheInstrumentsFeed) {
  PlantInFolder made({.rings = {"ticks", "more"}});
  made.define("AAPL");
  const auto other = made.define("VOD", 1);
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  RecordContext context(plant);
  const Json json = Json::parse(context.json(at({5}, ringbuf::make_record(other, {}, {6}, ringbuf::QuoteBody{}))));
  EXPECT_EQ(json.at("type"), "quote");
  EXPECT_EQ(json.at("symbol"), "VOD@X1");
  EXPECT_EQ(json.at("ring"), "more");
  EXPECT_EQ(json.at("sequence"), 7);
  EXPECT_EQ(json.at("ts_event"), 5);
  EXPECT_EQ(json.at("ts_recv"), 6);
  ringbuf::GapBody gap;
  gap.feed = {2};
  EXPECT_EQ(Json::parse(context.json(ringbuf::make_record({}, {}, {}, gap))).at("ring"), "more");
}

TEST(RecordContext, LearnsAnInstrumentThatIsDefinedLater) {
  PlantInFolder made;
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  RecordContext context(plant);
  const Record record = ringbuf::make_record({1}, {}, {}, ringbuf::QuoteBody{});
  EXPECT_THAT(context.line(record), testing::HasSubstr("  -  "));
  made.define("AAPL");
  EXPECT_THAT(context.line(record), testing::HasSubstr("  AAPL@XNAS  "));
}

TEST(LatencyWatch, MeasuresTradesQuotesAndOrders) {
  platform::FixedClock clock({10'000});
  LatencyWatch watch([&clock] { return clock.now(); });
  watch(ringbuf::make_record({1}, {}, {4'000}, ringbuf::QuoteBody{}, ringbuf::RecordFlags::none, 2));
  watch(ringbuf::make_record({1}, {}, {0}, ringbuf::HeartbeatBody{}));
  watch(ringbuf::make_record({3}, {}, {0}, ringbuf::DefinitionBody{}));
  EXPECT_EQ(watch.records(), 3u);
  EXPECT_EQ(watch.market_records(), 1u);
  EXPECT_EQ(watch.records_of(ringbuf::RecordType::heartbeat), 1u);
  EXPECT_EQ(watch.instruments(), 2u);
  EXPECT_EQ(watch.seen().count(), 1u);
  EXPECT_EQ(watch.seen().max(), 6'000);
  EXPECT_EQ(watch.published().max(), 128);
  watch.on_lost("ticks", {5, 9});
  EXPECT_EQ(watch.lost(), 5u);
}

TEST(TopCollector, SaysThatThePlantWasTakenOver) {
  PlantInFolder made;
  made.define("AAPL");
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  top::Collector collector(plant);
  EXPECT_EQ(collector.look({}).notice, "");
  made.close();
  EXPECT_EQ(collector.look({}).notice, "waiting for a start");
  EXPECT_EQ(collector.look({}).rows.size(), 1u) << "what it was is still there";
  made.succeed();
  EXPECT_EQ(collector.look({}).notice, "plant restarted");
}

TEST(TopCollector, TurnsToAPlantThatWasBuiltAnew) {
  PlantInFolder made;
  made.define("OLD");
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  top::Collector collector(plant);
  EXPECT_EQ(collector.look(ringbuf::InstrumentId{1}).detail->row.symbol, "OLD");
  made.remove();
  made.succeed();
  made.define("NEW");
  const top::Model& model = collector.look(ringbuf::InstrumentId{1});
  EXPECT_EQ(model.notice, "plant rebuilt");
  EXPECT_EQ(model.detail->row.symbol, "NEW");
}

TEST(TopCollector, HasNoDetailOfAnInstrumentThatIsNotThere) {
  const PlantInFolder made;
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  top::Collector collector(plant);
  EXPECT_FALSE(collector.look(ringbuf::InstrumentId{9}).detail);
  EXPECT_FALSE(collector.look(ringbuf::kNoInstrument).detail);
}

}  // namespace
}  // namespace tickplant::cli::this_file
