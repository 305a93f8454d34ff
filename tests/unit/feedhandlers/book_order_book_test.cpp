#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::kNoPrice;
using ringbuf::Price;
using ringbuf::Side;
using ringbuf::Size;
using Kind = LevelChange::Kind;
using Level = OrderBook::Level;

constexpr InstrumentId kApple{1};
constexpr InstrumentId kOther{2};

class OrderBookTest : public testing::Test {
 protected:
  OrderResult bid(std::uint64_t reference, std::int64_t price, std::uint64_t size) {
    return book_.add({reference}, kApple, Side::bid, {price}, {size});
  }
  OrderResult ask(std::uint64_t reference, std::int64_t price, std::uint64_t size) {
    return book_.add({reference}, kApple, Side::ask, {price}, {size});
  }
  std::vector<Level> levels(Side side, InstrumentId instrument = kApple) {
    std::vector<Level> result;
    book_.for_each_level(instrument, side, [&](const Level& level) { result.push_back(level); });
    return result;
  }
  static void expect_change(const LevelChange& change, Kind kind, std::uint32_t index, std::int64_t price,
                            std::uint64_t size, std::uint32_t order_count) {
    EXPECT_EQ(change.kind, kind);
    EXPECT_EQ(change.index, index);
    EXPECT_EQ(change.price.value, price);
    EXPECT_EQ(change.size.value, size);
    EXPECT_EQ(change.order_count, order_count);
  }

  OrderBook book_{{.instrument_count = 4, .order_capacity = 100, .level_capacity = 256, .max_levels_per_side = 64}};
};

TEST_F(OrderBookTest, IsEmptyAtFirst) {
  EXPECT_EQ(book_.open_orders(), 0U);
  EXPECT_EQ(book_.open_orders(kApple), 0U);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{}));
  EXPECT_EQ(book_.level_count(kApple, Side::bid), 0U);
  EXPECT_FALSE(book_.is_crossed(kApple));
  EXPECT_FALSE(book_.is_locked(kApple));
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
  EXPECT_EQ(book_.find({1}), nullptr);
}

TEST_F(OrderBookTest, FirstOrderMakesTheBestLevel) {
  const OrderResult result = bid(7, 100, 30);
  EXPECT_EQ(result.outcome, BookOutcome::applied);
  EXPECT_EQ(result.instrument, kApple);
  EXPECT_EQ(result.side, Side::bid);
  EXPECT_EQ(result.price.value, 100);
  EXPECT_EQ(result.size_before.value, 0U);
  EXPECT_EQ(result.size_after.value, 30U);
  EXPECT_EQ(result.level.side, Side::bid);
  EXPECT_TRUE(result.level.bbo_changed());
  expect_change(result.level, Kind::inserted, 0, 100, 30, 1);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{{100}, kNoPrice, {30}, {}}));
  EXPECT_EQ(book_.open_orders(kApple), 1U);
  EXPECT_EQ(book_.open_orders(kOther), 0U);
  ASSERT_NE(book_.find({7}), nullptr);
  EXPECT_EQ(book_.find({7})->size.value, 30U);
}

TEST_F(OrderBookTest, OrdersOfOnePriceShareALevel) {
  bid(1, 100, 30);
  const OrderResult result = bid(2, 100, 12);
  expect_change(result.level, Kind::changed, 0, 100, 42, 2);
  EXPECT_EQ(book_.bbo(kApple).bid_size.value, 42U);
}

TEST_F(OrderBookTest, IndexCountsFromTheBestOnBothSides) {
  bid(1, 100, 1);
  expect_change(bid(2, 98, 1).level, Kind::inserted, 1, 98, 1, 1);
  expect_change(bid(3, 99, 1).level, Kind::inserted, 1, 99, 1, 1);
  expect_change(bid(4, 101, 1).level, Kind::inserted, 0, 101, 1, 1);
  ask(5, 110, 1);
  expect_change(ask(6, 112, 1).level, Kind::inserted, 1, 112, 1, 1);
  expect_change(ask(7, 109, 1).level, Kind::inserted, 0, 109, 1, 1);
  EXPECT_FALSE(ask(8, 111, 1).level.bbo_changed());
  EXPECT_EQ(levels(Side::bid), (std::vector<Level>{{{101}, {1}, 1}, {{100}, {1}, 1}, {{99}, {1}, 1}, {{98}, {1}, 1}}));
  EXPECT_EQ(levels(Side::ask),
            (std::vector<Level>{{{109}, {1}, 1}, {{110}, {1}, 1}, {{111}, {1}, 1}, {{112}, {1}, 1}}));
}

TEST_F(OrderBookTest, NegativePricesSortLikeAnyOther) {
  bid(1, -5, 1);
  bid(2, 0, 1);
  ask(3, -3, 1);
  ask(4, 2, 1);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{{0}, {-3}, {1}, {1}}));
  EXPECT_TRUE(book_.is_crossed(kApple));
}

TEST_F(OrderBookTest, ExecutionTakesPartThenAll) {
  bid(1, 100, 30);
  bid(2, 100, 5);
  OrderResult result = book_.execute({1}, {10});
  EXPECT_EQ(result.outcome, BookOutcome::applied);
  EXPECT_EQ(result.size_before.value, 30U);
  EXPECT_EQ(result.size_after.value, 20U);
  expect_change(result.level, Kind::changed, 0, 100, 25, 2);
  result = book_.execute({1}, {20});
  EXPECT_EQ(result.size_after.value, 0U);
  expect_change(result.level, Kind::changed, 0, 100, 5, 1);
  EXPECT_EQ(book_.execute({1}, {1}).outcome, BookOutcome::unknown_reference);
  EXPECT_EQ(book_.open_orders(kApple), 1U);
  EXPECT_EQ(book_.counters().count(BookOutcome::unknown_reference), 1U);
}

TEST_F(OrderBookTest, TakingMoreThanIsOpenTakesAllAndCounts) {
  ask(1, 100, 30);
  const OrderResult result = book_.cancel({1}, {31});
  EXPECT_EQ(result.outcome, BookOutcome::over_executed);
  EXPECT_EQ(result.size_after.value, 0U);
  expect_change(result.level, Kind::removed, 0, 100, 0, 0);
  EXPECT_EQ(book_.open_orders(), 0U);
  EXPECT_EQ(book_.counters().count(BookOutcome::over_executed), 1U);
  EXPECT_EQ(book_.counters().level_mismatches, 0U);
}

TEST_F(OrderBookTest, RemovingTheLastOrderOfTheBestLevelUncoversTheNext) {
  bid(1, 100, 30);
  bid(2, 99, 7);
  const OrderResult result = book_.remove({1});
  EXPECT_EQ(result.size_before.value, 30U);
  expect_change(result.level, Kind::removed, 0, 100, 0, 0);
  EXPECT_TRUE(result.level.bbo_changed());
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{{99}, kNoPrice, {7}, {}}));
  expect_change(book_.remove({2}).level, Kind::removed, 0, 99, 0, 0);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{}));
  EXPECT_EQ(book_.remove({2}).outcome, BookOutcome::unknown_reference);
}

TEST_F(OrderBookTest, DuplicateReferenceIsRefusedAndChangesNothing) {
  bid(1, 100, 30);
  const OrderResult result = ask(1, 105, 1);
  EXPECT_EQ(result.outcome, BookOutcome::duplicate_reference);
  EXPECT_EQ(result.size_after.value, 0U);
  EXPECT_EQ(result.level.kind, Kind::none);
  EXPECT_EQ(book_.level_count(kApple, Side::ask), 0U);
  EXPECT_EQ(book_.find({1})->size.value, 30U);
  EXPECT_EQ(book_.counters().count(BookOutcome::duplicate_reference), 1U);
}

TEST_F(OrderBookTest, BrokenArgumentsAreCountedAndChangeNothing) {
  EXPECT_EQ(bid(1, 100, 0).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.add({1}, kApple, Side::none, {100}, {1}).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.add({1}, InstrumentId{4}, Side::bid, {100}, {1}).outcome, BookOutcome::unknown_instrument);
  EXPECT_EQ(book_.set_level(InstrumentId{4}, Side::bid, {100}, {1}, 1).outcome, BookOutcome::unknown_instrument);
  EXPECT_EQ(book_.set_level(kApple, Side::none, {100}, {1}, 1).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.clear(InstrumentId{4}), 0U);
  EXPECT_EQ(book_.open_orders(), 0U);
  bid(1, 100, 5);
  EXPECT_EQ(book_.execute({1}, {0}).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.find({1})->size.value, 5U);
  EXPECT_EQ(book_.counters().count(BookOutcome::invalid), 4U);
  EXPECT_EQ(book_.counters().count(BookOutcome::unknown_instrument), 3U);
}

TEST_F(OrderBookTest, EveryReferenceIsLegal) {
  for (const std::uint64_t reference : {std::uint64_t{0}, UINT64_MAX, std::uint64_t{1} << 63}) {
    EXPECT_EQ(book_.remove({reference}).outcome, BookOutcome::unknown_reference);
    EXPECT_EQ(bid(reference, 100, 1).outcome, BookOutcome::applied);
    EXPECT_EQ(bid(reference, 100, 1).outcome, BookOutcome::duplicate_reference);
  }
  EXPECT_EQ(book_.open_orders(), 3U);
}

TEST_F(OrderBookTest, ReplaceKeepsInstrumentAndSideAndReportsBothLevels) {
  ask(1, 100, 30);
  ask(2, 101, 5);
  const ReplaceResult result = book_.replace({1}, {3}, {102}, {8});
  EXPECT_EQ(result.outcome, BookOutcome::applied);
  EXPECT_EQ(result.side, Side::ask);
  EXPECT_EQ(result.instrument, kApple);
  EXPECT_EQ(result.old_price.value, 100);
  EXPECT_EQ(result.old_size.value, 30U);
  expect_change(result.removed, Kind::removed, 0, 100, 0, 0);
  expect_change(result.added, Kind::inserted, 1, 102, 8, 1);
  EXPECT_EQ(book_.find({1}), nullptr);
  EXPECT_EQ(book_.find({3})->price.value, 102);
  EXPECT_EQ(book_.open_orders(kApple), 2U);
}

TEST_F(OrderBookTest, ReplaceByTheSameReferenceIsLegal) {
  bid(1, 100, 30);
  EXPECT_EQ(book_.replace({1}, {1}, {99}, {4}).outcome, BookOutcome::applied);
  EXPECT_EQ(levels(Side::bid), (std::vector<Level>{{{99}, {4}, 1}}));
  EXPECT_EQ(book_.open_orders(), 1U);
}

TEST_F(OrderBookTest, ReplaceByAnOpenReferenceTakesTheOldOrderOffAndRefusesTheNew) {
  bid(1, 100, 30);
  bid(2, 99, 1);
  const ReplaceResult result = book_.replace({1}, {2}, {98}, {4});
  EXPECT_EQ(result.outcome, BookOutcome::duplicate_reference);
  expect_change(result.removed, Kind::removed, 0, 100, 0, 0);
  EXPECT_EQ(result.added.kind, Kind::none);
  EXPECT_EQ(levels(Side::bid), (std::vector<Level>{{{99}, {1}, 1}}));
  EXPECT_EQ(book_.replace({1}, {5}, {98}, {4}).outcome, BookOutcome::unknown_reference);
}

TEST_F(OrderBookTest, ModifyAtTheSamePriceIsOneChange) {
  bid(1, 100, 30);
  bid(2, 100, 1);
  const ReplaceResult result = book_.modify({1}, {100}, {50});
  EXPECT_EQ(result.outcome, BookOutcome::applied);
  EXPECT_EQ(result.removed.kind, Kind::none);
  expect_change(result.added, Kind::changed, 0, 100, 51, 2);
  EXPECT_EQ(book_.bbo(kApple).bid_size.value, 51U);
  EXPECT_EQ(book_.find({1})->size.value, 50U);
  EXPECT_EQ(book_.modify({9}, {100}, {50}).outcome, BookOutcome::unknown_reference);
}

TEST_F(OrderBookTest, ModifyToAnotherPriceMovesTheOrder) {
  bid(1, 100, 30);
  const ReplaceResult result = book_.modify({1}, {101}, {30});
  EXPECT_EQ(result.removed.kind, Kind::removed);
  EXPECT_EQ(result.added.kind, Kind::inserted);
  EXPECT_EQ(book_.bbo(kApple).bid_price.value, 101);
  EXPECT_EQ(book_.modify({1}, {101}, {0}).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.open_orders(), 0U);
}

TEST_F(OrderBookTest, LockedAndCrossedBooksAreKeptAsTheyCome) {
  bid(1, 100, 1);
  ask(2, 100, 1);
  EXPECT_TRUE(book_.is_locked(kApple));
  EXPECT_FALSE(book_.is_crossed(kApple));
  bid(3, 101, 1);
  EXPECT_TRUE(book_.is_crossed(kApple));
  EXPECT_FALSE(book_.is_locked(kApple));
  EXPECT_EQ(book_.open_orders(), 3U);
}

TEST_F(OrderBookTest, LevelFeedSetsChangesAndRemovesLevels) {
  LevelResult result = book_.set_level(kApple, Side::ask, {100}, {5}, 2);
  expect_change(result.level, Kind::inserted, 0, 100, 5, 2);
  result = book_.set_level(kApple, Side::ask, {100}, {6}, 2);
  expect_change(result.level, Kind::changed, 0, 100, 6, 2);
  EXPECT_EQ(book_.set_level(kApple, Side::ask, {100}, {6}, 2).level.kind, Kind::none);
  expect_change(book_.set_level(kApple, Side::ask, {101}, {1}, 0).level, Kind::inserted, 1, 101, 1, 0);
  expect_change(book_.set_level(kApple, Side::ask, {100}, {0}, 2).level, Kind::removed, 0, 100, 0, 0);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{kNoPrice, {101}, {}, {1}}));
  EXPECT_EQ(book_.set_level(kApple, Side::ask, {100}, {0}, 0).level.kind, Kind::none);
  EXPECT_EQ(book_.open_orders(kApple), 0U);
}

TEST_F(OrderBookTest, AnOrderWhoseLevelWasTakenAwayIsAMismatchNotACrash) {
  bid(1, 100, 30);
  book_.set_level(kApple, Side::bid, {100}, {0}, 0);
  EXPECT_EQ(book_.remove({1}).level.kind, Kind::none);
  bid(2, 100, 30);
  book_.set_level(kApple, Side::bid, {100}, {10}, 1);
  EXPECT_EQ(book_.modify({2}, {100}, {5}).outcome, BookOutcome::applied);
  EXPECT_EQ(levels(Side::bid), (std::vector<Level>{{{100}, {5}, 1}}));
  EXPECT_EQ(book_.counters().level_mismatches, 2U);
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  EXPECT_FALSE(book_.is_maybe_bad(kOther));
}

TEST_F(OrderBookTest, ClearEmptiesOneInstrumentOnly) {
  bid(1, 100, 1);
  ask(2, 101, 1);
  book_.add({3}, kOther, Side::bid, {50}, {9});
  EXPECT_EQ(book_.clear(kApple), 2U);
  EXPECT_EQ(book_.clear(kApple), 0U);
  EXPECT_EQ(book_.bbo(kApple), (ringbuf::QuoteBody{}));
  EXPECT_EQ(book_.open_orders(kApple), 0U);
  EXPECT_EQ(book_.open_orders(), 1U);
  EXPECT_EQ(book_.remove({1}).outcome, BookOutcome::unknown_reference);
  EXPECT_EQ(book_.bbo(kOther).bid_size.value, 9U);
  EXPECT_EQ(bid(1, 99, 4).outcome, BookOutcome::applied);
}

TEST_F(OrderBookTest, ReferencesOfAClearedBookAreFreeAtOnce) {
  bid(1, 100, 1);
  bid(2, 100, 1);
  book_.add({3}, kOther, Side::bid, {50}, {9});
  book_.clear(kApple);
  EXPECT_EQ(book_.find({1}), nullptr);
  EXPECT_EQ(ask(1, 101, 5).outcome, BookOutcome::applied);
  EXPECT_EQ(book_.add({2}, kOther, Side::ask, {60}, {7}).outcome, BookOutcome::applied);
  EXPECT_EQ(book_.modify({2}, {60}, {8}).outcome, BookOutcome::applied);
  EXPECT_EQ(book_.remove({1}).size_before.value, 5U);
  EXPECT_EQ(book_.open_orders(), 2U);
  EXPECT_EQ(book_.counters().count(BookOutcome::duplicate_reference), 0U);
}

TEST_F(OrderBookTest, OrdersOfAClearedBookLeaveTheirSlotsToOthers) {
  for (std::uint64_t round = 0; round < 50; ++round) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      ASSERT_EQ(bid(100 * round + i, 100, 1).outcome, BookOutcome::applied) << "round " << round;
    }
    EXPECT_EQ(book_.open_orders(), 100U);
    EXPECT_EQ(bid(UINT64_MAX, 100, 1).outcome, BookOutcome::store_full);
    EXPECT_EQ(book_.clear(kApple), 100U);
  }
}

TEST_F(OrderBookTest, AnOrderDoesNotComeBackAfterSixtyFiveThousandClears) {
  bid(1, 100, 1);
  for (int i = 0; i < 65'536; ++i) book_.clear(kApple);
  EXPECT_EQ(book_.find({1}), nullptr);
  EXPECT_EQ(book_.open_orders(), 0U);
  EXPECT_EQ(bid(1, 99, 4).outcome, BookOutcome::applied);
}

TEST_F(OrderBookTest, FullStoreRefusesCountsAndMarksTheBook) {
  for (std::uint64_t i = 0; i < 100; ++i) ASSERT_EQ(bid(i, 100, 1).outcome, BookOutcome::applied);
  EXPECT_EQ(book_.add({100}, kOther, Side::bid, {100}, {1}).outcome, BookOutcome::store_full);
  EXPECT_EQ(book_.level_count(kOther, Side::bid), 0U);
  EXPECT_TRUE(book_.is_maybe_bad(kOther));
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
  EXPECT_EQ(book_.counters().count(BookOutcome::store_full), 1U);
  EXPECT_EQ(bid(5, 100, 1).outcome, BookOutcome::duplicate_reference);
  book_.remove({5});
  EXPECT_EQ(bid(100, 100, 1).outcome, BookOutcome::applied);
  EXPECT_EQ(book_.replace({100}, {101}, {100}, {1}).outcome, BookOutcome::applied);
}

TEST_F(OrderBookTest, FullSideRefusesTheLevelAndKeepsTheRest) {
  for (std::uint64_t i = 0; i < 64; ++i)
    ASSERT_EQ(bid(i, 100 - static_cast<std::int64_t>(i), 1).outcome, BookOutcome::applied);
  EXPECT_EQ(bid(64, 1, 1).outcome, BookOutcome::levels_full);
  EXPECT_EQ(book_.find({64}), nullptr);
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  EXPECT_EQ(bid(65, 100, 1).outcome, BookOutcome::applied) << "an order at a price that has a level needs no room";
  EXPECT_EQ(book_.replace({3}, {66}, {1}, {1}).outcome, BookOutcome::applied) << "its own level made room";
  EXPECT_EQ(book_.level_count(kApple, Side::bid), 64U);
  book_.clear(kApple);
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
}

TEST_F(OrderBookTest, ExhaustedArenaRefusesOtherBooksToo) {
  std::uint64_t reference = 0;
  const auto fill = [&](InstrumentId instrument, Side side) {
    std::uint32_t applied = 0;
    for (std::int64_t price = 0; price < 64; ++price) {
      applied += book_.set_level(instrument, side, {price}, {1}, 1).outcome == BookOutcome::applied;
    }
    return applied;
  };
  // Four blocks of 64: the fourth goes in pieces to the sides that are still growing.
  EXPECT_EQ(fill(kApple, Side::bid), 64U);
  EXPECT_EQ(fill(kApple, Side::ask), 64U);
  EXPECT_EQ(fill(kOther, Side::bid), 64U);
  const std::uint32_t some = fill(kOther, Side::ask);
  EXPECT_LT(some, 64U);
  EXPECT_GE(some, 16U);
  EXPECT_EQ(book_.level_count(kOther, Side::ask), some);
  EXPECT_GT(book_.counters().count(BookOutcome::levels_full), 0U);
  EXPECT_EQ(book_.add({++reference}, kOther, Side::ask, {1000}, {1}).outcome, BookOutcome::levels_full);
  EXPECT_EQ(book_.open_orders(), 0U);
}

TEST_F(OrderBookTest, HintsChangeNothingWhateverTheyAreGiven) {
  bid(1, 100, 1);
  book_.prefetch({1});
  book_.prefetch({99});
  book_.prefetch_add({1}, InstrumentId{UINT32_MAX});
  book_.prefetch_add({1}, kApple);
  book_.prefetch_levels(OrderReference{1});
  book_.prefetch_levels(OrderReference{99});
  book_.prefetch_levels(kOther, Side::ask);
  book_.prefetch_levels(InstrumentId{UINT32_MAX}, Side::ask);
  book_.prefetch_levels({1}, kApple, Side::none);
  book_.prefetch_levels({99}, kOther, Side::none);
  book_.prefetch_levels({99}, InstrumentId{UINT32_MAX}, Side::bid);
  EXPECT_EQ(book_.open_orders(), 1U);
  EXPECT_EQ(levels(Side::bid), (std::vector<Level>{{{100}, {1}, 1}}));
}

TEST(OrderBook, SaysWhatCapacityItCannotHave) {
  EXPECT_THROW(OrderBook({.instrument_count = 0}), platform::SetupError);
  EXPECT_THROW(OrderBook({.instrument_count = 1, .order_capacity = 0}), platform::SetupError);
  EXPECT_THROW(OrderBook({.instrument_count = 1, .order_capacity = 1, .level_capacity = 0}), platform::SetupError);
  EXPECT_THROW(OrderBook({.instrument_count = 1, .order_capacity = 1, .level_capacity = 1, .max_levels_per_side = 0}),
               platform::SetupError);
}

TEST(OrderBookDeathTest, LevelBeyondTheLastIsAProgrammersMistake) {
  OrderBook book({.instrument_count = 1, .order_capacity = 1, .level_capacity = 1, .max_levels_per_side = 1});
  EXPECT_DEATH((void)book.level(InstrumentId{0}, Side::bid, 0), "index < levels.level_count");
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
