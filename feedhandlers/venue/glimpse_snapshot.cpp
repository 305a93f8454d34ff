#include "feedhandlers/venue/glimpse_snapshot.hpp"

#include <algorithm>

#include "feedhandlers/glimpse/end_marker.hpp"
#include "feedhandlers/venue/order_queue.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

GlimpseSpin::GlimpseSpin(const ToldMarket& told, std::uint64_t next_sequence)
    : now_(told.now()), next_sequence_(next_sequence) {
  say_states(told);
  take_orders(told);
  current_.reserve(std::max(kEncodedBytes<AddOrder>, glimpse::kEndMarkerBytes));
}

std::span<const std::byte> GlimpseSpin::message(std::uint64_t sequence) noexcept {
  TP_CHECK(sequence >= 1 && sequence < range().end);
  const std::uint64_t index = sequence - 1;
  const std::size_t states = begins_.size() - 1;
  if (index < states)
    return std::span<const std::byte>(states_).subspan(begins_[index], begins_[index + 1] - begins_[index]);
  current_.clear();
  if (index < states + orders_.size()) {
    sort_stock(orders_[index - states].locate.value);
    const ToldMarket::Order& order = orders_[index - states];
    encode(AddOrder{{order.locate, {}, now_},
                    order.reference,
                    order.side,
                    order.shares,
                    symbols_[order.locate.value],
                    {order.price_e4}},
           current_);
  } else {
    const auto marker = glimpse::encode_end_marker(next_sequence_);
    current_.assign(marker.begin(), marker.end());
  }
  return current_;
}

/// As it was told, at the time of the spin.
template <class Message>
void GlimpseSpin::say(Message message) {
  message.header.timestamp = now_;
  encode(message, states_);
  begins_.push_back(states_.size());
}

void GlimpseSpin::say_states(const ToldMarket& told) {
  if (told.system_event()) say(*told.system_event());
  for (const ToldMarket::Stock& stock : told.stocks())
    if (stock.directory) say(*stock.directory);
  for (const ToldMarket::Stock& stock : told.stocks())
    if (stock.trading) say(*stock.trading);
  for (const ToldMarket::Stock& stock : told.stocks())
    if (stock.restriction) say(*stock.restriction);
  for (const ToldMarket::Stock& stock : told.stocks())
    if (stock.interest && stock.interest->interest_flag != 'N') say(*stock.interest);
}

/// A counting sort by locate.
void GlimpseSpin::take_orders(const ToldMarket& told) {
  const std::size_t stocks = told.stocks().size();
  symbols_.reserve(stocks);
  for (const ToldMarket::Stock& stock : told.stocks()) symbols_.push_back(stock.symbol);
  is_sorted_.resize(stocks);
  stock_begins_.resize(stocks + 1);
  for (const ToldMarket::Order& order : told.orders())
    if (order.shares > 0) ++stock_begins_[order.locate.value + 1];
  for (std::size_t i = 1; i <= stocks; ++i) stock_begins_[i] += stock_begins_[i - 1];
  orders_.resize(told.order_count());
  std::vector<std::size_t> next(stock_begins_);
  for (const ToldMarket::Order& order : told.orders())
    if (order.shares > 0) orders_[next[order.locate.value]++] = order;
}

void GlimpseSpin::sort_stock(std::size_t locate) noexcept {
  if (is_sorted_[locate]) return;
  is_sorted_[locate] = true;
  const auto at = [this](std::size_t index) { return orders_.begin() + static_cast<std::ptrdiff_t>(index); };
  std::sort(at(stock_begins_[locate]), at(stock_begins_[locate + 1]),
            [](const ToldMarket::Order& left, const ToldMarket::Order& right) {
              if (left.side != right.side) return left.side == Side::bid;
              if (left.price_e4 != right.price_e4) return is_better(left.side, left.price_e4, right.price_e4);
              return left.arrival < right.arrival;
            });
}

}  // namespace tickplant::feedhandlers::venue
