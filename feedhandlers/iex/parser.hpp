// Tells the messages of TOPS and DEEP apart: one switch on the type byte, one size check, one call.
//
// IEX may append fields to a message without notice (TOPS 1.66, "Architecture"): a longer message is delivered as what
// we know of it, and the outcome says so. A shorter one is refused.
//
// Nothing is decoded here; the handler gets a view (messages.hpp) and reads the fields it needs.
// Threads: any; no state. Does not allocate, lock or log.
// Not here: framing (iextp/), counting what was refused (the caller), meaning (normaliser.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/iex/messages.hpp"

namespace tickplant::feedhandlers::iex {

enum class ParseOutcome : std::uint8_t {
  ok,            // the handler was called once
  grown,         // likewise; bytes that we do not know follow the fields that we do
  unknown_type,  // not one of the 14; the handler was not called
  bad_length,    // empty, or shorter than its type; the handler was not called
};

/// One overload of `on` per message. A handler that forgets one does not compile.
template <class Handler, class Message>
concept Handles = requires(Handler& handler, Message message) {
  handler.on(message);
};

template <class Message, class Handler>
[[nodiscard]] inline ParseOutcome deliver(std::span<const std::byte> message, Handler& handler) noexcept {
  static_assert(Handles<Handler, Message>, "the handler has no `on` for this message");
  if (message.size() < Message::kBytes) [[unlikely]]
    return ParseOutcome::bad_length;
  handler.on(Message{message.data()});
  return message.size() == Message::kBytes ? ParseOutcome::ok : ParseOutcome::grown;
}

/// Calls `handler.on(message)` for the one message that `message` holds, in place and before returning.
/// `message` is a whole message without its frame. Its fields are the venue's: any value may stand in them.
template <class Handler>
ParseOutcome parse(std::span<const std::byte> message, Handler&& handler) noexcept {
  if (message.empty()) [[unlikely]]
    return ParseOutcome::bad_length;
  switch (static_cast<char>(message.front())) {
    case QuoteUpdate::kType: return deliver<QuoteUpdate>(message, handler);
    case PriceLevelBuy::kType: return deliver<PriceLevelBuy>(message, handler);
    case PriceLevelSell::kType: return deliver<PriceLevelSell>(message, handler);
    case TradeReport::kType: return deliver<TradeReport>(message, handler);
    case AuctionInformation::kType: return deliver<AuctionInformation>(message, handler);
    case SystemEvent::kType: return deliver<SystemEvent>(message, handler);
    case SecurityDirectory::kType: return deliver<SecurityDirectory>(message, handler);
    case TradingStatusMessage::kType: return deliver<TradingStatusMessage>(message, handler);
    case RetailLiquidityIndicator::kType: return deliver<RetailLiquidityIndicator>(message, handler);
    case OperationalHaltStatus::kType: return deliver<OperationalHaltStatus>(message, handler);
    case ShortSalePriceTest::kType: return deliver<ShortSalePriceTest>(message, handler);
    case SecurityEvent::kType: return deliver<SecurityEvent>(message, handler);
    case OfficialPrice::kType: return deliver<OfficialPrice>(message, handler);
    case TradeBreak::kType: return deliver<TradeBreak>(message, handler);
    default: return ParseOutcome::unknown_type;
  }
}

}  // namespace tickplant::feedhandlers::iex
