// One table of a ring (image, newest, depth) as a client holds it: the segment and its entries.
//
// Threads: as Plant: one. Not here: what an entry means (ringbuf/*_table.hpp).
#pragma once

#include <span>
#include <string>

#include "clients/cpp/plant.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::clients {

template <class Slot, ringbuf::SegmentKind Kind, std::uint64_t Schema>
struct AttachedTable {
  /// Segment `prefix` + `ring` of the plant. Throws SetupError.
  AttachedTable(const Plant& plant, const std::string& prefix, const std::string& ring)
      : segment(plant.open(prefix + ring, {Kind, Schema})) {
    const std::uint64_t count = segment->header().slot_count;  // fits, or it would not have been attached
    ringbuf::check_payload(prefix + ring, count * sizeof(Slot), segment->payload().size());
    slots = ringbuf::array_at<Slot>(segment->payload(), 0, count);
  }

  AttachedSegment segment;
  std::span<const Slot> slots;  // by instrument id
};

using AttachedImage = AttachedTable<ringbuf::ImageSlot, ringbuf::SegmentKind::image, ringbuf::kImageSchema>;
using AttachedNewest = AttachedTable<ringbuf::NewestSlot, ringbuf::SegmentKind::newest, ringbuf::kNewestSchema>;
using AttachedDepth = AttachedTable<ringbuf::DepthSlot, ringbuf::SegmentKind::depth, ringbuf::kDepthSchema>;

}  // namespace tickplant::clients
