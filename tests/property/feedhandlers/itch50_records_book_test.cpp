// Laws: the order records of the ring rebuild every book, and so do the level records alone; the depth table is the
// book's ten best; a quote stands there exactly when the best bid or offer has moved. After every message of every day.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/property/feedhandlers/itch50_records_day.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using ringbuf::InstrumentId;
using ringbuf::OrderAction;
using ringbuf::Price;
using ringbuf::QuoteBody;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;

struct Amount {
  std::uint64_t size = 0;
  std::uint32_t orders = 0;
};

/// One book, from records alone. Keys ascend from the best: bids by negated price.
struct RebuiltBook {
  std::map<std::int64_t, Amount> bids;
  std::map<std::int64_t, Amount> asks;

  std::map<std::int64_t, Amount>& levels(Side side) { return side == Side::bid ? bids : asks; }
  static std::int64_t key(Side side, Price price) { return side == Side::bid ? -price.value : price.value; }

  std::vector<OrderBook::Level> side(Side side) {
    std::vector<OrderBook::Level> out;
    for (const auto& [key, amount] : levels(side))
      out.push_back({{side == Side::bid ? -key : key}, {amount.size}, amount.orders});
    return out;
  }
  QuoteBody bbo() {
    QuoteBody quote;
    if (!bids.empty()) quote.bid_price = {-bids.begin()->first}, quote.bid_size = {bids.begin()->second.size};
    if (!asks.empty()) quote.ask_price = {asks.begin()->first}, quote.ask_size = {asks.begin()->second.size};
    return quote;
  }
};

class Rebuilt {
 public:
  void apply(const Record& record) {
    if (record.header.type == RecordType::session) {
      orders_.clear();
      books_.clear();
      from_levels_.clear();
    } else if (record.header.type == RecordType::level) {
      apply(record.header.instrument, record.as<ringbuf::LevelBody>());
    } else if (record.header.type == RecordType::order) {
      apply(record.header.instrument, record.as<ringbuf::OrderBody>());
    }
  }
  [[nodiscard]] RebuiltBook& book(InstrumentId id) { return books_[id]; }
  [[nodiscard]] RebuiltBook& from_levels(InstrumentId id) { return from_levels_[id]; }

 private:
  void apply(InstrumentId id, const ringbuf::LevelBody& body) {
    auto& levels = from_levels_[id].levels(body.side);
    const std::int64_t key = RebuiltBook::key(body.side, body.price);
    if (body.size.value == 0) {
      EXPECT_EQ(levels.erase(key), 1u) << "a level that was not there is gone";
    } else {
      levels[key] = {body.size.value, body.order_count};
    }
  }

  void apply(InstrumentId id, const ringbuf::OrderBody& body) {
    auto& levels = books_[id].levels(body.side);
    const std::int64_t key = RebuiltBook::key(body.side, body.price);
    if (body.action == OrderAction::add) {
      EXPECT_TRUE(orders_.emplace(body.order_id, body.size.value).second) << "order " << body.order_id << " again";
      levels[key].size += body.size.value;
      ++levels[key].orders;
      return;
    }
    const auto order = orders_.find(body.order_id);
    ASSERT_NE(order, orders_.end()) << "order " << body.order_id << " was never added";
    ASSERT_GE(order->second, body.size.value) << "more was taken off than there was";
    Amount& amount = levels[key];
    amount.size -= body.size.value;
    order->second -= body.size.value;
    if (order->second != 0) return;
    orders_.erase(order);
    if (--amount.orders == 0) levels.erase(key);
  }

  std::map<std::uint64_t, std::uint64_t> orders_;  // open size by reference
  std::map<InstrumentId, RebuiltBook> books_;
  std::map<InstrumentId, RebuiltBook> from_levels_;
};

class Itch50RecordsBook : public RecordsLaw {
 protected:
  void on_records(const Records& records) override {
    std::set<InstrumentId> touched;
    for (const Record& record : records) {
      if (record.header.type == RecordType::session) touched_by_session(touched);
      if (record.header.instrument != ringbuf::kNoInstrument) touched.insert(record.header.instrument);
    }
    std::map<InstrumentId, QuoteBody> before;
    for (const InstrumentId id : touched) before[id] = rebuilt_.book(id).bbo();
    for (const Record& record : records) rebuilt_.apply(record);
    for (const InstrumentId id : touched) {
      compare_levels(id, Side::bid);
      compare_levels(id, Side::ask);
      compare_depth(id);
    }
    if (records.front().header.type != RecordType::session) compare_quotes(records, before);
    expect_one_end(records);
  }

  void at_the_end() override {
    EXPECT_GT(book_.open_orders(), 20u) << "or little was compared";
    EXPECT_EQ(quotes_seen_ > 1'000, GetParam().forms.quotes);
  }

 private:
  void touched_by_session(std::set<InstrumentId>& touched) const {
    for (std::uint32_t id = 1; id <= last_instrument().value; ++id) touched.insert({id});
  }

  void compare_levels(InstrumentId id, Side side) {
    std::vector<OrderBook::Level> levels;
    book_.for_each_level(id, side, [&](const OrderBook::Level& level) { levels.push_back(level); });
    ASSERT_TRUE(levels == rebuilt_.book(id).side(side)) << "instrument " << id.value;
    if (!GetParam().forms.levels) return;
    ASSERT_TRUE(levels == rebuilt_.from_levels(id).side(side)) << "instrument " << id.value;
  }

  void compare_depth(InstrumentId id) {
    ringbuf::DepthEntry depth;
    if (ringbuf::DepthReader{plant_.depth}.read(id, depth) == ringbuf::TableRead::never) {
      ASSERT_EQ(book_.open_orders(id), 0u);
      return;
    }
    compare_depth(id, Side::bid, depth.bid_count, depth.bid);
    compare_depth(id, Side::ask, depth.ask_count, depth.ask);
  }
  void compare_depth(InstrumentId id, Side side, std::uint16_t count,
                     const std::array<ringbuf::DepthLevel, ringbuf::kDepthLevels>& levels) {
    const auto expected = rebuilt_.book(id).side(side);
    ASSERT_EQ(count, std::min(expected.size(), levels.size())) << "instrument " << id.value;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const ringbuf::DepthLevel wanted =
          i < count ? ringbuf::DepthLevel{expected[i].price, expected[i].size, expected[i].order_count, 0}
                    : ringbuf::DepthLevel{};
      ASSERT_TRUE(levels[i] == wanted) << "instrument " << id.value << ", level " << i;
    }
  }

  /// At most one quote an event, at its end, equal to the book; one if and only if the book's best has moved.
  void compare_quotes(const Records& records, const std::map<InstrumentId, QuoteBody>& before) {
    std::map<InstrumentId, int> quotes;
    for (const Record& record : records) {
      if (record.header.type != RecordType::quote) continue;
      ++quotes_seen_;
      ++quotes[record.header.instrument];
      ASSERT_TRUE(has(record.header.flags, RecordFlags::end_of_event));
      ASSERT_EQ(record.as<QuoteBody>(), book_.bbo(record.header.instrument));
      ASSERT_EQ(record.as<QuoteBody>(), rebuilt_.book(record.header.instrument).bbo());
    }
    for (const auto& [id, quote] : before) {
      const bool moved = quote != rebuilt_.book(id).bbo();
      ASSERT_EQ(quotes[id], GetParam().forms.quotes && moved ? 1 : 0) << "instrument " << id.value;
    }
  }

  /// Definitions, gaps and positions are events of their own; what else a message became ends with its last record.
  static void expect_one_end(const Records& records) {
    bool open = false;
    for (const Record& record : records) {
      const bool ends = has(record.header.flags, RecordFlags::end_of_event);
      if (record.header.type == RecordType::definition) {
        ASSERT_TRUE(ends && !open);
      }
      open = !ends;
    }
    ASSERT_FALSE(open) << "the last record does not end the event";
  }

  Rebuilt rebuilt_;
  std::uint64_t quotes_seen_ = 0;
};

TEST_P(Itch50RecordsBook, RebuildTheBookTheDepthAndTheQuotes) { hold(); }

INSTANTIATE_TEST_SUITE_P(Days, Itch50RecordsBook, testing::ValuesIn(all_days()), name_of);

}  // namespace
}  // namespace tickplant::tests::itch::this_file
