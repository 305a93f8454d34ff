// What DBN orders become, and the books that they keep.
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/feedhandlers/dbn_normaliser_fixture.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;

constexpr RecordFlags kEnd = RecordFlags::end_of_event;

TEST_F(DbnNormaliser, OrdersKeepABookAndBestPricesFollowAtTheEndOfTheEvent) {
  auto records = send(order('A', 7, 'B', 100, 5, 0));
  ASSERT_EQ(types(records), std::vector{RecordType::order});
  EXPECT_EQ(records[0].header.flags, RecordFlags::none);
  EXPECT_EQ(records[0].as<ringbuf::OrderBody>().order_id, 7U);
  records = send(order('A', 8, 'A', 101, 6));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>(), (ringbuf::QuoteBody{{100 * kUnit}, {101 * kUnit}, {5}, {6}}));
  EXPECT_EQ(records[1].header.flags, kEnd);
  records = send(order('A', 9, 'A', 103, 6));  // behind the best
  ASSERT_EQ(types(records), std::vector{RecordType::order});
  EXPECT_EQ(records[0].header.flags, kEnd);
}

TEST_F(DbnNormaliser, ATradeAndItsFillsLeaveTheBookAndTheCancelTakesOff) {
  (void)send(order('A', 7, 'B', 100, 5));
  auto records = send(order('T', 0, 'A', 100, 2, 0));
  ASSERT_EQ(types(records), std::vector{RecordType::trade});
  EXPECT_EQ(records[0].as<ringbuf::TradeBody>().side, Side::bid);
  EXPECT_TRUE(send(order('F', 7, 'B', 100, 2, 0)).empty());
  EXPECT_EQ(book_.open_orders(), 1U);
  records = send(order('C', 7, 'B', 100, 2));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  const auto body = records[0].as<ringbuf::OrderBody>();
  EXPECT_EQ(body.action, ringbuf::OrderAction::cancel);
  EXPECT_EQ(body.reason, ringbuf::OrderReason::plain);
  EXPECT_EQ(body.size.value, 2U);
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>().bid_size.value, 3U);
  EXPECT_EQ(send(order('C', 7, 'B', 100, 3))[0].as<ringbuf::OrderBody>().reason, ringbuf::OrderReason::deleted);
}

TEST_F(DbnNormaliser, AFillThatEndsItsEventTellsTheBestPricesAgain) {
  (void)send(order('A', 7, 'B', 100, 5));
  (void)send(order('T', 0, 'A', 100, 2, 0));
  const auto records = send(order('F', 7, 'B', 100, 2));
  ASSERT_EQ(types(records), std::vector{RecordType::quote});
  EXPECT_EQ(records[0].header.flags, kEnd);
}

TEST_F(DbnNormaliser, AModifySetsPriceAndSize) {
  (void)send(order('A', 7, 'B', 100, 5));
  const auto records = send(order('M', 7, 'B', 99, 8));
  ASSERT_EQ(types(records), (std::vector{RecordType::order, RecordType::quote}));
  const auto body = records[0].as<ringbuf::OrderBody>();
  EXPECT_EQ(body.action, ringbuf::OrderAction::modify);
  EXPECT_EQ(body.price.value, 99 * kUnit);
  EXPECT_EQ(body.size.value, 8U);
}

TEST_F(DbnNormaliser, AClearEmptiesTheBookAndItsDepth) {
  auto records = send(order('A', 7, 'B', 100, 5));
  const InstrumentId id = records[0].header.instrument;
  records = send(order('R', 0, 'N', 0, 0, 0xa0));
  ASSERT_EQ(types(records), (std::vector{RecordType::book_clear, RecordType::quote}));
  EXPECT_EQ(records[0].as<ringbuf::BookClearBody>().reason, ringbuf::BookClearBody::Reason::snapshot);
  EXPECT_EQ(records[1].as<ringbuf::QuoteBody>(), ringbuf::QuoteBody{});
  EXPECT_EQ(book_.level_count(id, Side::bid), 0U);
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant_.depth}.read(id, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 0);
  EXPECT_EQ(send(order('R', 0, 'N', 0, 0))[0].as<ringbuf::BookClearBody>().reason,
            ringbuf::BookClearBody::Reason::venue);
}

TEST_F(DbnNormaliser, WhatDoesNotFitTheBookIsCountedAndTheBookIsDoubtedUntilItIsCleared) {
  (void)send(order('A', 7, 'B', 100, 5));
  EXPECT_TRUE(send(order('C', 8, 'B', 100, 5)).empty());
  EXPECT_EQ(counters().unknown_references, 1U);
  EXPECT_TRUE(send(order('A', 7, 'B', 100, 5)).empty());
  EXPECT_TRUE(send(order('A', 9, 'N', 100, 5)).empty());
  EXPECT_TRUE(send(order('A', 9, 'B', 100, 0)).empty());
  Mbo unpriced = order('A', 9, 'B', 100, 5);
  unpriced.price = kUndefinedPrice;
  EXPECT_TRUE(send(unpriced).empty());
  EXPECT_EQ(counters().refused_orders, 4U);
  auto records = send(order('C', 7, 'B', 100, 50));
  EXPECT_EQ(counters().over_cancels, 1U);
  EXPECT_EQ(records[0].as<ringbuf::OrderBody>().size.value, 5U);
  EXPECT_TRUE(has(records[0].header.flags, RecordFlags::maybe_bad_book));
  EXPECT_TRUE(send(order('Z', 7, 'B', 100, 50)).empty());
  EXPECT_EQ(counters().unknown_actions, 1U);
  records = send(order('R', 0, 'N', 0, 0));
  EXPECT_FALSE(has(records[0].header.flags, RecordFlags::maybe_bad_book));
}

TEST_F(DbnNormaliser, TwoInstrumentsMayUseTheSameOrderNumbers) {
  Mbo other = order('A', 7, 'B', 50, 1);
  other.header.instrument = 2;
  (void)send(order('A', 7, 'B', 100, 5));
  (void)send(other);
  EXPECT_EQ(book_.open_orders(), 2U);
  other.action = 'C';
  (void)send(other);
  EXPECT_EQ(book_.open_orders(), 1U);
  EXPECT_EQ(counters().refused_orders, 0U);
}

TEST_F(DbnNormaliser, ATopOfBookOrderIsTheWholeOfItsSide) {
  auto records = send(order('A', 0, 'B', 100, 5, 0xc0));
  ASSERT_EQ(types(records), (std::vector{RecordType::level, RecordType::quote}));
  const InstrumentId id = records[0].header.instrument;
  records = send(order('A', 0, 'B', 99, 3, 0xc0));
  ASSERT_EQ(types(records), (std::vector{RecordType::level, RecordType::level, RecordType::quote}));
  EXPECT_EQ(records[0].as<ringbuf::LevelBody>().size.value, 0U);
  EXPECT_EQ(book_.level_count(id, Side::bid), 1U);
  Mbo none = order('A', 0, 'B', 0, 0, 0xc0);
  none.price = kUndefinedPrice;
  EXPECT_EQ(send(none).back().as<ringbuf::QuoteBody>(), ringbuf::QuoteBody{});
  EXPECT_TRUE(send(order('A', 7, 'B', 100, 5)).empty()) << "its book is fed by levels";
  EXPECT_EQ(counters().mixed_books, 1U);
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
