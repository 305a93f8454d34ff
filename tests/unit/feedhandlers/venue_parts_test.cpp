// The small parts of the simulated exchange: chance, choice, prices, options.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/venue/busy_picker.hpp"
#include "feedhandlers/venue/fair_value.hpp"
#include "feedhandlers/venue/listings.hpp"
#include "feedhandlers/venue/market.hpp"
#include "feedhandlers/venue/quote_goals.hpp"
#include "feedhandlers/venue/random.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

TEST(VenueRandom, BellHasMeanZeroAndDeviationOne) {
  Random random{3};
  double sum = 0;
  double squares = 0;
  double most = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.bell();
    sum += value;
    squares += value * value;
    most = std::max(most, std::abs(value));
  }
  EXPECT_NEAR(sum / 100'000, 0, 0.02);
  EXPECT_NEAR(squares / 100'000, 1, 0.02);
  EXPECT_GT(most, 3.0);
  EXPECT_LE(most, 3.5);
}

TEST(VenueRandom, HalvesAndFractionsAreInRange) {
  Random random{4};
  std::map<std::uint32_t, int> counts;
  for (int i = 0; i < 100'000; ++i) {
    ++counts[random.halvings()];
    const double fraction = random.fraction();
    ASSERT_TRUE(fraction >= 0 && fraction < 1);
  }
  EXPECT_NEAR(counts[0], 50'000, 1'000);
  EXPECT_NEAR(counts[2], 12'500, 500);
  EXPECT_LE(counts.rbegin()->first, 63u);
}

TEST(VenueBusyPicker, PicksByWeight) {
  const BusyPicker picker{{0.5, 0.05, 0.3, 0.15}};
  Random random{5};
  std::vector<int> picked(4);
  for (int i = 0; i < 100'000; ++i) ++picked.at(picker.pick(random));
  EXPECT_NEAR(picked[0], 50'000, 1'000);
  EXPECT_NEAR(picked[1], 5'000, 400);
  EXPECT_NEAR(picked[2], 30'000, 1'000);
  EXPECT_NEAR(picked[3], 15'000, 700);
}

TEST(VenueBusyPicker, OfOnePicksThatOne) {
  const BusyPicker picker{{1.0}};
  Random random{5};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(picker.pick(random), 0u);
}

TEST(VenuePrices, AreOnIncrementsOfACentOrAHundredthOfOne) {
  EXPECT_EQ(passive_price(Side::bid, 10'150.9), 10'100u);
  EXPECT_EQ(passive_price(Side::ask, 10'150.9), 10'200u);
  EXPECT_EQ(passive_price(Side::ask, 10'100.0), 10'100u);
  EXPECT_EQ(passive_price(Side::ask, 10'100.5), 10'200u);
  EXPECT_EQ(passive_price(Side::bid, 5'555.5), 5'555u);
  EXPECT_EQ(passive_price(Side::ask, 5'555.5), 5'556u);
  EXPECT_EQ(passive_price(Side::ask, 9'999.5), 10'000u);
  EXPECT_EQ(passive_price(Side::bid, -3), 1u) << "never nothing";
}

TEST(VenuePrices, NextToTheOtherSideDoNotTradeWithIt) {
  EXPECT_EQ(next_to(Side::bid, 10'100), 10'000u);
  EXPECT_EQ(next_to(Side::bid, 10'000), 9'999u) << "across the border of a dollar";
  EXPECT_EQ(next_to(Side::ask, 9'999), 10'000u);
  EXPECT_EQ(next_to(Side::ask, 10'000), 10'100u);
}

TEST(VenueListings, AreTheSameForASeedSortedAndShareOutAllActivity) {
  const auto listings = make_listings(9, 8'000);
  const auto again = make_listings(9, 8'000);
  ASSERT_EQ(listings.size(), 8'000u);
  double activity = 0;
  std::set<Symbol> symbols;
  for (std::size_t i = 0; i < listings.size(); ++i) {
    EXPECT_EQ(listings[i].directory, again[i].directory);
    EXPECT_EQ(listings[i].previous_close_e4, again[i].previous_close_e4);
    EXPECT_EQ(on_increment(listings[i].previous_close_e4), listings[i].previous_close_e4);
    EXPECT_GE(listings[i].previous_close_e4, 1'000u);
    EXPECT_LE(listings[i].previous_close_e4, 8'000'000u);
    activity += listings[i].activity;
    symbols.insert(listings[i].directory.stock);
    if (i > 0) {
      EXPECT_LT(listings[i - 1].directory.stock, listings[i].directory.stock);
    }
  }
  EXPECT_EQ(symbols.size(), 8'000u);
  EXPECT_NEAR(activity, 1, 1e-9);
}

TEST(VenueListings, HaveOneOfferingAndOneDirectListingFromTwentyStocksOn) {
  for (const std::uint32_t count : {1U, 19U, 20U, 400U}) {
    std::map<Debut, int> debuts;
    for (const Listing& listing : make_listings(2, count)) ++debuts[listing.debut];
    EXPECT_EQ(debuts[Debut::public_offering], count >= 20 ? 1 : 0) << count;
    EXPECT_EQ(debuts[Debut::direct_listing], count >= 20 ? 1 : 0) << count;
  }
}

TEST(VenueFairValue, StaysWithinReasonAndFollowsTheMood) {
  Listing listing;
  listing.previous_close_e4 = 1'000'000;
  listing.beta = 1.5;
  Random random{6};
  FairValue calm{listing};  // no volatility of its own
  calm.advance(0.5, 0.02, random);
  EXPECT_NEAR(calm.value_e4(), 1'030'000, 1e-6);
  calm.advance(0.6, 0.02, random);
  EXPECT_NEAR(calm.value_e4(), 1'030'000, 1e-6) << "the mood has not changed";
  for (int i = 0; i < 20; ++i) calm.jump(0.5);
  EXPECT_NEAR(calm.value_e4(), 3'000'000, 1e-6);
  for (int i = 0; i < 20; ++i) calm.jump(-0.5);
  EXPECT_NEAR(calm.value_e4(), 1'000'000.0 / 3, 1e-6);
}

TEST(VenueFairValue, VariesOverADayAsItsListingSays) {
  Listing listing;
  listing.previous_close_e4 = 1'000'000;
  listing.day_volatility = 0.02;
  Random random{7};
  double squares = 0;
  for (int day = 0; day < 500; ++day) {
    FairValue value{listing};
    for (int look = 1; look <= 100; ++look) value.advance(look / 100.0, 0, random);
    const double gain = value.value_e4() / 1'000'000 - 1;
    squares += gain * gain;
  }
  EXPECT_NEAR(std::sqrt(squares / 500), 0.02, 0.002);
}

TEST(VenueMarketOptions, OutOfRangeAreRefusedWithTheRange) {
  const auto problem_of = [](const MarketOptions& options) -> std::string {
    try {
      const Market market{options};
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(problem_of({.symbols = 0}),
            "the simulated exchange cannot run with symbols = 0\n  remedy: give a number from 1 to 20000");
  EXPECT_NE(problem_of({.symbols = 20'001}), "");
  EXPECT_NE(problem_of({.live_orders = 0}).find("live_orders = 0"), std::string::npos);
  EXPECT_NE(problem_of({.session_seconds = 0}).find("session_seconds = 0"), std::string::npos);
  EXPECT_NE(problem_of({.session_seconds = 86'401}), "");
  EXPECT_EQ(problem_of({.symbols = 1}), "");
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
