// A record's body as its type, for those that treat all of them.
//
// Threads: any; a pure function.
#pragma once

#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::ringbuf {

/// Calls `use` with the body as its type; not at all for a type of a newer version.
template <class Use>
void with_body(const Record& record, Use&& use) {
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

}  // namespace tickplant::ringbuf
