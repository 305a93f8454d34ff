// The yardstick itself, on days short enough to work out by hand.
#include "tests/support/itch_truth.hpp"

#include <gtest/gtest.h>

namespace tickplant::tests::itch::this_file {
namespace {

constexpr std::uint16_t kLocate = 7;
const Symbol kStock = symbol("TEST");

Header at(std::uint64_t nanos) { return {{kLocate}, {}, {nanos}}; }
AddOrder add(std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
  return {at(1), {reference}, side, shares, kStock, {price}};
}

class ItchTruth : public testing::Test {
 protected:
  const TruthBook& book() const { return truth_.books().at(kLocate); }
  Truth truth_;
};

TEST_F(ItchTruth, SumsTheOrdersOfALevelAndPutsTheBestFirst) {
  truth_.apply(add(1, Side::bid, 100, 99'0000));
  truth_.apply(add(2, Side::bid, 50, 99'0000));
  truth_.apply(add(3, Side::bid, 10, 98'0000));
  truth_.apply(add(4, Side::ask, 30, 101'0000));
  truth_.apply(add(5, Side::ask, 40, 100'0000));
  EXPECT_EQ(book().open_orders, 5u);
  EXPECT_EQ(book().bids.begin()->first, 99'0000u);
  EXPECT_EQ(book().bids.begin()->second, (TruthLevel{150, 2}));
  EXPECT_EQ(book().asks.begin()->first, 100'0000u);
  EXPECT_FALSE(book().crossed());
}

TEST_F(ItchTruth, CallsALockedBookCrossed) {
  truth_.apply(add(1, Side::bid, 100, 100'0000));
  truth_.apply(add(2, Side::ask, 100, 100'0000));
  EXPECT_TRUE(book().crossed());
}

TEST_F(ItchTruth, TakesAwayWhatIsCancelledExecutedAndDeleted) {
  truth_.apply(add(1, Side::bid, 100, 99'0000));
  truth_.apply(OrderCancel{at(2), {1}, 30});
  EXPECT_EQ(book().bids.begin()->second, (TruthLevel{70, 1}));
  truth_.apply(OrderExecuted{at(3), {1}, 20, {1}});
  EXPECT_EQ(book().bids.begin()->second, (TruthLevel{50, 1}));
  truth_.apply(OrderExecutedWithPrice{at(4), {1}, 20, {2}, 'N', {98'5000}});
  EXPECT_EQ(book().bids.begin()->second, (TruthLevel{30, 1}));
  truth_.apply(OrderDelete{at(5), {1}});
  EXPECT_TRUE(book().bids.empty());
  EXPECT_EQ(book().open_orders, 0u);
  EXPECT_EQ(truth_.open_orders(), 0u);
}

TEST_F(ItchTruth, DropsAnOrderWithItsLastShare) {
  truth_.apply(add(1, Side::ask, 100, 99'0000));
  truth_.apply(OrderExecuted{at(2), {1}, 100, {1}});
  EXPECT_TRUE(book().asks.empty());
  truth_.apply(OrderDelete{at(3), {1}});
  EXPECT_EQ(truth_.unknown_references().at('D'), 1u);
}

TEST_F(ItchTruth, GivesAReplacementTheSideAndInstrumentOfTheOldOrder) {
  truth_.apply(add(1, Side::ask, 100, 99'0000));
  truth_.apply(OrderReplace{at(2), {1}, {2}, 60, {99'5000}});
  ASSERT_EQ(book().asks.size(), 1u);
  EXPECT_EQ(book().asks.begin()->first, 99'5000u);
  EXPECT_EQ(book().asks.begin()->second, (TruthLevel{60, 1}));
  truth_.apply(OrderDelete{at(3), {1}});
  EXPECT_EQ(truth_.unknown_references().at('D'), 1u) << "the old reference is dead";
}

TEST_F(ItchTruth, RemembersTradesWithTheirOwnPrices) {
  truth_.apply(add(1, Side::bid, 100, 99'0000));
  truth_.apply(OrderExecuted{at(2), {1}, 10, {1}});
  truth_.apply(OrderExecutedWithPrice{at(3), {1}, 20, {2}, 'N', {98'0000}});
  truth_.apply(Trade{at(4), {}, Side::bid, 40, kStock, {99'5000}, {3}});
  truth_.apply(CrossTrade{at(5), 1000, kStock, {99'7000}, {4}, 'C'});
  truth_.apply(BrokenTrade{at(6), {3}});
  ASSERT_EQ(book().trades.size(), 4u);
  EXPECT_EQ(book().trades[0].price, Price4{99'0000});
  EXPECT_EQ(book().trades[1].price, Price4{98'0000});
  EXPECT_FALSE(book().trades[1].printable);
  EXPECT_EQ(book().count_of('P'), 1u);
  EXPECT_EQ(book().shares_of('Q'), 1000u);
  EXPECT_EQ(book().broken_trades, 1u);
}

TEST_F(ItchTruth, CountsReferencesToOrdersItWasNeverToldOf) {
  truth_.apply(OrderExecuted{at(1), {9}, 10, {1}});
  truth_.apply(OrderReplace{at(1), {9}, {10}, 10, {1}});
  truth_.apply(OrderDelete{at(1), {10}});
  EXPECT_EQ(truth_.unknown_references(), (std::map<char, std::uint64_t>{{'D', 1}, {'E', 1}, {'U', 1}}));
  EXPECT_TRUE(truth_.books().empty()) << "nothing may come of them";
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
