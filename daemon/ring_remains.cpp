#include "daemon/ring_remains.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/segment.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::daemon {
namespace {

/// All slots are asked: with several writers complete records may lie behind one that was never finished.
template <std::size_t SlotBytes>
std::uint64_t newest_complete(std::span<const std::byte> payload, std::uint64_t slot_count) {
  using Control = ringbuf::BroadcastControl<>;
  std::uint64_t newest = ringbuf::object_at<Control>(payload, 0).published.load(std::memory_order_acquire);
  using Slot = ringbuf::BroadcastSlot<SlotBytes>;
  for (const Slot& slot : ringbuf::array_at<Slot>(payload, sizeof(Control), slot_count)) {
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
    if ((stamp & ringbuf::kWritingBit) == 0) newest = std::max(newest, stamp);
  }
  return newest;
}

bool is_ring_of(const ringbuf::ReadOnlySegment& segment, std::uint64_t slot_bytes) {
  const ringbuf::SegmentHeader& header = segment.header();
  return header.slot_bytes == slot_bytes &&
         segment.payload().size() >= sizeof(ringbuf::BroadcastControl<>) + header.slot_count * header.slot_bytes;
}

}  // namespace

RingRemains::RingRemains(const std::vector<std::filesystem::path>& files, ringbuf::SegmentExpectation kind,
                         std::uint64_t slot_bytes) {
  for (const std::filesystem::path& file : files) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) continue;
    try {
      auto segment = ringbuf::ReadOnlySegment::attach(file, kind);
      if (is_ring_of(segment, slot_bytes)) rings_.push_back(std::move(segment));
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
    const ringbuf::SegmentHeader& header = ring.header();
    const ringbuf::Sequence last{header.slot_bytes == ringbuf::kDerivedSlotBytes
                                     ? newest_complete<ringbuf::kDerivedSlotBytes>(ring.payload(), header.slot_count)
                                     : newest_complete<ringbuf::kTickSlotBytes>(ring.payload(), header.slot_count)};
    if (!newest || last > newest->last) newest = {header.created_at, last};
  }
  return newest;
}

const ringbuf::ReadOnlySegment* RingRemains::newest_ring() const {
  const auto found = newest();
  const auto ring = std::ranges::find_if(rings_, [&](const ringbuf::ReadOnlySegment& each) {
    return found && each.header().created_at == found->made_at;
  });
  return ring == rings_.end() ? nullptr : &*ring;
}

std::optional<SequenceLeases::Remains> RingRemains::newest_cause() const {
  std::optional<SequenceLeases::Remains> newest;
  for (const ringbuf::ReadOnlySegment& ring : rings_) {
    const auto remains = ringbuf::find_sequencer_remains(ring.payload(), ring.header().slot_count);
    if (remains.last.value == 0) continue;  // no run: nobody knows where it would have begun
    const ringbuf::Sequence last{remains.next.value - 1};
    if (!newest || last > newest->last) newest = {ring.header().created_at, last};
  }
  return newest;
}

}  // namespace tickplant::daemon
