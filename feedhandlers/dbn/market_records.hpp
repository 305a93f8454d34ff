// What orders, levels, best prices and trades of DBN are as records: pure functions.
//
// Threads: any; no state.
// Not here: which records are published when (told_events.hpp), records that concern no order (status_records.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "feedhandlers/book/book_result.hpp"
#include "feedhandlers/dbn/messages.hpp"
#include "feedhandlers/dbn/publishers.hpp"
#include "feedhandlers/dbn/status_records.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::dbn {

[[nodiscard]] inline ringbuf::OrderBody to_order(const Mbo& message, ringbuf::Price price, ringbuf::Size size,
                                                 ringbuf::OrderAction action, ringbuf::Side side) noexcept {
  return {message.order().value, price, size, action, side, ringbuf::OrderReason::plain, 0, {}};
}

[[nodiscard]] inline ringbuf::LevelBody to_level(const LevelChange& change) noexcept {
  return {change.price,       change.size,
          change.order_count, static_cast<std::uint16_t>(std::min<std::uint32_t>(change.index, 0xffff)),
          change.side,        {}};
}

[[nodiscard]] inline ringbuf::QuoteBody to_quote(const LevelPair& level) noexcept {
  ringbuf::QuoteBody quote{level.bid_price(), level.ask_price(), {level.bid_size()}, {level.ask_size()}};
  if (!is_present(quote.bid_price)) quote.bid_size = {};
  if (!is_present(quote.ask_price)) quote.ask_size = {};
  return quote;
}

/// Their side is the aggressor's, ours that of the resting order.
template <class Message>
[[nodiscard]] ringbuf::TradeBody to_trade(const Message& message, std::uint32_t sequence,
                                          std::string_view venue) noexcept {
  ringbuf::TradeBody trade;
  trade.price = message.price();
  trade.size = size_or_none(message.size());
  trade.trade_id = sequence;
  trade.side = opposite(to_side(message.side()));
  if (is_off_book(venue)) trade.kind = ringbuf::TradeKind::off_book;
  if (!is_present(trade.price) || trade.size.value == 0) trade.eligibility = ringbuf::TradeEligibility::none;
  return trade;
}

}  // namespace tickplant::feedhandlers::dbn
