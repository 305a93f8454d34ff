// Views of the plant's own decoder (feedhandlers/iex/messages.hpp) to plain messages: every field is read.
//
// Threads: any; pure functions.
// Not here: the way back (iex_encoder.hpp).
#pragma once

#include "feedhandlers/iex/messages.hpp"
#include "tests/support/iex_encoder.hpp"

namespace tickplant::tests::iex {

namespace wire = feedhandlers::iex;

[[nodiscard]] inline std::uint32_t narrow(ringbuf::Size size) { return static_cast<std::uint32_t>(size.value); }

[[nodiscard]] inline SystemEvent plain(wire::SystemEvent v) { return {v.event_code(), v.timestamp().value}; }
[[nodiscard]] inline SecurityDirectory plain(wire::SecurityDirectory v) {
  return {v.flags(),          v.timestamp().value,        symbol(v.symbol()),
          v.round_lot_size(), v.adjusted_poc_price().raw, v.luld_tier()};
}
[[nodiscard]] inline TradingStatusMessage plain(wire::TradingStatusMessage v) {
  return {v.trading_status(), v.timestamp().value, symbol(v.symbol()), v.reason()};
}
[[nodiscard]] inline RetailLiquidityIndicator plain(wire::RetailLiquidityIndicator v) {
  return {v.indicator(), v.timestamp().value, symbol(v.symbol())};
}
[[nodiscard]] inline OperationalHaltStatus plain(wire::OperationalHaltStatus v) {
  return {v.halt_status(), v.timestamp().value, symbol(v.symbol())};
}
[[nodiscard]] inline ShortSalePriceTest plain(wire::ShortSalePriceTest v) {
  return {v.status(), v.timestamp().value, symbol(v.symbol()), v.detail()};
}
[[nodiscard]] inline SecurityEvent plain(wire::SecurityEvent v) {
  return {v.event_code(), v.timestamp().value, symbol(v.symbol())};
}
[[nodiscard]] inline QuoteUpdate plain(wire::QuoteUpdate v) {
  return {v.flags(),         v.timestamp().value, symbol(v.symbol()),  narrow(v.bid_size()),
          v.bid_price().raw, v.ask_price().raw,   narrow(v.ask_size())};
}
[[nodiscard]] inline TradeReport plain(wire::TradeReport v) {
  return {v.sale_condition(), v.timestamp().value, symbol(v.symbol()), narrow(v.size()), v.price().raw, v.trade_id()};
}
[[nodiscard]] inline TradeBreak plain(wire::TradeBreak v) {
  return {v.sale_condition(), v.timestamp().value, symbol(v.symbol()), narrow(v.size()), v.price().raw, v.trade_id()};
}
[[nodiscard]] inline OfficialPrice plain(wire::OfficialPrice v) {
  return {v.price_type(), v.timestamp().value, symbol(v.symbol()), v.price().raw};
}
[[nodiscard]] inline AuctionInformation plain(wire::AuctionInformation v) {
  return {v.auction_type(),
          v.timestamp().value,
          symbol(v.symbol()),
          narrow(v.paired_shares()),
          v.reference_price().raw,
          v.indicative_clearing_price().raw,
          narrow(v.imbalance_shares()),
          v.imbalance_side(),
          v.extension_number(),
          v.scheduled_time_seconds(),
          v.auction_book_clearing_price().raw,
          v.collar_reference_price().raw,
          v.lower_collar().raw,
          v.upper_collar().raw};
}
[[nodiscard]] inline PriceLevelBuy plain(wire::PriceLevelBuy v) {
  return {v.event_flags(), v.timestamp().value, symbol(v.symbol()), narrow(v.size()), v.price().raw};
}
[[nodiscard]] inline PriceLevelSell plain(wire::PriceLevelSell v) {
  return {v.event_flags(), v.timestamp().value, symbol(v.symbol()), narrow(v.size()), v.price().raw};
}

}  // namespace tickplant::tests::iex
