#include "analytics/windows/totals.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "analytics/windows/pane.hpp"
#include "ringbuf/records/price.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kCent = 10'000'000;
constexpr std::int64_t kMaxPrice = std::numeric_limits<std::int64_t>::max();

struct Counted {
  std::int64_t price = 0;
  std::uint64_t size = 0;
  bool moves_price = true;
};

Totals totals_of(const std::vector<Counted>& trades) {
  Totals totals;
  for (const Counted& trade : trades) EXPECT_TRUE(totals.add(trade.price, trade.size, trade.moves_price));
  return totals;
}

/// numerator / denominator as a double, by long division in decimal: digits as text, which strtod rounds correctly.
double slow_quotient(Int128 numerator, Uint128 denominator) {
  std::string text = numerator < 0 ? "-" : "";
  Uint128 rest = numerator < 0 ? -static_cast<Uint128>(numerator) : static_cast<Uint128>(numerator);
  std::string whole;
  for (Uint128 left = rest / denominator; left != 0 || whole.empty(); left /= 10) {
    whole.insert(whole.begin(), static_cast<char>('0' + static_cast<int>(left % 10)));
  }
  text += whole + '.';
  rest %= denominator;
  for (int digit = 0; digit < 200 && rest != 0; ++digit) {
    rest *= 10;
    text += static_cast<char>('0' + static_cast<int>(rest / denominator));
    rest %= denominator;
  }
  return std::strtod((text + (rest != 0 ? "1" : "0")).c_str(), nullptr);
}

TEST(Totals, AreNothingAndHaveNoMeanWithoutTrades) {
  const Totals none;
  EXPECT_EQ(none.count, 0u);
  EXPECT_TRUE(std::isnan(vwap_of(none, kCent)));
  EXPECT_TRUE(std::isnan(average_of(none, kCent)));
  EXPECT_TRUE(std::isnan(deviation_of(none, kCent)));
}

TEST(Totals, OfOneTradeAreThatTrade) {
  const Totals one = totals_of({{10'050, 300}});
  EXPECT_EQ(one, (Totals{1, 300, 3'015'000, 10'050, 101'002'500}));
  EXPECT_EQ(vwap_of(one, kCent), 100.5);
  EXPECT_EQ(average_of(one, kCent), 100.5);
  EXPECT_EQ(deviation_of(one, kCent), 0.0);
}

TEST(Totals, WeighTheVwapBySizeAndTheAverageByTrades) {
  const Totals two = totals_of({{10'000, 100}, {10'400, 300}});
  EXPECT_EQ(vwap_of(two, kCent), 103.0);
  EXPECT_EQ(average_of(two, kCent), 102.0);
  EXPECT_EQ(deviation_of(two, kCent), 2.0);
}

TEST(Totals, OfATradeForVolumeOnlyMoveVolumeAndVwapAndNoPrice) {
  const Totals totals = totals_of({{10'000, 100}, {90'000, 100, false}});
  EXPECT_EQ(totals.count, 1u);
  EXPECT_EQ(totals.volume, 200u);
  EXPECT_EQ(vwap_of(totals, kCent), 500.0);
  EXPECT_EQ(average_of(totals, kCent), 100.0);
}

TEST(Totals, WithoutVolumeHaveAnAverageAndNoVwap) {
  const Totals totals = totals_of({{10'000, 0}});
  EXPECT_TRUE(std::isnan(vwap_of(totals, kCent)));
  EXPECT_EQ(average_of(totals, kCent), 100.0);
}

TEST(Totals, OfNegativePricesAreSigned) {
  const Totals totals = totals_of({{-3'700, 100}, {-3'800, 100}});
  EXPECT_EQ(vwap_of(totals, kCent), -37.5);
  EXPECT_EQ(average_of(totals, kCent), -37.5);
  EXPECT_EQ(deviation_of(totals, kCent), 0.5);
}

TEST(Totals, TakeBackExactlyWhatTheyAdded) {
  Totals totals = totals_of({{10'000, 100}, {-77, 3}});
  const Totals before = totals;
  ASSERT_TRUE(totals.add(kMaxPrice, 9, true));
  ASSERT_TRUE(totals.add(5, 7, false));
  totals.subtract(kMaxPrice, 9, true);
  totals.subtract(5, 7, false);
  EXPECT_EQ(totals, before);
}

TEST(Totals, MergedAreTheTotalsOfAll) {
  Totals left = totals_of({{10'000, 100}, {10'001, 1, false}});
  const Totals right = totals_of({{-5, 2}, {kMaxPrice, 1}});
  ASSERT_TRUE(left.merge(right));
  EXPECT_EQ(left, totals_of({{10'000, 100}, {10'001, 1, false}, {-5, 2}, {kMaxPrice, 1}}));
}

TEST(Totals, RefuseATradeThatAnySumHasNoRoomForAndStayAsTheyWere) {
  Totals full = totals_of({{1, std::numeric_limits<std::uint64_t>::max()}});
  const Totals before = full;
  EXPECT_FALSE(full.add(1, 1, true)) << "volume";
  EXPECT_EQ(full, before);
  EXPECT_TRUE(full.add(1, 0, true));

  Totals squares = totals_of({{kMaxPrice, 1}});  // 2^126 each: two fit below 2^127
  const bool second = squares.add(kMaxPrice, 1, true);
  const Totals after_two = squares;
  EXPECT_TRUE(second);
  EXPECT_FALSE(squares.add(kMaxPrice, 1, true)) << "sum of squares";
  EXPECT_EQ(squares, after_two);
  EXPECT_TRUE(squares.add(kMaxPrice, 1, false)) << "a trade for volume only squares nothing";

  Totals notional = totals_of({{kMaxPrice, std::uint64_t{1} << 63, false}});
  const Totals after_one = notional;
  EXPECT_FALSE(notional.add(kMaxPrice, std::uint64_t{1} << 63, false)) << "notional or volume";
  EXPECT_EQ(notional, after_one);
}

TEST(Totals, SayWhenMergingOverflows) {
  Totals left = totals_of({{1, std::numeric_limits<std::uint64_t>::max()}});
  EXPECT_FALSE(left.merge(totals_of({{1, 1}})));
}

TEST(Totals, HoldABillionTradesAtTheHighestPriceWeKnow) {
  Totals totals;  // 1,000,000.0000 in 1e-4, sizes of 1e9
  const Totals one = totals_of({{10'000'000'000, 1'000'000'000}});
  totals = {1'000'000'000, 1'000'000'000'000'000'000, one.notional * 1'000'000'000, one.sum * 1'000'000'000,
            one.sum_of_squares * 1'000'000'000};
  EXPECT_TRUE(totals.add(10'000'000'000, 1'000'000'000, true));
  EXPECT_EQ(vwap_of(totals, 100'000), 1e6);
  EXPECT_EQ(average_of(totals, 100'000), 1e6);
  EXPECT_EQ(deviation_of(totals, 100'000), 0.0);
}

TEST(Totals, AreRoundedOnceToNearest) {
  tests::Random random(tests::test_seed());
  for (int i = 0; i < 400; ++i) {
    Totals totals;
    const int bits = 1 + static_cast<int>(random.below(40));
    const std::uint32_t trades = 1 + random.below(20);
    for (std::uint32_t t = 0; t < trades; ++t) {
      const auto price = static_cast<std::int64_t>(random.next() >> (64 - bits)) - (random.chance(1, 9) ? 1'000 : 0);
      ASSERT_TRUE(totals.add(price, random.next() >> (64 - bits), true));
    }
    SCOPED_TRACE("seed " + std::to_string(tests::test_seed()) + " turn " + std::to_string(i));
    for (const std::int64_t unit : {std::int64_t{1}, std::int64_t{100'000}, kCent, std::int64_t{3'000'000}}) {
      const Uint128 scale = 1'000'000'000;
      const auto scaled = [&](Int128 sum) { return sum * unit; };
      if (totals.volume != 0) {
        EXPECT_EQ(vwap_of(totals, unit), slow_quotient(scaled(totals.notional), Uint128{totals.volume} * scale));
      }
      EXPECT_EQ(average_of(totals, unit), slow_quotient(scaled(totals.sum), Uint128{totals.count} * scale));
    }
  }
}

TEST(Totals, RoundATieToEven) {
  // 2^53 + 1 and 2^53 + 3 lie in the middle between two doubles.
  constexpr std::int64_t kTwo53 = std::int64_t{1} << 53;
  EXPECT_EQ(average_of(totals_of({{kTwo53 + 1, 1}}), ringbuf::kPriceScale), 9007199254740992.0);
  EXPECT_EQ(average_of(totals_of({{kTwo53 + 3, 1}}), ringbuf::kPriceScale), 9007199254740996.0);
  // A rest far below the last digit breaks the tie.
  Totals more = totals_of({{kTwo53 + 1, 1}});
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(more.add(kTwo53 + 1, 1, true));
  ASSERT_TRUE(more.add(kTwo53 + 2, 1, true));
  EXPECT_EQ(average_of(more, ringbuf::kPriceScale), 9007199254740994.0);
}

TEST(Totals, DeviateByNothingOnAFlatPriceHoweverHigh) {
  Totals totals;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(totals.add(60'000'000'000'001, 1, true));
  EXPECT_EQ(deviation_of(totals, 1), 0.0);
}

TEST(Totals, DeviateAsTwoPassesOverThePricesSay) {
  tests::Random random(tests::test_seed() + 1);
  for (int i = 0; i < 200; ++i) {
    Totals totals;
    std::vector<std::int64_t> prices;
    const std::int64_t level = static_cast<std::int64_t>(random.next() >> (2 + random.below(40)));
    const std::uint32_t spread = 1 + random.below(1'000'000);
    const std::uint32_t trades = 2 + random.below(300);
    for (std::uint32_t t = 0; t < trades; ++t) {
      prices.push_back(level / 2 + random.below(spread));
      if (!totals.add(prices.back(), 1, true)) prices.pop_back();
    }
    if (prices.empty()) continue;
    Int128 sum = 0;
    for (const std::int64_t price : prices) sum += price;
    const auto n = static_cast<Int128>(prices.size());
    long double squares = 0;
    for (const std::int64_t price : prices) {
      const auto off = static_cast<long double>(price * n - sum) / static_cast<long double>(n);
      squares += off * off;
    }
    const double slow = static_cast<double>(std::sqrt(squares / static_cast<long double>(n)) / 1e9L);
    EXPECT_NEAR(deviation_of(totals, 1), slow, slow * 1e-12) << "seed " << tests::test_seed() << " turn " << i;
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
