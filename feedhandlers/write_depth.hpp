// The ten-level depth table follows the book.
//
// Threads: the feed's own.
#pragma once

#include <algorithm>
#include <cstdint>

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

/// The book of `id` as its entry of the table.
[[nodiscard]] inline ringbuf::DepthEntry depth_of(const OrderBook& book, ringbuf::InstrumentId id,
                                                  platform::UnixNanos time) noexcept {
  using ringbuf::Side;
  ringbuf::DepthEntry entry;
  entry.ts_event = time;
  entry.flags = book.is_maybe_bad(id) ? ringbuf::DepthEntry::kMaybeBad : 0;
  for (const Side side : {Side::bid, Side::ask}) {
    const auto count = std::min<std::uint32_t>(book.level_count(id, side), ringbuf::kDepthLevels);
    (side == Side::bid ? entry.bid_count : entry.ask_count) = static_cast<std::uint16_t>(count);
    auto& levels = side == Side::bid ? entry.bid : entry.ask;
    for (std::uint32_t i = 0; i < count; ++i) {
      const OrderBook::Level level = book.level(id, side, i);
      levels[i] = {level.price, level.size, level.order_count, 0};
    }
  }
  return entry;
}

}  // namespace tickplant::feedhandlers
