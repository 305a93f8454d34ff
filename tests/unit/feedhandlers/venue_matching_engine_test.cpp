#include "feedhandlers/venue/matching_engine.hpp"

#include "tests/unit/feedhandlers/venue_engine_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using VenueMatchingEngine = VenueEngineFixture;

TEST_F(VenueMatchingEngine, LetsAnOrderRestThatNobodyMeets) {
  engine_.place(Side::bid, 1'000, 300);
  engine_.place(Side::ask, 1'100, 200, feedhandlers::venue::padded<4>("OAKS"));
  EXPECT_EQ(said(), (Texts{"A #1 bid 300 @1000", "F #2 ask 200 @1100 OAKS"}));
  EXPECT_EQ(engine_.open_orders(), 2u);
  EXPECT_EQ(engine_.totals().trades, 0u);
}

TEST_F(VenueMatchingEngine, TradesAtThePriceOfTheRestingOrderAndRestsWithWhatIsLeft) {
  engine_.place(Side::ask, 1'000, 100);
  engine_.place(Side::bid, 1'005, 250);
  EXPECT_EQ(said(), (Texts{"A #1 ask 100 @1000", "E #1 100", "A #2 bid 150 @1005"}));
  EXPECT_TRUE(engine_.displayed(Side::ask).empty());
  EXPECT_EQ(engine_.totals().trades, 1u);
  EXPECT_EQ(engine_.totals().shares, 100u);
  EXPECT_EQ(engine_.totals().notional_e4, 100'000u);
  EXPECT_EQ(engine_.totals().last_e4, 1'000u);
}

TEST_F(VenueMatchingEngine, TakesTheBestPriceFirstAndTheOldestThere) {
  engine_.place(Side::bid, 990, 10);
  engine_.place(Side::bid, 1'000, 20);
  engine_.place(Side::bid, 1'000, 30);
  engine_.place(Side::bid, 995, 40);
  said();
  EXPECT_EQ(engine_.take(Side::ask, 995, 75), 0u);
  EXPECT_EQ(said(), (Texts{"E #2 20", "E #3 30", "E #4 25"}));
  EXPECT_EQ(engine_.displayed(Side::bid).best().shares, 15u);
}

TEST_F(VenueMatchingEngine, GivesBackWhatFindsNobodyWithinTheLimit) {
  engine_.place(Side::ask, 1'000, 50);
  engine_.place(Side::ask, 1'010, 50);
  said();
  EXPECT_EQ(engine_.take(Side::bid, 1'009, 80), 30u);
  EXPECT_EQ(engine_.take(Side::bid, 1'009, 80), 80u);
  EXPECT_EQ(said(), (Texts{"E #1 50"}));
}

TEST_F(VenueMatchingEngine, PrefersDisplayedToHiddenAtOnePriceAndTheBetterPriceAnyway) {
  engine_.place_hidden(Side::ask, 1'000, 10);
  engine_.place(Side::ask, 1'000, 20);
  engine_.place_hidden(Side::ask, 995, 30);
  EXPECT_EQ(said(), (Texts{"A #1 ask 20 @1000"})) << "hidden orders are not told of";
  EXPECT_EQ(engine_.take(Side::bid, 1'000, 60), 0u);
  EXPECT_EQ(said(), (Texts{"P #0 bid 30 @995", "E #1 20", "P #0 bid 10 @1000"}));
  EXPECT_EQ(engine_.totals().shares, 60u);
  EXPECT_EQ(engine_.totals().notional_e4, 30u * 995 + 30u * 1'000);
}

TEST_F(VenueMatchingEngine, LetsAHiddenOrderTradeWhenItComes) {
  engine_.place(Side::bid, 1'000, 20);
  said();
  engine_.place_hidden(Side::ask, 1'000, 50);
  EXPECT_EQ(said(), (Texts{"E #1 20"}));
  EXPECT_EQ(engine_.hidden(Side::ask).best().shares, 30u);
  EXPECT_TRUE(engine_.cancel_hidden(Side::ask));
  EXPECT_FALSE(engine_.cancel_hidden(Side::ask));
  EXPECT_EQ(said(), Texts{});
  EXPECT_EQ(pool_.in_use(), 0u);
}

TEST_F(VenueMatchingEngine, TellsABetterPriceThanDisplayedWithIt) {
  engine_.place(Side::ask, 11'000, 20);
  engine_.place(Side::bid, 10'000, 20);
  said();
  engine_.take(Side::bid, 11'000, 5, 10);
  engine_.take(Side::ask, 10'000, 5, 10);
  EXPECT_EQ(said(), (Texts{"C #1 5 @10990 Y", "C #2 5 @10010 Y"}));
  EXPECT_EQ(engine_.totals().last_e4, 10'010u);
  EXPECT_EQ(engine_.totals().trades, 2u);
}

TEST_F(VenueMatchingEngine, CancelsAPartKeepingThePriorityAndDeletesTheWhole) {
  engine_.place(Side::bid, 1'000, 100);
  engine_.place(Side::bid, 1'000, 50);
  said();
  engine_.cancel(Side::bid, best(Side::bid), 40);
  engine_.take(Side::ask, 1'000, 10);
  engine_.cancel(Side::bid, best(Side::bid), 50);
  EXPECT_EQ(said(), (Texts{"X #1 40", "E #1 10", "D #1"}));
  engine_.cancel(Side::bid, best(Side::bid), 51);
  EXPECT_EQ(said(), (Texts{"D #2"})) << "more than is there is all of it";
  EXPECT_EQ(engine_.open_orders(), 0u);
}

TEST_F(VenueMatchingEngine, ReplacesLosingPriority) {
  engine_.place(Side::ask, 1'000, 100);
  engine_.place(Side::ask, 1'000, 50);
  said();
  engine_.replace(Side::ask, best(Side::ask), 1'000, 100);
  engine_.take(Side::bid, 1'000, 60);
  EXPECT_EQ(said(), (Texts{"U #1 #3 100 @1000", "E #2 50", "E #3 10"}));
}

TEST_F(VenueMatchingEngine, LetsAReplacedOrderTradeAsANewOneWhereItCan) {
  engine_.place(Side::ask, 1'010, 100);
  engine_.place(Side::bid, 1'000, 30);
  said();
  engine_.replace(Side::ask, best(Side::ask), 1'000, 100);
  EXPECT_EQ(said(), (Texts{"D #1", "E #2 30", "A #3 ask 70 @1000"}));
}

TEST_F(VenueMatchingEngine, LetsAReplacedOrderMeetAHiddenOne) {
  engine_.place_hidden(Side::bid, 1'005, 30);
  engine_.place(Side::ask, 1'010, 30);
  said();
  engine_.replace(Side::ask, best(Side::ask), 1'005, 30);
  EXPECT_EQ(said(), (Texts{"D #1", "P #0 bid 30 @1005"}));
}

TEST_F(VenueMatchingEngine, NumbersOrdersByEngine) {
  feedhandlers::venue::MatchingEngine other{pool_, tape_, {6}, feedhandlers::venue::symbol("ABC")};
  engine_.place(Side::bid, 1'000, 1);
  other.place(Side::bid, 1'000, 1);
  engine_.place(Side::bid, 1'000, 1);
  const auto messages = feedhandlers::venue::unframed(out_);
  const auto reference = [&](std::size_t i) {
    return feedhandlers::itch50::AddOrder{messages.at(i).data()}.order_ref().value;
  };
  EXPECT_EQ(reference(0), 5u);
  EXPECT_EQ(reference(1), 6u);
  EXPECT_EQ(reference(2), 9u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
