// What is computed, in words, JSON and CSV.
#include "clients/cli/live/derived_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/derived_context.hpp"
#include "clients/cli/live/derived_csv.hpp"
#include "clients/cli/live/derived_image_text.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/stream_table.hpp"
#include "clients/cpp/derived_subscriber.hpp"
#include "tests/support/computing_plant.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using tests::ComputingPlant;

constexpr platform::UnixNanos kStart{1'700'000'040'000'000'000};  // 17:14 in New York

SignalBody signal_of(SignalValue what, double a = kNoValue, double b = kNoValue, double c = kNoValue) {
  SignalBody body;
  body.what = what;
  body.value = {a, b, c, kNoValue};
  return body;
}

TEST(NumberText, HasFourDecimalsOrSixDigits) {
  EXPECT_EQ(number_text(189.01234), "189.0123");
  EXPECT_EQ(number_text(-2), "-2.0000");
  EXPECT_EQ(number_text(0), "0.0000");
  EXPECT_EQ(number_text(0.00012345678), "0.000123457");
  EXPECT_EQ(number_text(kNoValue), "-");
  EXPECT_EQ(number_json(kNoValue), nullptr);
  EXPECT_EQ(number_json(std::numeric_limits<double>::infinity()), nullptr);
}

TEST(SignalText, SaysWhatHappenedAndHowMuch) {
  SignalBody on_price = signal_of(SignalValue::golden, 189.02, 188.98);
  EXPECT_EQ(signal_text(on_price, 0), "golden 189.0200 over 188.9800");
  on_price.price = tests::dollars(189.02);
  EXPECT_EQ(signal_text(on_price, 0), "golden over 188.9800") << "the price has a column of its own";
  EXPECT_EQ(signal_text(signal_of(SignalValue::death, 1, kNoValue), 0), "death 1.0000");
  SignalBody edge = signal_of(SignalValue::down, -1.274);
  edge.is_edge = 1;
  EXPECT_EQ(signal_text(edge, 0), "down 1.27 %, edge");
  EXPECT_EQ(signal_text(signal_of(SignalValue::swing, 2.359), 0), "2.36 % from low to high");
  SignalBody volume = signal_of(SignalValue::volume, 5.31, 29.4, 20'100);
  volume.fired = SignalBody::kByZ | SignalBody::kByRobustZ;
  EXPECT_EQ(signal_text(volume, 0), "volume 20,100, z 5.3, robust z 29.4");
  SignalBody match = signal_of(SignalValue::match);
  match.bound_count = 4;
  EXPECT_EQ(signal_text(match, 0), "match of 4 events");
}

TEST(DerivedWords, KnowEachTypeByItsWord) {
  for (const DerivedType type : derived_types()) EXPECT_EQ(derived_type_of(word_of(type)), type);
  EXPECT_EQ(derived_type_of("trade"), std::nullopt);
  EXPECT_EQ(word_of(DerivedType{99}), "unknown");
  EXPECT_EQ(word_of(Basis{}), "unknown");
}

class DerivedTexts : public testing::Test {
 protected:
  DerivedTexts() : apple_(made_.define("AAPL")), computed_(made_), plant_(clients::Plant::in_folder(made_.folder())) {}
  [[nodiscard]] std::vector<DerivedRecord> all() {
    clients::DerivedSubscriber results(plant_, {.join = clients::DerivedJoin::oldest});
    std::vector<DerivedRecord> records;
    while (results.poll([&](const DerivedRecord& record) { records.push_back(record); }) != 0) continue;
    return records;
  }

  tests::PlantInFolder made_;
  InstrumentId apple_;
  ComputingPlant computed_;
  clients::Plant plant_;
};

TEST_F(DerivedTexts, HaveALineForEachResult) {
  computed_.row(apple_, "T60", kStart,
                {.average_5min = 10.75, .trend = Trend::bullish, .revision = 2, .quality = Quality::late_merged});
  computed_.values(apple_, "T60.sma(5)", kStart, {10.5, kNoValue});
  computed_.signal(apple_, "ticks.price_x_ma_5min", kStart, SignalValue::golden, 11);
  const clients::DerivedSubscriber results(plant_, {});
  DerivedContext context(plant_, results);
  const auto records = all();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(context.line(records[0]),
            "17:15:00.000000000  AAPL@XNAS      T60                    open 10.00  high 12.00  low 9.00  close 11.00  "
            "volume 300  3 trades  vwap 10.5000  ma_5min 10.7500 bullish  late  rev 2  !late_merged");
  EXPECT_THAT(context.line(records[1]), AllOf(HasSubstr(" T60  "), EndsWith("sma(5) 10.5000  rsi(14) -")));
  EXPECT_THAT(context.line(records[2]), EndsWith("ticks.price_x_ma_5min  golden over 10.5000  at 11.00"));
}

TEST_F(DerivedTexts, HaveTheSameKeysInJsonForEachType) {
  computed_.row(apple_, "T60", kStart);
  computed_.values(apple_, "T60.sma(5)", kStart, {10.5, kNoValue});
  computed_.signal(apple_, "T60.volume", kStart, SignalValue::volume, 11);
  const clients::DerivedSubscriber results(plant_, {});
  DerivedContext context(plant_, results);
  const auto records = all();
  ASSERT_EQ(records.size(), 3u);
  for (const DerivedRecord& record : records) {
    const Json json = context.json(record);
    EXPECT_EQ(json.at("symbol"), "AAPL@XNAS");
    EXPECT_EQ(json.at("ring"), "derived");
    EXPECT_EQ(json.at("revision"), 0);
    EXPECT_EQ(json.at("quality"), Json::array());
  }
  const Json row = context.json(records[0]);
  EXPECT_EQ(row.at("open"), "10.00") << "exact";
  EXPECT_EQ(row.at("vwap"), 10.5) << "computed";
  EXPECT_EQ(row.at("ma_5min"), nullptr);
  EXPECT_EQ(row.at("trend"), nullptr) << "no average, no trend";
  EXPECT_EQ(context.json(records[1]).at("values"), (Json{{"T60.sma(5)", 10.5}, {"T60.rsi(14)", nullptr}}));
  EXPECT_EQ(context.json(records[2]).at("fired"), Json{"z"});
}

TEST_F(DerivedTexts, TellAnAlert) {
  ringbuf::AlertBody alert;
  alert.severity = ringbuf::AlertSeverity::critical;
  alert.price = {10'500'000'000};
  alert.owner = 1'000;
  alert.value_count = 2;
  alert.value = {10.5, ringbuf::kNoValue};
  ringbuf::set_text(alert.name, "dip");
  const DerivedRecord record = ringbuf::make_derived({.ts_event = kStart, .instrument = {1}}, alert);
  const clients::DerivedSubscriber results(plant_, {});
  DerivedContext context(plant_, results);
  EXPECT_THAT(context.line(record), AllOf(HasSubstr(" alert  "), EndsWith("critical  dip  at 10.50")));
  const Json json = context.json(record);
  EXPECT_EQ(json.at("name"), "dip");
  EXPECT_EQ(json.at("owner"), 1'000);
  EXPECT_EQ(json.at("severity"), "critical");
  EXPECT_EQ(json.at("price"), "10.50");
  EXPECT_EQ(json.at("values"), (Json{10.5, nullptr}));
  EXPECT_FALSE(json.contains("source")) << "only the ring of alerts has one";
}

TEST_F(DerivedTexts, TellWhatAShardLost) {
  ringbuf::ResultGapBody gap;
  gap.first = {1'234};
  gap.count = 1;
  const DerivedRecord record = ringbuf::make_derived({.ts_event = kStart, .cause_seq = gap.first}, gap);
  const clients::DerivedSubscriber results(plant_, {});
  DerivedContext context(plant_, results);
  EXPECT_THAT(context.line(record),
              AllOf(HasSubstr(" gap  "), EndsWith("shard 0 was too slow: 1 input lost from 1234 on")));
  const Json json = context.json(record);
  EXPECT_EQ(json.at("ring"), "derived");
  EXPECT_EQ(json.at("symbol"), nullptr);
  EXPECT_EQ(json.at("first"), 1'234);
  EXPECT_EQ(json.at("count"), 1);
  EXPECT_EQ(json.at("shard"), 0);
}

TEST_F(DerivedTexts, AreCsvInTheColumnsOfTheGoldenFiles) {
  computed_.row(apple_, "T60", kStart);
  computed_.signal(apple_, "ticks.price_x_ma_5min", kStart, SignalValue::death, 11);
  const auto records = all();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(emission_csv(records[0], 7, "T60", "AAPL"),
            "7,101,1700000100000000005,T60,AAPL,1700000040000000000,1700000100000000000,0,ONTIME,3,100000,120000,90000,"
            "110000,300,30,33,363,10.5,11,0.25,1700000040000000001,1700000040000000002");
  EXPECT_EQ(signal_csv(records[1], "price_x_ma_5min", "AAPL"),
            "102,AAPL,price_x_ma_5min,4,1700000040000000000,death,stands");
}

TEST_F(DerivedTexts, ShowTheImageOfWhatWasComputed) {
  const clients::DerivedView view(plant_);
  WallClock clock("America/New_York");
  EXPECT_THAT(derived_image_text(view, apple_, 0, clock, Style{}), HasSubstr("nothing yet"));
  EXPECT_EQ(derived_image_json(view, apple_), nullptr);
  computed_.row(apple_, "T60", kStart, {.average_5min = 10.75, .trend = Trend::bearish});
  computed_.values(apple_, "T60.sma(5)", kStart, {10.5, kNoValue});
  computed_.signal(apple_, "ticks.price_x_ma_5min", kStart, SignalValue::death, 11);
  computed_.signal(apple_, "T60.volume", kStart, SignalValue::volume, 11);
  const std::string text = derived_image_text(view, apple_, 0, clock, Style{});
  EXPECT_THAT(
      text, AllOf(HasSubstr("T60            from 17:14:00  open 10.00"), HasSubstr("ma_5min        10.7500  bearish"),
                  HasSubstr("indicators     of T60, window ended 17:15:00"), HasSubstr("sma(5)       10.5000\n"),
                  HasSubstr("rsi(14)      - (warming up)\n"), HasSubstr("cross          death  ticks.price_x_ma_5min"),
                  HasSubstr("signal         volume  T60.volume"), HasSubstr("up to cause 104, record 4")));
  const Json json = derived_image_json(view, apple_);
  EXPECT_EQ(json.at("cause_seq"), 104);
  EXPECT_EQ(json.at("complete_through"), 4);
  EXPECT_EQ(json.at("trend"), "bearish");
  EXPECT_EQ(json.at("windows").size(), 1u);
  EXPECT_EQ(json.at("indicators"), (Json{{"T60.sma(5)", 10.5}, {"T60.rsi(14)", nullptr}}));
  EXPECT_EQ(json.at("cross").at("signal"), "death");
}

TEST(StreamTable, PrintsItsTitlesOnceAndGrowsWithWhatComes) {
  StreamTable table({{"time", true}, {"price"}});
  table.add({"09:30", "1.00"});
  EXPECT_EQ(table.take(Style{}), "time   price\n09:30   1.00\n");
  table.add({"09:31", "1,000.00"}, "late");
  EXPECT_EQ(table.take(Style{}), "09:31  1,000.00  late\n");
  EXPECT_EQ(table.take(Style{}), "");
}

}  // namespace
}  // namespace tickplant::cli::this_file
