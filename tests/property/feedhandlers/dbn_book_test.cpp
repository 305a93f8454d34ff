// The book from MBO records equals an obvious one of maps, after every event of a random day; and what is published
// leads to the same book.
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "tests/support/dbn_encoder.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::OrderBook;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::Side;

/// Databento's rules, as slowly as can be: T and F change nothing, C takes off, M sets, R empties.
class ModelBook {
 public:
  struct Order {
    char side = 'B';
    std::int64_t price = 0;
    std::uint32_t size = 0;
  };
  void apply(const Mbo& m) {
    switch (m.action) {
      case 'A': orders_[m.order] = {m.side, m.price, m.size}; break;
      case 'C':
        if ((orders_.at(m.order).size -= m.size) == 0) orders_.erase(m.order);
        break;
      case 'M': orders_[m.order] = {orders_.contains(m.order) ? orders_[m.order].side : m.side, m.price, m.size}; break;
      case 'R': orders_.clear(); break;
      default: break;
    }
  }
  /// Best first.
  [[nodiscard]] std::vector<OrderBook::Level> levels(char side) const {
    std::map<std::int64_t, OrderBook::Level> by_price;
    for (const auto& [id, order] : orders_) {
      if (order.side != side) continue;
      OrderBook::Level& level = by_price[side == 'B' ? -order.price : order.price];
      level = {{order.price}, {level.size.value + order.size}, level.order_count + 1};
    }
    std::vector<OrderBook::Level> levels;
    for (const auto& [key, level] : by_price) levels.push_back(level);
    return levels;
  }
  [[nodiscard]] const std::map<std::uint64_t, Order>& orders() const { return orders_; }

 private:
  std::map<std::uint64_t, Order> orders_;
};

/// What a reader of the ring makes of the order records of one instrument.
class ReaderBook {
 public:
  void apply(const Record& record) {
    if (record.header.type == RecordType::book_clear) orders_.clear();
    if (record.header.type != RecordType::order) return;
    const auto body = record.as<ringbuf::OrderBody>();
    switch (body.action) {
      case ringbuf::OrderAction::add: orders_[body.order_id] = {body.price.value, body.size.value}; break;
      case ringbuf::OrderAction::modify: orders_.at(body.order_id) = {body.price.value, body.size.value}; break;
      default:
        if ((orders_.at(body.order_id).second -= body.size.value) == 0) orders_.erase(body.order_id);
    }
  }
  [[nodiscard]] std::map<std::uint64_t, std::pair<std::int64_t, std::uint64_t>> orders() const { return orders_; }

 private:
  std::map<std::uint64_t, std::pair<std::int64_t, std::uint64_t>> orders_;
};

/// A random record that Databento could send about a book in this state.
Mbo next_record(Random& random, const ModelBook& model, std::uint64_t& next_order) {
  Mbo m;
  m.sequence = random.below(1'000'000);
  const auto any_order = [&] {
    auto at = model.orders().begin();
    std::advance(at, random.below(static_cast<std::uint32_t>(model.orders().size())));
    m.order = at->first;
    m.side = at->second.side;
    m.price = at->second.price;
    m.size = at->second.size;
    return at->second;
  };
  const auto any_price = [&] { return (m.side == 'B' ? 990 : 1'000) * 10'000'000LL + random.below(25) * 10'000'000LL; };
  const std::uint32_t choice = model.orders().size() < 5 ? 0 : random.below(100);
  if (choice < 45) {
    m.order = next_order++;
    m.side = random.chance(1, 2) ? 'B' : 'A';
    m.price = any_price();
    m.size = 1 + random.below(50);
    m.action = random.chance(1, 20) ? 'M' : 'A';  // a modify of an order nobody saw is an add
  } else if (choice < 75) {
    const ModelBook::Order order = any_order();
    m.action = 'C';
    if (random.chance(1, 3)) m.size = 1 + random.below(order.size);
  } else if (choice < 88) {
    any_order();
    m.action = 'M';
    if (random.chance(2, 3)) m.price = any_price();
    m.size = 1 + random.below(50);
  } else if (choice < 99) {
    any_order();
    m.action = random.chance(1, 2) ? 'T' : 'F';
  } else {
    m.action = random.chance(1, 4) ? 'R' : 'N';
  }
  return m;
}

class DbnBook : public testing::TestWithParam<bool> {};

TEST_P(DbnBook, EqualsAModelOfMapsAfterEveryEvent) {
  constexpr int kRecords = 20'000;
  constexpr std::uint32_t kInstruments = 3;
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  Random random(seed);
  OrderBook book{FeedInMemory::kBookConfig};
  FeedInMemory plant{book, {.quotes = true, .levels = GetParam(), .depth = true}};
  plant.feed.begin_file({});

  std::array<ModelBook, kInstruments> models;
  std::array<ReaderBook, kInstruments> readers;
  std::array<ringbuf::QuoteBody, kInstruments> quotes;
  // All instruments use the same numbers for their orders.
  std::array<std::uint64_t, kInstruments> next_order{1, 1, 1};
  for (int i = 0; i < kRecords; ++i) {
    const std::uint32_t which = random.below(kInstruments);
    Mbo m = next_record(random, models[which], next_order[which]);
    const bool is_last = random.chance(2, 3);
    m.flags = is_last ? 0x80 : 0;
    m.header.instrument = 100 + which;
    m.header.ts_event = m.ts_recv = static_cast<std::uint64_t>(i + 1);
    models[which].apply(m);
    const Bytes bytes = encoded(m);
    const feedhandlers::dbn::RecordBytes record{bytes};
    plant.feed.on_batch({.records = {&record, 1}, .first_number = 1, .end_offset = 0});

    const InstrumentId id = plant.directory.reader().find(std::to_string(100 + which), "GLBX");
    ASSERT_NE(id, ringbuf::kNoInstrument);
    for (const Record& published : plant.take()) {
      if (published.header.instrument != id) continue;
      readers[which].apply(published);
      if (published.header.type != RecordType::quote) continue;
      EXPECT_TRUE(is_last) << "best prices are told at the end of an event only";
      EXPECT_TRUE(has(published.header.flags, ringbuf::RecordFlags::end_of_event));
      quotes[which] = published.as<ringbuf::QuoteBody>();
    }

    const auto bids = models[which].levels('B');
    const auto asks = models[which].levels('A');
    ASSERT_EQ(book.level_count(id, Side::bid), bids.size());
    ASSERT_EQ(book.level_count(id, Side::ask), asks.size());
    for (std::uint32_t k = 0; k < bids.size(); ++k) ASSERT_EQ(book.level(id, Side::bid, k), bids[k]) << i;
    for (std::uint32_t k = 0; k < asks.size(); ++k) ASSERT_EQ(book.level(id, Side::ask, k), asks[k]) << i;
    std::map<std::uint64_t, std::pair<std::int64_t, std::uint64_t>> orders;
    for (const auto& [order, state] : models[which].orders()) orders[order] = {state.price, state.size};
    ASSERT_EQ(readers[which].orders(), orders) << i;
    if (!is_last) continue;
    ASSERT_EQ(quotes[which], book.bbo(id)) << i;
    ringbuf::DepthEntry depth;
    if (bids.empty() && asks.empty()) continue;
    ASSERT_EQ(ringbuf::DepthReader{plant.depth}.read(id, depth), ringbuf::TableRead::value);
    for (std::size_t k = 0; k < ringbuf::kDepthLevels; ++k) {
      const auto at = [k](const auto& levels) {
        return k < levels.size() ? ringbuf::DepthLevel{levels[k].price, levels[k].size, levels[k].order_count, 0}
                                 : ringbuf::DepthLevel{};
      };
      ASSERT_EQ(depth.bid[k], at(bids)) << i;
      ASSERT_EQ(depth.ask[k], at(asks)) << i;
    }
  }
  const auto& counters = plant.feed.normaliser().counters();
  EXPECT_EQ(counters.refused_orders + counters.unknown_references + counters.over_cancels + counters.mixed_books, 0U);
  EXPECT_GT(counters.modified_as_added, 0U);
  EXPECT_GT(counters.actions['R'], 0U);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutLevels, DbnBook, testing::Bool());

/// The ten levels of a message are the book, whatever it was before.
TEST(DbnTenLevels, AreTheBookAfterEveryMessage) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  Random random(seed);
  OrderBook book{FeedInMemory::kBookConfig};
  FeedInMemory plant{book};
  plant.feed.begin_file({});
  std::map<std::int64_t, std::pair<std::uint64_t, std::uint32_t>> told[2];  // what a reader of level records has
  for (int i = 0; i < 5'000; ++i) {
    Mbp10 m;
    m.action = 'M';
    m.header.ts_event = m.ts_recv = static_cast<std::uint64_t>(i + 1);
    const std::uint32_t bids = random.below(11);
    const std::uint32_t asks = random.below(11);
    std::int64_t price = 1'000'000 - random.below(5);
    for (std::uint32_t k = 0; k < bids; ++k) {
      price -= 1 + random.below(2);
      m.levels[k].bid_price = price;
      m.levels[k].bid_size = 1 + random.below(5);
      m.levels[k].bid_count = 1 + random.below(2);
    }
    price = 1'000'000 + random.below(5);
    for (std::uint32_t k = 0; k < asks; ++k) {
      price += 1 + random.below(2);
      m.levels[k].ask_price = price;
      m.levels[k].ask_size = 1 + random.below(5);
      m.levels[k].ask_count = 1 + random.below(2);
    }
    const Bytes bytes = encoded(m);
    const feedhandlers::dbn::RecordBytes record{bytes};
    plant.feed.on_batch({.records = {&record, 1}, .first_number = 1, .end_offset = 0});
    const InstrumentId id{1};
    bool is_open = false;
    for (const Record& published : plant.take()) {
      if (published.header.instrument != id) continue;
      is_open = !has(published.header.flags, ringbuf::RecordFlags::end_of_event);
      if (published.header.type != RecordType::level) continue;
      const auto level = published.as<ringbuf::LevelBody>();
      auto& side = told[level.side == Side::bid ? 0 : 1];
      side.erase(level.price.value);
      if (level.size.value > 0) side[level.price.value] = {level.size.value, level.order_count};
    }
    EXPECT_FALSE(is_open);
    ASSERT_EQ(told[0].size(), bids);
    ASSERT_EQ(told[1].size(), asks);
    for (std::uint32_t k = 0; k < 10; ++k) {
      const Level& level = m.levels[k];
      if (k < bids) {
        ASSERT_EQ(book.level(id, Side::bid, k),
                  (OrderBook::Level{{level.bid_price}, {level.bid_size}, level.bid_count}));
        ASSERT_EQ(told[0].at(level.bid_price),
                  (std::pair<std::uint64_t, std::uint32_t>{level.bid_size, level.bid_count}));
      }
      if (k < asks) {
        ASSERT_EQ(book.level(id, Side::ask, k),
                  (OrderBook::Level{{level.ask_price}, {level.ask_size}, level.ask_count}));
        ASSERT_EQ(told[1].at(level.ask_price),
                  (std::pair<std::uint64_t, std::uint32_t>{level.ask_size, level.ask_count}));
      }
    }
    if (bids + asks == 0) continue;
    ringbuf::DepthEntry depth;
    ASSERT_EQ(ringbuf::DepthReader{plant.depth}.read(id, depth), ringbuf::TableRead::value);
    ASSERT_EQ(depth.bid_count, bids);
    ASSERT_EQ(depth.ask_count, asks);
    for (std::uint32_t k = 0; k < bids; ++k) ASSERT_EQ(depth.bid[k].price.value, m.levels[k].bid_price);
    for (std::uint32_t k = 0; k < asks; ++k) ASSERT_EQ(depth.ask[k].size.value, m.levels[k].ask_size);
  }
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
