// What a client demands of the segments of a plant that it opens.
#pragma once

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::clients {

inline constexpr ringbuf::SegmentExpectation kInstrumentsSegment{ringbuf::SegmentKind::instruments,
                                                                 ringbuf::kInstrumentsSchema};
inline constexpr ringbuf::SegmentExpectation kRingSegment{ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema};

}  // namespace tickplant::clients
