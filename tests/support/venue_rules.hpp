// The rules of an exchange, checked from outside: reads what it says, message by message, keeps slow and obvious books
// and complains about whatever an exchange must not say.
//
//   an execution is of the oldest displayed order at the best price, for no more than it has
//   displayed bids stay below displayed asks; references, match numbers and time only grow
//   a stock that is halted neither trades nor takes orders until it resumes by a cross
//   a cross was told of by an NOII before it; it tells how much was paired, and what displayed orders gave to it is
//   part of that
//
// Threads: one.
// Not here: bytes (itch_decoder.hpp), the plant's own feed over the same stream (venue_market_test.cpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "feedhandlers/itch50/parser.hpp"
#include "tests/support/itch_decoder.hpp"

namespace tickplant::tests {

class VenueRules {
 public:
  struct Order {
    std::uint16_t locate = 0;
    ringbuf::Side side{};
    std::uint32_t price = 0;
    std::uint32_t shares = 0;
  };
  /// Ascending by price; references, oldest first.
  using Levels = std::map<std::uint32_t, std::deque<std::uint64_t>>;
  struct Stock {
    Levels bids;
    Levels asks;
    char state = 0;                  // of the newest H
    bool in_cross = false;           // between the cross-only executions and their Q
    std::uint64_t cross_bought = 0;  // shares of displayed orders in it
    std::uint64_t cross_sold = 0;
    bool crossed_since_halt = false;
    bool informed = false;  // the newest NOII came after the last cross
    std::uint64_t informed_paired = 0;
    std::uint64_t added = 0;  // shares
    std::uint64_t executed = 0;
    std::uint64_t taken_off = 0;
  };

  /// Reads messages without frames. Complaints have the number of the message.
  void read(const std::vector<std::span<const std::byte>>& stream) {
    for (const auto& message : stream) {
      ++number_;
      if (feedhandlers::itch50::parse(message, *this) != feedhandlers::itch50::ParseOutcome::ok)
        complain("a message that the parser refuses");
    }
  }

  template <class View>
  void on(View view) {
    const auto message = itch::plain(view);
    type_ = View::kType;
    ++messages[type_];
    if (message.header.timestamp.nanos < last_time_) complain("time goes back");
    last_time_ = message.header.timestamp.nanos;
    locate_ = message.header.stock_locate.value;
    check(message);
  }

  [[nodiscard]] std::uint64_t resting_shares(std::uint16_t locate) const {
    std::uint64_t shares = 0;
    for (const auto& [reference, order] : orders)
      if (order.locate == locate) shares += order.shares;
    return shares;
  }

  std::vector<std::string> complaints;
  std::map<char, std::uint64_t> messages;
  std::map<std::uint64_t, Order> orders;
  std::map<std::uint16_t, Stock> stocks;
  std::map<std::string, std::uint64_t> states;  // how often each trading state with its reason was said
  std::uint64_t executions_at_a_better_price = 0;
  std::uint64_t short_sale_restrictions = 0;

 private:
  void complain(const std::string& what) {
    if (complaints.size() < 20)
      complaints.push_back("message " + std::to_string(number_) + " (" + type_ + ", stock " + std::to_string(locate_) +
                           "): " + what);
  }

  template <class Message>
  void check(const Message&) {}

  void check(const itch::StockTradingAction& m) {
    Stock& stock = stocks[locate_];
    std::string state{m.trading_state};
    for (const char letter : m.reason)
      if (letter != ' ') state += letter;
    ++states[state];
    const bool resumes = m.trading_state == 'T' && stock.state != 0 && stock.state != 'T';
    if (resumes && !stock.crossed_since_halt) complain("trading resumes without a cross");
    if (m.trading_state != 'T' && stock.state == 'T') stock.crossed_since_halt = false;
    stock.state = m.trading_state;
  }

  void check(const itch::AddOrder& m) { add(m); }
  void check(const itch::AddOrderAttributed& m) { add(m); }
  void check(const itch::OrderReplace& m) {
    const auto old = orders.find(m.original_order_ref.value);
    if (old == orders.end()) return complain("replaces an order that is not open");
    Order order = old->second;
    take_off(old, order.shares);
    order.price = m.price.raw;
    order.shares = m.shares;
    insert(m.new_order_ref.value, order);
  }
  void check(const itch::OrderCancel& m) {
    const auto found = orders.find(m.order_ref.value);
    if (found == orders.end()) return complain("cancels an order that is not open");
    if (m.canceled_shares >= found->second.shares) return complain("cancels all or more of an order");
    take_off(found, m.canceled_shares);
  }
  void check(const itch::OrderDelete& m) {
    const auto found = orders.find(m.order_ref.value);
    if (found == orders.end()) return complain("deletes an order that is not open");
    take_off(found, found->second.shares);
  }
  void check(const itch::OrderExecuted& m) {
    must_be_trading();
    execute(m);
  }
  void check(const itch::OrderExecutedWithPrice& m) {
    const auto found = orders.find(m.order_ref.value);
    if (found == orders.end()) return complain("executes an order that is not open");
    const Order order = found->second;
    Stock& stock = stocks[locate_];
    if (m.printable == 'Y') {
      must_be_trading();
      ++executions_at_a_better_price;
    } else {
      stock.in_cross = true;
      (order.side == ringbuf::Side::bid ? stock.cross_bought : stock.cross_sold) += m.executed_shares;
    }
    const std::uint32_t price = m.execution_price.raw;
    const bool worse = order.side == ringbuf::Side::bid ? price > order.price : price < order.price;
    if (worse && m.printable == 'N') complain("a cross gives an order a worse price than its limit");
    execute(m);
  }
  void check(const itch::Trade& m) {
    must_be_trading();
    if (m.shares == 0) complain("a trade of nothing");
    const Stock& stock = stocks[locate_];
    if (!stock.bids.empty() && m.price.raw < stock.bids.rbegin()->first) complain("a trade below the bid");
    if (!stock.asks.empty() && m.price.raw > stock.asks.begin()->first) complain("a trade above the ask");
    must_grow(m.match_number);
  }
  void check(const itch::CrossTrade& m) {
    Stock& stock = stocks[locate_];
    if (stock.cross_bought > m.shares || stock.cross_sold > m.shares) complain("a cross smaller than its parts");
    if (!stock.informed || stock.informed_paired != m.shares) complain("a cross that no NOII has told of");
    stock.informed = false;
    if ((m.shares == 0) != (m.price.raw == 0)) complain("a cross with a price and no shares, or the reverse");
    stock.in_cross = false;
    stock.cross_bought = stock.cross_sold = 0;
    stock.crossed_since_halt = true;
    must_grow(m.match_number);
  }
  void check(const itch::NetOrderImbalance& m) {
    stocks[locate_].informed = true;
    stocks[locate_].informed_paired = m.paired_shares;
    if ((m.imbalance_shares == 0) != (m.imbalance_direction == 'N' || m.imbalance_direction == 'O'))
      complain("an imbalance without a direction, or the reverse");
  }
  void check(const itch::RegShoRestriction& m) { short_sale_restrictions += m.action == '1' ? 1 : 0; }
  void check(const itch::BrokenTrade& m) {
    if (m.match_number.value == 0 || m.match_number.value > last_match_) complain("breaks a trade that never was");
  }

  template <class Add>
  void add(const Add& m) {
    if (m.shares == 0) complain("an order for nothing");
    insert(m.order_ref.value, {locate_, m.side, m.price.raw, m.shares});
  }

  void insert(std::uint64_t reference, const Order& order) {
    Stock& stock = stocks[order.locate];
    if (stock.state != 'T') complain("an order comes while the stock is halted");
    std::uint64_t& last = last_reference_[reference % 4];
    if (reference <= last) complain("an engine's references must grow");
    last = reference;
    if (order.price == 0 || (order.price > 10'000 && order.price % 100 != 0)) complain("a price between increments");
    orders[reference] = order;
    levels(order)[order.price].push_back(reference);
    stock.added += order.shares;
    if (!stock.bids.empty() && !stock.asks.empty() && stock.bids.rbegin()->first >= stock.asks.begin()->first)
      complain("the book is locked or crossed");
  }

  template <class Execution>
  void execute(const Execution& m) {
    const auto found = orders.find(m.order_ref.value);
    if (found == orders.end()) return complain("executes an order that is not open");
    const Order& order = found->second;
    const Levels& side = levels(order);
    const auto& [best, queue] = order.side == ringbuf::Side::bid ? *side.rbegin() : *side.begin();
    if (order.price != best) complain("executes an order while there is a better one");
    if (queue.front() != found->first) complain("executes an order while there is an older one");
    if (m.executed_shares == 0 || m.executed_shares > order.shares) complain("executes nothing, or more than there is");
    stocks[locate_].executed += m.executed_shares;
    must_grow(m.match_number);
    reduce(found, m.executed_shares);
  }

  void take_off(std::map<std::uint64_t, Order>::iterator found, std::uint32_t shares) {
    stocks[locate_].taken_off += shares;
    reduce(found, shares);
  }

  void reduce(std::map<std::uint64_t, Order>::iterator found, std::uint32_t shares) {
    Order& order = found->second;
    if (order.locate != locate_) complain("an order of another stock");
    order.shares -= std::min(order.shares, shares);
    if (order.shares > 0) return;
    Levels& side = levels(order);
    auto& queue = side[order.price];
    queue.erase(std::find(queue.begin(), queue.end(), found->first));
    if (queue.empty()) side.erase(order.price);
    orders.erase(found);
  }

  void must_be_trading() {
    if (stocks[locate_].state != 'T') complain("a trade while the stock is halted");
  }
  void must_grow(itch::MatchNumber number) {
    if (number.value <= last_match_) complain("match numbers must grow");
    last_match_ = number.value;
  }
  Levels& levels(const Order& order) {
    return order.side == ringbuf::Side::bid ? stocks[order.locate].bids : stocks[order.locate].asks;
  }

  std::uint64_t number_ = 0;
  std::uint16_t locate_ = 0;
  char type_ = 0;
  std::uint64_t last_time_ = 0;
  std::uint64_t last_match_ = 0;
  std::map<std::uint64_t, std::uint64_t> last_reference_;
};

}  // namespace tickplant::tests
