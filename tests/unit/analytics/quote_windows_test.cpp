#include "analytics/quotes/quote_windows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "analytics/calendars/session_slices.hpp"
#include "config/load_analytics.hpp"

namespace tickplant::analytics::this_file {
namespace {

constexpr std::int64_t kCent = 10'000'000;
constexpr Time kSecond = 1'000'000'000, kHour = 3600 * kSecond;
constexpr std::uint32_t kSlot = 0;

StandingQuote wide(std::int64_t cents, std::uint64_t bid_size = 100, std::uint64_t ask_size = 100) {
  return StandingQuote::of({{100 * kCent}, {(100 + cents) * kCent}, {bid_size}, {ask_size}});
}
double cents(double count) { return count / 100; }

/// Windows of ten seconds, and of thirty by ten; or whatever is asked for.
struct Windows {
  explicit Windows(const std::string& windows = "{name: A, size: 10s}, {name: B, size: 30s, slide: 10s}",
                   std::vector<std::uint16_t> specs = {0, 1})
      : config(config::load_analytics_text("sets: {all: {windows: [" + windows + "]}}", "a.yaml")),
        plan(config.sets[0].windows, sources(), "a.yaml"),
        quotes(plan, specs) {
    quotes.add_instrument();
  }
  std::vector<std::shared_ptr<const SliceSource>> sources() const {
    std::vector<std::shared_ptr<const SliceSource>> found;
    for (const auto& window : config.sets[0].windows) found.push_back(slices_of(window));
    return found;
  }
  bool on(Time seconds, const StandingQuote& quote, Time watermark = 0) {
    return quotes.on_quote(kSlot, seconds * kSecond, quote, watermark * kSecond, 0);
  }
  void free(Time watermark) { quotes.free(kSlot, watermark * kSecond, 0); }
  QuoteWindowValues of(Time start, Time end, std::size_t spec = 0) {
    return quotes.values(kSlot, plan.specs()[spec].family, start * kSecond, end * kSecond);
  }

  config::AnalyticsConfig config;
  WindowPlan plan;
  QuoteWindows quotes;
};

TEST(QuoteWindows, KeepNothingWhereNothingIsAskedFor) {
  Windows windows("{name: A, size: 10s}", {});
  EXPECT_TRUE(windows.quotes.is_empty());
  EXPECT_TRUE(windows.on(1, wide(1)));
  EXPECT_EQ(windows.quotes.panes(), 0u);
}

TEST(QuoteWindows, TakeAQuoteOnTheBoundaryIntoTheWindowThatBeginsThere) {
  Windows windows;
  windows.on(3, wide(1));
  windows.on(10, wide(5));
  EXPECT_DOUBLE_EQ(windows.of(0, 10).close_spread, cents(1));
  EXPECT_DOUBLE_EQ(windows.of(0, 10).max_spread, cents(1));
  EXPECT_DOUBLE_EQ(windows.of(10, 20).open_spread, cents(5));
  EXPECT_DOUBLE_EQ(windows.of(10, 20).min_spread, cents(5)) << "what stood before did not stand a moment";
  EXPECT_DOUBLE_EQ(windows.of(0, 30, 1).mean_spread, (0.01 * 7 + 0.05 * 20) / 27);
}

TEST(QuoteWindows, SayWhatStandsInAWindowWithoutAQuote) {
  Windows windows;
  EXPECT_TRUE(std::isnan(windows.of(0, 10).close_spread));
  windows.on(3, wide(2, 300, 100));
  const QuoteWindowValues values = windows.of(20, 30);
  EXPECT_DOUBLE_EQ(values.close_spread, cents(2));
  EXPECT_DOUBLE_EQ(values.mean_spread, cents(2));
  EXPECT_DOUBLE_EQ(values.close_imbalance, 0.5);
  EXPECT_DOUBLE_EQ(values.close_microprice, cents(100 + 2 * 0.75));
  EXPECT_EQ(values.count, 0u);
}

TEST(QuoteWindows, HandOnWhatStandsWhenAPaneGoesBack) {
  Windows windows;
  windows.on(3, wide(2));
  windows.on(12, wide(4));
  EXPECT_EQ(windows.quotes.panes(), 2u);
  windows.free(29);
  EXPECT_EQ(windows.quotes.panes(), 2u) << "[0, 30) is open";
  windows.free(30);
  EXPECT_EQ(windows.quotes.panes(), 1u);
  EXPECT_DOUBLE_EQ(windows.of(10, 20).open_spread, cents(2));
  windows.free(40);
  EXPECT_FALSE(windows.quotes.has_panes(kSlot));
  EXPECT_DOUBLE_EQ(windows.of(40, 50).mean_spread, cents(4));
  windows.on(45, wide(8), 40);
  EXPECT_EQ(windows.quotes.panes(), 1u) << "out of the pool";
  EXPECT_DOUBLE_EQ(windows.of(40, 50).mean_spread, cents(6));
}

TEST(QuoteWindows, TakeLateQuotesWhileAWindowIsOpen) {
  Windows windows;
  windows.on(25, wide(4), 0);
  EXPECT_TRUE(windows.on(5, wide(1), 29)) << "[0, 30) is open";
  EXPECT_DOUBLE_EQ(windows.of(0, 10).close_spread, cents(1));
  EXPECT_DOUBLE_EQ(windows.of(10, 20).open_spread, cents(1));
  EXPECT_DOUBLE_EQ(windows.of(20, 30).open_spread, cents(1));
  EXPECT_DOUBLE_EQ(windows.of(0, 30, 1).mean_spread, (0.01 * 20 + 0.04 * 5) / 25);
}

TEST(QuoteWindows, RefuseQuotesThatAreLaterThanAllThatIsOpen) {
  Windows windows;
  windows.on(2, wide(1));
  windows.on(65, wide(4));
  windows.free(60);
  EXPECT_FALSE(windows.on(29, wide(2), 60)) << "[20, 50) is final";
  EXPECT_FALSE(windows.on(39, wide(3), 60)) << "so is [30, 60)";
  EXPECT_TRUE(windows.on(40, wide(5), 60));
  EXPECT_DOUBLE_EQ(windows.of(60, 70).open_spread, cents(5));
  EXPECT_DOUBLE_EQ(windows.of(40, 70, 1).close_spread, cents(4));
}

TEST(QuoteWindows, LetAQuoteStandThatIsTooLateButTheNewestBefore) {
  Windows windows;
  EXPECT_FALSE(windows.on(5, wide(3), 100));
  EXPECT_EQ(windows.quotes.panes(), 0u);
  EXPECT_DOUBLE_EQ(windows.of(100, 110).close_spread, cents(3));
  EXPECT_FALSE(windows.on(4, wide(9), 100)) << "an older one does not";
  EXPECT_DOUBLE_EQ(windows.of(100, 110).close_spread, cents(3));
}

TEST(QuoteWindows, SayNothingOnceOneSideIsGone) {
  Windows windows;
  windows.on(2, wide(2));
  windows.on(5, StandingQuote{});
  const QuoteWindowValues values = windows.of(0, 10);
  EXPECT_TRUE(std::isnan(values.close_spread) && std::isnan(values.close_imbalance) &&
              std::isnan(values.close_microprice));
  EXPECT_DOUBLE_EQ(values.mean_spread, cents(2));
  EXPECT_EQ(values.two_sided_ns, 3 * kSecond);
  EXPECT_TRUE(std::isnan(windows.of(10, 20).mean_spread));
}

TEST(QuoteWindows, KnowWhatStandsAtTheOpenOfASession) {
  // Tuesday 2013-10-08: 13:30 to 20:00 UTC.
  constexpr Time kDay = 1'381'190'400, kOpen = kDay + 13 * 3600 + 1800, kClose = kDay + 20 * 3600;
  Windows windows("{name: day, session: us_equity}", {0});
  windows.on(kOpen - 600, wide(1), kDay);
  windows.on(kOpen - 60, wide(2), kDay);
  windows.on(kOpen - 900, wide(7), kDay);
  EXPECT_EQ(windows.quotes.panes(), 1u) << "one for the night";
  windows.on(kOpen + 3600, wide(4), kDay);
  windows.on(kClose + 5, wide(9), kDay);
  EXPECT_EQ(windows.quotes.panes(), 3u);
  const auto check = [&] {
    const QuoteWindowValues values = windows.of(kOpen, kClose);
    EXPECT_DOUBLE_EQ(values.open_spread, cents(2));
    EXPECT_DOUBLE_EQ(values.close_spread, cents(4));
    EXPECT_DOUBLE_EQ(values.max_spread, cents(4));
    EXPECT_DOUBLE_EQ(values.mean_spread, (0.02 * 1 + 0.04 * 5.5) / 6.5);
  };
  check();
  windows.free(kOpen);
  EXPECT_EQ(windows.quotes.panes(), 2u);
  check();
  windows.free(kClose + 24 * kHour / kSecond);
  EXPECT_EQ(windows.quotes.panes(), 0u);
}

TEST(QuoteWindows, KeepFamiliesAndInstrumentsApart) {
  Windows windows("{name: A, size: 10s}, {name: B, size: 7s}", {0, 1});
  windows.quotes.add_instrument();
  ASSERT_NE(windows.plan.specs()[0].family, windows.plan.specs()[1].family);
  windows.on(8, wide(3));
  windows.quotes.on_quote(1, 8 * kSecond, wide(5), 0, 0);
  EXPECT_EQ(windows.quotes.panes(), 4u);
  EXPECT_EQ(windows.of(0, 10, 0).count, 1u);
  EXPECT_EQ(windows.of(0, 7, 1).count, 0u);
  EXPECT_DOUBLE_EQ(windows.of(7, 14, 1).close_spread, cents(3));
  windows.free(10);
  EXPECT_EQ(windows.quotes.panes(), 3u);
  EXPECT_DOUBLE_EQ(windows.quotes.values(1, 0, 0, 10 * kSecond).close_spread, cents(5));
}

}  // namespace
}  // namespace tickplant::analytics::this_file
