// The ten-level depth table follows the book.
//
// Threads: the feed's own.
#pragma once

#include "feedhandlers/book/order_book.hpp"
#include "ringbuf/depth_table.hpp"

namespace tickplant::feedhandlers {

/// Writes the levels of `change` as the book has them now. `record`: the newest that told of them; it grows with each
/// call for an instrument.
inline void write_depth(ringbuf::DepthWriter& depth, const OrderBook& book, ringbuf::InstrumentId instrument,
                        ringbuf::Sequence record, platform::UnixNanos time, bool maybe_bad,
                        const ringbuf::DepthChange& change) noexcept {
  const OrderBook::LevelView levels = book.levels(instrument, change.side);
  depth.update(instrument, record, time, maybe_bad, change, levels.count(),
               [levels](std::size_t index) -> ringbuf::DepthLevel {
                 const OrderBook::Level level = levels[index];
                 return {level.price, level.size, level.order_count, 0};
               });
}

}  // namespace tickplant::feedhandlers
