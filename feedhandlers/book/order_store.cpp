#include "feedhandlers/book/order_store.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers {
namespace {

constexpr std::size_t kMinHomes = 64;
constexpr std::size_t kMaxCapacity = std::size_t{1} << 31;

std::size_t checked(std::size_t order_capacity) {
  if (order_capacity == 0 || order_capacity > kMaxCapacity) {
    throw platform::SetupError("an order store for " + std::to_string(order_capacity) + " orders",
                               "ask for 1 to " + std::to_string(kMaxCapacity) + " open orders");
  }
  return order_capacity;
}

std::size_t homes_for(std::size_t order_capacity) {
  return std::max(kMinHomes, std::bit_ceil(order_capacity + order_capacity / 2));
}

}  // namespace

OrderStore::OrderStore(std::size_t order_capacity)
    : capacity_(checked(order_capacity)),
      group_shift_(64 + kNeighbourBits - static_cast<unsigned>(std::countr_zero(homes_for(order_capacity)))),
      slots_(homes_for(order_capacity) + kMaxDisplacement + 1, "order store") {}

}  // namespace tickplant::feedhandlers
