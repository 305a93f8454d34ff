#include "feedhandlers/book/order_store.hpp"

#include <algorithm>
#include <string>

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
      home_shift_(64 - static_cast<unsigned>(std::countr_zero(homes_for(order_capacity)))),
      slots_(homes_for(order_capacity) + kMaxDisplacement * kLineSlots, "order store") {}

StoredOrder* OrderStore::find_displaced(OrderReference reference) noexcept {
  StoredOrder* line = line_of(home_slot(reference));
  for (std::size_t i = 0; i < kMaxDisplacement && line->went_past != 0; ++i) {
    line += kLineSlots;
    for (StoredOrder* slot = line; slot != line + kLineSlots; ++slot) {
      if (slot->reference == reference && slot->size.value != 0) return slot;
    }
  }
  return nullptr;
}

StoredOrder* OrderStore::displaced_slot(OrderReference reference) noexcept {
  StoredOrder* const home = line_of(home_slot(reference));
  StoredOrder* const end = home + (kMaxDisplacement + 1) * kLineSlots;
  StoredOrder* slot = home + kLineSlots;
  while (slot != end && slot->size.value != 0) ++slot;
  if (slot == end) return nullptr;
  for (StoredOrder* line = home; line != line_of(*slot); line += kLineSlots) ++line->went_past;
  return slot;
}

void OrderStore::uncount(StoredOrder* home_line, const StoredOrder* line) noexcept {
  for (; home_line != line; home_line += kLineSlots) --home_line->went_past;
}

}  // namespace tickplant::feedhandlers
