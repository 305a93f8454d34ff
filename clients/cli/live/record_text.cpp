#include "clients/cli/live/record_text.hpp"

#include "clients/cli/live/record_body.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

/// The parts that are not empty, two blanks between them.
class Parts {
 public:
  explicit Parts(int size_scale) : scale_(size_scale) {}

  Parts& add(std::string_view part) {
    if (!part.empty()) text_ += (text_.empty() ? "" : "  ") + std::string(part);
    return *this;
  }
  Parts& add(const char* name, const std::string& value) {
    return value.empty() ? *this : add(std::string(name) + ' ' + value);
  }
  Parts& add_price(const char* name, Price price) { return is_present(price) ? add(name, price_text(price)) : *this; }
  Parts& add_code(const char* name, char code) {
    return code == '\0' ? *this : add(name, printable(std::string(1, code)));
  }
  Parts& add_trade(Price price, Size size) { return add(price_text(price) + " x " + size_text(size, scale_)); }

  [[nodiscard]] std::string quote(Price price, Size size) const {
    return is_present(price) ? price_text(price) + " x " + size_text(size, scale_) : "-";
  }
  [[nodiscard]] std::string size(Size size) const { return size_text(size, scale_); }
  [[nodiscard]] std::string text() const { return text_; }

 private:
  int scale_;
  std::string text_;
};

std::string id_text(std::uint64_t id) { return '#' + std::to_string(id); }
std::string range_text(std::uint64_t first, std::uint64_t last) {
  return std::to_string(first) + " to " + std::to_string(last);
}

void describe(const TradeBody& trade, Parts& out) {
  out.add_trade(trade.price, trade.size).add(word_of(trade.kind)).add(id_text(trade.trade_id));
  if (trade.side != Side::none) out.add("resting", std::string(word_of(trade.side)));
  out.add("condition", venue_text(trade.condition));
  if (trade.eligibility != TradeEligibility::all) {
    std::string counts;
    for (const std::string_view word : words_of(trade.eligibility))
      counts += (counts.empty() ? "" : ",") + std::string(word);
    out.add("counts for", counts.empty() ? "nothing" : counts);
  }
}
void describe(const QuoteBody& quote, Parts& out) {
  out.add(out.quote(quote.bid_price, quote.bid_size) + " | " + out.quote(quote.ask_price, quote.ask_size));
}
void describe(const OrderBody& order, Parts& out) {
  out.add(word_of(order.action))
      .add(word_of(order.side))
      .add_trade(order.price, order.size)
      .add(id_text(order.order_id));
  if (order.reason != OrderReason::plain) out.add(word_of(order.reason));
  out.add("by", venue_text(order.attribution));
}
void describe(const LevelBody& level, Parts& out) {
  out.add(word_of(level.side)).add_trade(level.price, level.size).add("level", std::to_string(level.index));
  if (level.order_count > 0) out.add(count_text(level.order_count, "order"));
}
void describe(const BookClearBody& clear, Parts& out) { out.add(word_of(clear.reason)); }
void describe(const StatusBody& status, Parts& out) {
  out.add(word_of(status.kind));
  if (status.trading_status != TradingStatus::unknown) out.add(word_of(status.trading_status));
  out.add_code("code", status.code).add_code("detail", status.detail).add("reason", venue_text(status.reason));
  switch (status.kind) {
    case StatusKind::price_band:
      out.add_price("reference", status.price[0])
          .add_price("upper", status.price[1])
          .add_price("lower", status.price[2]);
      break;
    case StatusKind::circuit_breaker_levels:
      out.add_price("level 1", status.price[0])
          .add_price("level 2", status.price[1])
          .add_price("level 3", status.price[2]);
      break;
    case StatusKind::ipo_quotation:
      out.add_price("price", status.price[0]);
      if (is_present(status.price[1])) out.add("at", time_of_day_text(status.price[1].value * 1'000'000'000));
      break;
    default: break;
  }
}
void describe(const ImbalanceBody& imbalance, Parts& out) {
  out.add("paired", out.size(imbalance.paired_size)).add("imbalance", out.size(imbalance.imbalance_size));
  if (imbalance.side != Side::none) out.add(word_of(imbalance.side));
  out.add_price("reference", imbalance.reference_price);
  out.add_code("direction", imbalance.direction).add_code("auction", imbalance.auction);
  out.add_code("variation", imbalance.variation);
}
void describe(const AuctionPricesBody& auction, Parts& out) {
  out.add(word_of(auction.kind));
  switch (auction.kind) {
    case AuctionPricesKind::indicative:
      out.add_price("near", auction.price[0])
          .add_price("far", auction.price[1])
          .add_price("reference", auction.price[2]);
      break;
    case AuctionPricesKind::allowable:
      out.add_price("minimum", auction.price[0])
          .add_price("maximum", auction.price[1])
          .add_price("near", auction.price[2]);
      break;
    case AuctionPricesKind::collar:
      out.add_price("lower", auction.price[0]).add_price("upper", auction.price[1]);
      if (is_present(auction.price[2])) out.add("near at", time_of_day_text(auction.price[2].value));
      break;
  }
  out.add_code("auction", auction.auction).add_code("eligibility", auction.eligibility);
}
void describe(const TradeCancelBody& cancel, Parts& out) {
  out.add(word_of(cancel.kind)).add(id_text(cancel.trade_id));
  if (is_present(cancel.price)) out.add_trade(cancel.price, cancel.size);
}
void describe(const GapBody& gap, Parts& out) {
  const SequenceRange range{gap.first, gap.last};
  out.add(word_of(gap.reason)).add(range_text(gap.first, gap.last)).add(count_text(range.count(), "message"));
  out.add("session", venue_text(gap.session));
  if (gap.line != 0) out.add("line", std::to_string(gap.line));
}
void describe(const SourcePositionBody& position, Parts& out) {
  out.add("next", std::to_string(position.next_sequence)).add(count_text(position.message_count, "message"));
  out.add("session", venue_text(position.session));
  if (position.byte_offset != 0) out.add("byte", std::to_string(position.byte_offset));
}
void describe(const HeartbeatBody& heartbeat, Parts& out) {
  out.add("idle", duration_text(static_cast<std::int64_t>(heartbeat.idle_nanos)));
  out.add("clock within", duration_text(heartbeat.clock_error_nanos));
}
void describe(const SessionBody& session, Parts& out) {
  out.add("trading date", std::to_string(session.trading_date)).add("session", venue_text(session.session));
}
void describe(const DefinitionBody& definition, Parts& out) {
  if (definition.venue_key != 0) out.add("venue key", std::to_string(definition.venue_key));
}
void describe(const CommandBody& command, Parts& out) {
  out.add("command", std::to_string(command.command)).add("owner", std::to_string(command.owner));
  out.add("argument", std::to_string(command.argument));
}

}  // namespace

std::string fields_text(const Record& record, int size_scale) {
  Parts out(size_scale);
  with_body(record, [&](const auto& body) { describe(body, out); });
  return out.text();
}

}  // namespace tickplant::cli
