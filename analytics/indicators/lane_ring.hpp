// The last values of a series, per lane: instruments skip bars, so that each lane has a position of its own. Lanes that
// move together share cache lines.
//
// Slots without a value hold zero, so that a sum over a window needs no case for its first bars.
// Threads: one owner of the state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analytics/indicators/lane_state.hpp"
#include "platform/prefetch.hpp"

namespace tickplant::analytics {

template <class T>
class LaneRing {
 public:
  /// At set-up: somebody is going to ask for the value of so many pushes ago.
  void keep(std::int64_t bars) {
    capacity_ = std::max(capacity_, bars);
    if (std::find(asked_.begin(), asked_.end(), bars) == asked_.end()) asked_.push_back(bars);
  }
  void place(StateLayout& layout) {
    layout.place(next_);
    layout.place_sparse(slots_, static_cast<std::size_t>(capacity_));
  }

  /// The value pushed `bars` pushes ago; 1: the last one.
  [[nodiscard]] T ago(std::byte* state, std::size_t lane, std::int64_t bars) const noexcept {
    return *place_of(state, lane, bars);
  }
  /// Asks for all slots that are going to be asked for, so that memory brings them at the same time.
  void prefetch(std::byte* state) const noexcept {
    for (const std::int64_t bars : asked_) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) platform::prefetch_for_read(place_of(state, lane, bars));
    }
  }
  void push(std::byte* state, std::size_t lane, T value) const noexcept {
    std::int64_t& next = next_.lanes(state)[lane];
    slots_.lanes(state)[at(next, lane)] = value;
    next = next + 1 == capacity_ ? 0 : next + 1;
  }

 private:
  [[nodiscard]] T* place_of(std::byte* state, std::size_t lane, std::int64_t bars) const noexcept {
    const std::int64_t slot = next_.lanes(state)[lane] - bars;
    return slots_.lanes(state) + at(slot + (slot < 0 ? capacity_ : 0), lane);
  }
  [[nodiscard]] static std::size_t at(std::int64_t slot, std::size_t lane) noexcept {
    return static_cast<std::size_t>(slot) * kLanes + lane;
  }

  std::int64_t capacity_ = 1;
  std::vector<std::int64_t> asked_;
  LaneField<std::int64_t> next_;  // where the next value goes
  LaneField<T> slots_;
};

}  // namespace tickplant::analytics
