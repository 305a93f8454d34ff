// What DBN records do to books where they do not fit, or where not all forms are wanted.
#include "tests/unit/feedhandlers/dbn_fixture.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using ringbuf::Side;

class DbnBooks : public DbnPlant {};

// --- books of orders ---

TEST_F(DbnBooks, AnOrderThatNamesOneOfAnotherInstrumentIsUnknown) {
  // The one number that would meet order 7 of instrument 1 in the book: instruments count from places of their own.
  constexpr std::uint64_t kMeets = 7 - 0x9e37'79b9'7f4a'7c15;
  (void)send(order('A', 7, 'B', 100, 5));
  (void)send(order('A', 8, 'B', 90, 5, kLast, 2));
  EXPECT_EQ(send(order('C', kMeets, 'B', 100, 5, kLast, 2)), Texts{});
  EXPECT_EQ(send(order('M', kMeets, 'B', 100, 5, kLast, 2)), Texts{});
  EXPECT_EQ(counters().unknown_references, 2U);
  EXPECT_EQ(book().open_orders(), 2U);
  EXPECT_FALSE(book().is_maybe_bad({1}));
  EXPECT_TRUE(book().is_maybe_bad({2}));
}

TEST_F(DbnBooks, ACancelOfNothingAndAModifyToNothingAreRefused) {
  (void)send(order('A', 7, 'B', 100, 5));
  EXPECT_EQ(send(order('C', 7, 'B', 100, 0)), Texts{});
  EXPECT_EQ(send(order('M', 7, 'B', 100, 0)), Texts{});
  EXPECT_EQ(send(order('M', 7, 'B', kUndefinedPrice, 5)), Texts{});
  EXPECT_EQ(counters().refused_orders, 3U);
  EXPECT_TRUE(book().is_maybe_bad({1}));
  EXPECT_EQ(book().bbo({1}).bid_size.value, 5U) << "and it is still there";
}

TEST_F(DbnBooks, AnOrderThatFindsNoRoomAtItsNewPriceIsTakenFromItsOldOne) {
  start({}, {.instrument_count = 3, .order_capacity = 16, .level_capacity = 64, .max_levels_per_side = 8});
  (void)send(order('A', 7, 'B', 100, 5));
  for (std::uint64_t i = 0; i < 8; ++i) (void)send(order('A', 8 + i, 'B', 100 - static_cast<std::int64_t>(i), 2));
  EXPECT_EQ(send(order('M', 7, 'B', 50, 6)), (Texts{"cancel 7 bid 100x5 doubt", "quote 100x2 nonex0 doubt end"}));
  EXPECT_EQ(counters().refused_orders, 1U);
  EXPECT_EQ(book().open_orders(), 8U);
}

TEST_F(DbnBooks, AModifyOfAnUnknownOrderIsAnAdd) {
  EXPECT_EQ(send(order('M', 7, 'B', 100, 5)), (Texts{"add 7 bid 100x5", "quote 100x5 nonex0 end"}));
  EXPECT_EQ(counters().modified_as_added, 1U);
  EXPECT_FALSE(book().is_maybe_bad({1}));
}

TEST_F(DbnBooks, OrdersAndLevelsDoNotMix) {
  (void)send(order('A', 7, 'B', 100, 5));
  EXPECT_EQ(send(ten('A', 5)), Texts{});
  EXPECT_EQ(send(order('A', 0, 'B', 100, 5, kLast | kTop)), Texts{});
  EXPECT_EQ(counters().mixed_books, 2U);
  Mbp10 other = ten('A', 5);
  other.header.instrument = 2;
  EXPECT_EQ(send(other).back(), "quote 100x5 101x4 end");
  EXPECT_EQ(send(order('C', 7, 'B', 100, 5, kLast, 2)), Texts{});
  EXPECT_EQ(send(order('M', 7, 'B', 100, 5, kLast, 2)), Texts{});
  EXPECT_EQ(counters().mixed_books, 4U);
  EXPECT_TRUE(book().is_maybe_bad({1}));
  EXPECT_TRUE(book().is_maybe_bad({2}));
  EXPECT_EQ(book().open_orders(), 1U);
}

TEST_F(DbnBooks, LevelsOfOrdersAreToldWhereWantedAndEndTheEvent) {
  start({.quotes = false, .levels = true, .depth = true});
  EXPECT_EQ(send(order('A', 7, 'B', 100, 5)), (Texts{"add 7 bid 100x5", "level bid 100x5 at 0 end"}));
  EXPECT_EQ(send(order('M', 7, 'B', 99, 6)),
            (Texts{"modify 7 bid 99x6", "level bid 100x0 at 0", "level bid 99x6 at 0 end"}));
  EXPECT_EQ(send(order('A', 8, 'A', 101, 1, 0)), (Texts{"add 8 ask 101x1", "level ask 101x1 at 0"}));
}

TEST_F(DbnBooks, LevelsBehindTheTenthAreNotInTheDepth) {
  for (std::int64_t i = 0; i < 11; ++i)
    (void)send(order('A', static_cast<std::uint64_t>(i), 'B', 100 - i, 5, i == 10 ? kLast : std::uint8_t{0}));
  EXPECT_EQ(depth().bid_count, 10);
  EXPECT_EQ(depth().bid[9].price.value, 91 * kUnit);
  (void)send(order('C', 10, 'B', 90, 5));
  EXPECT_EQ(depth().bid_count, 10);
  (void)send(order('C', 0, 'B', 100, 5));
  EXPECT_EQ(depth().bid_count, 9) << "all behind it have moved up";
  EXPECT_EQ(depth().bid[8].price.value, 91 * kUnit);
}

// --- ends of events ---

TEST_F(DbnBooks, NothingEndsAnEventThatIsNotOpen) {
  EXPECT_EQ(send(order('N', 0, 'N', 0, 0)), Texts{});
  EXPECT_EQ(send(order('F', 7, 'B', 100, 2)), Texts{});
}

TEST_F(DbnBooks, AnEventOfTradesAloneEndsWithTheBestPricesThatWereToldBefore) {
  (void)send(top('A', 5));
  EXPECT_EQ(send(order('T', 0, 'A', 100, 2, 0)), (Texts{"trade bid 100x2"}));
  EXPECT_EQ(send(order('N', 0, 'N', 0, 0)), (Texts{"quote 100x5 101x4 end"})) << "there is no book to look at";
  EXPECT_EQ(send(order('T', 0, 'A', 100, 2)), (Texts{"trade bid 100x2 end"}));
}

TEST_F(DbnBooks, ARefusedOrderMayEndTheEventOfOthers) {
  (void)send(order('A', 7, 'B', 100, 5, 0));
  EXPECT_EQ(send(order('C', 99, 'B', 100, 5)), (Texts{"quote 100x5 nonex0 doubt end"}));
}

TEST_F(DbnBooks, NoQuoteIsToldWhereNoneIsWanted) {
  start({.quotes = false, .levels = false, .depth = true});
  EXPECT_EQ(send(top('T', 5, 0)), (Texts{"trade ask 100x3"}));
  EXPECT_EQ(send(top('C', 4)), Texts{}) << "nothing may end the event";
  Bbo sample;
  sample.level = {1 * kUnit, 2 * kUnit, 3, 4, 0, 0};
  EXPECT_EQ(send(sample), Texts{});
  EXPECT_EQ(send(order('A', 7, 'B', 100, 5, kLast, 2)), (Texts{"add 7 bid 100x5 end"}));
  EXPECT_EQ(send(order('F', 7, 'B', 100, 5, kLast, 2)), Texts{});
  Mbp10 levels = ten('A', 5);
  levels.header.instrument = 3;
  EXPECT_EQ(send(levels), (Texts{"level bid 100x5 at 0", "level ask 101x4 at 0 end"}));
  EXPECT_EQ(depth({3}).ask_count, 1) << "depth is another matter";
}

TEST_F(DbnBooks, NoDepthIsWrittenWhereNoneIsWanted) {
  start({.quotes = true, .levels = false, .depth = false});
  (void)send(order('A', 7, 'B', 100, 5));
  EXPECT_EQ(send(order('R', 0, 'N', 0, 0)), (Texts{"clear", "quote nonex0 nonex0 end"}));
  plant().feed.begin_day({.midnight = {static_cast<std::int64_t>(kTime)}, .date = 20240702, .utc_offset_seconds = 0});
  ringbuf::DepthEntry entry;
  EXPECT_EQ(ringbuf::DepthReader{plant().depth}.read({1}, entry), ringbuf::TableRead::never);
}

TEST_F(DbnBooks, ASampleThatSaysNothingNewIsNotTold) {
  Bbo sample;
  sample.level = {1 * kUnit, 2 * kUnit, 3, 4, 0, 0};
  EXPECT_EQ(send(sample), (Texts{"quote 1x3 2x4 end"}));
  EXPECT_EQ(send(sample), Texts{});
}

// --- books of levels ---

TEST_F(DbnBooks, TenLevelsAreToldAsTheyDifferAndATradeFollowsThem) {
  EXPECT_EQ(send(ten('A', 5)), (Texts{"level bid 100x5 at 0", "level ask 101x4 at 0", "quote 100x5 101x4 end"}));
  EXPECT_EQ(send(ten('A', 5)), Texts{});
  EXPECT_EQ(send(ten('T', 4)), (Texts{"level bid 100x4 at 0", "quote 100x4 101x4", "trade ask 100x3 end"}));
  Mbp10 deeper = ten('A', 4);
  deeper.levels[1] = {99 * kUnit, kUndefinedPrice, 7, 0, 2, 0};
  EXPECT_EQ(send(deeper), (Texts{"level bid 99x7 at 1 end"})) << "the best prices stay";
  EXPECT_EQ(depth().bid_count, 2);
  Mbp10 moved = ten('A', 4, 0);
  moved.levels[0].bid_price = 99 * kUnit;
  moved.levels[0].bid_size = 7;
  EXPECT_EQ(send(moved), (Texts{"level bid 100x0 at 0", "level bid 99x7 at 0", "quote 99x7 101x4"}))
      << "its event goes on";
  EXPECT_EQ(depth().bid_count, 2) << "and depth waits for the end";
  moved.flags = kLast;
  EXPECT_EQ(send(moved), (Texts{"quote 99x7 101x4 end"}));
  EXPECT_EQ(depth().bid_count, 1);
}

TEST_F(DbnBooks, ALevelWithoutSizeIsNone) {
  Mbp10 m = ten('A', 0);
  EXPECT_EQ(send(m), (Texts{"level ask 101x4 at 0", "quote 100x0 101x4 end"}));
  EXPECT_EQ(book().level_count({1}, Side::bid), 0U);
}

TEST_F(DbnBooks, ATopOfBookModifyIsTheWholeOfItsSide) {
  EXPECT_EQ(send(order('M', 0, 'B', 100, 5, kTop)), (Texts{"level bid 100x5 at 0"})) << "its event goes on";
  EXPECT_EQ(send(order('M', 0, 'A', 101, 5, kLast | kTop)), (Texts{"level ask 101x5 at 0", "quote 100x5 101x5 end"}));
  EXPECT_EQ(send(order('M', 0, 'A', 101, 5, kLast | kTop)), Texts{}) << "nothing new";
  EXPECT_EQ(send(order('M', 0, 'A', 101, 0, kLast | kTop)), (Texts{"level ask 101x0 at 0", "quote 100x5 nonex0 end"}))
      << "no size: nothing is there";
}

TEST_F(DbnBooks, ATopOfBookOrderThatSaysNothingNewMayEndAnEvent) {
  (void)send(order('A', 0, 'B', 100, 5, kTop));
  EXPECT_EQ(send(order('A', 0, 'B', 100, 5, kLast | kTop)), (Texts{"quote 100x5 nonex0 end"}));
  (void)send(order('T', 0, 'A', 100, 1, 0));
  EXPECT_EQ(send(order('A', 0, 'B', 100, 5, kLast | kTop)), (Texts{"quote 100x5 nonex0 end"}));
}

TEST_F(DbnBooks, ATopOfBookOrderWithoutQuotesEndsWithItsLevel) {
  start({.quotes = false, .levels = false, .depth = true});
  EXPECT_EQ(send(order('A', 0, 'B', 100, 5, kLast | kTop)), (Texts{"level bid 100x5 at 0 end"}));
}

TEST_F(DbnBooks, ATopOfBookOrderWithoutASideIsRefused) {
  EXPECT_EQ(send(order('A', 0, 'N', 100, 5, kLast | kTop)), Texts{});
  EXPECT_EQ(counters().refused_orders, 1U);
  EXPECT_TRUE(book().is_maybe_bad({1}));
}

// --- no room for the instrument ---

TEST_F(DbnBooks, RecordsOfAnInstrumentWithoutAPlaceAreCountedWhateverTheirType) {
  start({}, {.instrument_count = 2, .order_capacity = 16, .level_capacity = 64, .max_levels_per_side = 8});
  EXPECT_EQ(send(order('A', 7, 'B', 100, 5)).size(), 2U) << "the one for which there is room";
  const auto strange = [&](auto message) {
    message.header.instrument = 2;
    return send(message);
  };
  std::uint64_t count = 0;
  for (const Texts& texts : {strange(order('A', 7, 'B', 100, 5)), strange(ten('A', 5)), strange(top('A', 5)),
                             strange(Trade{}), strange(Bbo{}), strange(Status{}), strange(Imbalance{})}) {
    EXPECT_EQ(texts, Texts{});
    ++count;
  }
  EXPECT_EQ(counters().unknown_instruments, count);
  EXPECT_EQ(counters().actions['A'], 1U) << "what cannot be placed is not worked on";
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
