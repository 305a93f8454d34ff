// Tells ITCH 5.0 messages apart: one switch on the type byte, one size check, one call.
//
// Nothing is decoded here; the handler gets a view (messages.hpp) and reads the fields it needs.
// Threads: any; no state. Does not allocate, lock or log.
// Not here: framing (moldudp64/, sources/), counting what was refused (the caller), meaning (normaliser.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/itch50/messages.hpp"

namespace tickplant::feedhandlers::itch50 {

enum class ParseOutcome : std::uint8_t {
  ok,            // the handler was called once
  unknown_type,  // not one of the 23; the handler was not called
  bad_length,    // empty, or not the size of its type; the handler was not called
};

/// One overload of `on` per message. A handler that forgets one does not compile.
template <class Handler, class Message>
concept Handles = requires(Handler& handler, Message message) {
  handler.on(message);
};

template <class Message, class Handler>
[[nodiscard]] inline ParseOutcome deliver(std::span<const std::byte> message, Handler& handler) noexcept {
  static_assert(Handles<Handler, Message>, "the handler has no `on` for this message");
  if (message.size() != Message::kBytes) [[unlikely]]
    return ParseOutcome::bad_length;
  handler.on(Message{message.data()});
  return ParseOutcome::ok;
}

/// Calls `handler.on(message)` for the one message that `message` holds, in place and before returning.
/// `message` is a whole message without its frame. Its fields are the venue's: any value may stand in them.
template <class Handler>
ParseOutcome parse(std::span<const std::byte> message, Handler&& handler) noexcept {
  if (message.empty()) [[unlikely]]
    return ParseOutcome::bad_length;
  switch (static_cast<char>(message.front())) {
    case AddOrder::kType: return deliver<AddOrder>(message, handler);
    case OrderDelete::kType: return deliver<OrderDelete>(message, handler);
    case OrderExecuted::kType: return deliver<OrderExecuted>(message, handler);
    case OrderReplace::kType: return deliver<OrderReplace>(message, handler);
    case OrderCancel::kType: return deliver<OrderCancel>(message, handler);
    case AddOrderAttributed::kType: return deliver<AddOrderAttributed>(message, handler);
    case OrderExecutedWithPrice::kType: return deliver<OrderExecutedWithPrice>(message, handler);
    case Trade::kType: return deliver<Trade>(message, handler);
    case CrossTrade::kType: return deliver<CrossTrade>(message, handler);
    case BrokenTrade::kType: return deliver<BrokenTrade>(message, handler);
    case NetOrderImbalance::kType: return deliver<NetOrderImbalance>(message, handler);
    case RetailPriceImprovement::kType: return deliver<RetailPriceImprovement>(message, handler);
    case SystemEvent::kType: return deliver<SystemEvent>(message, handler);
    case StockDirectory::kType: return deliver<StockDirectory>(message, handler);
    case StockTradingAction::kType: return deliver<StockTradingAction>(message, handler);
    case RegShoRestriction::kType: return deliver<RegShoRestriction>(message, handler);
    case MarketParticipantPosition::kType: return deliver<MarketParticipantPosition>(message, handler);
    case MwcbDeclineLevels::kType: return deliver<MwcbDeclineLevels>(message, handler);
    case MwcbStatus::kType: return deliver<MwcbStatus>(message, handler);
    case IpoQuotingPeriod::kType: return deliver<IpoQuotingPeriod>(message, handler);
    case LuldAuctionCollar::kType: return deliver<LuldAuctionCollar>(message, handler);
    case OperationalHalt::kType: return deliver<OperationalHalt>(message, handler);
    case DirectListing::kType: return deliver<DirectListing>(message, handler);
    default: return ParseOutcome::unknown_type;
  }
}

}  // namespace tickplant::feedhandlers::itch50
