// Writes records into a broadcast ring. Never waits for anybody: readers that are too slow are lapped and find out.
//
// Threads: exactly one. Publishing makes no system call, takes no lock, allocates nothing; its cost does not depend on
// how many readers there are or how they are. Not here: reading (broadcast_reader.hpp), tables that are published
// beside the ring (tick_publisher.hpp in feedhandlers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "platform/check.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/unrolled.hpp"

namespace tickplant::ringbuf {

/// Makes `record`, without its first eight bytes, the content of a slot that nobody else is writing.
template <std::size_t SlotBytes, template <class> class Atomic, SlotValue<SlotBytes> Value>
void write_slot(BroadcastSlot<SlotBytes, Atomic>& slot, std::uint64_t sequence, const Value* record) noexcept {
  const auto* const bytes = reinterpret_cast<const std::byte*>(record);
  // W1 -> R2: whoever sees a new word also sees the slot marked as being written;
  //           otherwise words of two laps could mix under the old stamp.
  // W2 -> R1: whoever sees `ready` sees every word of that record.
  slot.stamp.store(writing(sequence), std::memory_order_relaxed);
  unrolled<BroadcastSlot<SlotBytes, Atomic>::kWords>([&](std::size_t i) {
    std::uint64_t word;
    std::memcpy(&word, bytes + 8 * (i + 1), 8);
    slot.word[i].store(word, std::memory_order_release);  // W1
  });
  slot.stamp.store(ready(sequence), std::memory_order_release);  // W2
}

template <std::size_t SlotBytes, template <class> class Atomic = std::atomic>
class BroadcastWriter {
 public:
  using Slot = BroadcastSlot<SlotBytes, Atomic>;
  using Control = BroadcastControl<Atomic>;

  /// `published` is stored at least this often, so that a joiner starts close to the head. A store per record would
  /// cost the readers of `published` and us a second line transfer for each one.
  static constexpr std::uint64_t kPublishEvery = 32;
  /// Slots ahead for which the line is asked for early, so that the stores of a record do not wait for it.
  static constexpr std::uint64_t kPrefetchAhead = 8;

  /// Continues behind `last`: the first record gets last + 1. In zeroed memory that is the ring's first sequence; in a
  /// predecessor's ring `last` is its newest complete record. `slot_count` is a power of two.
  BroadcastWriter(Control& control, Slot* slots, std::uint64_t slot_count, Sequence last = {0}) noexcept
      : control_(&control), slots_(slots), mask_(slot_count - 1), sequence_(last.value) {
    TP_CHECK(slot_count >= 2 && (slot_count & mask_) == 0 && last.value < kWritingBit - 1);
    // No sequence number ever gets a second content.
    TP_CHECK(last.value >= control_->published.load(std::memory_order_relaxed));
    if (control_->first_sequence.load(std::memory_order_relaxed) == 0) {
      control_->first_sequence.store(sequence_ + 1, std::memory_order_relaxed);  // seen by readers with W2 or W3
    }
    flush();
  }

  /// Over the bytes behind a segment's header page: WritableSegment::payload().
  [[nodiscard]] static BroadcastWriter over(std::span<std::byte> payload, std::uint64_t slot_count,
                                            Sequence last = {0}) noexcept {
    return {object_at<Control>(payload, 0), array_at<Slot>(payload, sizeof(Control), slot_count).data(), slot_count,
            last};
  }

  /// Publishes one record, whose first eight bytes are ignored. Returns its sequence.
  template <SlotValue<SlotBytes> Value>
  Sequence publish(const Value* record) noexcept {
    const std::uint64_t sequence = ++sequence_;
    platform::prefetch_for_write(&slots_[(sequence + kPrefetchAhead) & mask_]);
    write_slot(slots_[sequence & mask_], sequence, record);
    if ((sequence & (kPublishEvery - 1)) == 0) flush();
    return {sequence};
  }

  /// Tells joiners about everything published so far. Call at the end of a batch.
  void flush() noexcept {
    // W3 -> R3: whoever starts from `published` finds that record complete (or overwritten since).
    control_->published.store(sequence_, std::memory_order_release);
  }

  /// Everything up to here is in the tables too. Call after the tables of a batch are written.
  void complete_image() noexcept {
    // W4 -> R4: whoever joins behind `image_complete_through` finds its effects in the tables.
    control_->image_complete_through.store(sequence_, std::memory_order_release);
  }

  /// Ring and tables of a batch are written.
  void complete_batch() noexcept {
    flush();
    complete_image();
  }

  [[nodiscard]] Sequence last() const noexcept { return {sequence_}; }
  /// The same: there is no other writer (shared_broadcast_writer.hpp).
  [[nodiscard]] Sequence last_of_all() const noexcept { return last(); }

 private:
  Control* control_;
  Slot* slots_;
  std::uint64_t mask_;
  std::uint64_t sequence_;
};

using TickWriter = BroadcastWriter<kTickSlotBytes>;
using DerivedWriter = BroadcastWriter<kDerivedSlotBytes>;

}  // namespace tickplant::ringbuf
