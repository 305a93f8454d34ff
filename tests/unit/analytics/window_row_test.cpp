#include "analytics/windows/window_row.hpp"

#include <gtest/gtest.h>

namespace tickplant::analytics::this_file {
namespace {

using namespace ringbuf;

constexpr std::int64_t kCent = 10'000'000;

WindowTrade trade_of(Time time, std::int64_t cents, std::uint64_t size, std::uint64_t cause) {
  WindowTrade trade;
  trade.key = {time, cause};
  trade.price = cents;
  trade.size = size;
  trade.cause = cause;
  return trade;
}

PaneContent content_of(std::initializer_list<WindowTrade> trades) {
  PaneContent content;
  for (const WindowTrade& trade : trades) EXPECT_TRUE(content.add(trade));
  return content;
}

RowContext context() {
  RowContext context;
  context.instrument = {7};
  context.function = {3};
  context.start = 100;
  context.end = 200;
  context.cause = 42;
  context.received = 250;
  context.watermark = 220;
  context.kind = RowKind::late;
  context.basis = Basis::first;
  context.revision = 5;
  context.price_unit = kCent;
  return context;
}

TEST(WindowRow, HasTheContentOfTheWindowInTheUnitsOfRecords) {
  const DerivedRecord record =
      make_row(content_of({trade_of(110, 10'000, 10, 8), trade_of(120, 10'400, 30, 9)}), context());
  ASSERT_EQ(record.header.type, DerivedType::window_row);
  const auto row = record.as<WindowRowBody>();
  EXPECT_EQ(row.open.value, 10'000 * kCent);
  EXPECT_EQ(row.high.value, 10'400 * kCent);
  EXPECT_EQ(row.low.value, 10'000 * kCent);
  EXPECT_EQ(row.close.value, 10'400 * kCent);
  EXPECT_EQ(row.count, 2u);
  EXPECT_EQ(row.volume.value, 40u);
  EXPECT_EQ(int128_of(row.notional), 412'000);
  EXPECT_EQ(int128_of(row.sum), 20'400);
  EXPECT_EQ(int128_of(row.sum_of_squares), 10'000 * 10'000 + 10'400 * 10'400);
  EXPECT_EQ(row.vwap, 103.0);
  EXPECT_EQ(row.average, 102.0);
  EXPECT_EQ(row.deviation, 2.0);
  EXPECT_EQ(row.first_time.value, 110);
  EXPECT_EQ(row.last_time.value, 120);
  EXPECT_EQ(row.price_unit, kCent);
}

TEST(WindowRow, SaysWhichWindowItIsOfAndWhatCausedIt) {
  const DerivedRecord record = make_row(content_of({trade_of(110, 1, 1, 8), trade_of(105, 2, 1, 9)}), context());
  EXPECT_EQ(record.header.ts_event.value, 200) << "the end of the window";
  EXPECT_EQ(record.header.cause_seq.value, 42u);
  EXPECT_EQ(record.header.input_first.value, 8u);
  EXPECT_EQ(record.header.input_last.value, 9u);
  EXPECT_EQ(record.header.instrument.value, 7u);
  EXPECT_EQ(record.header.function.value, 3u);
  EXPECT_EQ(record.header.basis, Basis::first);
  EXPECT_EQ(record.header.revision, 5u);
  EXPECT_EQ(record.header.ts_recv.value, 250);
  const auto row = record.as<WindowRowBody>();
  EXPECT_EQ(row.start.value, 100);
  EXPECT_EQ(row.end.value, 200);
  EXPECT_EQ(row.watermark.value, 220);
  EXPECT_EQ(row.kind, RowKind::late);
}

TEST(WindowRow, JoinsTheQualityOfItsTradesAndOfItsFeed) {
  WindowTrade suspect = trade_of(110, 1, 1, 8);
  suspect.quality = static_cast<std::uint32_t>(Quality::clock_suspect);
  RowContext at = context();
  at.quality = Quality::gap_inside;
  EXPECT_EQ(make_row(content_of({suspect}), at).header.quality, Quality::clock_suspect | Quality::gap_inside);
}

TEST(WindowRow, HasNoPricesAndNoMeansWhereNothingMovedThem) {
  const auto row = make_row(PaneContent{}, context()).as<WindowRowBody>();
  for (const Price price : {row.open, row.high, row.low, row.close}) EXPECT_EQ(price, kNoPrice);
  EXPECT_NE(row.vwap, row.vwap);
  EXPECT_NE(row.average, row.average);
  EXPECT_NE(row.deviation, row.deviation);
  EXPECT_EQ(row.trend, Trend::neutral);
  EXPECT_EQ(row.is_volatile, 0u);
}

TEST(WindowRow, TrendsByItsCloseAgainstTheFiveMinuteMean) {
  const auto trend_at = [](double average) {
    RowContext at = context();
    at.average_5min = average;
    return make_row(content_of({trade_of(110, 10'000, 1, 8)}), at).as<WindowRowBody>().trend;
  };
  EXPECT_EQ(trend_at(99.99), Trend::bullish);
  EXPECT_EQ(trend_at(100.01), Trend::bearish);
  EXPECT_EQ(trend_at(100.0), Trend::neutral);
  EXPECT_EQ(trend_at(kNoValue), Trend::neutral);
}

TEST(WindowRow, IsVolatileAboveTwoPercentOfItsLowAndNotAtIt) {
  const auto is_volatile = [](std::int64_t low, std::int64_t high) {
    return make_row(content_of({trade_of(110, low, 1, 8), trade_of(111, high, 1, 9)}), context())
               .as<WindowRowBody>()
               .is_volatile != 0;
  };
  EXPECT_FALSE(is_volatile(10'000, 10'200));
  EXPECT_TRUE(is_volatile(10'000, 10'201));
  EXPECT_FALSE(is_volatile(10'000, 10'000));
}

}  // namespace
}  // namespace tickplant::analytics::this_file
