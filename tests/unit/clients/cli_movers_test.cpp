// The order of movers at its edges: changes that look the same, sizes of different scales, which way it went.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/market_table.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::kNoPrice;
using ringbuf::Price;
using testing::ElementsAre;

MarketRow row(const char* symbol, std::int64_t last, std::int64_t close) {
  MarketRow out;
  out.symbol = symbol;
  out.venue = "XNAS";
  out.has_image = true;
  out.image.last_price = {last};
  out.image.previous_close = {close};
  return out;
}
MarketRow traded(const char* symbol, std::uint64_t volume, int size_scale) {
  MarketRow out = row(symbol, 1, 1);
  out.image.volume = {volume};
  out.size_scale = static_cast<std::int8_t>(size_scale);
  return out;
}
std::vector<std::string> order(std::vector<MarketRow> rows, SortBy key) {
  sort_rows(rows, key);
  std::vector<std::string> symbols;
  for (const MarketRow& one : rows) symbols.push_back(one.symbol);
  return symbols;
}

TEST(MoversByChange, AreInOrderWhereWhatIsShownIsTheSame) {
  const std::vector<MarketRow> rows{row("A", 100'001, 100'000), row("B", 100'003, 100'000), row("C", 99'998, 100'000)};
  for (const MarketRow& one : rows) ASSERT_EQ(change_basis_points(one.image), 0);
  EXPECT_THAT(order(rows, SortBy::change), ElementsAre("B", "C", "A"));
}

TEST(MoversByChange, AreInOrderWhereDoublesCannotTell) {
  const std::int64_t large = 3'000'000'000'000'000'000;
  EXPECT_THAT(order({row("A", large + large / 2, large), row("B", large + large / 2 + 1, large),
                     row("C", large - large / 2 - 2, large)},
                    SortBy::change),
              ElementsAre("C", "B", "A"));
}

TEST(MoversByChange, OfTheSameShareAreInOrderOfTheirSymbols) {
  EXPECT_THAT(order({row("B", 303, 300), row("A", 99, 100), row("C", 101, 100)}, SortBy::change),
              ElementsAre("A", "B", "C"));
}

TEST(MoversByChange, HoldAtTheEndsOfTheRangeOfPrices) {
  EXPECT_THAT(order({row("A", INT64_MAX - 1, INT64_MAX - 1), row("B", INT64_MIN, INT64_MAX - 1), row("C", INT64_MIN, 1),
                     row("D", INT64_MAX - 1, 1), row("E", 5, 0)},
                    SortBy::change),
              ElementsAre("C", "D", "B", "A", "E"));
}

TEST(MoversByVolume, AreCountedInWholeUnitsWhateverTheSizeScale) {
  EXPECT_THAT(order({traded("COIN", 250'000'000, -8), traded("SHARE", 2, 0), traded("DUST", 199'999'999, -8),
                     traded("LOT", 1, 2), traded("SAME", 200'000'000, -8)},
                    SortBy::volume),
              ElementsAre("LOT", "COIN", "SAME", "SHARE", "DUST"));
}

TEST(MoversByVolume, HoldAtTheEndsOfTheRangesOfSizesAndScales) {
  EXPECT_THAT(order({traded("A", UINT64_MAX, -128), traded("B", 1, 127), traded("C", 0, 127), traded("D", 3, -128)},
                    SortBy::volume),
              ElementsAre("B", "A", "D", "C"));
}

TEST(HasMoved, SaysWhichWayHoweverLittle) {
  const ImageEntry up = row("A", 100'001, 100'000).image, down = row("A", 99'999, 100'000).image,
                   same = row("A", 100'000, 100'000).image;
  EXPECT_TRUE(has_moved(up, Direction::up) && !has_moved(up, Direction::down));
  EXPECT_TRUE(has_moved(down, Direction::down) && !has_moved(down, Direction::up));
  EXPECT_TRUE(!has_moved(same, Direction::up) && !has_moved(same, Direction::down));
  for (const ImageEntry& image : {up, down, same, ImageEntry{}}) EXPECT_TRUE(has_moved(image, Direction::either));
}

TEST(HasMoved, IsFromTheOpenWithoutAPreviousCloseAndNowhereWithoutBoth) {
  ImageEntry image;
  image.last_price = {100};
  for (const Direction way : {Direction::up, Direction::down}) EXPECT_FALSE(has_moved(image, way));
  image.open = {101};
  EXPECT_TRUE(has_moved(image, Direction::down));
  image.previous_close = {99};
  EXPECT_TRUE(has_moved(image, Direction::up));
  image.previous_close = {0};
  EXPECT_FALSE(has_moved(image, Direction::up)) << "no share of nothing";
  image.previous_close = {99};
  image.last_price = kNoPrice;
  EXPECT_FALSE(has_moved(image, Direction::up));
}

TEST(ImageJson, SaysWhatTheChangeIsFrom) {
  ImageEntry image;
  EXPECT_TRUE(image_json(image).at("change_from").is_null());
  image.last_price = {100};
  image.open = {101};
  EXPECT_EQ(image_json(image).at("change_from"), "open");
  image.previous_close = {99};
  EXPECT_EQ(image_json(image).at("change_from"), "previous_close");
}

}  // namespace
}  // namespace tickplant::cli::this_file
