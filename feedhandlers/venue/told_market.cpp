#include "feedhandlers/venue/told_market.hpp"

#include <algorithm>

#include "feedhandlers/venue/itch_decoder.hpp"

namespace tickplant::feedhandlers::venue {

void ToldMarket::on_message(std::span<const std::byte> bytes) {
  const auto header = decode_header(bytes);
  if (!header) return;
  now_ = std::max(now_, header->timestamp);
  switch (static_cast<char>(bytes.front())) {
    case SystemEvent::kType:
      if (const auto event = decode<SystemEvent>(bytes)) system_event_ = event;
      break;
    case StockDirectory::kType: keep(bytes, &Stock::directory); break;
    case StockTradingAction::kType: keep(bytes, &Stock::trading); break;
    case RegShoRestriction::kType: keep(bytes, &Stock::restriction); break;
    case RetailPriceImprovement::kType: keep(bytes, &Stock::interest); break;
    case AddOrder::kType: keep_order<AddOrder>(bytes); break;
    case AddOrderAttributed::kType: keep_order<AddOrderAttributed>(bytes); break;
    case OrderExecuted::kType:
      if (const auto message = decode<OrderExecuted>(bytes)) reduce(message->order_ref, message->executed_shares);
      break;
    case OrderExecutedWithPrice::kType:
      if (const auto message = decode<OrderExecutedWithPrice>(bytes))
        reduce(message->order_ref, message->executed_shares);
      break;
    case OrderCancel::kType:
      if (const auto message = decode<OrderCancel>(bytes)) reduce(message->order_ref, message->canceled_shares);
      break;
    case OrderDelete::kType:
      if (const auto message = decode<OrderDelete>(bytes)) remove(message->order_ref);
      break;
    case OrderReplace::kType:
      if (const auto message = decode<OrderReplace>(bytes)) replace(*message);
      break;
    default: break;
  }
}

void ToldMarket::clear() { *this = ToldMarket{}; }

template <class Message>
void ToldMarket::keep(std::span<const std::byte> bytes, std::optional<Message> Stock::*place) {
  const auto message = decode<Message>(bytes);
  if (!message) return;
  Stock& stock = stock_of(message->header);
  stock.symbol = message->stock;
  stock.*place = message;
}

template <class Message>
void ToldMarket::keep_order(std::span<const std::byte> bytes) {
  const auto message = decode<Message>(bytes);
  if (!message) return;
  stock_of(message->header).symbol = message->stock;
  add({message->order_ref, ++arrivals_, message->price.raw, message->shares, message->header.stock_locate,
       message->side});
}

ToldMarket::Stock& ToldMarket::stock_of(const Header& header) {
  const std::size_t locate = header.stock_locate.value;
  if (locate >= stocks_.size()) stocks_.resize(locate + 1);
  return stocks_[locate];
}

void ToldMarket::add(const Order& order) {
  remove(order.reference);  // a reference is given once, but a file may lie
  if (order.shares == 0) return;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(orders_.size()));
    orders_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  orders_[place] = order;
  index_.emplace(order.reference.value, place);
}

void ToldMarket::reduce(OrderReference reference, std::uint32_t shares) noexcept {
  const auto found = index_.find(reference.value);
  if (found == index_.end()) return;
  Order& order = orders_[found->second];
  if (shares < order.shares)
    order.shares -= shares;
  else
    remove(reference);
}

void ToldMarket::remove(OrderReference reference) noexcept {
  const auto found = index_.find(reference.value);
  if (found == index_.end()) return;
  orders_[found->second].shares = 0;
  free_.push_back(found->second);
  index_.erase(found);
}

void ToldMarket::replace(const OrderReplace& replace) {
  const auto found = index_.find(replace.original_order_ref.value);
  if (found == index_.end()) return;
  Order order = orders_[found->second];
  remove(replace.original_order_ref);
  order.reference = replace.new_order_ref;
  order.arrival = ++arrivals_;
  order.price_e4 = replace.price.raw;
  order.shares = replace.shares;
  add(order);
}

}  // namespace tickplant::feedhandlers::venue
