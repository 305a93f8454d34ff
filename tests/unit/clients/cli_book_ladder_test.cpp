// A book as a ladder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/book_ladder.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::DepthEntry;
using ringbuf::DepthLevel;
using tests::dollars;

DepthEntry a_book() {
  DepthEntry depth;
  depth.bid_count = 2;
  depth.ask_count = 3;
  depth.bid[0] = DepthLevel{dollars(99.99), {300}, 2, 0};
  depth.bid[1] = DepthLevel{dollars(99.98), {700}, 5, 0};
  depth.ask[0] = DepthLevel{dollars(100.01), {100}, 1, 0};
  depth.ask[1] = DepthLevel{dollars(100.02), {400}, 0, 0};
  depth.ask[2] = DepthLevel{dollars(100.05), {1'500}, 9, 0};
  return depth;
}

std::string text_of(const std::vector<LadderLine>& lines) {
  std::string text;
  for (const LadderLine& line : lines) text += line.text + '\n';
  return text;
}

TEST(Ladder, PutsAsksAboveBidsAndAddsUpFromTheMiddle) {
  EXPECT_EQ(text_of(ladder(a_book(), 10, 0, 10, false)),
            "side   price   size  orders  total\n"
            "ask   100.05  1,500       9  2,000  ##########\n"
            "ask   100.02    400       -    500  ###\n"
            "ask   100.01    100       1    100  #\n"
            "      spread 0.02\n"
            "bid    99.99    300       2    300  ##\n"
            "bid    99.98    700       5  1,000  #####\n");
}

TEST(Ladder, CutsBothSidesToTheLevelsAskedFor) {
  EXPECT_EQ(text_of(ladder(a_book(), 1, 0, 0, false)),
            "side   price  size  orders  total\n"
            "ask   100.01   100       1    100\n"
            "      spread 0.02\n"
            "bid    99.99   300       2    300\n");
}

TEST(Ladder, ShowsASideAlone) {
  DepthEntry depth = a_book();
  depth.ask_count = 0;
  EXPECT_EQ(text_of(ladder(depth, 1, 0, 0, false)),
            "side  price  size  orders  total\n"
            "bid   99.99   300       2    300\n");
}

TEST(Ladder, SaysWhenItIsLockedOrCrossed) {
  DepthEntry depth = a_book();
  depth.bid[0].price = dollars(100.01);
  EXPECT_THAT(text_of(ladder(depth, 1, 0, 0, false)), testing::HasSubstr("      locked\n"));
  depth.bid[0].price = dollars(100.03);
  EXPECT_THAT(text_of(ladder(depth, 1, 0, 0, false)), testing::HasSubstr("      crossed by 0.02\n"));
}

TEST(Ladder, IsOneLineWhenTheBookIsEmpty) { EXPECT_EQ(text_of(ladder({}, 10, 0, 10, true)), "the book is empty\n"); }

TEST(Ladder, BelievesNoCountBeyondTheTable) {
  DepthEntry depth = a_book();
  depth.bid_count = 60'000;
  EXPECT_EQ(ladder(depth, 100, 0, 0, false).size(), 1u + 3 + 1 + 10);
}

TEST(BookJson, HasExactPricesBestFirst) {
  EXPECT_EQ(
      json_line(book_json(a_book(), 2)),
      R"({"maybe_bad":false,"bids":[{"price":"99.99","size":300,"orders":2},{"price":"99.98","size":700,"orders":5}],)"
      R"("asks":[{"price":"100.01","size":100,"orders":1},{"price":"100.02","size":400,"orders":0}]})");
  DepthEntry doubted;
  doubted.flags = DepthEntry::kMaybeBad;
  EXPECT_EQ(json_line(book_json(doubted, 10)), R"({"maybe_bad":true,"bids":[],"asks":[]})");
}

}  // namespace
}  // namespace tickplant::cli::this_file
