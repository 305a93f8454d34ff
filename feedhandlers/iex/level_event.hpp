// What one IEX event has changed in the ten best levels of one instrument so far. DEEP tells an event level by level;
// until the last one the book is between two states, and the depth table is not touched.
//
// Threads: a value.
#pragma once

#include <algorithm>
#include <cstddef>

#include "feedhandlers/book/book_result.hpp"
#include "ringbuf/depth_table.hpp"

namespace tickplant::feedhandlers::iex {

class LevelEvent {
 public:
  /// `record`: the one that told the change.
  void note(const LevelChange& change, ringbuf::Sequence record) noexcept {
    if (change.kind == LevelChange::Kind::none) return;
    Side& side = change.side == ringbuf::Side::bid ? bid_ : ask_;
    side.record = record;
    side.first = std::min<std::size_t>(side.first, change.index);
    // Where a level came or went, all behind it have moved.
    const bool stays = change.kind == LevelChange::Kind::changed;
    side.last = std::max(side.last, stays ? change.index + std::size_t{1} : ringbuf::kDepthLevels);
  }

  /// Calls `apply(record, DepthChange)` for each side that has changed, the one told last at the end, and forgets it.
  template <class Apply>
  void take(Apply&& apply) noexcept {
    const bool bid_first = bid_.record < ask_.record;
    for (const ringbuf::Side which :
         {bid_first ? ringbuf::Side::bid : ringbuf::Side::ask, bid_first ? ringbuf::Side::ask : ringbuf::Side::bid}) {
      Side& side = which == ringbuf::Side::bid ? bid_ : ask_;
      if (side.first < ringbuf::kDepthLevels) apply(side.record, ringbuf::DepthChange{which, side.first, side.last});
      side = {};
    }
  }

 private:
  struct Side {
    ringbuf::Sequence record{};
    std::size_t first = ringbuf::kDepthLevels;
    std::size_t last = 0;
  };
  Side bid_;
  Side ask_;
};

}  // namespace tickplant::feedhandlers::iex
