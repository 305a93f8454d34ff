// An execution, and the cancelling or correcting of one.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

/// How the trade came about.
enum class TradeKind : std::uint8_t {
  unknown = 0,
  execution = 1,  // against a displayed order; an `order` record with the same trade_id precedes it
  hidden = 2,     // against an order that was not displayed
  cross = 3,      // opening, closing, halt or other auction; `condition` says which
  off_book = 4,   // reported, not matched here
};

/// What the trade may be counted for, by the venue's rules.
enum class TradeEligibility : std::uint8_t {
  none = 0,
  volume = 1u << 0,         // counts for volume, VWAP and trade count
  open_high_low = 1u << 1,  // may move open, high and low
  last = 1u << 2,           // may set the last price
  all = 7,
};

[[nodiscard]] constexpr bool has(TradeEligibility set, TradeEligibility bit) noexcept {
  return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(bit)) != 0;
}
[[nodiscard]] constexpr TradeEligibility operator|(TradeEligibility a, TradeEligibility b) noexcept {
  return static_cast<TradeEligibility>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

//  +0 price 8   +8 size 8   +16 trade_id 8   +24 side 1   +25 kind 1   +26 eligibility 1   +27 reserved 1
//  +28 condition 4
struct TradeBody {
  static constexpr RecordType kType = RecordType::trade;
  Price price{};
  Size size{};
  std::uint64_t trade_id = 0;  // the venue's match number or trade id
  Side side = Side::none;      // side of the resting order
  TradeKind kind = TradeKind::unknown;
  TradeEligibility eligibility = TradeEligibility::all;
  std::uint8_t reserved = 0;
  std::array<char, 4> condition{};  // the venue's own condition codes, zero-padded
};
static_assert(RecordBody<TradeBody> && offsetof(TradeBody, trade_id) == 16 && offsetof(TradeBody, side) == 24);
static_assert(offsetof(TradeBody, eligibility) == 26 && offsetof(TradeBody, condition) == 28);

/// What happened to an earlier trade.
enum class TradeCancelKind : std::uint8_t { cancelled = 1, corrected = 2 };

//  +0 trade_id 8   +8 price 8   +16 size 8   +24 kind 1   +25 reserved 7
struct TradeCancelBody {
  static constexpr RecordType kType = RecordType::trade_cancel;
  std::uint64_t trade_id = 0;  // of the trade that is taken back or changed
  Price price = kNoPrice;      // corrected: the new price; cancelled: absent when the venue does not repeat it
  Size size{};                 // corrected: the new size
  TradeCancelKind kind = TradeCancelKind::cancelled;
  std::array<std::uint8_t, 7> reserved{};
};
static_assert(RecordBody<TradeCancelBody> && offsetof(TradeCancelBody, kind) == 24);

}  // namespace tickplant::ringbuf
