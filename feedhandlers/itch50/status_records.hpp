// What an ITCH message that concerns no order becomes: pure functions from message to record body.
//
// Threads: any; no state.
// Not here: orders, trades and books (normaliser.hpp), which records are published when (likewise).
#pragma once

#include "feedhandlers/itch50/messages.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::feedhandlers::itch50 {

/// Prices of 0 in auction and band messages mean "none".
[[nodiscard]] inline ringbuf::Price price_or_none(Price4 price) noexcept {
  const ringbuf::Price converted = to_price(price);
  return converted.value == 0 ? ringbuf::kNoPrice : converted;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const StockTradingAction& message) noexcept {
  using enum ringbuf::TradingStatus;
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::trading_action;
  body.code = message.trading_state();
  body.reason = message.reason();
  switch (body.code) {
    case 'T': body.trading_status = trading; break;
    case 'H': body.trading_status = halted; break;
    case 'P': body.trading_status = paused; break;
    case 'Q': body.trading_status = quote_only; break;
    default: break;
  }
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const OperationalHalt& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::operational;
  body.code = message.action();
  body.detail = message.market_code();
  body.trading_status = body.code == 'H'   ? ringbuf::TradingStatus::halted
                        : body.code == 'T' ? ringbuf::TradingStatus::trading
                                           : ringbuf::TradingStatus::unknown;
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const RegShoRestriction& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::short_sale;
  body.code = message.action();
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const MarketParticipantPosition& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::market_maker;
  body.code = message.state();
  body.detail = message.mode();
  body.reason = message.mpid();
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const SystemEvent& message) noexcept {
  using enum ringbuf::TradingStatus;
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::system_event;
  body.code = message.event_code();
  switch (body.code) {
    case 'O':
    case 'S': body.trading_status = pre_open; break;
    case 'Q': body.trading_status = trading; break;
    case 'M':
    case 'E':
    case 'C': body.trading_status = closed; break;
    default: break;
  }
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const MwcbDeclineLevels& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::circuit_breaker_levels;
  body.price = {to_price(message.level_1()), to_price(message.level_2()), to_price(message.level_3())};
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const MwcbStatus& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::circuit_breaker;
  body.code = message.breached_level();
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const IpoQuotingPeriod& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::ipo_quotation;
  body.detail = message.release_qualifier();
  body.price[0] = price_or_none(message.ipo_price());
  body.price[1] = {static_cast<std::int64_t>(message.release_time_seconds())};
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const LuldAuctionCollar& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::price_band;
  const std::uint32_t extension = message.extension();
  body.code = extension < 10 ? static_cast<char>('0' + extension) : '+';
  body.price = {price_or_none(message.reference_price()), price_or_none(message.upper_price()),
                price_or_none(message.lower_price())};
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const RetailPriceImprovement& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::retail_interest;
  body.code = message.interest_flag();
  return body;
}

[[nodiscard]] inline ringbuf::ImbalanceBody to_imbalance(const NetOrderImbalance& message) noexcept {
  ringbuf::ImbalanceBody body;
  body.paired_size = message.paired_shares();
  body.imbalance_size = message.imbalance_shares();
  body.reference_price = price_or_none(message.reference_price());
  body.direction = message.imbalance_direction();
  body.side = body.direction == 'B'   ? ringbuf::Side::bid
              : body.direction == 'S' ? ringbuf::Side::ask
                                      : ringbuf::Side::none;
  body.auction = message.cross_type();
  body.variation = message.price_variation();
  return body;
}

[[nodiscard]] inline ringbuf::AuctionPricesBody to_auction_prices(const NetOrderImbalance& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::indicative;
  body.auction = message.cross_type();
  body.price = {price_or_none(message.near_price()), price_or_none(message.far_price()),
                price_or_none(message.reference_price())};
  return body;
}

/// A direct listing is told in two records: the prices that are allowed, and the collar around them.
[[nodiscard]] inline ringbuf::AuctionPricesBody to_allowable_prices(const DirectListing& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::allowable;
  body.eligibility = message.open_eligibility();
  body.price = {price_or_none(message.minimum_price()), price_or_none(message.maximum_price()),
                price_or_none(message.near_execution_price())};
  return body;
}

[[nodiscard]] inline ringbuf::AuctionPricesBody to_price_collar(const DirectListing& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::collar;
  body.eligibility = message.open_eligibility();
  body.price = {price_or_none(message.lower_collar()), price_or_none(message.upper_collar()),
                ringbuf::Price{static_cast<std::int64_t>(message.near_execution_time().nanos)}};
  return body;
}

}  // namespace tickplant::feedhandlers::itch50
