// Reads a broadcast ring from a read-only mapping: the next record, nothing yet, or exactly how many were lost.
//
// Threads: each reader object belongs to one thread; any number of them, in any process. A reader writes nothing
// shared, so it can be stopped, killed or ten laps behind without the writer noticing.
// Not here: joining with tables (clients/cpp/subscriber.hpp), waiting (the caller's idle strategy).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "platform/check.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/unrolled.hpp"

namespace tickplant::ringbuf {

enum class ReadStatus : std::uint8_t {
  record,   // `out` holds the next record
  empty,    // the writer has not written it yet
  overrun,  // the writer has re-used the slot: records were lost, see lost()
};

template <std::size_t SlotBytes, template <class> class Atomic = std::atomic>
class BroadcastReader {
 public:
  using Slot = BroadcastSlot<SlotBytes, Atomic>;
  using Control = BroadcastControl<Atomic>;

  /// Reads from `next` on; what lies before the ring's first sequence is reported as lost by the first poll.
  /// `slot_count` is a power of two, as the segment header says.
  BroadcastReader(const Control& control, const Slot* slots, std::uint64_t slot_count, Sequence next) noexcept
      : control_(&control), slots_(slots), mask_(slot_count - 1), next_(next.value) {
    TP_CHECK(slot_count >= 2 && (slot_count & mask_) == 0 && next.value >= 1);
  }

  /// Over the bytes behind a segment's header page: ReadOnlySegment::payload(). Throws SetupError when the ring claims
  /// more than there is, or a slot count that cannot be.
  [[nodiscard]] static BroadcastReader over(std::span<const std::byte> payload, std::uint64_t slot_count,
                                            Sequence next) {
    const bool possible = std::has_single_bit(slot_count) && slot_count >= 2 && slot_count <= payload.size();
    check_payload("ring", possible ? sizeof(Control) + SlotBytes * slot_count : ~std::uint64_t{0}, payload.size());
    return {object_at<Control>(payload, 0), array_at<Slot>(payload, sizeof(Control), slot_count).data(), slot_count,
            next};
  }

  /// Copies the next record into `out`; its first eight bytes are the sequence. On `overrun` nothing is copied and the
  /// reader has moved to newest - half a ring; lost() says which sequences it will never see.
  template <SlotValue<SlotBytes> Value>
  ReadStatus poll(Value* out) noexcept {
    const Slot& slot = slots_[next_ & mask_];
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_acquire);  // R1 <- W2
    if (stamp != ready(next_)) return empty_or_overrun(stamp);

    std::uint64_t words[SlotBytes / 8];
    words[0] = next_;
    unrolled<Slot::kWords>([&](std::size_t i) {
      words[i + 1] = slot.word[i].load(std::memory_order_acquire);  // R2 <- W1: all words before the second look
    });
    const std::uint64_t again = slot.stamp.load(std::memory_order_relaxed);  // kept behind the words by R2
    if (again != stamp) return overrun(again & ~kWritingBit);
    // Word by word, too: g++ makes 16-byte loads of one memcpy, which wait until the 8-byte stores have left the store
    // buffer: 8.6 instead of 2.6 ns.
    auto* const bytes = reinterpret_cast<std::byte*>(out);
    unrolled<SlotBytes / 8>([&](std::size_t i) { std::memcpy(bytes + 8 * i, &words[i], 8); });
    ++next_;
    return ReadStatus::record;
  }

  struct Batch {
    std::size_t count = 0;                   // records in `out`
    ReadStatus status = ReadStatus::record;  // what ended it; record: `out` is full
  };
  /// As many records as there are and fit, before any of them is handled: about a fifth more a second than one by one,
  /// for readers that are behind.
  template <SlotValue<SlotBytes> Value, std::size_t Extent>
  Batch poll(std::span<Value, Extent> out) noexcept {
    for (std::size_t count = 0; count < out.size(); ++count) {
      const ReadStatus status = poll(&out[count]);
      if (status != ReadStatus::record) return {count, status};
    }
    return {out.size(), ReadStatus::record};
  }

  /// Sequence of the next record to read.
  [[nodiscard]] Sequence next() const noexcept { return {next_}; }

  /// The range lost by the last `overrun`.
  [[nodiscard]] SequenceRange lost() const noexcept { return lost_; }

  /// Newest sequence that is certainly complete; within a batch less than BroadcastWriter::kPublishEvery behind, and
  /// with several writers as far as the one that is furthest behind with its batch.
  [[nodiscard]] Sequence published() const noexcept {
    return {control_->published.load(std::memory_order_acquire)};  // R3 <- W3
  }

  /// With several writers the newest that one of them has taken, perhaps not complete yet; else 0.
  [[nodiscard]] Sequence claimed() const noexcept { return {control_->claimed.load(std::memory_order_relaxed)}; }

  /// The tables hold everything up to here.
  [[nodiscard]] Sequence image_complete_through() const noexcept {
    return {control_->image_complete_through.load(std::memory_order_acquire)};  // R4 <- W4
  }

  /// The ring holds nothing before this, however few records it has seen.
  [[nodiscard]] Sequence first_sequence() const noexcept {
    return {control_->first_sequence.load(std::memory_order_relaxed)};  // set once, before the segment is announced
  }

  /// Moves to `next`, without counting anything as lost.
  void seek(Sequence next) noexcept { next_ = next.value; }

 private:
  ReadStatus empty_or_overrun(std::uint64_t stamp) noexcept {
    // Our sequence being written or an earlier lap: not yet. Only a later lap means that ours is gone.
    const std::uint64_t found = stamp & ~kWritingBit;
    if (found > next_) return overrun(found);
    // A slot never written: not yet, too, unless we ask for what was before this ring's life.
    if (found == 0 && next_ < first_sequence().value) return overrun(first_sequence().value);
    return ReadStatus::empty;
  }

  /// `found`: the sequence that has taken, or is taking, our slot; so everything before it has been published.
  ReadStatus overrun(std::uint64_t found) noexcept {
    const std::uint64_t newest = std::max(published().value, found - 1);
    // To newest - a ring we would be lapped again at once; half a ring leaves time to catch up.
    const std::uint64_t half = (mask_ + 1) / 2;
    const std::uint64_t resume = std::max(newest + 1 - std::min(newest, half), first_sequence().value);
    lost_ = {next_, resume - 1};
    next_ = resume;
    return ReadStatus::overrun;
  }

  const Control* control_;
  const Slot* slots_;
  std::uint64_t mask_;
  std::uint64_t next_;
  SequenceRange lost_{};
};

using TickReader = BroadcastReader<kTickSlotBytes>;
using DerivedReader = BroadcastReader<kDerivedSlotBytes>;

}  // namespace tickplant::ringbuf
