#include "daemon/ring_remains.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/segment.hpp"

namespace tickplant::daemon {
namespace {

using Slot = ringbuf::BroadcastSlot<ringbuf::kTickSlotBytes>;

/// All slots are asked: with several writers complete records may lie behind one that was never finished.
std::uint64_t newest_complete(std::span<const std::byte> payload, std::uint64_t slot_count) {
  using Control = ringbuf::BroadcastControl<>;
  std::uint64_t newest = ringbuf::object_at<Control>(payload, 0).published.load(std::memory_order_acquire);
  for (const Slot& slot : ringbuf::array_at<Slot>(payload, sizeof(Control), slot_count)) {
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
    if ((stamp & ringbuf::kWritingBit) == 0) newest = std::max(newest, stamp);
  }
  return newest;
}

bool is_ring_of_ticks(const ringbuf::ReadOnlySegment& segment) {
  const ringbuf::SegmentHeader& header = segment.header();
  return header.slot_bytes == ringbuf::kTickSlotBytes &&
         segment.payload().size() >= sizeof(ringbuf::BroadcastControl<>) + header.slot_count * header.slot_bytes;
}

}  // namespace

RingRemains::RingRemains(const std::vector<std::filesystem::path>& files) {
  for (const std::filesystem::path& file : files) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) continue;
    try {
      auto segment =
          ringbuf::ReadOnlySegment::attach(file, {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
      if (is_ring_of_ticks(segment)) rings_.push_back(std::move(segment));
    } catch (const platform::SetupError&) {
      continue;  // half built, or of another version: the lease alone decides
    }
  }
}

std::optional<std::int64_t> RingRemains::made_at(const std::filesystem::path& file) const {
  for (const ringbuf::ReadOnlySegment& ring : rings_) {
    if (ring.path() == file) return ring.header().created_at;
  }
  return std::nullopt;
}

std::optional<SequenceLeases::Remains> RingRemains::newest() const {
  std::optional<SequenceLeases::Remains> newest;
  for (const ringbuf::ReadOnlySegment& ring : rings_) {
    const ringbuf::Sequence last{newest_complete(ring.payload(), ring.header().slot_count)};
    if (!newest || last > newest->last) newest = {ring.header().created_at, last};
  }
  return newest;
}

}  // namespace tickplant::daemon
