// What the broadcast ring could offer beside publish() and poll(), tried here before it is promised there: several
// records a call, another prefetch distance, longer pauses of a reader that found nothing.
//
// Threads: one writer, one reader, as for the ring itself. Same slots, same protocol, same orderings.
#pragma once

#include <array>
#include <cstring>
#include <span>

#include "bench/peers/broadcast_ring.hpp"
#include "platform/prefetch.hpp"

namespace tickplant::bench {

inline constexpr std::size_t kBatchRecords = 64;
using RecordBatch = std::array<CheckedRecord, kBatchRecords>;

/// Publishes a batch a call: `published` once, at its end; asks for lines `Ahead` slots early (0: never).
template <std::uint64_t Ahead>
class BatchWriter {
 public:
  explicit BatchWriter(RingMemory& ring) : control_(&ring.control()), slots_(ring.slots()) { ring.prefault(); }

  void publish(std::span<const CheckedRecord> records) noexcept {
    for (const CheckedRecord& record : records) {
      const std::uint64_t sequence = ++sequence_;
      RingMemory::Slot& slot = slots_[sequence % RingMemory::kSlots];
      if constexpr (Ahead != 0) platform::prefetch_for_write(&slots_[(sequence + Ahead) % RingMemory::kSlots]);
      slot.stamp.store(ringbuf::writing(sequence), std::memory_order_relaxed);
      ringbuf::unrolled<7>([&](std::size_t i) { slot.word[i].store(record.word[i + 1], std::memory_order_release); });
      slot.stamp.store(ringbuf::ready(sequence), std::memory_order_release);
    }
    control_->published.store(sequence_, std::memory_order_release);
  }

 private:
  RingMemory::Control* control_;
  RingMemory::Slot* slots_;
  std::uint64_t sequence_ = 0;
};

/// Polls one record a call and copies it out word by word, as it came in. (One copy of the whole makes the compiler
/// spill eight words and load four pairs: no store can be forwarded to such a load, it waits for both.)
class WordwiseReader {
 public:
  explicit WordwiseReader(const RingMemory& ring) : slots_(ring.read_only_slots()) { ring.prefault(); }

  std::size_t poll(std::span<CheckedRecord> out) {
    const RingMemory::Slot& slot = slots_[next_ % RingMemory::kSlots];
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_acquire);
    if (stamp != ringbuf::ready(next_)) return 0;
    std::uint64_t words[8];
    words[0] = next_;
    ringbuf::unrolled<7>([&](std::size_t i) { words[i + 1] = slot.word[i].load(std::memory_order_acquire); });
    if (slot.stamp.load(std::memory_order_relaxed) != stamp) lapped();
    auto* const bytes = reinterpret_cast<std::byte*>(out.data());
    ringbuf::unrolled<8>([&](std::size_t i) { std::memcpy(bytes + 8 * i, &words[i], 8); });
    ++next_;
    return 1;
  }

  [[noreturn]] static void lapped() {
    throw platform::SetupError{"the prototype was lapped", "this is a bug of bench: the writer waits for it"};
  }

 private:
  const RingMemory::Slot* slots_;
  std::uint64_t next_ = 1;
};

/// Polls a batch a call. The second look is at the oldest slot only: the writer goes around in order, so as long as
/// that one is untouched so are those behind it. Lines are asked for `Ahead` slots early while there are records.
template <std::uint64_t Ahead>
class BatchReader {
 public:
  explicit BatchReader(const RingMemory& ring) : slots_(ring.read_only_slots()) { ring.prefault(); }

  /// How many of `out` were filled.
  std::size_t poll(std::span<CheckedRecord> out) {
    const std::uint64_t first = next_;
    std::size_t count = 0;
    for (; count < out.size(); ++count, ++next_) {
      const RingMemory::Slot& slot = slots_[next_ % RingMemory::kSlots];
      if (slot.stamp.load(std::memory_order_acquire) != ringbuf::ready(next_)) break;
      if constexpr (Ahead != 0) platform::prefetch_for_read(&slots_[(next_ + Ahead) % RingMemory::kSlots]);
      CheckedRecord& record = out[count];
      record.word[0] = next_;
      ringbuf::unrolled<7>([&](std::size_t i) { record.word[i + 1] = slot.word[i].load(std::memory_order_acquire); });
    }
    if (count == 0) return 0;
    if (slots_[first % RingMemory::kSlots].stamp.load(std::memory_order_relaxed) != ringbuf::ready(first))
      WordwiseReader::lapped();
    return count;
  }

 private:
  const RingMemory::Slot* slots_;
  std::uint64_t next_ = 1;
};

/// The shipped ring in the same clothes.
class ShippedWriter {
 public:
  explicit ShippedWriter(RingMemory& ring) : writer_(ring.writer()) {}
  void publish(std::span<const CheckedRecord> records) noexcept {
    for (const CheckedRecord& record : records) writer_.publish(&record);
    writer_.flush();
  }

 private:
  ringbuf::TickWriter writer_;
};

class ShippedReader {
 public:
  explicit ShippedReader(const RingMemory& ring) : reader_(ring.reader()) {}
  std::size_t poll(std::span<CheckedRecord> out) noexcept {
    std::size_t count = 0;
    while (count < out.size() && reader_.poll(&out[count]) == ringbuf::ReadStatus::record) ++count;
    return count;
  }

 private:
  ringbuf::TickReader reader_;
};

/// The shipped reader one record a call: it handles each before it looks for the next.
class SingleReader {
 public:
  explicit SingleReader(const RingMemory& ring) : reader_(ring.reader()) {}
  std::size_t poll(std::span<CheckedRecord> out) noexcept {
    return reader_.poll(out.data()) == ringbuf::ReadStatus::record ? 1 : 0;
  }

 private:
  ringbuf::TickReader reader_;
};

}  // namespace tickplant::bench
