// A record's body as its type, and the venue's texts in it: for those that write records out.
//
// Threads: any; pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "clients/cli/terminal.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::cli {

/// Calls `use` with the body as its type; not at all for a type of a newer version.
template <class Use>
void with_body(const ringbuf::Record& record, Use&& use) {
  using namespace ringbuf;
  switch (record.header.type) {
    case RecordType::none:
    case RecordType::padding: break;
    case RecordType::trade: return use(record.as<TradeBody>());
    case RecordType::quote: return use(record.as<QuoteBody>());
    case RecordType::order: return use(record.as<OrderBody>());
    case RecordType::level: return use(record.as<LevelBody>());
    case RecordType::book_clear: return use(record.as<BookClearBody>());
    case RecordType::status: return use(record.as<StatusBody>());
    case RecordType::imbalance: return use(record.as<ImbalanceBody>());
    case RecordType::auction_prices: return use(record.as<AuctionPricesBody>());
    case RecordType::trade_cancel: return use(record.as<TradeCancelBody>());
    case RecordType::gap: return use(record.as<GapBody>());
    case RecordType::source_position: return use(record.as<SourcePositionBody>());
    case RecordType::heartbeat: return use(record.as<HeartbeatBody>());
    case RecordType::session: return use(record.as<SessionBody>());
    case RecordType::definition: return use(record.as<DefinitionBody>());
    case RecordType::command: return use(record.as<CommandBody>());
  }
}

/// Characters of a venue, up to the first zero, without blanks at either end.
template <std::size_t N>
std::string venue_text(const std::array<char, N>& field) {
  const auto end = std::find(field.begin(), field.end(), '\0');
  std::string text = printable(std::string(field.begin(), end));
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace tickplant::cli
