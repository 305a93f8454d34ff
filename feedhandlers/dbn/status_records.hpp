// What a DBN record that concerns no order becomes: pure functions from record to record body.
//
// Threads: any; no state.
// Not here: orders, trades, quotes and books (normaliser.hpp), which records are published when (likewise).
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/dbn/messages.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::feedhandlers::dbn {

/// Databento's StatusAction.
namespace status_action {
inline constexpr std::uint16_t kNone = 0;
inline constexpr std::uint16_t kPreOpen = 1;
inline constexpr std::uint16_t kPreCross = 2;
inline constexpr std::uint16_t kQuoting = 3;
inline constexpr std::uint16_t kCross = 4;
inline constexpr std::uint16_t kRotation = 5;
inline constexpr std::uint16_t kTrading = 7;
inline constexpr std::uint16_t kHalt = 8;
inline constexpr std::uint16_t kPause = 9;
inline constexpr std::uint16_t kSuspend = 10;
inline constexpr std::uint16_t kClose = 12;
inline constexpr std::uint16_t kPostClose = 13;
inline constexpr std::uint16_t kShortSaleChange = 14;
inline constexpr std::uint16_t kNotAvailable = 15;
}  // namespace status_action

/// A number of theirs as one character: 0 to 9, then letters, '?' above 35.
[[nodiscard]] constexpr char code_of(std::uint16_t number) noexcept {
  if (number < 10) return static_cast<char>('0' + number);
  return number < 36 ? static_cast<char>('A' + (number - 10)) : '?';
}

/// Up to four digits; a larger number is "9999".
[[nodiscard]] constexpr std::array<char, 4> digits_of(std::uint16_t number) noexcept {
  std::array<char, 4> text{};
  if (number > 9999) number = 9999;
  std::size_t length = number >= 1000 ? 4 : number >= 100 ? 3 : number >= 10 ? 2 : 1;
  for (; length > 0; number = static_cast<std::uint16_t>(number / 10))
    text[--length] = static_cast<char>('0' + number % 10);
  return text;
}

/// An action that tells no state (pre-close, a new price indication) leaves it to the flags beside it.
[[nodiscard]] inline ringbuf::TradingStatus trading_status_of(const Status& message) noexcept {
  using enum ringbuf::TradingStatus;
  switch (message.action()) {
    case status_action::kPreOpen: return pre_open;
    case status_action::kPreCross:
    case status_action::kQuoting: return quote_only;
    case status_action::kCross:
    case status_action::kRotation: return auction;
    case status_action::kTrading: return trading;
    case status_action::kHalt:
    case status_action::kSuspend: return halted;
    case status_action::kPause: return paused;
    case status_action::kClose:
    case status_action::kPostClose:
    case status_action::kNotAvailable: return closed;
    default: break;
  }
  if (message.is_trading() == 'Y') return trading;
  return message.is_trading() == 'N' && message.is_quoting() == 'Y' ? quote_only : unknown;
}

[[nodiscard]] inline ringbuf::StatusBody to_status(const Status& message) noexcept {
  ringbuf::StatusBody body;
  body.detail = code_of(message.trading_event());
  body.reason = digits_of(message.reason());
  if (message.action() == status_action::kShortSaleChange) {
    body.kind = ringbuf::StatusKind::short_sale;
    const char restricted = message.is_short_sell_restricted();
    body.code = restricted == 'Y' ? '1' : restricted == 'N' ? '0' : restricted;
    return body;
  }
  body.kind = ringbuf::StatusKind::trading_action;
  body.code = code_of(message.action());
  body.trading_status = trading_status_of(message);
  return body;
}

[[nodiscard]] constexpr ringbuf::Size size_or_none(std::uint32_t size) noexcept {
  return {size == kUndefinedSize ? 0 : size};
}

[[nodiscard]] inline ringbuf::ImbalanceBody to_imbalance(const Imbalance& message) noexcept {
  ringbuf::ImbalanceBody body;
  body.paired_size = size_or_none(message.paired_size());
  body.imbalance_size = size_or_none(message.total_imbalance_size());
  body.reference_price = message.reference_price();
  body.side = to_side(message.side());
  body.direction = message.side();
  body.auction = message.auction_type();
  body.variation = message.significant();
  return body;
}

/// Near: where auction and continuous orders would clear; far: where auction orders alone would.
[[nodiscard]] inline ringbuf::AuctionPricesBody to_auction_prices(const Imbalance& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::indicative;
  body.auction = message.auction_type();
  body.price = {message.book_clearing_price(), message.auction_clearing_price(), message.reference_price()};
  return body;
}

[[nodiscard]] inline bool has_collar(const Imbalance& message) noexcept {
  return is_present(message.lower_collar()) || is_present(message.upper_collar());
}
[[nodiscard]] inline ringbuf::AuctionPricesBody to_collar(const Imbalance& message) noexcept {
  ringbuf::AuctionPricesBody body;
  body.kind = ringbuf::AuctionPricesKind::collar;
  body.auction = message.auction_type();
  body.price = {message.lower_collar(), message.upper_collar(), ringbuf::kNoPrice};
  return body;
}

/// Databento's InstrumentClass.
[[nodiscard]] constexpr ringbuf::InstrumentKind kind_of(char instrument_class) noexcept {
  using enum ringbuf::InstrumentKind;
  switch (instrument_class) {
    case 'B': return bond;
    case 'F':
    case 'S': return future;  // S: a spread of futures
    case 'C':
    case 'P':
    case 'T': return option;  // T: a spread of options
    case 'K': return equity;
    case 'X': return currency_pair;
    default: return unknown;  // M a mixed spread, Y a commodity to be delivered now
  }
}

}  // namespace tickplant::feedhandlers::dbn
