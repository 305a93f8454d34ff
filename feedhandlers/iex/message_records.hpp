// What a TOPS or DEEP message becomes where no book is involved: pure functions from message to record body.
//
// Threads: any; no state.
// Not here: books (normaliser.hpp), halts that follow from several messages (trading_state.hpp).
#pragma once

#include "feedhandlers/iex/messages.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::iex {

// --- quotes and trades ---

[[nodiscard]] inline ringbuf::QuoteBody to_quote(const QuoteUpdate& message) noexcept {
  ringbuf::QuoteBody quote;
  if (message.bid_size().value != 0) {
    quote.bid_price = to_price(message.bid_price());
    quote.bid_size = message.bid_size();
  }
  if (message.ask_size().value != 0) {
    quote.ask_price = to_price(message.ask_price());
    quote.ask_size = message.ask_size();
  }
  return quote;
}

/// By the eligibility table of the specification: all trades count for volume; extended hours and odd lots move
/// neither last nor high and low.
[[nodiscard]] inline ringbuf::TradeEligibility eligibility_of(std::uint8_t sale_condition) noexcept {
  const bool only_volume = (sale_condition & (TradeReport::kExtendedHours | TradeReport::kOddLot)) != 0;
  return only_volume ? ringbuf::TradeEligibility::volume : ringbuf::TradeEligibility::all;
}

/// The letters of the consolidated tape, in the order of the bits: F sweep, T extended hours, I odd lot, X
/// trade-through exempt. A cross is told by the trade's kind.
[[nodiscard]] inline std::array<char, 4> condition_of(std::uint8_t sale_condition) noexcept {
  std::array<char, 4> letters{};
  std::size_t count = 0;
  const auto add = [&](std::uint8_t flag, char letter) {
    if ((sale_condition & flag) != 0) letters[count++] = letter;
  };
  add(TradeReport::kIntermarketSweep, 'F');
  add(TradeReport::kExtendedHours, 'T');
  add(TradeReport::kOddLot, 'I');
  add(TradeReport::kTradeThroughExempt, 'X');
  return letters;
}

[[nodiscard]] inline ringbuf::TradeBody to_trade(const TradeReport& message) noexcept {
  ringbuf::TradeBody trade;
  trade.price = to_price(message.price());
  trade.size = message.size();
  trade.trade_id = message.trade_id();
  // Displayed or hidden, and which side rested: IEX does not say.
  const bool is_cross = (message.sale_condition() & TradeReport::kSinglePriceCross) != 0;
  trade.kind = is_cross ? ringbuf::TradeKind::cross : ringbuf::TradeKind::unknown;
  trade.condition = condition_of(message.sale_condition());
  trade.eligibility = eligibility_of(message.sale_condition());
  // Nobody traded: no share, or a price that our records cannot hold.
  if (trade.size.value == 0 || !is_present(trade.price)) trade.eligibility = ringbuf::TradeEligibility::none;
  return trade;
}

[[nodiscard]] inline ringbuf::TradeCancelBody to_trade_cancel(const TradeBreak& message) noexcept {
  ringbuf::TradeCancelBody cancel;
  cancel.trade_id = message.trade_id();
  cancel.price = to_price(message.price());
  cancel.size = message.size();
  return cancel;
}

// --- status ---

[[nodiscard]] inline ringbuf::TradingStatus trading_status_of(char code) noexcept {
  using enum ringbuf::TradingStatus;
  switch (code) {
    case 'T': return trading;
    case 'H': return halted;
    case 'O': return quote_only;  // out of the halt: orders are taken, the auction has not been
    case 'P': return paused;
    default: return unknown;
  }
}

/// `status`: what follows from this message and all before it (trading_state.hpp).
[[nodiscard]] inline ringbuf::StatusBody to_status(const TradingStatusMessage& message,
                                                   ringbuf::TradingStatus status) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::trading_action;
  body.trading_status = status;
  body.code = message.trading_status();
  body.reason = message.reason();
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const OperationalHaltStatus& message,
                                                   ringbuf::TradingStatus status) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::operational;
  body.trading_status = status;
  body.code = message.halt_status();
  return body;
}

/// A quote whose flags tell something new. `detail` says that it was a quote: P of the pre- or post-market session, R
/// of the regular one.
[[nodiscard]] inline ringbuf::StatusBody to_status(const QuoteUpdate& message, ringbuf::TradingStatus status) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::operational;
  body.trading_status = status;
  body.code = (message.flags() & QuoteUpdate::kNotAvailable) != 0 ? 'O' : 'N';
  body.detail = (message.flags() & QuoteUpdate::kExtendedHours) != 0 ? 'P' : 'R';
  return body;
}

/// In the codes that records use: 0 none, 1 in effect, 2 remains in effect from the day before.
[[nodiscard]] inline ringbuf::StatusBody to_status(const ShortSalePriceTest& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::short_sale;
  body.detail = message.detail();
  body.code = message.status() == 0 ? '0' : message.detail() == 'C' ? '2' : '1';
  return body;
}

/// In the codes that records use: B buy, S sell, A both, N none. IEX's own, where A means buy, is the detail.
[[nodiscard]] inline ringbuf::StatusBody to_status(const RetailLiquidityIndicator& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::retail_interest;
  body.detail = message.indicator();
  switch (body.detail) {
    case 'A': body.code = 'B'; break;
    case 'B': body.code = 'S'; break;
    case 'C': body.code = 'A'; break;
    case ' ': body.code = 'N'; break;
    default: body.code = body.detail; break;
  }
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
    case 'R': body.trading_status = trading; break;
    case 'M':
    case 'E':
    case 'C': body.trading_status = closed; break;
    default: break;
  }
  return body;
}

/// A system event of one instrument; `detail` is the type of its message.
[[nodiscard]] inline ringbuf::StatusBody to_status(const SecurityEvent& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::system_event;
  body.code = message.event_code();
  body.detail = SecurityEvent::kType;
  if (body.code == 'O') body.trading_status = ringbuf::TradingStatus::trading;
  if (body.code == 'C') body.trading_status = ringbuf::TradingStatus::closed;
  return body;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const OfficialPrice& message) noexcept {
  ringbuf::StatusBody body;
  body.kind = ringbuf::StatusKind::system_event;
  body.code = message.price_type();
  body.detail = OfficialPrice::kType;
  body.price[0] = price_or_none(message.price());
  return body;
}

// --- auctions ---

[[nodiscard]] inline ringbuf::ImbalanceBody to_imbalance(const AuctionInformation& message) noexcept {
  ringbuf::ImbalanceBody body;
  body.paired_size = message.paired_shares();
  body.imbalance_size = message.imbalance_shares();
  body.reference_price = price_or_none(message.reference_price());
  body.direction = message.imbalance_side();
  body.side = body.direction == 'B'   ? ringbuf::Side::bid
              : body.direction == 'S' ? ringbuf::Side::ask
                                      : ringbuf::Side::none;
  body.auction = message.auction_type();
  return body;
}

/// Near: with what rests in the continuous book. Far: with orders for the auction alone.
[[nodiscard]] inline ringbuf::AuctionPricesBody to_auction_prices(const AuctionInformation& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::indicative;
  body.auction = message.auction_type();
  body.price = {price_or_none(message.indicative_clearing_price()),
                price_or_none(message.auction_book_clearing_price()), price_or_none(message.reference_price())};
  return body;
}

[[nodiscard]] inline bool has_collar(const AuctionInformation& message) noexcept {
  return message.lower_collar().raw != 0 || message.upper_collar().raw != 0;
}

[[nodiscard]] inline ringbuf::AuctionPricesBody to_price_collar(const AuctionInformation& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::collar;
  body.auction = message.auction_type();
  body.price = {price_or_none(message.lower_collar()), price_or_none(message.upper_collar()), ringbuf::kNoPrice};
  return body;
}

}  // namespace tickplant::feedhandlers::iex
