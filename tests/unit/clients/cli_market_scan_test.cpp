// Instruments as rows: change, order, filter, and what a scan of a real plant finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/market_scan.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::Price;
using testing::ElementsAre;
using tests::dollars;

ImageEntry image_at(double last, double close, double open) {
  ImageEntry image;
  if (last != 0) image.last_price = dollars(last);
  if (close != 0) image.previous_close = dollars(close);
  if (open != 0) image.open = dollars(open);
  return image;
}

TEST(Change, IsFromThePreviousCloseElseFromTheOpen) {
  EXPECT_EQ(change_basis_points(image_at(101, 100, 50)), 100);
  EXPECT_EQ(change_basis_points(image_at(101, 0, 50)), 10'200);
  EXPECT_EQ(change_basis_points(image_at(99.5, 100, 0)), -50);
  EXPECT_EQ(change_basis_points(image_at(100, 100, 0)), 0);
}

TEST(Change, IsUnknownWithoutALastOrABase) {
  EXPECT_EQ(change_basis_points(image_at(0, 100, 100)), std::nullopt);
  EXPECT_EQ(change_basis_points(image_at(100, 0, 0)), std::nullopt);
  ImageEntry free = image_at(100, 0, 0);
  free.previous_close = {0};
  EXPECT_EQ(change_basis_points(free), std::nullopt) << "no share of nothing";
}

TEST(Change, RoundsHalfAwayFromZeroAndNeverOverflows) {
  EXPECT_EQ(change_basis_points(image_at(100.005, 100, 0)), 1);
  EXPECT_EQ(change_basis_points(image_at(99.995, 100, 0)), -1);
  EXPECT_EQ(change_basis_points(image_at(100.0049, 100, 0)), 0);
  ImageEntry wild = image_at(0, 0.0001, 0);
  wild.last_price = {INT64_MAX - 1};
  EXPECT_GT(*change_basis_points(wild), 0);
}

MarketRow row(const char* symbol, double last, std::uint64_t volume, std::uint64_t trades, double rate) {
  MarketRow out;
  out.symbol = symbol;
  out.venue = "XNAS";
  out.image = image_at(last, 100, 0);
  out.image.volume = {volume};
  out.image.trade_count = trades;
  out.updates_per_second = rate;
  return out;
}

std::vector<std::string> sorted_by(SortBy key) {
  std::vector<MarketRow> rows{row("C", 101, 10, 5, 1), row("A", 97, 30, 1, 2), row("D", 0, 30, 9, 0),
                              row("B", 102, 20, 5, 3)};
  sort_rows(rows, key);
  std::vector<std::string> symbols;
  for (const MarketRow& one : rows) symbols.push_back(one.symbol);
  return symbols;
}

TEST(SortRows, PutsTheMostFirstAndEqualOnesBySymbol) {
  EXPECT_THAT(sorted_by(SortBy::volume), ElementsAre("A", "D", "B", "C"));
  EXPECT_THAT(sorted_by(SortBy::trades), ElementsAre("D", "B", "C", "A"));
  EXPECT_THAT(sorted_by(SortBy::rate), ElementsAre("B", "A", "C", "D"));
  EXPECT_THAT(sorted_by(SortBy::symbol), ElementsAre("A", "B", "C", "D"));
}

TEST(SortRows, OrdersMovesBySizeNotSignAndUnknownOnesLast) {
  EXPECT_THAT(sorted_by(SortBy::change), ElementsAre("A", "B", "C", "D"));
}

TEST(Matches, LooksAnywhereInTheFullSymbolAndIgnoresCase) {
  const MarketRow apple = row("AAPL", 1, 0, 0, 0);
  for (const char* filter : {"", "AAPL", "aap", "pl", "L@X", "xnas"}) EXPECT_TRUE(matches(apple, filter)) << filter;
  for (const char* filter : {"AAPLX", "MSFT", "XNASX"}) EXPECT_FALSE(matches(apple, filter)) << filter;
}

TEST(MarketScan, FindsEveryInstrumentWithWhatIsKnownOfIt) {
  tests::PlantInFolder made;
  const auto apple = made.define("AAPL");
  made.define("MSFT");
  made.quote(apple, 189.01, 189.03, 200, 300);
  made.trade(apple, 189.02, 50);
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  MarketScan scan(plant);
  const std::vector<MarketRow> rows = scan.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].symbol, "AAPL");
  EXPECT_EQ(rows[0].venue, "XNAS");
  EXPECT_TRUE(rows[0].has_image);
  EXPECT_EQ(rows[0].image.bid_price, dollars(189.01));
  EXPECT_EQ(rows[0].image.volume.value, 50u);
  EXPECT_EQ(rows[0].updates, 3u) << "definition, quote, trade";
  EXPECT_EQ(rows[0].updates_per_second, 0) << "no scan before";
  EXPECT_FALSE(rows[1].has_image);
}

TEST(MarketScan, SeesWhatComesBetweenTwoScans) {
  tests::PlantInFolder made;
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  MarketScan scan(plant);
  EXPECT_TRUE(scan.rows().empty());
  const auto apple = made.define("AAPL");
  made.quote(apple, 1, 2);
  EXPECT_EQ(scan.rows().size(), 1u);
  for (int i = 0; i < 100; ++i) made.trade(apple, 1.5, 1);
  EXPECT_GT(scan.rows()[0].updates_per_second, 0);
}

TEST(MarketScan, TurnsToAPlantThatWasBuiltAnew) {
  tests::PlantInFolder made;
  made.define("OLD");
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  MarketScan scan(plant);
  EXPECT_EQ(scan.rows().size(), 1u);
  made.remove();
  made.succeed();
  made.define("NEW");
  ASSERT_TRUE(plant.reattach());
  ASSERT_EQ(scan.rows().size(), 1u);
  EXPECT_EQ(scan.rows()[0].symbol, "NEW");
}

}  // namespace
}  // namespace tickplant::cli::this_file
