#include "clients/cli/live/record_body.hpp"
#include "clients/cli/live/record_text.hpp"
#include "clients/cli/live/words.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

template <std::size_t N>
Json venue_json(const std::array<char, N>& field) {
  const std::string text = venue_text(field);
  return text.empty() ? Json(nullptr) : Json(text);
}

Json words_json(const std::vector<std::string_view>& words) {
  Json out = Json::array();
  for (const std::string_view word : words) out.push_back(word);
  return out;
}

void add(const TradeBody& trade, Json& out) {
  out.update({{"price", price_json(trade.price)},
              {"size", trade.size.value},
              {"trade_id", trade.trade_id},
              {"resting_side", word_of(trade.side)},
              {"kind", word_of(trade.kind)},
              {"eligible_for", words_json(words_of(trade.eligibility))},
              {"condition", venue_json(trade.condition)}});
}
void add(const QuoteBody& quote, Json& out) {
  out.update({{"bid_price", price_json(quote.bid_price)},
              {"bid_size", quote.bid_size.value},
              {"ask_price", price_json(quote.ask_price)},
              {"ask_size", quote.ask_size.value}});
}
void add(const OrderBody& order, Json& out) {
  out.update({{"action", word_of(order.action)},
              {"side", word_of(order.side)},
              {"price", price_json(order.price)},
              {"size", order.size.value},
              {"order_id", order.order_id},
              {"reason", word_of(order.reason)},
              {"attribution", venue_json(order.attribution)}});
}
void add(const LevelBody& level, Json& out) {
  out.update({{"side", word_of(level.side)},
              {"price", price_json(level.price)},
              {"size", level.size.value},
              {"order_count", level.order_count},
              {"index", level.index}});
}
void add(const BookClearBody& clear, Json& out) { out["reason"] = word_of(clear.reason); }

Json prices_json(const std::array<Price, 3>& prices) {
  return {price_json(prices[0]), price_json(prices[1]), price_json(prices[2])};
}
void add(const StatusBody& status, Json& out) {
  out.update({{"kind", word_of(status.kind)},
              {"trading_status", word_of(status.trading_status)},
              {"code", code_json(status.code)},
              {"detail", code_json(status.detail)},
              {"reason", venue_json(status.reason)}});
  if (status.kind == StatusKind::ipo_quotation) {
    out["price"] = price_json(status.price[0]);
    out["release_seconds"] = is_present(status.price[1]) ? Json(status.price[1].value) : Json(nullptr);
  } else {
    out["prices"] = prices_json(status.price);
  }
}
void add(const ImbalanceBody& imbalance, Json& out) {
  out.update({{"paired_size", imbalance.paired_size.value},
              {"imbalance_size", imbalance.imbalance_size.value},
              {"reference_price", price_json(imbalance.reference_price)},
              {"side", word_of(imbalance.side)},
              {"direction", code_json(imbalance.direction)},
              {"auction", code_json(imbalance.auction)},
              {"variation", code_json(imbalance.variation)}});
}
void add(const AuctionPricesBody& auction, Json& out) {
  out["kind"] = word_of(auction.kind);
  switch (auction.kind) {
    case AuctionPricesKind::indicative:
      out["near"] = price_json(auction.price[0]);
      out["far"] = price_json(auction.price[1]);
      out["reference"] = price_json(auction.price[2]);
      break;
    case AuctionPricesKind::allowable:
      out["minimum"] = price_json(auction.price[0]);
      out["maximum"] = price_json(auction.price[1]);
      out["near"] = price_json(auction.price[2]);
      break;
    case AuctionPricesKind::collar:
      out["lower"] = price_json(auction.price[0]);
      out["upper"] = price_json(auction.price[1]);
      out["near_time_of_day_ns"] = is_present(auction.price[2]) ? Json(auction.price[2].value) : Json(nullptr);
      break;
  }
  out["auction"] = code_json(auction.auction);
  out["eligibility"] = code_json(auction.eligibility);
}
void add(const TradeCancelBody& cancel, Json& out) {
  out.update({{"kind", word_of(cancel.kind)},
              {"trade_id", cancel.trade_id},
              {"price", price_json(cancel.price)},
              {"size", cancel.size.value}});
}
void add(const GapBody& gap, Json& out) {
  out.update({{"reason", word_of(gap.reason)},
              {"first", gap.first},
              {"last", gap.last},
              {"session", venue_json(gap.session)},
              {"line", gap.line}});
}
void add(const SourcePositionBody& position, Json& out) {
  out.update({{"next_sequence", position.next_sequence},
              {"byte_offset", position.byte_offset},
              {"session", venue_json(position.session)},
              {"message_count", position.message_count},
              {"line", position.line}});
}
void add(const HeartbeatBody& heartbeat, Json& out) {
  out.update({{"idle_ns", heartbeat.idle_nanos}, {"clock_error_ns", heartbeat.clock_error_nanos}});
}
void add(const SessionBody& session, Json& out) {
  out.update({{"trading_date", session.trading_date},
              {"utc_offset_seconds", session.utc_offset_seconds},
              {"session", venue_json(session.session)}});
}
void add(const DefinitionBody& definition, Json& out) {
  out.update({{"directory_stamp", definition.directory_stamp}, {"venue_key", definition.venue_key}});
}
void add(const CommandBody& command, Json& out) {
  out.update({{"command", command.command}, {"owner", command.owner}, {"argument", command.argument}});
}

}  // namespace

void add_fields(const Record& record, Json& out) {
  with_body(record, [&](const auto& body) { add(body, out); });
}

}  // namespace tickplant::cli
