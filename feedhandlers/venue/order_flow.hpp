// The participants: who places, changes and takes away orders in a stock that trades. They know its fair value and act
// on it with noise.
//
//   a quote on the wrong side of the value   is hit, or pulled in time
//   no quote where makers want one           is placed there
//   else the routine of the day              adds and deletes of young orders, trades that come in clusters, replaces
//
// Threads: one. No allocation of its own.
// Not here: how orders match (matching_engine.hpp), halts and auctions (halts.hpp, market.cpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/random.hpp"
#include "feedhandlers/venue/stock.hpp"
#include "feedhandlers/venue/tape.hpp"

namespace tickplant::feedhandlers::venue {

class OrderFlow {
 public:
  OrderFlow(Random& random, Tape& tape) noexcept : random_(random), tape_(tape) {}

  /// Something happens in a stock that trades: at least one message.
  void act(Stock& stock);

  /// A passive order near the wished quote: one message, or more where it meets hidden orders.
  void add(Stock& stock, Side side);

  /// An order at or near the touch goes. False when none rests on that side.
  bool remove(Stock& stock, Side side);

  /// Buyers and sellers for the next auction, around the fair value.
  void join_auction(Stock& stock);

 private:
  [[nodiscard]] bool is_mispriced(const Stock& stock, Side side) const noexcept;
  [[nodiscard]] bool is_wide(const Stock& stock, Side side) const noexcept;

  void correct(Stock& stock, Side side);
  void quote(Stock& stock, Side side);
  void routine(Stock& stock);
  void add_or_remove(Stock& stock);
  void trade(Stock& stock);
  void replace(Stock& stock, Side side);
  void reduce(Stock& stock, Side side);
  void hide(Stock& stock);
  void seldom(Stock& stock);

  [[nodiscard]] Side some_side() noexcept { return random_.chance(1, 2) ? Side::bid : Side::ask; }
  [[nodiscard]] OrderIndex some_order(const Stock& stock, Side side) noexcept;
  [[nodiscard]] std::uint32_t some_price(const Stock& stock, Side side) noexcept;
  [[nodiscard]] std::uint32_t some_shares(const Stock& stock) noexcept;
  [[nodiscard]] Attribution some_attribution() noexcept;

  Random& random_;
  Tape& tape_;
};

}  // namespace tickplant::feedhandlers::venue
