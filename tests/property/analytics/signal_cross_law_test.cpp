// Crosses, price changes and swings against slow versions that follow the definitions word by word, in fractions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "analytics/signals/cross.hpp"
#include "analytics/signals/price_change.hpp"
#include "analytics/signals/swing.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

using platform::Int128;

struct Report {
  std::uint64_t bar;
  Cross cross;
  friend bool operator==(const Report&, const Report&) = default;
};

/// The whole history at once, bands in exact fractions (of 10^4, or a billionth).
std::vector<Report> slow_crosses(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                                 std::int64_t hysteresis_bps, std::uint32_t confirm, std::uint32_t cooldown) {
  int side = 0, candidate = 0;
  std::uint32_t run = 0;
  std::vector<Report> reports;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Int128 difference = Int128{a[i]} - b[i], magnitude = b[i] < 0 ? -b[i] : b[i];
    const Int128 scale = hysteresis_bps == 0 ? 1'000'000'000 : 10'000, part = hysteresis_bps == 0 ? 1 : hysteresis_bps;
    const int now = difference * scale > part * magnitude ? 1 : -difference * scale > part * magnitude ? -1 : 0;
    if (now == 0) continue;
    if (side == 0) {
      side = now;
      continue;
    }
    if (now == side) {
      run = 0;
      candidate = 0;
      continue;
    }
    run = candidate == now ? run + 1 : 1;
    candidate = now;
    if (run < confirm) continue;
    side = now;
    run = 0;
    candidate = 0;
    if (!reports.empty() && i - reports.back().bar <= cooldown) continue;
    reports.push_back({i, now > 0 ? Cross::golden : Cross::death});
  }
  return reports;
}

TEST(CrossLaw, ReportsWhatTheDefinitionSays) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  std::size_t reported = 0;
  for (int run = 0; run < 3'000; ++run) {
    const std::int64_t bps = random.chance(1, 2) ? 0 : 1 + random.below(300);
    const std::uint32_t confirm = 1 + random.below(4), cooldown = random.chance(1, 2) ? 0 : random.below(8);
    const std::int64_t level = random.chance(1, 8) ? 0 : 90 + random.below(20), sign = random.chance(1, 8) ? -1 : 1;
    std::vector<std::int64_t> a, b;
    for (std::uint32_t i = 0; i < 60; ++i) {
      a.push_back(sign * (level + random.below(5)));
      b.push_back(sign * (level + random.below(3)));
    }
    const CrossRule rule = CrossRule::of(config::whole(bps), confirm, cooldown);
    CrossState state;
    std::vector<Report> reports;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Cross cross = state.on_bar(rule, static_cast<double>(a[i]), static_cast<double>(b[i]), i);
      if (cross != Cross::none) reports.push_back({i, cross});
    }
    ASSERT_EQ(reports, slow_crosses(a, b, bps, confirm, cooldown)) << "run " << run;
    reported += reports.size();
  }
  EXPECT_GT(reported, 5'000u);
}

TEST(PriceChangeLaw, HitsWhatTheDefinitionSays) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  std::uint64_t hits = 0, misses = 0;
  for (int run = 0; run < 3'000; ++run) {
    const std::uint32_t horizon = random.below(6), bps = 1 + random.below(500);
    const PriceChangeRule rule{config::whole(bps), horizon};
    PriceChangeState state;
    std::vector<std::int64_t> ring(horizon), closes;
    bool hit_before = false;
    for (std::size_t i = 0; i < 40; ++i) {
      const std::int64_t open = 9'900 + random.below(200), close = 9'800 + random.below(400);
      const PriceChange change = rule.on_bar(state, ring.data(), open, close);
      closes.push_back(close);
      bool hit = false;
      std::int64_t before = open;
      if (horizon == 0 || i >= horizon) {
        if (horizon != 0) before = closes[i - horizon];
        hit = std::abs(close - before) * 10'000 >= bps * before;
      }
      ASSERT_EQ(change.hit, hit);
      ASSERT_EQ(change.edge, hit && !hit_before);
      if (hit) {
        ASSERT_EQ(change.up, close > before);
      }
      hit_before = hit;
      ++(hit ? hits : misses);
    }
  }
  EXPECT_GT(hits, 10'000u);
  EXPECT_GT(misses, 10'000u);
}

TEST(SwingLaw, OnTicksComesWithTheTickAfterWhichTheRangeFires) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  int swings = 0;
  for (int run = 0; run < 5'000; ++run) {
    const SwingRule rule{config::Decimal{static_cast<std::int64_t>(random.below(2'000)) * 1'000'000}};  // up to 2 %
    SwingWatch watch;
    std::vector<std::int64_t> prices;
    bool said = false;
    for (int i = 0; i < 30; ++i) {
      prices.push_back(10'000 + random.below(150));
      const auto [low, high] = std::minmax_element(prices.begin(), prices.end());
      // percent in 1e-9: range / low > percent / 100
      const bool true_now = (*high - *low) * 100'000 > rule.percent.nano / 1'000'000 * *low;
      ASSERT_EQ(rule.fires(*high, *low), true_now);
      ASSERT_EQ(watch.on_price(rule, prices.back()), true_now && !said);
      said = said || true_now;
    }
    swings += said ? 1 : 0;
  }
  EXPECT_GT(swings, 1'000);
  EXPECT_LT(swings, 4'900);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
