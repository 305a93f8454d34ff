// The venue's name for an order: unique among the open orders of a feed, any value is legal.
#pragma once

#include <compare>
#include <cstdint>

namespace tickplant::feedhandlers {

struct OrderReference {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(OrderReference, OrderReference) = default;
};

}  // namespace tickplant::feedhandlers
