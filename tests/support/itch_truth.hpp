// What an ITCH 5.0 stream means, kept in the slow and obvious way: maps of orders and of prices, nothing shared with
// the plant's own book. Tests compare the plant with this.
//
// It is told plain messages, not bytes. References to orders it was never told of are counted by message type and
// change nothing.
// Threads: one.
// Not here: making up messages (itch_session.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/itch_wire.hpp"

namespace tickplant::tests::itch {

struct TruthLevel {
  std::uint64_t shares = 0;
  std::uint32_t orders = 0;
  friend bool operator==(const TruthLevel&, const TruthLevel&) = default;
};

/// Executions (E, C), hidden trades (P) and crosses (Q), in the order they came.
struct TruthTrade {
  char type = 0;
  bool printable = true;  // false only for a C that a cross will count
  std::uint64_t shares = 0;
  Price4 price{};
  MatchNumber match_number{};
};

/// One instrument.
struct TruthBook {
  std::string symbol;
  std::map<std::uint32_t, TruthLevel, std::greater<>> bids;  // by raw price; begin() is the best
  std::map<std::uint32_t, TruthLevel> asks;
  std::vector<TruthTrade> trades;
  std::uint64_t open_orders = 0;
  std::uint64_t broken_trades = 0;

  [[nodiscard]] std::uint64_t count_of(char type) const {
    return static_cast<std::uint64_t>(
        std::count_if(trades.begin(), trades.end(), [type](const TruthTrade& trade) { return trade.type == type; }));
  }
  [[nodiscard]] std::uint64_t shares_of(char type) const {
    std::uint64_t shares = 0;
    for (const TruthTrade& trade : trades)
      if (trade.type == type) shares += trade.shares;
    return shares;
  }
  [[nodiscard]] bool crossed() const {
    return !bids.empty() && !asks.empty() && bids.begin()->first >= asks.begin()->first;
  }
};

class Truth {
 public:
  template <class Message>
  void apply(const Message& message) {
    ++messages_[Message::kType];
    on(message);
  }

  /// By stock locate.
  [[nodiscard]] const std::map<std::uint16_t, TruthBook>& books() const { return books_; }
  [[nodiscard]] const std::map<char, std::uint64_t>& messages() const { return messages_; }
  [[nodiscard]] const std::map<char, std::uint64_t>& unknown_references() const { return unknown_references_; }
  [[nodiscard]] std::uint64_t open_orders() const { return orders_.size(); }

 private:
  struct Order {
    std::uint16_t locate;
    Side side;
    std::uint32_t price;
    std::uint64_t shares;
  };
  using Orders = std::map<std::uint64_t, Order>;

  template <class Message>
  void on(const Message&) {}  // no effect on orders or trades

  void on(const StockDirectory& m) {
    const auto end = std::find(m.stock.begin(), m.stock.end(), ' ');
    books_[m.header.stock_locate.value].symbol.assign(m.stock.begin(), end);
  }

  void on(const AddOrder& m) { add(m); }
  void on(const AddOrderAttributed& m) { add(m); }
  void on(const OrderDelete& m) {
    if (const auto order = find(m.order_ref, 'D'); order != orders_.end()) reduce(order, order->second.shares);
  }
  void on(const OrderCancel& m) {
    if (const auto order = find(m.order_ref, 'X'); order != orders_.end()) reduce(order, m.canceled_shares);
  }
  void on(const OrderReplace& m) {
    const auto order = find(m.original_order_ref, 'U');
    if (order == orders_.end()) return;
    Order replacement = order->second;
    replacement.price = m.price.raw;
    replacement.shares = m.shares;
    reduce(order, order->second.shares);
    insert(m.new_order_ref, replacement);
  }
  void on(const OrderExecuted& m) {
    const auto order = find(m.order_ref, 'E');
    if (order == orders_.end()) return;
    record(order->second.locate, {'E', true, m.executed_shares, {order->second.price}, m.match_number});
    reduce(order, m.executed_shares);
  }
  void on(const OrderExecutedWithPrice& m) {
    const auto order = find(m.order_ref, 'C');
    if (order == orders_.end()) return;
    record(order->second.locate, {'C', m.printable != 'N', m.executed_shares, m.execution_price, m.match_number});
    reduce(order, m.executed_shares);
  }
  void on(const Trade& m) { record(m.header.stock_locate.value, {'P', true, m.shares, m.price, m.match_number}); }
  void on(const CrossTrade& m) { record(m.header.stock_locate.value, {'Q', true, m.shares, m.price, m.match_number}); }
  void on(const BrokenTrade& m) { ++books_[m.header.stock_locate.value].broken_trades; }

  template <class Add>
  void add(const Add& m) {
    insert(m.order_ref, {m.header.stock_locate.value, m.side, m.price.raw, m.shares});
  }

  Orders::iterator find(OrderReference reference, char type) {
    const auto order = orders_.find(reference.value);
    if (order == orders_.end()) ++unknown_references_[type];
    return order;
  }

  void insert(OrderReference reference, const Order& order) {
    orders_[reference.value] = order;
    TruthLevel& level = level_of(order);
    level.shares += order.shares;
    ++level.orders;
    ++books_[order.locate].open_orders;
  }

  void reduce(Orders::iterator found, std::uint64_t shares) {
    Order& order = found->second;
    shares = std::min(shares, order.shares);
    TruthLevel& level = level_of(order);
    level.shares -= shares;
    order.shares -= shares;
    if (order.shares != 0) return;
    --books_[order.locate].open_orders;
    if (--level.orders == 0) erase_level(order);
    orders_.erase(found);
  }

  TruthLevel& level_of(const Order& order) {
    TruthBook& book = books_[order.locate];
    return order.side == Side::bid ? book.bids[order.price] : book.asks[order.price];
  }
  void erase_level(const Order& order) {
    TruthBook& book = books_[order.locate];
    order.side == Side::bid ? book.bids.erase(order.price) : book.asks.erase(order.price);
  }
  void record(std::uint16_t locate, const TruthTrade& trade) { books_[locate].trades.push_back(trade); }

  Orders orders_;
  std::map<std::uint16_t, TruthBook> books_;
  std::map<char, std::uint64_t> messages_;
  std::map<char, std::uint64_t> unknown_references_;
};

}  // namespace tickplant::tests::itch
