// The book of one stock and the rule by which it trades: best price first, displayed before hidden at one price, then
// the oldest. An incoming order trades at the price of the resting one. What happens is said on the tape.
//
//   displayed order rests   A, F      executed  E, or C when at another price than its own
//   changed by its owner    X, D, U   hidden order executed  P (nothing is said when it comes or goes)
//
// Displayed bid and ask never lock or cross: what could trade has traded.
//
// Threads: one. Allocates only where a queue or the pool grows.
// Not here: auctions (call_auction.hpp), who wants what (order_flow.hpp), halts (market.cpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/order_queue.hpp"
#include "feedhandlers/venue/tape.hpp"

namespace tickplant::feedhandlers::venue {

using Attribution = Alpha<4>;
inline constexpr Attribution kAnonymous{};

/// What counts for a receiver's volume: E, printable C, P, and Q of more than 0 shares.
struct TradeTotals {
  std::uint64_t trades = 0;
  std::uint64_t shares = 0;
  std::uint64_t notional_e4 = 0;
  std::uint32_t last_e4 = 0;  // 0 = none yet
  MatchNumber last_match{};
};

class MatchingEngine {
 public:
  MatchingEngine(OrderPool& pool, Tape& tape, StockLocate locate, Symbol stock) noexcept
      : pool_(&pool),
        tape_(&tape),
        displayed_{OrderQueue{pool, Side::bid}, OrderQueue{pool, Side::ask}},
        hidden_{OrderQueue{pool, Side::bid}, OrderQueue{pool, Side::ask}},
        stock_(stock),
        locate_(locate) {}

  /// Takes memory for so many displayed levels a side now.
  void reserve(std::size_t levels) {
    for (OrderQueue& queue : displayed_) queue.reserve(levels);
    for (OrderQueue& queue : hidden_) queue.reserve(kFewLevels);
  }

  /// Trades up to `shares` against the other side at the limit or better. Returns how many are left.
  /// `better_by_e4`: so much better than the displayed price does the incoming order get it (told by C).
  std::uint32_t take(Side side, std::uint32_t limit_e4, std::uint32_t shares, std::uint32_t better_by_e4 = 0);

  /// A limit order: trades what it can, the rest is displayed. `shares` above 0.
  void place(Side side, std::uint32_t limit_e4, std::uint32_t shares, Attribution attribution = kAnonymous);
  /// The same, but nobody sees it rest.
  void place_hidden(Side side, std::uint32_t limit_e4, std::uint32_t shares);

  // By the owner of an order that rests, displayed, on `side`.

  /// Takes `shares` off; the order goes when no more are there.
  void cancel(Side side, OrderIndex order, std::uint32_t shares);
  /// New price and size, behind all others at that price. Where it could trade it does, as an order of its own.
  void replace(Side side, OrderIndex order, std::uint32_t limit_e4, std::uint32_t shares);
  /// The oldest of the best hidden orders goes, unseen. False when there is none.
  bool cancel_hidden(Side side) noexcept;

  // In a cross: executions at one price which is told once, in the Q.

  void execute_in_cross(Side side, OrderIndex order, std::uint32_t shares, std::uint32_t price_e4);
  void report_cross(std::uint64_t shares, std::uint32_t price_e4, char cross_type);

  [[nodiscard]] const OrderQueue& displayed(Side side) const noexcept { return displayed_[index_of(side)]; }
  [[nodiscard]] const OrderQueue& hidden(Side side) const noexcept { return hidden_[index_of(side)]; }
  [[nodiscard]] const RestingOrder& order(OrderIndex index) const noexcept { return (*pool_)[index]; }
  [[nodiscard]] std::uint64_t open_orders() const noexcept {
    return displayed_[0].order_count() + displayed_[1].order_count();
  }
  [[nodiscard]] const TradeTotals& totals() const noexcept { return totals_; }
  [[nodiscard]] StockLocate locate() const noexcept { return locate_; }
  [[nodiscard]] Symbol stock() const noexcept { return stock_; }

 private:
  static constexpr std::size_t kFewLevels = 8;
  static constexpr std::size_t index_of(Side side) noexcept { return side == Side::bid ? 0 : 1; }
  [[nodiscard]] OrderQueue& seen(Side side) noexcept { return displayed_[index_of(side)]; }
  [[nodiscard]] OrderQueue& unseen(Side side) noexcept { return hidden_[index_of(side)]; }
  [[nodiscard]] bool could_trade(Side side, std::uint32_t limit_e4) const noexcept {
    return displayed(opposite(side)).trades_at(limit_e4) || hidden(opposite(side)).trades_at(limit_e4);
  }

  void execute_displayed(OrderQueue& queue, std::uint32_t shares, std::uint32_t better_by_e4);
  void execute_hidden(OrderQueue& queue, std::uint32_t shares);
  void rest(Side side, std::uint32_t limit_e4, std::uint32_t shares, Attribution attribution);
  MatchNumber count(std::uint64_t shares, std::uint32_t price_e4) noexcept;
  [[nodiscard]] Header header() const noexcept { return tape_->header(locate_); }

  OrderPool* pool_;
  Tape* tape_;
  OrderQueue displayed_[2];
  OrderQueue hidden_[2];
  TradeTotals totals_;
  Symbol stock_;
  StockLocate locate_;
};

}  // namespace tickplant::feedhandlers::venue
