// What may be done with an instrument or a market right now: halts, auctions, price bands, restrictions.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

enum class TradingStatus : std::uint8_t {
  unknown = 0,
  pre_open = 1,
  trading = 2,
  halted = 3,
  paused = 4,      // volatility pause
  quote_only = 5,  // orders, no trades: before an auction
  auction = 6,
  closed = 7,
};

/// Which of the venue's status messages this is; the image takes `trading_status` from trading_action and operational
/// only.
enum class StatusKind : std::uint8_t {
  trading_action = 1,          // halt, pause, resume
  operational = 2,             // one market of the group stops or resumes
  system_event = 3,            // start and end of messages, system hours, market hours; instrument 0
  short_sale = 4,              // Reg SHO: `code` 0 none, 1 in effect, 2 remains
  price_band = 5,              // LULD collar: price[0] reference, price[1] upper, price[2] lower
  circuit_breaker_levels = 6,  // market-wide: price[0..2] = levels 1 to 3; instrument 0
  circuit_breaker = 7,         // market-wide: `code` = breached level; instrument 0
  market_maker = 8,            // participant position: `reason` = MPID, `code` = state
  ipo_quotation = 9,     // price[0] = IPO price; price[1] = release time in seconds since local midnight, as a number
  retail_interest = 10,  // `code` = B, S, A or N
};

//  +0 trading_status 1   +1 kind 1   +2 code 1   +3 detail 1   +4 reason 4   +8 price 3 x 8
struct StatusBody {
  static constexpr RecordType kType = RecordType::status;
  TradingStatus trading_status = TradingStatus::unknown;
  StatusKind kind = StatusKind::trading_action;
  char code = 0;                 // the venue's own code
  char detail = 0;               // second code: market code, market-maker mode, release qualifier
  std::array<char, 4> reason{};  // the venue's reason text
  std::array<Price, 3> price{kNoPrice, kNoPrice, kNoPrice};
};
static_assert(RecordBody<StatusBody> && offsetof(StatusBody, reason) == 4 && offsetof(StatusBody, price) == 8);

}  // namespace tickplant::ringbuf
