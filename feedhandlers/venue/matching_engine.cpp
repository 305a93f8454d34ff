#include "feedhandlers/venue/matching_engine.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::venue {

std::uint32_t MatchingEngine::take(Side side, std::uint32_t limit_e4, std::uint32_t shares,
                                   std::uint32_t better_by_e4) {
  const Side other = opposite(side);
  OrderQueue& shown = seen(other);
  OrderQueue& concealed = unseen(other);
  while (shares > 0) {
    const bool meets_shown = shown.trades_at(limit_e4);
    const bool meets_concealed = concealed.trades_at(limit_e4);
    if (!meets_shown && !meets_concealed) break;
    const bool takes_hidden =
        meets_concealed && (!meets_shown || is_better(other, concealed.best().price_e4, shown.best().price_e4));
    const OrderQueue& queue = takes_hidden ? concealed : shown;
    const std::uint32_t executed = std::min(shares, (*pool_)[queue.best().oldest].shares);
    if (takes_hidden) {
      execute_hidden(concealed, executed);
    } else {
      execute_displayed(shown, executed, better_by_e4);
    }
    shares -= executed;
  }
  return shares;
}

void MatchingEngine::place(Side side, std::uint32_t limit_e4, std::uint32_t shares, Attribution attribution) {
  const std::uint32_t left = take(side, limit_e4, shares);
  if (left > 0) rest(side, limit_e4, left, attribution);
}

void MatchingEngine::place_hidden(Side side, std::uint32_t limit_e4, std::uint32_t shares) {
  const std::uint32_t left = take(side, limit_e4, shares);
  if (left > 0) unseen(side).add({}, limit_e4, left);
}

void MatchingEngine::cancel(Side side, OrderIndex order, std::uint32_t shares) {
  const RestingOrder resting = (*pool_)[order];
  if (shares < resting.shares) {
    tape_->write(OrderCancel{header(), resting.reference, shares});
  } else {
    tape_->write(OrderDelete{header(), resting.reference});
  }
  seen(side).reduce(order, std::min(shares, resting.shares));
}

void MatchingEngine::replace(Side side, OrderIndex order, std::uint32_t limit_e4, std::uint32_t shares) {
  const RestingOrder old = (*pool_)[order];
  if (could_trade(side, limit_e4)) {
    cancel(side, order, old.shares);
    return place(side, limit_e4, shares);
  }
  seen(side).reduce(order, old.shares);
  const OrderReference reference = tape_->next_reference(locate_);
  tape_->write(OrderReplace{header(), old.reference, reference, shares, {limit_e4}});
  seen(side).add(reference, limit_e4, shares);
}

bool MatchingEngine::cancel_hidden(Side side) noexcept {
  OrderQueue& queue = unseen(side);
  if (queue.empty()) return false;
  const OrderIndex order = queue.best().oldest;
  queue.reduce(order, (*pool_)[order].shares);
  return true;
}

void MatchingEngine::execute_in_cross(Side side, OrderIndex order, std::uint32_t shares, std::uint32_t price_e4) {
  tape_->write(
      OrderExecutedWithPrice{header(), (*pool_)[order].reference, shares, tape_->next_match(), 'N', {price_e4}});
  seen(side).reduce(order, shares);
}

void MatchingEngine::report_cross(std::uint64_t shares, std::uint32_t price_e4, char cross_type) {
  const MatchNumber match = shares > 0 ? count(shares, price_e4) : tape_->next_match();
  tape_->write(CrossTrade{header(), shares, stock_, {price_e4}, match, cross_type});
}

void MatchingEngine::execute_displayed(OrderQueue& queue, std::uint32_t shares, std::uint32_t better_by_e4) {
  const OrderIndex index = queue.best().oldest;
  const RestingOrder& order = (*pool_)[index];
  if (better_by_e4 == 0) {
    tape_->write(OrderExecuted{header(), order.reference, shares, count(shares, order.price_e4)});
  } else {
    const std::uint32_t price =
        queue.side() == Side::bid ? order.price_e4 + better_by_e4 : order.price_e4 - better_by_e4;
    tape_->write(OrderExecutedWithPrice{header(), order.reference, shares, count(shares, price), 'Y', {price}});
  }
  queue.reduce(index, shares);
}

void MatchingEngine::execute_hidden(OrderQueue& queue, std::uint32_t shares) {
  const OrderIndex index = queue.best().oldest;
  const std::uint32_t price = queue.best().price_e4;
  // Since 2014 neither the side nor the reference of a hidden order is told.
  tape_->write(Trade{header(), {}, Side::bid, shares, stock_, {price}, count(shares, price)});
  queue.reduce(index, shares);
}

void MatchingEngine::rest(Side side, std::uint32_t limit_e4, std::uint32_t shares, Attribution attribution) {
  const OrderReference reference = tape_->next_reference(locate_);
  if (attribution == kAnonymous) {
    tape_->write(AddOrder{header(), reference, side, shares, stock_, {limit_e4}});
  } else {
    tape_->write(AddOrderAttributed{header(), reference, side, shares, stock_, {limit_e4}, attribution});
  }
  seen(side).add(reference, limit_e4, shares);
}

MatchNumber MatchingEngine::count(std::uint64_t shares, std::uint32_t price_e4) noexcept {
  ++totals_.trades;
  totals_.shares += shares;
  totals_.notional_e4 += shares * price_e4;
  totals_.last_e4 = price_e4;
  totals_.last_match = tape_->next_match();
  return totals_.last_match;
}

}  // namespace tickplant::feedhandlers::venue
