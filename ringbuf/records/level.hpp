// The new state of one price level.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

//  +0 price 8   +8 size 8   +16 order_count 4   +20 index 2   +22 side 1   +23 reserved 9
struct LevelBody {
  static constexpr RecordType kType = RecordType::level;
  Price price{};
  Size size{};                    // 0: the level is gone
  std::uint32_t order_count = 0;  // 0 with a size: the venue does not say
  std::uint16_t index =
      0;  // from the best, at the time of the change: where it stands, stood or now stands; saturating
  Side side = Side::none;
  std::array<std::uint8_t, 9> reserved{};
};
static_assert(RecordBody<LevelBody> && offsetof(LevelBody, order_count) == 16 && offsetof(LevelBody, side) == 22);

}  // namespace tickplant::ringbuf
