// Bars, signals, images and tails of what is computed: the real `tickplant` beside a plant made by the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ringbuf/counter_names.hpp"
#include "tests/support/computing_plant.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::SignalValue;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

constexpr platform::UnixNanos kStart{1'700'000'040'000'000'000};  // 17:14 in New York
constexpr std::int64_t kMinute = ComputingPlant::kMinute;

class Bars : public testing::Test {
 protected:
  Bars() : apple_(made_.define("AAPL")), microsoft_(made_.define("MSFT")) {
    made_.count("housekeeping", "ready_at", static_cast<std::uint64_t>(platform::system_now().value),
                ringbuf::CounterKind::level);
  }
  Answer run(Command::Arguments arguments) {
    made_.beat(platform::system_now());
    arguments.push_back("--plant");
    arguments.push_back(made_.folder());
    return command_.run(arguments);
  }
  Json json(Command::Arguments arguments) {
    arguments.push_back("--json");
    const Answer answer = run(std::move(arguments));
    EXPECT_EQ(answer.exit_code, 0) << answer.err;
    return Json::parse(answer.out);
  }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_, microsoft_;
  Command command_;
};

TEST_F(Bars, ShowEachWindowOnceAsItsHighestRevisionSays) {
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", kStart, {.close = 11});
  computed.row(apple_, "T60", kStart + kMinute, {.close = 12});
  computed.row(apple_, "T60", kStart, {.close = 11.5, .revision = 1, .quality = ringbuf::Quality::late_merged});
  computed.row(apple_, "S300_60", kStart, {.close = 99});
  computed.row(microsoft_, "T60", kStart, {.close = 98});
  const Json bars = json({"bars", "AAPL"});
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[0]["close"], "11.50");
  EXPECT_EQ(bars[0]["revision"], 1);
  EXPECT_EQ(bars[1]["close"], "12.00");
  EXPECT_EQ(json({"bars", "AAPL", "--window", "S300_60"})[0]["close"], "99.00");
  EXPECT_EQ(json({"bars", "AAPL", "--last", "1"})[0]["close"], "12.00");

  const Answer table = run({"bars", "AAPL"});
  EXPECT_THAT(table.out, AllOf(StartsWith("AAPL@XNAS  T60, 1 min  2023-11-14 America/New_York"),
                               HasSubstr("17:14:00  10.00  12.00  9.00  11.50"), HasSubstr("1  late_merged\n")));
}

TEST_F(Bars, CountTheTimeOfSinceFromTheNewestEvent) {
  ComputingPlant computed(made_);
  for (int i = 0; i < 5; ++i) computed.row(apple_, "T60", kStart + i * kMinute);
  made_.count("analytics", std::string(ringbuf::counter::kNewestEvent),
              static_cast<std::uint64_t>((kStart + 6 * kMinute).value), ringbuf::CounterKind::level);
  EXPECT_EQ(json({"bars", "AAPL", "--since", "3m"}).size(), 2u) << "that ended in the last three";
  const Answer all = run({"bars", "AAPL", "--since", "24h"});
  EXPECT_EQ(all.exit_code, 0);
  EXPECT_THAT(all.err, HasSubstr("reaches back to 2023-11-14 17:14:00; bars before that come with the journal"));
  EXPECT_THAT(run({"bars", "AAPL", "--since", "3m"}).err, IsEmpty());
}

TEST_F(Bars, AreCsvOfEveryRowForComparison) {
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", kStart);
  computed.row(apple_, "S300_60", kStart);
  computed.row(apple_, "T60", kStart, {.revision = 1});
  const Answer answer = run({"bars", "AAPL", "--golden"});
  EXPECT_THAT(answer.out, AllOf(StartsWith("n,trigger_seq,wm,spec,symbol,start,end,rev,kind,count,"),
                                HasSubstr("\n0,101,"), HasSubstr("\n1,102,1700000100000000005,S300_60,AAPL,"),
                                HasSubstr("\n2,103,"), HasSubstr(",1,LATE,")));
  EXPECT_THAT(run({"bars", "AAPL", "--golden", "--window", "T60"}).out, Not(HasSubstr("S300_60")));
}

TEST_F(Bars, FollowForAsLongAsAsked) {
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", kStart);
  const Answer answer = run({"bars", "AAPL", "--follow", "--for", "20ms", "--json"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(Json::parse(answer.out)["function"], "T60") << "an object a line";
}

TEST_F(Bars, EndWhenASuccessorComputesSomethingElse) {
  auto before = std::make_unique<ComputingPlant>(made_);
  before->row(apple_, "T60", kStart);
  made_.beat(platform::system_now());
  Program following("tickplant", {"bars", "AAPL", "--follow", "--for", "20s", "--plant", made_.folder()}, {},
                    Streams{made_.folder() / "out"});
  ASSERT_TRUE(eventually([&] { return following.output().find("17:14:00") != std::string::npos; }));
  before.reset();
  const ComputingPlant after(made_, {.windows = {"T5"}});
  EXPECT_EQ(following.wait(), 1);
  EXPECT_THAT(following.output(), HasSubstr("does not compute T60 any more"));
}

TEST_F(Bars, RefuseWhatThereIsNotAndSayWhatThereIs) {
  EXPECT_EQ(run({"bars", "AAPL"}).exit_code, 1);
  EXPECT_THAT(run({"signals"}).err, AllOf(HasSubstr("computes nothing"), HasSubstr("analytics.file")));
  EXPECT_EQ(run({"tail", "--derived", "--for", "10ms"}).exit_code, 1);
  const ComputingPlant computed(made_);
  const Answer window = run({"bars", "AAPL", "--window", "T6"});
  EXPECT_EQ(window.exit_code, 2);
  EXPECT_THAT(window.err, AllOf(HasSubstr("no window 'T6'"), HasSubstr("did you mean 'T60'? there are: T60, S300_60")));
  const Answer symbol = run({"bars", "AAPLE"});
  EXPECT_EQ(symbol.exit_code, 2);
  EXPECT_THAT(symbol.err, HasSubstr("did you mean AAPL@XNAS"));
  EXPECT_THAT(run({"signals", "--name", "volum"}).err, HasSubstr("did you mean 'volume'?"));
  EXPECT_EQ(run({"tail", "--derived", "--type", "trade"}).exit_code, 2);
  EXPECT_EQ(run({"tail", "--derived", "--from", "image"}).exit_code, 2);
  const Answer none = run({"bars", "AAPL"});
  EXPECT_EQ(none.exit_code, 0);
  EXPECT_THAT(none.err, HasSubstr("no T60 of AAPL@XNAS yet"));
}

TEST_F(Bars, OfWindowsThatTheRingHasLostSayWhereTheNewestIs) {
  ComputingPlant computed(made_, {.ring_slots = 64});
  computed.row(apple_, "T60", kStart, {.close = 11});
  for (int i = 0; i < 64; ++i) computed.row(microsoft_, "T60", kStart + i * kMinute, {.close = 12});
  const Answer answer = run({"bars", "AAPL"});
  EXPECT_THAT(answer.err, AllOf(HasSubstr("the plant's ring has no T60 of AAPL@XNAS any more"),
                                HasSubstr("tickplant image AAPL@XNAS"), HasSubstr("analytics.ring_slots")));
}

TEST_F(Bars, SignalsComeInTheOrderOfTheirCausesOverAllShards) {
  ComputingPlant computed(made_, {.shards = 2});
  computed.signal(apple_, "ticks.price_x_ma_5min", kStart, SignalValue::golden, 11);
  computed.signal(microsoft_, "T60.volume", kStart + 1, SignalValue::volume, 12);
  computed.signal(apple_, "ticks.price_x_ma_5min", kStart + 2, SignalValue::death, 10);
  const Json all = json({"signals"});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]["signal"], "golden");
  EXPECT_EQ(all[1]["symbol"], "MSFT@XNAS");
  EXPECT_EQ(all[2]["signal"], "death");
  EXPECT_EQ(json({"signals", "AAPL"}).size(), 2u);
  computed.row(apple_, "T60", kStart);
  EXPECT_EQ(json({"bars", "AAPL"})[0]["ring"], "derived.1");
  EXPECT_EQ(json({"signals", "--name", "price_x_*", "--last", "1"})[0]["signal"], "death");
  EXPECT_THAT(run({"signals"}).out, AllOf(StartsWith("time "), HasSubstr("ticks.price_x_ma_5min  golden over 10.5000"),
                                          HasSubstr("volume 5,000, z 12.0")));
  EXPECT_THAT(run({"signals", "--golden", "MSFT"}).out,
              HasSubstr("\n102,MSFT,volume,4,1700000040000000001,z,stands\n"));
}

TEST_F(Bars, ImagesShowWhatIsComputedBelowTheTicks) {
  made_.trade(apple_, 11, 100);
  EXPECT_EQ(json({"image", "AAPL"})[0]["derived"], nullptr);
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", kStart, {.average_5min = 10.5, .trend = ringbuf::Trend::bullish});
  EXPECT_THAT(run({"image", "AAPL"}).out, AllOf(HasSubstr("last           11.00"), HasSubstr("\nT60            from"),
                                                HasSubstr("\nma_5min        10.5000  bullish\n")));
  EXPECT_EQ(json({"image", "AAPL"})[0]["derived"]["trend"], "bullish");
  EXPECT_THAT(run({"image", "MSFT"}).out, HasSubstr("computed       nothing yet"));
}

TEST_F(Bars, TailTellsResultsInsteadOfTicks) {
  ComputingPlant computed(made_);
  made_.trade(apple_, 11, 100);
  computed.row(apple_, "T60", kStart);
  computed.values(apple_, "T60.sma(5)", kStart, {10.5, 50});
  const Answer lines = run({"tail", "--derived", "--from", "oldest", "--count", "2"});
  EXPECT_EQ(lines.exit_code, 0) << lines.err;
  EXPECT_THAT(lines.out, AllOf(HasSubstr("AAPL@XNAS      T60"), HasSubstr("sma(5) 10.5000  rsi(14) 50.0000"),
                               Not(HasSubstr("trade "))));
  const Answer one = run({"tail", "--derived", "--from", "oldest", "--count", "1", "--function", "rsi*", "--json"});
  EXPECT_EQ(Json::parse(one.out)["values"]["T60.rsi(14)"], 50);
  const Answer row = run({"tail", "--derived", "--from", "oldest", "--count", "1", "--type", "window_row", "AAPL"});
  EXPECT_THAT(row.out, HasSubstr("AAPL@XNAS      T60")) << row.err;
}

}  // namespace
}  // namespace tickplant::tests::this_file
