// Reads a broadcast ring from a read-only mapping: the next record, nothing yet, or exactly how many were lost.
//
// Threads: each reader object belongs to one thread; any number of them, in any process. A reader writes nothing
// shared, so it can be stopped, killed or ten laps behind without the writer noticing. Not here: joining with tables
// (clients/cpp/subscriber.hpp), waiting (the caller's idle strategy).
#pragma once

#include <cstdint>
#include <cstring>

#include "platform/check.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/records/instrument_id.hpp"

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

  /// Reads from `next` on. `slot_count` is a power of two, as the segment header says.
  BroadcastReader(const Control& control, const Slot* slots, std::uint64_t slot_count, Sequence next) noexcept
      : control_(&control), slots_(slots), mask_(slot_count - 1), next_(next.value) {
    TP_CHECK(slot_count >= 2 && (slot_count & mask_) == 0 && next.value >= 1);
  }

  /// Copies the next record into `out` (SlotBytes bytes, the first eight its sequence). On `overrun` nothing is copied
  /// and the reader has moved to newest - half a ring; lost() says which sequences it will never see.
  ReadStatus poll(void* out) noexcept {
    const Slot& slot = slots_[next_ & mask_];
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_acquire);  // R1 <- W2
    if (stamp != ready(next_)) return empty_or_overrun(stamp);

    std::uint64_t words[SlotBytes / 8];
    words[0] = next_;
    for (std::size_t i = 0; i < Slot::kWords; ++i) {
      words[i + 1] =
          slot.word[i].load(std::memory_order_acquire);  // R2 <- W1: all words before the second look at the stamp
    }
    const std::uint64_t again = slot.stamp.load(std::memory_order_relaxed);
    if (again != stamp) return overrun(again & ~kWritingBit);
    std::memcpy(out, words, SlotBytes);
    ++next_;
    return ReadStatus::record;
  }

  /// Sequence of the next record to read.
  [[nodiscard]] Sequence next() const noexcept { return {next_}; }

  /// The range lost by the last `overrun`.
  [[nodiscard]] SequenceRange lost() const noexcept { return lost_; }

  /// Newest sequence that is certainly complete; lags the head by less than BroadcastWriter::kPublishEvery within a
  /// batch.
  [[nodiscard]] Sequence published() const noexcept {
    return {control_->published.load(std::memory_order_acquire)};
  }  // R3 <- W3

  /// The tables hold everything up to here.
  [[nodiscard]] Sequence image_complete_through() const noexcept {
    return {control_->image_complete_through.load(std::memory_order_acquire)};  // R4 <- W4
  }

  /// Moves to `next`, without counting anything as lost.
  void seek(Sequence next) noexcept { next_ = next.value; }

 private:
  ReadStatus empty_or_overrun(std::uint64_t stamp) noexcept {
    // A slot on its way to or still before `next_` means "not yet"; only a later lap means that ours is gone.
    const std::uint64_t found = stamp & ~kWritingBit;
    return found > next_ ? overrun(found) : ReadStatus::empty;
  }

  /// `found`: the sequence that has taken, or is taking, our slot; so everything before it has been published.
  ReadStatus overrun(std::uint64_t found) noexcept {
    const std::uint64_t known = published().value;
    const std::uint64_t newest = known > found - 1 ? known : found - 1;
    // To newest - a ring we would be lapped again at once; half a ring leaves time to catch up.
    const std::uint64_t resume = newest - (mask_ + 1) / 2 + 1;
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
