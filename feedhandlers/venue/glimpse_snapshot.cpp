#include "feedhandlers/venue/glimpse_snapshot.hpp"

#include <algorithm>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/glimpse/end_marker.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

// Where the encoder puts what we listen for; it has no views of its own.
constexpr std::size_t kLocateAt = 1;
constexpr std::size_t kEventCodeAt = 11;
constexpr std::size_t kTradingStateAt = 19;
constexpr std::size_t kReasonAt = 21;

}  // namespace

void SaidStates::on_message(std::span<const std::byte> message) noexcept {
  if (message.empty()) return;
  const char type = static_cast<char>(message.front());
  if (type == SystemEvent::kType && message.size() == kEncodedBytes<SystemEvent>) {
    system_event_ = static_cast<char>(message[kEventCodeAt]);
  } else if (type == StockTradingAction::kType && message.size() == kEncodedBytes<StockTradingAction>) {
    const std::size_t locate = load_big<std::uint16_t>(message.data() + kLocateAt);
    if (locate >= stocks_.size()) return;
    StockState& stock = stocks_[locate];
    stock.state = static_cast<char>(message[kTradingStateAt]);
    std::transform(message.begin() + kReasonAt, message.end(), stock.reason.begin(),
                   [](std::byte byte) { return static_cast<char>(byte); });
  }
}

GlimpseSpin::GlimpseSpin(std::span<const Stock> stocks, const SaidStates& said, SinceMidnight now,
                         std::uint64_t next_sequence) {
  if (said.system_event() != '\0') say(SystemEvent{{.timestamp = now}, said.system_event()});
  say_stocks(stocks, said, now);
  for (const Stock& stock : stocks) {
    say_orders(stock, Side::bid, now);
    say_orders(stock, Side::ask, now);
  }
  const auto marker = glimpse::encode_end_marker(next_sequence);
  bytes_.insert(bytes_.end(), marker.begin(), marker.end());
  begins_.push_back(bytes_.size());
}

std::span<const std::byte> GlimpseSpin::message(std::uint64_t sequence) noexcept {
  TP_CHECK(sequence >= 1 && sequence < begins_.size());
  const std::size_t begin = begins_[sequence - 1];
  return std::span<const std::byte>(bytes_).subspan(begin, begins_[sequence] - begin);
}

void GlimpseSpin::say_stocks(std::span<const Stock> stocks, const SaidStates& said, SinceMidnight now) {
  const auto header = [now](const Stock& stock) { return Header{stock.engine.locate(), {}, now}; };
  for (const Stock& stock : stocks) {
    StockDirectory directory = stock.listing.directory;
    directory.header = header(stock);
    say(directory);
  }
  for (const Stock& stock : stocks) {
    const SaidStates::StockState state = said.of(stock.engine.locate());
    if (state.state != '\0')
      say(StockTradingAction{header(stock), stock.engine.stock(), state.state, ' ', state.reason});
  }
  for (const Stock& stock : stocks)
    say(RegShoRestriction{header(stock), stock.engine.stock(), stock.short_sale_restricted ? '1' : '0'});
  for (const Stock& stock : stocks)
    if (stock.retail_interest != 'N')
      say(RetailPriceImprovement{header(stock), stock.engine.stock(), stock.retail_interest});
}

void GlimpseSpin::say_orders(const Stock& stock, Side side, SinceMidnight now) {
  const MatchingEngine& engine = stock.engine;
  const Header header{engine.locate(), {}, now};
  const OrderQueue& queue = engine.displayed(side);
  for (std::size_t i = 0; i < queue.level_count(); ++i) {
    for (OrderIndex index = queue.level(i).oldest; index != kNoOrder; index = engine.order(index).newer) {
      const RestingOrder& order = engine.order(index);
      say(AddOrder{header, order.reference, side, order.shares, engine.stock(), {order.price_e4}});
    }
  }
}

}  // namespace tickplant::feedhandlers::venue
