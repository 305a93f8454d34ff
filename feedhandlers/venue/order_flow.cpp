#include "feedhandlers/venue/order_flow.hpp"

#include <algorithm>
#include <array>

#include "feedhandlers/venue/quote_goals.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::array kMakers{padded<4>("BRKM"), padded<4>("CLDR"), padded<4>("HTRN"),
                             padded<4>("OAKS"), padded<4>("TIDE"), padded<4>("WREN")};

/// The order moves away from the touch: below a bid, above an ask.
double away_from(Side side, double price_e4, double by_e4) {
  return side == Side::bid ? price_e4 - by_e4 : price_e4 + by_e4;
}

}  // namespace

void OrderFlow::act(Stock& stock) {
  stock.heat -= stock.heat / 4;
  const Side first = some_side();
  for (const Side side : {first, opposite(first)})
    if (is_mispriced(stock, side)) return correct(stock, side);
  for (const Side side : {first, opposite(first)})
    if (is_wide(stock, side)) return quote(stock, side);
  routine(stock);
}

bool OrderFlow::is_mispriced(const Stock& stock, Side side) const noexcept {
  const OrderQueue& queue = stock.engine.displayed(side);
  if (queue.empty()) return false;
  const double best = queue.best().price_e4;
  return side == Side::bid ? best > stock.fair.value_e4() : best < stock.fair.value_e4();
}

bool OrderFlow::is_wide(const Stock& stock, Side side) const noexcept {
  const OrderQueue& queue = stock.engine.displayed(side);
  return queue.empty() || is_better(side, quote_goal(stock, side), queue.best().price_e4);
}

/// Somebody is faster than the owner, or the owner is fast enough.
void OrderFlow::correct(Stock& stock, Side side) {
  const OrderQueue& queue = stock.engine.displayed(side);
  if (random_.chance(1, 7)) {
    const std::uint32_t shares = some_shares(stock);
    const std::uint32_t times = 1 + random_.below(3);
    stock.engine.take(opposite(side), passive_price(opposite(side), stock.fair.value_e4()), shares * times);
    stock.heat += 40;
  } else if (random_.chance(1, 4)) {
    const OrderIndex order = queue.best().newest;
    stock.engine.replace(side, order, some_price(stock, side), stock.engine.order(order).shares);
  } else {
    const OrderIndex order = queue.best().newest;
    stock.engine.cancel(side, order, stock.engine.order(order).shares);
  }
}

void OrderFlow::quote(Stock& stock, Side side) {
  const OrderQueue& queue = stock.engine.displayed(side);
  std::uint32_t price = quote_goal(stock, side);
  if (const OrderQueue& other = stock.engine.displayed(opposite(side)); other.trades_at(price))
    price = next_to(side, other.best().price_e4);
  if (queue.order_count() > 4 && random_.chance(1, 6)) {
    const OrderIndex order = queue.best().oldest;
    return stock.engine.replace(side, order, price, stock.engine.order(order).shares);
  }
  const Alpha<4> attribution = some_attribution();
  stock.engine.place(side, price, some_shares(stock), attribution);
}

void OrderFlow::routine(Stock& stock) {
  const std::uint32_t said = static_cast<std::uint32_t>(tape_.messages());
  const std::uint32_t roll = random_.below(1000);
  const std::uint32_t trades = 18 + std::min(stock.heat, 250U);
  if (roll < trades) return trade(stock);
  if (roll < trades + 40) return replace(stock, some_side());
  if (roll < trades + 50) return reduce(stock, some_side());
  if (roll < trades + 70) hide(stock);
  if (roll == 999 && random_.chance(1, 8)) seldom(stock);
  if (static_cast<std::uint32_t>(tape_.messages()) == said) add_or_remove(stock);
}

/// Steers the number of resting orders to its target.
void OrderFlow::add_or_remove(Stock& stock) {
  const double target = stock.order_target;
  const double missing = (target - static_cast<double>(stock.engine.open_orders())) / target;
  const double adds = std::clamp(0.53 + 2 * missing, 0.05, 0.97);
  const Side side = some_side();
  if (random_.fraction() >= adds && (remove(stock, side) || remove(stock, opposite(side)))) return;
  add(stock, side);
}

void OrderFlow::add(Stock& stock, Side side) {
  const Alpha<4> attribution = some_attribution();
  const std::uint32_t shares = some_shares(stock);
  stock.engine.place(side, some_price(stock, side), shares, attribution);
}

bool OrderFlow::remove(Stock& stock, Side side) {
  const OrderIndex order = some_order(stock, side);
  if (order == kNoOrder) return false;
  stock.engine.cancel(side, order, stock.engine.order(order).shares);
  return true;
}

void OrderFlow::trade(Stock& stock) {
  const Side side = some_side();
  const OrderQueue& other = stock.engine.displayed(opposite(side));
  if (other.empty()) return add(stock, side);
  // Through the touch and a little further; with retail interest a tenth of an increment better.
  const std::uint32_t touch = other.best().price_e4;
  const bool deep = random_.chance(1, 8) && other.level_count() > 1;
  const std::uint32_t limit = deep ? other.level(1).price_e4 : touch;
  const bool retail = stock.retail_interest != 'N' && touch >= 10'000 && random_.chance(1, 4);
  stock.engine.take(side, limit, some_shares(stock), retail ? 10 : 0);
  stock.heat += 120;
}

void OrderFlow::replace(Stock& stock, Side side) {
  const OrderIndex order = some_order(stock, side);
  if (order == kNoOrder) return add(stock, side);
  const std::uint32_t old = stock.engine.order(order).shares;
  const std::uint32_t shares = random_.chance(2, 3) ? old : some_shares(stock);
  stock.engine.replace(side, order, some_price(stock, side), shares);
}

void OrderFlow::reduce(Stock& stock, Side side) {
  const OrderIndex order = some_order(stock, side);
  if (order == kNoOrder) return add(stock, side);
  const std::uint32_t shares = stock.engine.order(order).shares;
  stock.engine.cancel(side, order, shares > 1 ? 1 + random_.below(shares - 1) : 1);
}

/// At the quote or in its middle, a few at a time; their coming and going is not told.
void OrderFlow::hide(Stock& stock) {
  const Side side = some_side();
  if (stock.engine.hidden(side).order_count() >= 4) stock.engine.cancel_hidden(side);
  const std::uint32_t own = quote_goal(stock, side);
  const std::uint32_t middle = (own + quote_goal(stock, opposite(side))) / 2;
  const std::uint32_t shares = some_shares(stock);
  stock.engine.place_hidden(side, random_.chance(1, 2) ? own : middle, shares);
}

void OrderFlow::seldom(Stock& stock) {
  const MatchingEngine& engine = stock.engine;
  switch (random_.below(8)) {
    case 0:
      if (engine.totals().last_match.value == 0) break;
      return tape_.write(BrokenTrade{tape_.header(engine.locate()), engine.totals().last_match});
    case 1:
      return tape_.write(MarketParticipantPosition{tape_.header(engine.locate()),
                                                   kMakers[random_.below(kMakers.size())], engine.stock(), 'N', 'N',
                                                   "AEW"[random_.below(3)]});
    default:
      stock.retail_interest = "NBSA"[random_.below(4)];
      return tape_.write(RetailPriceImprovement{tape_.header(engine.locate()), engine.stock(), stock.retail_interest});
  }
}

void OrderFlow::join_auction(Stock& stock) {
  for (const Side side : {Side::bid, Side::ask}) {
    const double off = stock.fair.value_e4() * 0.004 * (random_.fraction() - 0.3);
    const std::uint32_t shares = some_shares(stock);
    const std::uint32_t times = 1 + random_.below(20);
    stock.auction.add(side, passive_price(side, away_from(side, stock.fair.value_e4(), off)), shares * times);
  }
}

/// Mostly young and near the touch; now and then any.
OrderIndex OrderFlow::some_order(const Stock& stock, Side side) noexcept {
  const OrderQueue& queue = stock.engine.displayed(side);
  if (queue.empty()) return kNoOrder;
  const auto levels = static_cast<std::uint32_t>(queue.level_count());
  const std::uint32_t index = random_.chance(3, 4) ? std::min(random_.halvings(), levels - 1) : random_.below(levels);
  const PriceLevel& level = queue.level(index);
  OrderIndex order = random_.chance(3, 4) ? level.newest : level.oldest;
  for (std::uint32_t steps = random_.below(4); steps > 0 && stock.engine.order(order).older != kNoOrder; --steps)
    order = stock.engine.order(order).older;
  return order;
}

/// Half at the wished quote or a step from it, a third in the depth behind, the rest far out; never through the other
/// side.
std::uint32_t OrderFlow::some_price(const Stock& stock, Side side) noexcept {
  const std::uint32_t roll = random_.below(100);
  double steps = random_.halvings();
  if (roll >= 90) {
    steps = stock.fair.value_e4() * 0.12 * random_.fraction() / step_e4(stock);
  } else if (roll >= 55) {
    steps = random_.below(24);
  }
  const double from = quote_goal(stock, side);
  const std::uint32_t price = passive_price(side, away_from(side, from, steps * step_e4(stock)));
  const OrderQueue& other = stock.engine.displayed(opposite(side));
  return other.trades_at(price) ? next_to(side, other.best().price_e4) : price;
}

/// Round lots mostly, some odd ones; fewer where a share is dear.
std::uint32_t OrderFlow::some_shares(const Stock& stock) noexcept {
  const bool dear = stock.fair.value_e4() > 2'000'000;
  if (random_.chance(1, dear ? 2 : 5)) return 1 + random_.below(99);
  const std::uint32_t lots = 1 + random_.halvings();
  const bool cheap = stock.fair.value_e4() < 100'000;
  return 100 * lots * (cheap ? 1 + random_.below(10) : 1);
}

Attribution OrderFlow::some_attribution() noexcept {
  return random_.chance(1, 24) ? kMakers[random_.below(kMakers.size())] : kAnonymous;
}

}  // namespace tickplant::feedhandlers::venue
