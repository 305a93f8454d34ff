// An hour of a market for questions about the past: orders that come and go, quotes and trades of many instruments,
// their times spread over the hour.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/venue/random.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::bench {

inline constexpr std::int64_t kPastBegin = 1'700'000'000'000'000'000;
inline constexpr std::int64_t kPastNanos = 3'600'000'000'000;

/// About `open_orders` stay open in each book.
inline std::vector<ringbuf::Record> make_past_load(std::uint64_t count, std::uint32_t instruments,
                                                   std::uint32_t open_orders) {
  using namespace ringbuf;
  feedhandlers::venue::Random random(20190130);
  std::vector<std::vector<OrderBody>> open(instruments + 1);
  std::vector<Record> out;
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const UnixNanos now{kPastBegin + static_cast<std::int64_t>(static_cast<double>(i) / static_cast<double>(count) *
                                                               static_cast<double>(kPastNanos))};
    // A tenth of the instruments makes half of the records.
    const std::uint32_t id = 1 + random.below(random.chance(1, 2) ? instruments : instruments / 10);
    const Price price{(10'000 + random.below(200)) * 10'000'000LL};
    std::vector<OrderBody>& orders = open[id];
    Record record;
    if (random.chance(1, 10)) {
      record = make_record({id}, now + -5'000, now, QuoteBody{price, {price.value + 10'000'000}, {100}, {200}});
    } else if (random.chance(1, 20)) {
      TradeBody trade;
      trade.price = price, trade.size = {100}, trade.trade_id = i + 1;
      record = make_record({id}, now + -5'000, now, trade);
    } else if (orders.empty() || random.below(2 * open_orders) >= orders.size()) {
      OrderBody order;
      order.order_id = i + 1, order.price = price, order.size = {100};
      order.side = random.chance(1, 2) ? Side::bid : Side::ask;
      orders.push_back(order);
      record = make_record({id}, now + -5'000, now, order);
    } else {
      const std::uint32_t which = random.below(static_cast<std::uint32_t>(orders.size()));
      OrderBody order = orders[which];
      order.action = random.chance(1, 3) ? OrderAction::execute : OrderAction::cancel;
      orders[which] = orders.back();
      orders.pop_back();
      record = make_record({id}, now + -5'000, now, order);
    }
    record.header.stamp = i + 1;
    out.push_back(record);
  }
  return out;
}

}  // namespace tickplant::bench
