// Price levels of DEEP: what is told when, while an IEX event is under way and when it is complete.
#include <gtest/gtest.h>

#include "tests/unit/feedhandlers/iex_fixture.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

class IexPriceLevels : public IexFixture {
 protected:
  void SetUp() override { begin({.quotes = true, .levels = true, .depth = true}); }
  void begin(feedhandlers::PublishedForms forms) {
    start(kDeep, forms);
    define();
  }

  Texts buy(double price, std::uint32_t size, std::uint8_t flags = 1) {
    return send(PriceLevelBuy{flags, now(), kStock, size, dollars(price)});
  }
  Texts sell(double price, std::uint32_t size, std::uint8_t flags = 1) {
    return send(PriceLevelSell{flags, now(), kStock, size, dollars(price)});
  }
  ringbuf::DepthEntry depth() const { return plant_->depth_of("ZXIET"); }
};

TEST_F(IexPriceLevels, BecomeALevelAndAQuoteWhereTheBestHasChanged) {
  EXPECT_EQ(buy(99.5, 100), (Texts{record(kFirst, level(99.5, 100, 0, Side::bid), kNone),
                                   record(kFirst, quote(px(99.5), 100, kNoPrice, 0))}));
  EXPECT_EQ(sell(99.9, 200), (Texts{record(kFirst, level(99.9, 200, 0, Side::ask), kNone),
                                    record(kFirst, quote(px(99.5), 100, px(99.9), 200))}));
  EXPECT_EQ(buy(99.0, 300), Texts{record(kFirst, level(99.0, 300, 1, Side::bid))}) << "behind the best";
  EXPECT_EQ(buy(99.5, 150), (Texts{record(kFirst, level(99.5, 150, 0, Side::bid), kNone),
                                   record(kFirst, quote(px(99.5), 150, px(99.9), 200))}));
  EXPECT_EQ(buy(99.5, 0), (Texts{record(kFirst, level(99.5, 0, 0, Side::bid), kNone),
                                 record(kFirst, quote(px(99.0), 300, px(99.9), 200))}));
}

TEST_F(IexPriceLevels, WaitForTheEndOfTheEventWithQuoteAndDepth) {
  (void)buy(99.5, 100);
  (void)sell(99.9, 200);
  EXPECT_EQ(buy(100.5, 300, 0), Texts{record(kFirst, level(100.5, 300, 0, Side::bid), kNone)}) << "crossed for now";
  EXPECT_EQ(plant_->image_of("ZXIET").bid_price, px(99.5));
  EXPECT_EQ(depth().bid[0].price, px(99.5));
  EXPECT_EQ(depth().bid_count, 1);
  EXPECT_EQ(sell(99.9, 0, 0), Texts{record(kFirst, level(99.9, 0, 0, Side::ask), kNone)});
  EXPECT_EQ(sell(101, 50), (Texts{record(kFirst, level(101, 50, 0, Side::ask), kNone),
                                  record(kFirst, quote(px(100.5), 300, px(101), 50))}));
  EXPECT_EQ(depth().bid_count, 2);
  EXPECT_EQ(depth().bid[0].price, px(100.5));
  EXPECT_EQ(depth().bid[1].price, px(99.5));
  EXPECT_EQ(depth().ask_count, 1);
  EXPECT_EQ(depth().ask[0].price, px(101));
  EXPECT_EQ(plant_->feed.normaliser().counters().crossed_after_event, 0u);
}

TEST_F(IexPriceLevels, StampDepthWithTheLastOfThemThatChangedItWhicheverSideThatWas) {
  const std::vector<Bytes> both{encode(PriceLevelBuy{0, now(), kStock, 5, dollars(9)}),
                                encode(PriceLevelSell{1, now(), kStock, 5, dollars(11)})};
  const std::vector<Bytes> other_way{encode(PriceLevelSell{0, now(), kStock, 6, dollars(11)}),
                                     encode(PriceLevelBuy{1, now(), kStock, 6, dollars(9)})};
  for (const std::vector<Bytes>& event : {both, other_way}) {
    const Records records = receive(packet(event));
    ASSERT_EQ(types_of(records),
              (std::vector{RecordType::level, RecordType::level, RecordType::quote, RecordType::source_position}));
    EXPECT_EQ(depth().stamp, records[1].header.stamp) << "no two changes of an entry under one stamp, none backwards";
  }
}

TEST_F(IexPriceLevels, SayNothingAboutTheBestWhenTheEventLeftItWhereItWas) {
  (void)buy(99.5, 100);
  (void)buy(99.5, 300, 0);
  EXPECT_EQ(buy(99.5, 100), Texts{record(kFirst, level(99.5, 100, 0, Side::bid))}) << "but end the event";
}

TEST_F(IexPriceLevels, EndTheEventAlsoWhereNothingChanges) {
  (void)buy(99.5, 100);
  EXPECT_EQ(buy(99.5, 100), Texts{record(kFirst, level(99.5, 100, 0, Side::bid))});
}

TEST_F(IexPriceLevels, KeepEventsOfInstrumentsApart) {
  (void)buy(99.5, 100, 0);
  EXPECT_EQ(
      send(PriceLevelSell{1, now(), kOtherStock, 10, dollars(5)}),
      (Texts{record(kSecond, level(5, 10, 0, Side::ask), kNone), record(kSecond, quote(kNoPrice, 0, px(5), 10))}));
  EXPECT_EQ(plant_->image_of("ZXIET").bid_price, kNoPrice);
  EXPECT_EQ(buy(99.4, 10), (Texts{record(kFirst, level(99.4, 10, 1, Side::bid), kNone),
                                  record(kFirst, quote(px(99.5), 100, kNoPrice, 0))}));
}

TEST_F(IexPriceLevels, AreToldWhereDepthIsKeptBecauseItsStampIsThatOfARecord) {
  begin({.quotes = true, .levels = false, .depth = true});
  (void)buy(99.5, 100);
  const std::uint64_t before = depth().stamp;
  EXPECT_EQ(buy(99.0, 100), Texts{record(kFirst, level(99.0, 100, 1, Side::bid))});
  EXPECT_GT(depth().stamp, before);
  EXPECT_EQ(depth().bid_count, 2);
}

TEST_F(IexPriceLevels, AreNotToldWhereNobodyWantsThem) {
  begin({.quotes = true, .levels = false, .depth = false});
  EXPECT_EQ(buy(99.5, 100), Texts{record(kFirst, quote(px(99.5), 100, kNoPrice, 0))});
  EXPECT_EQ(buy(99.0, 100), Texts{});
  EXPECT_EQ(buy(99.6, 100, 0), Texts{});
  EXPECT_EQ(buy(99.5, 0), Texts{record(kFirst, quote(px(99.6), 100, kNoPrice, 0))});
  EXPECT_EQ(depth().stamp, 0u) << "never written";
  begin({.quotes = false, .levels = true, .depth = false});
  EXPECT_EQ(buy(99.5, 100), Texts{record(kFirst, level(99.5, 100, 0, Side::bid))});
}

TEST_F(IexPriceLevels, LookAtTheLowestEventFlagOnly) {
  EXPECT_EQ(buy(99.5, 100, 0xfe).size(), 1u);
  EXPECT_EQ(buy(99.5, 100, 0xff).size(), 2u);
}

TEST_F(IexPriceLevels, CountABookThatIsLockedOrCrossedWhenTheEventIsComplete) {
  (void)buy(99.5, 100);
  (void)sell(99.5, 100);
  EXPECT_EQ(plant_->feed.normaliser().counters().crossed_after_event, 1u);
  (void)sell(99.4, 100);
  EXPECT_EQ(plant_->feed.normaliser().counters().crossed_after_event, 2u);
}

TEST_F(IexPriceLevels, DoubtABookThatHasNotWhatIsTakenAway) {
  (void)buy(99.5, 100);
  EXPECT_EQ(buy(99.0, 0), Texts{record(kFirst, level(99.0, 0, 1, Side::bid), kEnd | kDoubt)});
  EXPECT_EQ(plant_->feed.normaliser().counters().unknown_levels, 1u);
  EXPECT_EQ(sell(100, 1).size(), 2u);
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst));
}

TEST_F(IexPriceLevels, DoubtABookThatCannotTakeAPrice) {
  const Texts told = send(PriceLevelBuy{1, now(), kStock, 100, std::numeric_limits<std::int64_t>::max()});
  ringbuf::LevelBody body = level(0, 100, 0, Side::bid);
  body.price = kNoPrice;
  EXPECT_EQ(told, Texts{record(kFirst, body, kEnd | kDoubt)});
  EXPECT_EQ(plant_->feed.normaliser().counters().refused_levels, 1u);
  EXPECT_EQ(plant_->book.level_count(kFirst, Side::bid), 0u);
}

TEST_F(IexPriceLevels, DoubtABookThatHasNoRoom) {
  for (int i = 0; i < 1'024; ++i) (void)buy(1 + i, 100);
  EXPECT_FALSE(plant_->book.is_maybe_bad(kFirst));
  (void)buy(0.5, 100);
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst));
  EXPECT_EQ(plant_->feed.normaliser().counters().refused_levels, 1u);
}

TEST_F(IexPriceLevels, FollowTheTradeThatChangedThem) {
  (void)sell(99.9, 200);
  const Records records = receive(packet({encode(TradeReport{0, now(), kStock, 200, dollars(99.9), 1}),
                                          encode(PriceLevelSell{1, now(), kStock, 0, dollars(99.9)})}));
  ASSERT_EQ(types_of(records),
            (std::vector{RecordType::trade, RecordType::level, RecordType::quote, RecordType::source_position}));
  EXPECT_EQ(records[0].header.flags, kEnd);
  EXPECT_EQ(records[1].header.flags, kNone);
  EXPECT_EQ(records[2].header.flags, kEnd);
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
