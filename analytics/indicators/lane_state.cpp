#include "analytics/indicators/lane_state.hpp"

#include <cstring>

namespace tickplant::analytics {

void StateLayout::start(std::byte* state) const noexcept {
  for (std::size_t lane = 0; lane < kLanes; ++lane) reset_lane(state, lane);
}

void StateLayout::reset_lane(std::byte* state, std::size_t lane) const noexcept {
  for (const Rows& rows : rows_) {
    std::byte* place = state + rows.offset + lane * rows.lane_bytes;
    for (std::size_t row = 0; row < rows.count; ++row, place += kLanes * rows.lane_bytes) {
      std::memset(place, 0, rows.lane_bytes);
      std::memcpy(place, &rows.initial, sizeof rows.initial);
    }
  }
}

}  // namespace tickplant::analytics
