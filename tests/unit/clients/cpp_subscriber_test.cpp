#include "clients/cpp/subscriber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plant_in_folder.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::Sequence;
using ringbuf::SequenceRange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using tests::PlantInFolder;
using tests::RecordingHandler;

class SubscriberTest : public testing::Test {
 protected:
  /// Polls until nothing is left.
  static void drain(Subscriber& subscriber, RecordingHandler& seen) {
    while (subscriber.poll(seen) != 0) {
    }
  }
  Subscriber subscribe(Subscription subscription) { return {plant_, std::move(subscription)}; }
  std::string error_of(const Subscription& subscription) {
    try {
      subscribe(subscription);
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  }

  PlantInFolder made_{{.rings = {"ticks", "more"}, .ring_slots = 64}};
  Plant plant_ = Plant::in_folder(made_.folder());
  RecordingHandler seen_;
};

TEST(RecordTypesTest, AreAllThatSaySomething) {
  RecordTypes types = RecordTypes::all();
  EXPECT_TRUE(types.has(RecordType::trade));
  EXPECT_TRUE(types.has(static_cast<RecordType>(31))) << "of a newer version, too";
  EXPECT_FALSE(types.has(RecordType::padding));
  types.add(RecordType::padding);
  EXPECT_TRUE(types.has(RecordType::padding));
}

TEST_F(SubscriberTest, JoinedAtTheNewestHearsWhatComesAfterwards) {
  const InstrumentId apple = made_.define("AAPL");
  made_.quote(apple, 1, 2);
  Subscriber subscriber = subscribe({});
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.records, IsEmpty());
  const Sequence quote = made_.quote(apple, 3, 4);
  const Sequence trade = made_.trade(apple, 3.5, 7);
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.sequences(), ElementsAre(quote.value, trade.value));
  EXPECT_EQ(seen_.records[0].as<ringbuf::QuoteBody>().bid_price, tests::dollars(3));
}

TEST_F(SubscriberTest, JoinedAtTheOldestHearsAllThatTheRingHolds) {
  const InstrumentId apple = made_.define("AAPL");
  made_.quote(apple, 1, 2);
  Subscriber subscriber = subscribe({.join = Join::oldest});
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.sequences(), ElementsAre(1, 2));
}

TEST_F(SubscriberTest, JoinedAtTheOldestOfAFullRingBeginsWithSevenEighthsAndNoLoss) {
  const InstrumentId apple = made_.define("AAPL");
  for (int i = 0; i < 200; ++i) made_.quote(apple, i, i + 1);
  Subscriber subscriber = subscribe({.join = Join::oldest});
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.records.size(), 56u);
  EXPECT_EQ(seen_.records.front().header.stamp, 201u - 56u + 1u);
  EXPECT_THAT(seen_.lost, IsEmpty());
}

TEST_F(SubscriberTest, JoinedWithImagesHearsTheImageThenTheRest) {
  const InstrumentId apple = made_.define("AAPL");
  const Sequence last = made_.quote(apple, 1, 2);
  made_.define("NEVER");
  Subscriber subscriber = subscribe({.join = Join::image});
  const Sequence next = made_.quote(apple, 3, 4);
  const Sequence after = made_.quote(apple, 5, 6);
  subscriber.poll(seen_);
  made_.quote(apple, 7, 8);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.images.size(), 1u) << "of the one instrument about which something was said";
  EXPECT_EQ(seen_.images[0].first, apple);
  EXPECT_EQ(seen_.images[0].second.stamp, after.value) << "images are taken at the first poll";
  EXPECT_THAT(seen_.sequences(), ElementsAre(after.value + 1));
  EXPECT_LT(last, next);
}

TEST_F(SubscriberTest, ReportsExactlyWhatItLostWhenLapped) {
  const InstrumentId apple = made_.define("AAPL");
  Subscriber subscriber = subscribe({});
  for (int i = 0; i < 100; ++i) made_.quote(apple, i, i + 1);  // sequences 2 to 101
  drain(subscriber, seen_);
  ASSERT_THAT(seen_.lost, ElementsAre(Pair("ticks", SequenceRange{2, 69})));
  EXPECT_EQ(subscriber.lost_count(), 68u);
  EXPECT_EQ(seen_.records.front().header.stamp, 70u);
  EXPECT_EQ(seen_.records.back().header.stamp, 101u);
  EXPECT_EQ(seen_.records.size(), 32u);
}

TEST_F(SubscriberTest, HandsTheImagesOverAgainAfterALoss) {
  const InstrumentId apple = made_.define("AAPL");
  const InstrumentId other = made_.define("OTHER");
  made_.quote(other, 8, 9);
  Subscriber subscriber = subscribe({.symbols = {"AAPL"}, .join = Join::image});
  drain(subscriber, seen_);
  ASSERT_THAT(seen_.images, IsEmpty());
  for (int i = 0; i < 100; ++i) made_.quote(apple, i, i + 1);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.lost.size(), 1u);
  ASSERT_EQ(seen_.images.size(), 1u) << "of the chosen instrument alone";
  EXPECT_EQ(seen_.images[0].second.bid_price, tests::dollars(99));
  EXPECT_THAT(seen_.records, IsEmpty()) << "all of them are in the image";
}

TEST_F(SubscriberTest, ChoosesByTypeAndSymbol) {
  const InstrumentId apple = made_.define("AAPL");
  const InstrumentId other = made_.define("OTHER");
  Subscriber subscriber = subscribe({.symbols = {"AAPL@XNAS"}, .types = {RecordType::quote, RecordType::gap}});
  made_.trade(apple, 1, 1);
  made_.quote(other, 1, 2);
  const Sequence quote = made_.quote(apple, 1, 2);
  const Sequence gap = made_.publish(ringbuf::kNoInstrument, ringbuf::GapBody{});
  EXPECT_EQ(subscriber.poll(seen_), 4u) << "records read count, wanted or not";
  EXPECT_THAT(seen_.sequences(), ElementsAre(quote.value, gap.value));
}

TEST_F(SubscriberTest, LeavesOutWhatIsAboutTheWholeMarketWhenAsked) {
  Subscriber subscriber = subscribe({.market_wide = false});
  made_.publish(ringbuf::kNoInstrument, ringbuf::GapBody{});
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.records, IsEmpty());
}

TEST_F(SubscriberTest, WaitsForASymbolThatIsDefinedLaterAndHearsItsDefinition) {
  Subscriber subscriber = subscribe({.symbols = {"LATER"}, .market_wide = false});
  drain(subscriber, seen_);
  made_.define("OTHER");
  const InstrumentId later = made_.define("LATER");
  made_.quote(later, 1, 2);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.records.size(), 2u);
  EXPECT_EQ(seen_.records[0].header.type, RecordType::definition);
  EXPECT_EQ(seen_.records[1].header.type, RecordType::quote);
}

TEST_F(SubscriberTest, ASymbolWithoutVenueMeansAllItsVenues) {
  const InstrumentId here = made_.define("AAPL", 0);
  const InstrumentId there = made_.define("AAPL", 1);
  Subscriber everywhere = subscribe({.symbols = {"AAPL"}});
  Subscriber at_one = subscribe({.symbols = {"AAPL@X1"}});
  made_.quote(here, 1, 2);
  made_.quote(there, 1, 2, 1, 1, 1);
  RecordingHandler all;
  drain(everywhere, all);
  drain(at_one, seen_);
  EXPECT_EQ(all.records.size(), 2u);
  ASSERT_EQ(seen_.records.size(), 1u);
  EXPECT_EQ(seen_.records[0].header.instrument, there);
}

TEST_F(SubscriberTest, FollowsTheRingsItNames) {
  const InstrumentId here = made_.define("A", 0);
  const InstrumentId there = made_.define("B", 1);
  Subscriber subscriber = subscribe({.rings = {"more"}});
  made_.quote(here, 1, 2);
  made_.quote(there, 1, 2, 1, 1, 1);
  drain(subscriber, seen_);
  ASSERT_EQ(seen_.records.size(), 1u);
  EXPECT_EQ(seen_.records[0].header.instrument, there);
}

TEST_F(SubscriberTest, ReadsNoMoreThanTheLimitOfEachRing) {
  const InstrumentId here = made_.define("A", 0);
  const InstrumentId there = made_.define("B", 1);
  Subscriber subscriber = subscribe({});
  for (int i = 0; i < 5; ++i) made_.quote(here, 1, 2), made_.quote(there, 1, 2, 1, 1, 1);
  EXPECT_EQ(subscriber.poll(seen_, 2), 4u);
  EXPECT_EQ(subscriber.poll(seen_, 2), 4u);
  EXPECT_EQ(subscriber.poll(seen_, 2), 2u);
  EXPECT_EQ(subscriber.poll(seen_, 2), 0u);
}

TEST_F(SubscriberTest, KnowsHowFarItIsBehind) {
  const InstrumentId apple = made_.define("AAPL");
  Subscriber subscriber = subscribe({});
  EXPECT_EQ(subscriber.lag(), 0u);
  for (int i = 0; i < 5; ++i) made_.quote(apple, 1, 2);
  EXPECT_EQ(subscriber.lag(), 5u);
  drain(subscriber, seen_);
  EXPECT_EQ(subscriber.lag(), 0u);
}

TEST_F(SubscriberTest, AHandlerNeedsNoMoreThanACallForRecords) {
  const InstrumentId apple = made_.define("AAPL");
  Subscriber subscriber = subscribe({});
  for (int i = 0; i < 100; ++i) made_.quote(apple, 1, 2);
  int count = 0;
  while (subscriber.poll([&](const Record&) { ++count; }) != 0) {
  }
  EXPECT_EQ(count, 32);
  EXPECT_EQ(subscriber.lost_count(), 68u);
}

TEST_F(SubscriberTest, ARecordWhoseHandlerThrowsCountsAsRead) {
  const InstrumentId apple = made_.define("AAPL");
  Subscriber subscriber = subscribe({});
  made_.quote(apple, 1, 2);
  const Sequence second = made_.quote(apple, 3, 4);
  EXPECT_THROW(subscriber.poll([](const Record&) { throw std::runtime_error("no"); }), std::runtime_error);
  drain(subscriber, seen_);
  EXPECT_THAT(seen_.sequences(), ElementsAre(second.value));
}

TEST_F(SubscriberTest, RefusesAWordThatIsNoSymbol) {
  for (const std::string text : {"", "@XNAS", "AAPL@", "A@B@C"}) {
    EXPECT_THAT(error_of({.symbols = {text}}), HasSubstr("'" + text + "' is not a symbol")) << text;
  }
  EXPECT_THAT(error_of({.symbols = {std::string(72, 'A')}}), HasSubstr("at most 71 and 7 bytes"));
  EXPECT_EQ(error_of({.symbols = {std::string(71, 'A') + "@1234567"}}), "");
}

TEST_F(SubscriberTest, RefusesARingThatIsNotThereNamingThoseThatAre) {
  EXPECT_THAT(error_of({.rings = {"tick"}}), testing::AllOf(HasSubstr("no segment 'tick'"), HasSubstr("ticks, ")));
}

using SubscriberDeathTest = SubscriberTest;

TEST_F(SubscriberDeathTest, ImagesNeedAHandlerThatTakesThem) {
  const InstrumentId apple = made_.define("AAPL");
  made_.quote(apple, 1, 2);
  Subscriber subscriber = subscribe({.join = Join::image});
  EXPECT_DEATH(subscriber.poll([](const Record&) {}), "kHandlerHasOnImage");
}

}  // namespace
}  // namespace tickplant::clients::this_file
