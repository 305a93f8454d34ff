// A book out of records, and out of its own bytes.
#include "ringbuf/books/record_book.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/support/random.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::Random;

class RecordBookTest : public testing::Test {
 protected:
  template <class Body>
  void apply(const Body& body, RecordFlags flags = RecordFlags::none) {
    Record record = make_record({1}, {1000 + static_cast<std::int64_t>(sequence_)}, {2000}, body, flags);
    record.header.stamp = ++sequence_;
    book_.apply(record);
  }
  void order(OrderAction action, std::uint64_t id, Side side, std::int64_t price, std::uint64_t size) {
    OrderBody body;
    body.order_id = id, body.price = {price}, body.size = {size};
    body.action = action, body.side = side;
    apply(body);
  }
  void level(Side side, std::int64_t price, std::uint64_t size) {
    LevelBody body;
    body.price = {price}, body.size = {size}, body.order_count = 3, body.side = side;
    apply(body);
  }
  void happens(Random& random) {
    const auto side = static_cast<Side>(random.below(3));
    const std::int64_t price =
        random.chance(1, 50) ? std::numeric_limits<std::int64_t>::min() + random.below(2) : 1000 + random.below(20);
    if (random.chance(1, 300)) return apply(BookClearBody{});
    if (random.chance(1, 4)) return level(side, price, random.below(3));
    order(static_cast<OrderAction>(1 + random.below(4)), random.below(200), side, price, random.below(5));
  }

  RecordBook book_;
  std::uint64_t sequence_ = 0;
};

TEST_F(RecordBookTest, HasNothingBeforeItIsTold) {
  EXPECT_FALSE(book_.is_told());
  EXPECT_EQ(book_.depth().bid_count + book_.depth().ask_count, 0);
  const auto read = RecordBook::of(book_.bytes());
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->is_told());
}

TEST_F(RecordBookTest, AddsUpOrdersAtAPrice) {
  order(OrderAction::add, 1, Side::bid, 100, 10);
  order(OrderAction::add, 2, Side::bid, 100, 5);
  order(OrderAction::add, 3, Side::bid, 101, 1);
  order(OrderAction::add, 4, Side::ask, 103, 8);
  order(OrderAction::execute, 1, Side::bid, 100, 4);
  order(OrderAction::modify, 4, Side::ask, 102, 9);
  order(OrderAction::cancel, 77, Side::ask, 102, 9);
  const DepthEntry depth = book_.depth();
  ASSERT_EQ(depth.bid_count, 2);
  EXPECT_EQ(depth.bid[0], (DepthLevel{{101}, {1}, 1, 0}));
  EXPECT_EQ(depth.bid[1], (DepthLevel{{100}, {11}, 2, 0}));
  ASSERT_EQ(depth.ask_count, 1);
  EXPECT_EQ(depth.ask[0], (DepthLevel{{102}, {9}, 1, 0}));
  EXPECT_EQ(depth.stamp, 7u);
  EXPECT_EQ(book_.open_orders(), 4u);
}

TEST_F(RecordBookTest, IsEmptyBehindAClearAndStillTold) {
  order(OrderAction::add, 1, Side::bid, 100, 10);
  apply(BookClearBody{}, RecordFlags::maybe_bad_book);
  EXPECT_EQ(book_.depth().bid_count, 0);
  EXPECT_EQ(book_.depth().flags, DepthEntry::kMaybeBad);
  EXPECT_TRUE(book_.is_told());
  EXPECT_EQ(book_.open_orders(), 0u);
}

TEST_F(RecordBookTest, TakesLevelsWhereThereAreNoOrders) {
  level(Side::ask, 100, 10);
  level(Side::ask, 101, 10);
  level(Side::ask, 100, 0);
  ASSERT_EQ(book_.depth().ask_count, 1);
  EXPECT_EQ(book_.depth().ask[0], (DepthLevel{{101}, {10}, 3, 0}));
  EXPECT_EQ(book_.told_levels(), 1u);
}

TEST_F(RecordBookTest, GoesOnFromItsBytesAsIfNothingHadBeen) {
  Random random(tests::test_seed());
  for (int round = 0; round < 200; ++round) {
    for (std::uint32_t i = random.below(40); i != 0; --i) happens(random);
    const std::vector<std::byte> bytes = book_.bytes();
    const auto read = RecordBook::of(bytes);
    ASSERT_TRUE(read) << round;
    EXPECT_EQ(read->bytes(), bytes) << round;
    const DepthEntry before = book_.depth(), behind = read->depth();
    EXPECT_EQ(std::memcmp(&before, &behind, sizeof before), 0) << round;
    EXPECT_LE(bytes.size(), 24 + 45 * book_.open_orders() + 25 * book_.told_levels());
    if (random.chance(1, 2)) book_ = *read;
  }
}

TEST_F(RecordBookTest, TakesFewBytesForAnOrder) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    order(OrderAction::add, 50'000'000 + 37 * i, i % 2 == 0 ? Side::bid : Side::ask,
          100'000'000'000 + 10'000'000 * static_cast<std::int64_t>(i % 100), 100 + i % 900);
  }
  EXPECT_LT(book_.bytes().size(), 8 * book_.open_orders());
}

TEST_F(RecordBookTest, RefusesBytesThatAreNotItsOwn) {
  EXPECT_FALSE(RecordBook::of({}));
  Random random(tests::test_seed());
  for (int i = 0; i < 100; ++i) happens(random);
  const std::vector<std::byte> bytes = book_.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(RecordBook::of(std::span(bytes).first(i))) << i;
  std::vector<std::byte> longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(RecordBook::of(longer));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::vector<std::byte> changed = bytes;
    changed[i] ^= static_cast<std::byte>(1 + random.below(255));
    if (const auto read = RecordBook::of(changed)) (void)read->depth();  // wrong, and harmless
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
