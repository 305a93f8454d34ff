// Quotes cut into panes anywhere, merged in any grouping, say what one pass over the time line says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analytics/quotes/quote_window.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

struct TimedQuote {
  Time time = 0;
  StandingQuote quote{};
};

StandingQuote a_quote(tests::Random& random) {
  if (random.chance(1, 6)) return {};
  const auto bid = static_cast<std::int64_t>(random.below(1'000));
  const std::int64_t ask = bid + static_cast<std::int64_t>(random.below(60)) - 10;
  return StandingQuote::of({{bid}, {ask}, {random.below(50)}, {random.below(50)}});
}

std::vector<TimedQuote> a_day(tests::Random& random, Time end) {
  std::vector<TimedQuote> quotes(random.below(40));
  for (TimedQuote& q : quotes) q = {static_cast<Time>(random.below(static_cast<std::uint32_t>(end))), a_quote(random)};
  std::stable_sort(quotes.begin(), quotes.end(), [](auto& a, auto& b) { return a.time < b.time; });
  return quotes;
}

/// The mean of what stood at each nanosecond of [start, end).
struct Slow {
  Int128 spread_time = 0, imbalance_time = 0;
  std::int64_t two_sided_ns = 0, min = INT64_MAX, max = INT64_MIN;

  Slow(const std::vector<TimedQuote>& quotes, Time start, Time end, StandingQuote standing) {
    std::size_t next = 0;
    const auto see = [&](const StandingQuote& quote) {
      if (!quote.has_spread()) return;
      min = std::min(min, quote.spread);
      max = std::max(max, quote.spread);
    };
    for (Time now = start; now < end; ++now) {
      for (; next < quotes.size() && quotes[next].time <= now; ++next) see(standing = quotes[next].quote);
      see(standing);
      if (!standing.has_spread()) continue;
      spread_time += standing.spread;
      imbalance_time += standing.imbalance;
      ++two_sided_ns;
    }
  }
};

TEST(QuoteWindowLaw, SaysWhatEachNanosecondSays) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  for (int run = 0; run < 2'000; ++run) {
    const Time end = 1 + random.below(120);
    const std::vector<TimedQuote> quotes = a_day(random, end);
    const StandingQuote before = a_quote(random);
    QuoteWindow window;
    for (const TimedQuote& q : quotes) window.on_quote(q.time, q.quote);
    const Slow slow(quotes, 0, end, before);
    const QuoteWindowValues values = window.values(0, end, before);
    ASSERT_EQ(values.count, quotes.size());
    ASSERT_EQ(values.late, 0u);
    ASSERT_EQ(values.two_sided_ns, slow.two_sided_ns);
    if (slow.two_sided_ns == 0) {
      ASSERT_TRUE(std::isnan(values.mean_spread) && std::isnan(values.mean_imbalance));
    } else {
      const auto nanos = static_cast<double>(slow.two_sided_ns);
      ASSERT_EQ(values.mean_spread, static_cast<double>(slow.spread_time) / nanos / 1e9);
      ASSERT_EQ(values.mean_imbalance, static_cast<double>(slow.imbalance_time) / nanos / 1e9);
    }
    if (slow.min <= slow.max) {
      ASSERT_EQ(values.min_spread, static_cast<double>(slow.min) / 1e9);
      ASSERT_EQ(values.max_spread, static_cast<double>(slow.max) / 1e9);
    } else {
      ASSERT_TRUE(std::isnan(values.min_spread));
    }
  }
}

TEST(QuoteWindowLaw, IsTheSameHoweverTimeIsCutAndPanesAreGrouped) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed() + 1};
  for (int run = 0; run < 5'000; ++run) {
    const std::vector<TimedQuote> quotes = a_day(random, 200);
    QuoteWindow whole;
    for (const TimedQuote& q : quotes) whole.on_quote(q.time, q.quote);
    const Time width = 1 + random.below(60);
    std::vector<QuoteWindow> panes(static_cast<std::size_t>(200 / width + 1));
    for (const TimedQuote& q : quotes) panes[static_cast<std::size_t>(q.time / width)].on_quote(q.time, q.quote);
    while (panes.size() > 1) {
      const auto at = random.below(static_cast<std::uint32_t>(panes.size() - 1));
      panes[at].merge(panes[at + 1]);
      panes.erase(panes.begin() + at + 1);
    }
    ASSERT_EQ(panes.front(), whole);
  }
}

TEST(QuoteWindowLaw, LosesNothingToQuotesThatComeOldestLastOrNewestLast) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed() + 2};
  for (int run = 0; run < 5'000; ++run) {
    std::vector<TimedQuote> quotes = a_day(random, 200);
    const auto same_time = [](const TimedQuote& a, const TimedQuote& b) { return a.time == b.time; };
    quotes.erase(std::unique(quotes.begin(), quotes.end(), same_time), quotes.end());
    QuoteWindow whole, outward;
    for (const TimedQuote& q : quotes) whole.on_quote(q.time, q.quote);
    // Two lines: one goes on from the middle, the other one lags more and more.
    std::size_t begin = quotes.size() / 2, end = begin;
    while (begin > 0 || end < quotes.size()) {
      const bool newer = begin == 0 || (end < quotes.size() && random.chance(1, 2));
      const TimedQuote& q = newer ? quotes[end++] : quotes[--begin];
      outward.on_quote(q.time, q.quote);
    }
    ASSERT_EQ(outward, whole);
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
