#include "ringbuf/ring_repair.hpp"

#include "ringbuf/broadcast_reader.hpp"

namespace tickplant::ringbuf {
namespace {

using Slot = BroadcastSlot<kTickSlotBytes>;

/// `published` is behind by less than a batch: go on from there while the next slot holds the next record.
Sequence newest_complete(const BroadcastControl<>& control, std::span<const Slot> slots) noexcept {
  std::uint64_t last = control.published.load(std::memory_order_relaxed);
  const std::size_t mask = slots.size() - 1;
  while (slots[(last + 1) & mask].stamp.load(std::memory_order_relaxed) == ready(last + 1)) ++last;
  return {last};
}

template <class TableSlot>
bool is_half_written(const TableSlot& slot) noexcept {
  return (slot.stamp.load(std::memory_order_relaxed) & kWritingBit) != 0;
}

/// Has this entry the record, wholly or in part?
template <class TableSlot>
bool has_record(const TableSlot& slot, std::uint64_t sequence) noexcept {
  return (slot.stamp.load(std::memory_order_relaxed) & ~kWritingBit) >= sequence;
}

/// The words stay as they were found; from now on they count as written by the record that was at it.
template <class TableSlot>
void settle(TableSlot& slot) noexcept {
  slot.end({slot.stamp.load(std::memory_order_relaxed) & ~kWritingBit});
}

void mark_gap_inside(ImageSlot& slot) noexcept {
  constexpr std::size_t kWord = offsetof(ImageEntry, trading_status) / 8 - 1;
  constexpr std::uint64_t kGap = std::uint64_t{static_cast<std::uint32_t>(Quality::gap_inside)}
                                 << (8 * (offsetof(ImageEntry, quality) - offsetof(ImageEntry, trading_status)));
  slot.word[kWord].store(slot.word[kWord].load(std::memory_order_relaxed) | kGap, std::memory_order_relaxed);
}

}  // namespace

RingRepair repair_ring(std::span<std::byte> ring_payload, std::uint64_t slot_count, std::span<ImageSlot> image,
                       std::span<NewestSlot> newest) noexcept {
  auto& control = object_at<BroadcastControl<>>(ring_payload, 0);
  const std::span<Slot> slots = array_at<Slot>(ring_payload, sizeof(BroadcastControl<>), slot_count);
  RingRepair repair;
  repair.last = newest_complete(control, slots);

  for (ImageSlot& slot : image) {
    if (!is_half_written(slot)) continue;
    mark_gap_inside(slot);
    settle(slot);
    ++repair.half_written;
  }
  for (NewestSlot& slot : newest) {
    if (!is_half_written(slot)) continue;
    settle(slot);
    ++repair.half_written;
  }

  ImageWriter image_writer(image);
  NewestWriter newest_writer(newest);
  const std::uint64_t complete = control.image_complete_through.load(std::memory_order_relaxed);
  TickReader reader(control, slots.data(), slot_count, {complete + 1});
  while (reader.next() <= repair.last) {
    Record record;
    const ReadStatus status = reader.poll(&record);
    if (status == ReadStatus::overrun) {
      repair.no_longer_in_ring += reader.lost().count();
      continue;  // the reader has gone on to what is still there
    }
    if (status == ReadStatus::empty) break;  // up to `last` there is no such slot, unless others wrote here
    const InstrumentId id = record.header.instrument;
    if (id == kNoInstrument || id.value >= image.size() || id.value >= newest.size()) continue;
    ++repair.re_entered;
    if (!has_record(newest[id.value], record.header.stamp)) newest_writer.apply(record);
    if (!has_record(image[id.value], record.header.stamp)) image_writer.apply(record);
  }
  control.published.store(repair.last.value, std::memory_order_relaxed);
  control.image_complete_through.store(repair.last.value, std::memory_order_relaxed);
  return repair;
}

}  // namespace tickplant::ringbuf
