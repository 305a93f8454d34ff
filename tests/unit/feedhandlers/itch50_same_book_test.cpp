// When a book is the one that a snapshot tells, and what is said when it cannot be copied.
#include <gtest/gtest.h>

#include <initializer_list>

#include "feedhandlers/itch50/snapshot_records.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::OrderBookConfig;
using feedhandlers::OrderReference;
using feedhandlers::QueueBook;
using feedhandlers::itch50::copy_book;
using feedhandlers::itch50::is_same_book;
using ringbuf::InstrumentId;
using ringbuf::Side;

constexpr InstrumentId kA{1};
constexpr OrderBookConfig kSmall{
    .instrument_count = 4, .order_capacity = 64, .level_capacity = 64, .max_levels_per_side = 8};
constexpr OrderBookConfig kLarge{
    .instrument_count = 4, .order_capacity = 64, .level_capacity = 1024, .max_levels_per_side = 64};

struct Order {
  std::uint64_t reference;
  Side side;
  std::int64_t price;
  std::uint64_t size;
  InstrumentId instrument = kA;
};

template <class Book>
void fill(Book& book, std::initializer_list<Order> orders) {
  for (const Order& order : orders)
    ASSERT_EQ(
        book.add(OrderReference{order.reference}, order.instrument, order.side, {order.price}, {order.size}).outcome,
        feedhandlers::BookOutcome::applied);
}

bool are_same(std::initializer_list<Order> ours, std::initializer_list<Order> truth) {
  OrderBook book(kSmall);
  QueueBook told(kSmall);
  fill(book, ours);
  fill(told, truth);
  return is_same_book(book, told, kA);
}

TEST(Itch50SameBook, HasTheSameOrdersNotOnlyTheSameLevels) {
  const auto truth = {Order{1, Side::bid, 10, 5}, Order{2, Side::bid, 11, 5}};
  EXPECT_TRUE(are_same({{2, Side::bid, 11, 5}, {1, Side::bid, 10, 5}}, truth));
  EXPECT_FALSE(are_same({{1, Side::bid, 10, 5}}, truth)) << "one is missing";
  EXPECT_FALSE(are_same({{1, Side::bid, 10, 5}, {2, Side::bid, 10, 5}}, truth)) << "one level";
  EXPECT_FALSE(are_same({{1, Side::bid, 10, 5}, {2, Side::bid, 11, 6}}, truth)) << "another size";
  EXPECT_FALSE(are_same({{1, Side::bid, 10, 5}, {3, Side::bid, 11, 5}}, truth)) << "another reference";
  EXPECT_FALSE(are_same({{3, Side::bid, 10, 5}, {2, Side::bid, 11, 5}}, truth)) << "of the first one";
  EXPECT_FALSE(are_same({{1, Side::bid, 11, 5}, {2, Side::bid, 10, 5}}, truth)) << "prices the other way round";
  EXPECT_FALSE(are_same({{3, Side::bid, 10, 5}, {2, Side::bid, 11, 5}, {1, Side::bid, 10, 5, InstrumentId{2}}}, truth))
      << "of another instrument";
}

TEST(Itch50SameBook, HasEachOrderOnItsSideAndOfItsSize) {
  EXPECT_FALSE(
      are_same({{1, Side::ask, 12, 5}, {2, Side::bid, 10, 5}}, {{1, Side::bid, 10, 5}, {2, Side::ask, 12, 5}}));
  EXPECT_FALSE(
      are_same({{1, Side::bid, 10, 6}, {2, Side::bid, 10, 5}}, {{1, Side::bid, 10, 5}, {2, Side::bid, 10, 6}}));
}

TEST(Itch50SameBook, SaysWhenACopyHasNoRoomForAllOfIt) {
  QueueBook truth(kLarge);
  for (std::uint64_t i = 1; i <= 20; ++i) fill(truth, {{i, Side::bid, static_cast<std::int64_t>(100 + i), 1}});
  OrderBook small(kSmall);
  EXPECT_FALSE(copy_book(truth, small, kA));
  EXPECT_LT(small.open_orders(kA), 20u);
  OrderBook large(kLarge);
  fill(large, {{99, Side::ask, 500, 1}});
  EXPECT_TRUE(copy_book(truth, large, kA));
  EXPECT_TRUE(is_same_book(large, truth, kA)) << "what was there before is gone";
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
