// Makes a ring and its tables whole again after their writers died: what a successor does before it writes.
//
// A record reaches the ring first, then newest, then the image, then `image_complete_through`. So after a death at any
// instant the tables lack at most the records behind image_complete_through, and at most one entry of each table and
// writer is half written. The sums of such an entry are put back from the writer's note (table_undo.hpp), then the
// records are entered again in order; entries that have them already are left alone. The result equals the history.
//
// Of a ring with several writers some sequences may be taken and not filled: they get padding records, which say that
// nothing happened. So no sequence is without content, and none gets a second one.
//
// May itself be killed at any instant and run again.
//
// Threads: the successor's set-up, before it makes writers over the same bytes; nobody else writes.
// Not here: depth (its feed clears it: a book does not survive its process), taking the segment over (segment.hpp).
#pragma once

#include <cstdint>
#include <span>

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::ringbuf {

class InstrumentDirectoryReader;

/// What a predecessor left. Without a gating page nothing was noted: the sums of a half-written entry may then be one
/// record short, and its quality says gap_inside. Without a directory a session record behind image_complete_through
/// does not start the day anew in the image.
struct RingRemains {
  std::span<std::byte> ring;     // the payload, with slot_count slots
  std::uint64_t slot_count = 0;  // above BroadcastWriter::kPublishEvery: as far `published` may be behind the end
  std::span<ImageSlot> image;
  std::span<NewestSlot> newest;
  GatingPage<>* gating = nullptr;
  const InstrumentDirectoryReader* directory = nullptr;
};

struct RingRepair {
  Sequence last{};                      // newest sequence taken: a writer continues behind it
  UnixNanos last_ts_recv{};             // of the newest record in the ring, 0 = none: receive times go on from there
  std::uint64_t re_entered = 0;         // records that the tables lacked
  std::uint64_t half_written = 0;       // table entries found so
  std::uint64_t padded = 0;             // sequences taken and never filled
  std::uint64_t no_longer_in_ring = 0;  // records that the tables lack and the ring has overwritten
};

RingRepair repair_ring(const RingRemains& remains) noexcept;

}  // namespace tickplant::ringbuf
