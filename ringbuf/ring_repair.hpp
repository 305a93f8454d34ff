// Makes a ring and its tables whole again after their writer died: what a successor does before it writes.
//
// A record reaches the ring first, then newest, then the image, then `image_complete_through`. So after a death at any
// instant the tables lack at most the records behind image_complete_through, and at most one entry of each table is
// half written. Records are entered again in order; entries that have them already are left alone.
//
// One thing cannot be known: whether the sums (volume, notional, counts) of a half-written entry have its last record.
// It is then not added again, so they may be one record short, and the entry's quality says gap_inside.
//
// Threads: the successor's set-up, before it makes writers over the same bytes; nobody else writes.
// Not here: depth (its feed clears it: a book does not survive its process), taking the segment over (segment.hpp).
#pragma once

#include <cstdint>
#include <span>

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::ringbuf {

struct RingRepair {
  Sequence last{};                      // newest complete record: a writer continues behind it
  std::uint64_t re_entered = 0;         // records that the tables lacked
  std::uint64_t half_written = 0;       // table entries found so
  std::uint64_t no_longer_in_ring = 0;  // records that the tables lack and the ring has overwritten
};

/// `ring_payload`: behind the header of a ring of ticks with `slot_count` slots. The tables as their writers take them.
RingRepair repair_ring(std::span<std::byte> ring_payload, std::uint64_t slot_count, std::span<ImageSlot> image,
                       std::span<NewestSlot> newest) noexcept;

}  // namespace tickplant::ringbuf
