// Resting orders of all stocks in one array, so that taking one costs no allocation once the array has grown.
//
// Threads: one.
// Not here: which order trades first (order_queue.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/order_reference.hpp"

namespace tickplant::feedhandlers::venue {

/// Place in the pool, valid until the order is gone.
struct OrderIndex {
  std::uint32_t value = 0xffff'ffff;
  friend constexpr bool operator==(OrderIndex, OrderIndex) = default;
};
inline constexpr OrderIndex kNoOrder{};

struct RestingOrder {
  OrderReference reference{};  // 0 when not displayed: nobody outside hears of it
  std::uint32_t price_e4 = 0;
  std::uint32_t shares = 0;
  OrderIndex older{};  // neighbours at the same price
  OrderIndex newer{};
};

class OrderPool {
 public:
  explicit OrderPool(std::size_t expected) { orders_.reserve(expected); }

  [[nodiscard]] OrderIndex take(const RestingOrder& order) {
    ++in_use_;
    if (first_free_ == kNoOrder) {
      orders_.push_back(order);
      return {static_cast<std::uint32_t>(orders_.size() - 1)};
    }
    const OrderIndex index = first_free_;
    first_free_ = orders_[index.value].newer;
    orders_[index.value] = order;
    return index;
  }
  void give_back(OrderIndex index) noexcept {
    --in_use_;
    orders_[index.value].newer = first_free_;
    first_free_ = index;
  }

  [[nodiscard]] RestingOrder& operator[](OrderIndex index) noexcept { return orders_[index.value]; }
  [[nodiscard]] const RestingOrder& operator[](OrderIndex index) const noexcept { return orders_[index.value]; }
  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

 private:
  std::vector<RestingOrder> orders_;
  OrderIndex first_free_ = kNoOrder;
  std::size_t in_use_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
