#include <gtest/gtest.h>

#include "feedhandlers/book/order_book.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

using ringbuf::Side;

TEST(OrderBookClearAll, EmptiesEveryBookAndTakesNewOrdersUnderOldReferences) {
  OrderBook book({.instrument_count = 4, .order_capacity = 64, .level_capacity = 256, .max_levels_per_side = 32});
  for (std::uint64_t i = 1; i <= 48; ++i) {
    const auto instrument = static_cast<std::uint32_t>(1 + i % 3);
    const auto price = static_cast<std::int64_t>(100 + i);
    book.add({i}, {instrument}, i % 2 == 0 ? Side::bid : Side::ask, {price}, {10});
  }
  book.mark_maybe_bad({2});
  ASSERT_EQ(book.open_orders(), 48u);

  book.clear_all();
  EXPECT_EQ(book.open_orders(), 0u);
  for (std::uint32_t id = 0; id < 4; ++id) {
    EXPECT_EQ(book.open_orders({id}), 0u);
    EXPECT_EQ(book.level_count({id}, Side::bid) + book.level_count({id}, Side::ask), 0u);
    EXPECT_EQ(book.bbo({id}), ringbuf::QuoteBody{});
    EXPECT_FALSE(book.is_maybe_bad({id}));
  }
  EXPECT_EQ(book.remove({7}).outcome, BookOutcome::unknown_reference);
  EXPECT_EQ(book.add({7}, {1}, Side::bid, {50}, {5}).outcome, BookOutcome::applied);
  EXPECT_EQ(book.bbo({1}).bid_price, ringbuf::Price{50});
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
