#include "feedhandlers/venue/order_queue.hpp"

#include <algorithm>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

std::size_t OrderQueue::position(std::uint32_t price_e4) const noexcept {
  const auto at = std::partition_point(levels_.begin(), levels_.end(), [&](const PriceLevel& level) {
    return is_better(side_, price_e4, level.price_e4);
  });
  return static_cast<std::size_t>(at - levels_.begin());
}

OrderIndex OrderQueue::add(OrderReference reference, std::uint32_t price_e4, std::uint32_t shares) {
  TP_DCHECK(shares > 0);
  const std::size_t at = position(price_e4);
  if (at == levels_.size() || levels_[at].price_e4 != price_e4)
    levels_.insert(levels_.begin() + static_cast<std::ptrdiff_t>(at), PriceLevel{.price_e4 = price_e4});
  PriceLevel& level = levels_[at];
  const OrderIndex order = pool_->take({reference, price_e4, shares, level.newest, kNoOrder});
  if (level.newest == kNoOrder) {
    level.oldest = order;
  } else {
    (*pool_)[level.newest].newer = order;
  }
  level.newest = order;
  level.shares += shares;
  ++level.orders;
  ++order_count_;
  return order;
}

void OrderQueue::reduce(OrderIndex index, std::uint32_t shares) noexcept {
  RestingOrder& order = (*pool_)[index];
  const std::size_t at = position(order.price_e4);
  TP_DCHECK(at < levels_.size() && levels_[at].price_e4 == order.price_e4 && shares <= order.shares);
  PriceLevel& level = levels_[at];
  order.shares -= shares;
  level.shares -= shares;
  if (order.shares > 0) return;

  (order.older == kNoOrder ? level.oldest : (*pool_)[order.older].newer) = order.newer;
  (order.newer == kNoOrder ? level.newest : (*pool_)[order.newer].older) = order.older;
  pool_->give_back(index);
  --order_count_;
  if (--level.orders == 0) levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace tickplant::feedhandlers::venue
