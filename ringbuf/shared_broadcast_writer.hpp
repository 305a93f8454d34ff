// Writes records into a broadcast ring that has several writers: threads of one process that take sequences from one
// counter. Simpler for clients than a ring each, slower for the writers. To a reader it is the same ring: it meets
// records in the order of their sequences, and waits where one is still being filled.
//
// A writer that is a whole lap behind (its thread lost its core for that long) holds up the one that needs its slot:
// that one gives its core away. Nobody else ever waits for anybody, and nobody makes a system call otherwise.
//
// What is complete: each writer keeps a floor in the gating page while a batch is under way, the first sequence that
// may not be in ring and tables yet. Everything below the lowest floor is complete; whoever ends a batch says so.
//
// Threads: one object per writer, each with a line of its own in the gating page. All of them in one process, so that
// who dies takes the others along and a successor is alone when it repairs (ring_repair.hpp).
// Not here: rings with one writer (broadcast_writer.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/check.hpp"
#include "platform/cpu_pause.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

template <std::size_t SlotBytes, template <class> class Atomic = std::atomic>
class SharedBroadcastWriter {
 public:
  using Slot = BroadcastSlot<SlotBytes, Atomic>;
  using Control = BroadcastControl<Atomic>;

  /// Opens the ring to several writers, once, before any of them is made: the first record gets last + 1. `last` as in
  /// BroadcastWriter.
  static void open(Control& control, Sequence last) noexcept {
    TP_CHECK(last.value < kWritingBit - 1 && last.value >= control.published.load(std::memory_order_relaxed));
    if (control.first_sequence.load(std::memory_order_relaxed) == 0) {
      control.first_sequence.store(last.value + 1, std::memory_order_relaxed);
    }
    control.claimed.store(last.value, std::memory_order_relaxed);
    control.published.store(last.value, std::memory_order_release);  // W3
  }

  /// `writer` of `writer_count` (at most kGatingWriters). `slot_count` is a power of two above `writer_count`.
  SharedBroadcastWriter(Control& control, Slot* slots, std::uint64_t slot_count, GatingPage<Atomic>& page,
                        std::size_t writer, std::size_t writer_count) noexcept
      : control_(&control),
        slots_(slots),
        mask_(slot_count - 1),
        floors_(page.writer.data(), writer_count),
        floor_(&page.writer[writer].value),
        first_sequence_(control.first_sequence.load(std::memory_order_relaxed)) {
    TP_CHECK(slot_count > writer_count && (slot_count & mask_) == 0);
    TP_CHECK(writer < writer_count && writer_count <= kGatingWriters && first_sequence_ >= 1);
  }

  /// Over the bytes behind the header pages of the ring and of its gating segment.
  [[nodiscard]] static SharedBroadcastWriter over(std::span<std::byte> ring, std::uint64_t slot_count,
                                                  std::span<std::byte> gating, std::size_t writer,
                                                  std::size_t writer_count) noexcept {
    return {object_at<Control>(ring, 0),
            array_at<Slot>(ring, sizeof(Control), slot_count).data(),
            slot_count,
            object_at<GatingPage<Atomic>>(gating, 0),
            writer,
            writer_count};
  }

  /// Publishes one record, whose first eight bytes are ignored. Returns its sequence.
  template <SlotValue<SlotBytes> Value>
  Sequence publish(const Value* record) noexcept {
    if (!in_batch_) begin_batch();
    // S1 -> S2: whoever sees this sequence taken also sees our floor, which is not above it.
    const std::uint64_t sequence = control_->claimed.fetch_add(1, std::memory_order_seq_cst) + 1;
    Slot& slot = slots_[sequence & mask_];
    platform::prefetch_for_write(&slot);
    const std::uint64_t before = stamp_before(sequence);
    // S3 <- W2: the writer of the lap before is done with the slot; otherwise its words could follow ours.
    for (int looks = 0; slot.stamp.load(std::memory_order_acquire) != before; ++looks) {
      looks < kLooksBeforeYield ? platform::cpu_pause() : platform::yield_cpu();
    }
    write_slot(slot, sequence, record);
    last_ = sequence;
    return {sequence};
  }

  /// All our records are in ring and tables: tells joiners how far everything is complete, ours and the others'. Call
  /// at the end of each batch: what the others complete meanwhile is told only as far as our floor.
  void complete_batch() noexcept {
    if (in_batch_) {
      // S4 -> S5: whoever sees our floor gone also sees what we wrote to ring and tables. In one order with S1, S2 and
      // S5: of two writers that end their batches at once, one sees the other's floor gone, and says that all is
      // complete.
      floor_->store(kNoFloor, std::memory_order_seq_cst);
      in_batch_ = false;
    }
    const std::uint64_t complete = complete_through();
    raise(control_->published, complete);               // W3 -> R3
    raise(control_->image_complete_through, complete);  // W4 -> R4
  }

  /// The last one of ours; 0 = none yet.
  [[nodiscard]] Sequence last() const noexcept { return {last_}; }
  /// The last one that anybody has taken.
  [[nodiscard]] Sequence last_of_all() const noexcept { return {control_->claimed.load(std::memory_order_relaxed)}; }

 private:
  static constexpr int kLooksBeforeYield = 256;

  void begin_batch() noexcept {
    in_batch_ = true;
    // Not above what we are about to take. Also S4 -> S5: it may be seen in place of the end of our last batch.
    floor_->store(control_->claimed.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  [[nodiscard]] std::uint64_t complete_through() const noexcept {
    std::uint64_t complete = control_->claimed.load(std::memory_order_seq_cst);  // S2 <- S1, before any floor is read
    for (const GatingLine<Atomic>& line : floors_) {
      const std::uint64_t floor = line.value.load(std::memory_order_seq_cst);  // S5 <- S4
      if (floor != kNoFloor) complete = std::min(complete, floor - 1);
    }
    return complete;
  }

  /// Several writers get here at once, and not in the order of what they have found.
  static void raise(Atomic<std::uint64_t>& value, std::uint64_t to) noexcept {
    std::uint64_t found = value.load(std::memory_order_relaxed);
    while (found < to && !value.compare_exchange_weak(found, to, std::memory_order_release)) {
    }
  }

  [[nodiscard]] std::uint64_t stamp_before(std::uint64_t sequence) const noexcept {
    const std::uint64_t slot_count = mask_ + 1;
    return sequence >= first_sequence_ + slot_count ? ready(sequence - slot_count) : 0;
  }

  Control* control_;
  Slot* slots_;
  std::uint64_t mask_;
  std::span<const GatingLine<Atomic>> floors_;
  Atomic<std::uint64_t>* floor_;
  std::uint64_t first_sequence_;
  std::uint64_t last_ = 0;
  bool in_batch_ = false;
};

using SharedTickWriter = SharedBroadcastWriter<kTickSlotBytes>;

}  // namespace tickplant::ringbuf
