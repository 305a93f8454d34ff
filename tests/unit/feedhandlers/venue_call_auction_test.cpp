#include "feedhandlers/venue/call_auction.hpp"

#include "tests/unit/feedhandlers/venue_engine_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::venue::AuctionOutcome;
using feedhandlers::venue::CallAuction;

class VenueCallAuction : public VenueEngineFixture {
 protected:
  static constexpr std::uint32_t kReference = 1'000;
  AuctionOutcome outcome() { return auction_.outcome(engine_, kReference); }
  void expect(std::uint32_t price, std::uint64_t paired, std::uint64_t imbalance, Side side) {
    EXPECT_EQ(outcome().price_e4, price);
    EXPECT_EQ(outcome().paired, paired);
    EXPECT_EQ(outcome().imbalance, imbalance);
    EXPECT_EQ(outcome().side, side);
  }
  CallAuction auction_;
};

TEST_F(VenueCallAuction, WithoutInterestPairsNothing) {
  expect(0, 0, 0, Side::none);
  auction_.cross(engine_, kReference, 'O');
  EXPECT_EQ(said(), (Texts{"Q 0 @0 O"}));
  EXPECT_EQ(engine_.totals().trades, 0u) << "a cross of nothing is no trade";
}

TEST_F(VenueCallAuction, WithOneSideAloneTellsTheImbalanceAtTheReference) {
  auction_.add(Side::bid, 1'010, 500);
  expect(0, 0, 500, Side::bid);
}

TEST_F(VenueCallAuction, TakesThePriceAtWhichMostTrades) {
  auction_.add(Side::bid, 1'020, 100);
  auction_.add(Side::bid, 1'000, 300);
  auction_.add(Side::ask, 990, 150);
  auction_.add(Side::ask, 1'000, 200);
  expect(1'000, 350, 50, Side::bid);
}

TEST_F(VenueCallAuction, OfEqualVolumesTakesTheSmallestImbalanceThenTheNearest) {
  auction_.add(Side::bid, 1'040, 100);
  auction_.add(Side::ask, 960, 100);
  expect(1'000, 100, 0, Side::none);  // the reference itself
  auction_.add(Side::ask, 1'000, 50);
  expect(960, 100, 0, Side::none);  // at 1,000 fifty would be left over
}

TEST_F(VenueCallAuction, CountsTheDisplayedBook) {
  engine_.place(Side::bid, 990, 100);
  engine_.place(Side::ask, 1'010, 100);
  auction_.add(Side::ask, 980, 60);
  expect(990, 60, 40, Side::bid);
}

TEST_F(VenueCallAuction, FillsDisplayedOrdersByPriorityAndTellsTheWholeOnce) {
  engine_.place(Side::bid, 1'000, 30);
  engine_.place(Side::bid, 990, 100);
  engine_.place(Side::bid, 990, 100);
  auction_.add(Side::ask, 990, 150);
  said();
  const AuctionOutcome result = auction_.cross(engine_, kReference, 'H');
  EXPECT_EQ(result.price_e4, 990u);
  EXPECT_EQ(said(), (Texts{"C #1 30 @990 N", "C #2 100 @990 N", "C #3 20 @990 N", "Q 150 @990 H"}));
  EXPECT_EQ(engine_.totals().trades, 1u);
  EXPECT_EQ(engine_.totals().shares, 150u);
  EXPECT_EQ(engine_.totals().last_e4, 990u);
  EXPECT_EQ(engine_.displayed(Side::bid).best().shares, 80u);
  EXPECT_TRUE(auction_.empty());
}

TEST_F(VenueCallAuction, FillsBetterPricedInterestBeforeTheBook) {
  engine_.place(Side::bid, 1'000, 100);
  auction_.add(Side::bid, 1'010, 100);
  auction_.add(Side::bid, 1'000, 100);
  auction_.add(Side::ask, 1'000, 150);
  said();
  auction_.cross(engine_, kReference, 'C');
  EXPECT_EQ(said(), (Texts{"C #1 50 @1000 N", "Q 150 @1000 C"})) << "100 to the better price, 50 to the displayed";
}

TEST_F(VenueCallAuction, ReportsWhatACrossWouldGive) {
  auction_.add(Side::bid, 1'100, 300);
  auction_.add(Side::ask, 1'100, 100);
  auction_.report(tape_, engine_, kReference, 'O');
  const auto messages = feedhandlers::venue::unframed(out_);
  ASSERT_EQ(messages.size(), 1u);
  const feedhandlers::itch50::NetOrderImbalance view{messages[0].data()};
  EXPECT_EQ(view.paired_shares().value, 100u);
  EXPECT_EQ(view.imbalance_shares().value, 200u);
  EXPECT_EQ(view.imbalance_direction(), 'B');
  EXPECT_EQ(view.near_price().raw, 1'100u);
  EXPECT_EQ(view.far_price().raw, 1'100u);
  EXPECT_EQ(view.reference_price().raw, kReference);
  EXPECT_EQ(view.cross_type(), 'O');
  EXPECT_EQ(view.price_variation(), 'A') << "10 to 20 % from the reference";
  EXPECT_FALSE(auction_.empty());
}

TEST_F(VenueCallAuction, LetsOneInterestTooManyReplaceTheOldest) {
  for (std::size_t i = 0; i < CallAuction::kMaxInterests; ++i) auction_.add(Side::bid, 1'000, 1);
  auction_.add(Side::ask, 1'000, 100);
  expect(1'000, CallAuction::kMaxInterests - 1, 100 - (CallAuction::kMaxInterests - 1), Side::ask);
}

}  // namespace
}  // namespace tickplant::tests::this_file
