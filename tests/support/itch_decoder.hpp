// Views of the plant's own decoder (feedhandlers/itch50/messages.hpp) to plain messages: every field is read.
//
// Threads: any; pure functions.
// Not here: the way back (feedhandlers/venue/itch_encoder.hpp).
#pragma once

#include "feedhandlers/itch50/messages.hpp"
#include "tests/support/itch_wire.hpp"

namespace tickplant::tests::itch {

namespace wire = feedhandlers::itch50;

[[nodiscard]] inline std::uint32_t narrow(ringbuf::Size size) { return static_cast<std::uint32_t>(size.value); }

[[nodiscard]] inline Header header_of(const auto& v) { return {v.stock_locate(), v.tracking_number(), v.timestamp()}; }

[[nodiscard]] inline SystemEvent plain(wire::SystemEvent v) { return {header_of(v), v.event_code()}; }
[[nodiscard]] inline StockDirectory plain(wire::StockDirectory v) {
  return {header_of(v),
          symbol(v.stock()),
          v.market_category(),
          v.financial_status(),
          v.round_lot_size(),
          v.round_lots_only(),
          v.issue_classification(),
          v.issue_sub_type(),
          v.authenticity(),
          v.short_sale_threshold(),
          v.ipo_flag(),
          v.luld_tier(),
          v.etp_flag(),
          v.etp_leverage_factor(),
          v.inverse_indicator()};
}
[[nodiscard]] inline StockTradingAction plain(wire::StockTradingAction v) {
  return {header_of(v), symbol(v.stock()), v.trading_state(), ' ', v.reason()};
}
[[nodiscard]] inline RegShoRestriction plain(wire::RegShoRestriction v) {
  return {header_of(v), symbol(v.stock()), v.action()};
}
[[nodiscard]] inline MarketParticipantPosition plain(wire::MarketParticipantPosition v) {
  return {header_of(v), v.mpid(), symbol(v.stock()), v.primary_market_maker(), v.mode(), v.state()};
}
[[nodiscard]] inline MwcbDeclineLevels plain(wire::MwcbDeclineLevels v) {
  return {header_of(v), v.level_1(), v.level_2(), v.level_3()};
}
[[nodiscard]] inline MwcbStatus plain(wire::MwcbStatus v) { return {header_of(v), v.breached_level()}; }
[[nodiscard]] inline IpoQuotingPeriod plain(wire::IpoQuotingPeriod v) {
  return {header_of(v), symbol(v.stock()), v.release_time_seconds(), v.release_qualifier(), v.ipo_price()};
}
[[nodiscard]] inline LuldAuctionCollar plain(wire::LuldAuctionCollar v) {
  return {header_of(v), symbol(v.stock()), v.reference_price(), v.upper_price(), v.lower_price(), v.extension()};
}
[[nodiscard]] inline OperationalHalt plain(wire::OperationalHalt v) {
  return {header_of(v), symbol(v.stock()), v.market_code(), v.action()};
}
[[nodiscard]] inline AddOrder plain(wire::AddOrder v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price()};
}
[[nodiscard]] inline AddOrderAttributed plain(wire::AddOrderAttributed v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price(), v.attribution()};
}
[[nodiscard]] inline OrderExecuted plain(wire::OrderExecuted v) {
  return {header_of(v), v.order_ref(), narrow(v.executed_shares()), v.match_number()};
}
[[nodiscard]] inline OrderExecutedWithPrice plain(wire::OrderExecutedWithPrice v) {
  return {header_of(v),       v.order_ref(), narrow(v.executed_shares()), v.match_number(), v.printable() ? 'Y' : 'N',
          v.execution_price()};
}
[[nodiscard]] inline OrderCancel plain(wire::OrderCancel v) {
  return {header_of(v), v.order_ref(), narrow(v.canceled_shares())};
}
[[nodiscard]] inline OrderDelete plain(wire::OrderDelete v) { return {header_of(v), v.order_ref()}; }
[[nodiscard]] inline OrderReplace plain(wire::OrderReplace v) {
  return {header_of(v), v.original_order_ref(), v.new_order_ref(), narrow(v.shares()), v.price()};
}
[[nodiscard]] inline Trade plain(wire::Trade v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price(), v.match_number()};
}
[[nodiscard]] inline CrossTrade plain(wire::CrossTrade v) {
  return {header_of(v), v.shares().value, symbol(v.stock()), v.price(), v.match_number(), v.cross_type()};
}
[[nodiscard]] inline BrokenTrade plain(wire::BrokenTrade v) { return {header_of(v), v.match_number()}; }
[[nodiscard]] inline NetOrderImbalance plain(wire::NetOrderImbalance v) {
  return {
      header_of(v),  v.paired_shares().value, v.imbalance_shares().value, v.imbalance_direction(), symbol(v.stock()),
      v.far_price(), v.near_price(),          v.reference_price(),        v.cross_type(),          v.price_variation()};
}
[[nodiscard]] inline RetailPriceImprovement plain(wire::RetailPriceImprovement v) {
  return {header_of(v), symbol(v.stock()), v.interest_flag()};
}
[[nodiscard]] inline DirectListing plain(wire::DirectListing v) {
  return {header_of(v),      symbol(v.stock()),        v.open_eligibility(),    v.minimum_price(),
          v.maximum_price(), v.near_execution_price(), v.near_execution_time(), v.lower_collar(),
          v.upper_collar()};
}

}  // namespace tickplant::tests::itch
