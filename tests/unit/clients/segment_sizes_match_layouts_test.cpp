// config may not know ringbuf, so it repeats what the layouts cost. Here both are known.
#include <gtest/gtest.h>

#include <map>

#include "config/segment_sizes.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/text_segment.hpp"

namespace tickplant::this_file {
namespace {

std::uint64_t whole_pages(std::uint64_t bytes) { return (bytes + 4095) / 4096 * 4096; }

TEST(SegmentSizes, AreWhatTheLayoutsCost) {
  for (const std::uint32_t capacity : {1024u, 65536u}) {
    config::PlantConfig plant;
    plant.instruments.capacity = capacity;
    plant.text.size_bytes = 65536;
    plant.memory.huge_pages = config::HugePages::never;
    config::RingConfig ticks;
    ticks.name = "ticks";
    ticks.slot_count = 4096;
    config::RingConfig derived = ticks;
    derived.name = "derived";
    derived.kind = config::SlotKind::derived;
    plant.rings = {ticks, derived};

    std::map<std::string, std::uint64_t> bytes;
    for (const config::SegmentSize& one : config::segment_sizes(plant)) bytes[one.name] = one.bytes;

    const std::uint64_t entries = std::uint64_t{capacity} + 1;
    const std::uint64_t header = ringbuf::kSegmentHeaderBytes;
    EXPECT_EQ(bytes["ticks"], ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, 4096));
    EXPECT_EQ(bytes["derived"], ringbuf::broadcast_segment_bytes(ringbuf::kDerivedSlotBytes, 4096));
    EXPECT_EQ(bytes["instruments"], whole_pages(header + ringbuf::instruments_payload_bytes(capacity)));
    EXPECT_EQ(bytes["image.ticks"], whole_pages(header + entries * sizeof(ringbuf::ImageEntry)));
    EXPECT_EQ(bytes["newest.ticks"], whole_pages(header + entries * sizeof(ringbuf::NewestEntry)));
    EXPECT_EQ(bytes["depth.ticks"], whole_pages(header + entries * sizeof(ringbuf::DepthEntry)));
    EXPECT_EQ(bytes["text"], whole_pages(header + ringbuf::TextWriter::payload_bytes(65536)));
    EXPECT_EQ(bytes["gating.ticks"], ringbuf::gating_segment_bytes());
    EXPECT_EQ(bytes.size(), 8u);
  }
}

}  // namespace
}  // namespace tickplant::this_file
