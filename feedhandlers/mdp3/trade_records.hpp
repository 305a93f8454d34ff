// What an entry of a trade summary becomes: pure functions from entry to record body.
//
// Threads: any; no state. Not here: which instrument it is about (entry_instruments.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/mdp3/messages.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::feedhandlers::mdp3 {

[[nodiscard]] inline bool has_size(const TradeEntry& entry) noexcept {
  return entry.size() > 0 && entry.size() != kNullSize;
}
[[nodiscard]] inline ringbuf::Size size_of(const TradeEntry& entry) noexcept {
  return {has_size(entry) ? static_cast<std::uint64_t>(entry.size()) : 0};
}
[[nodiscard]] inline std::uint64_t trade_id_of(const TradeEntry& entry) noexcept {
  return entry.trade_entry_id() == kNullTradeEntryId ? 0 : entry.trade_entry_id();
}

/// False: an action that we do not know, or no size where one is needed.
[[nodiscard]] inline bool is_sound(const TradeEntry& entry) noexcept {
  return entry.action() == 2 || (entry.action() < 2 && has_size(entry));
}

/// Of action 0. The record names the resting side. No aggressor: an opening, or both sides implied.
[[nodiscard]] inline ringbuf::TradeBody to_trade(const TradeEntry& entry) noexcept {
  ringbuf::TradeBody body;
  body.price = entry.price();
  body.size = size_of(entry);
  body.trade_id = trade_id_of(entry);
  body.side = entry.aggressor() == 1   ? ringbuf::Side::ask
              : entry.aggressor() == 2 ? ringbuf::Side::bid
                                       : ringbuf::Side::none;
  body.kind = body.side == ringbuf::Side::none ? ringbuf::TradeKind::unknown : ringbuf::TradeKind::execution;
  if (!ringbuf::is_present(body.price)) body.eligibility = ringbuf::TradeEligibility::none;
  return body;
}

/// Of actions 1, corrected, and 2, deleted.
[[nodiscard]] inline ringbuf::TradeCancelBody to_trade_cancel(const TradeEntry& entry) noexcept {
  ringbuf::TradeCancelBody body;
  body.trade_id = trade_id_of(entry);
  body.price = entry.price();
  body.size = size_of(entry);
  body.kind = entry.action() == 1 ? ringbuf::TradeCancelKind::corrected : ringbuf::TradeCancelKind::cancelled;
  return body;
}

}  // namespace tickplant::feedhandlers::mdp3
