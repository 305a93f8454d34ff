// Keeps the ten best levels a side of each instrument with a book, for clients that trade on depth but keep no book.
//
// Threads: DepthWriter: one writer per instrument, the feed that owns its book. DepthReader: any thread of any process.
// Not here: the whole book (order records rebuild it), best bid and offer alone (image_table.hpp has them on one line).
#pragma once

#include <bit>
#include <span>

#include "platform/prefetch.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

using DepthSlot = StampedEntry<kDepthEntryBytes>;

/// Which of the ten levels of one side have to be written again: [first, last).
struct DepthChange {
  Side side = Side::none;
  std::size_t first = 0;
  std::size_t last = 0;
};

class DepthWriter {
 public:
  explicit DepthWriter(std::span<DepthSlot> slots) noexcept : slots_(slots) {}

  /// Writes the levels of `change` anew. `level_at(index)` gives the book's level, best = 0, an absent DepthLevel
  /// beyond the last; `level_count` is how many levels that side has now. `sequence` grows with each call for an
  /// instrument.
  template <class LevelAt>
  void update(InstrumentId id, Sequence sequence, UnixNanos ts_event, bool maybe_bad, DepthChange change,
              std::size_t level_count, LevelAt&& level_at) noexcept {
    if (id.value >= slots_.size()) return;
    DepthSlot& slot = slots_[id.value];
    const bool first_time = slot.stamp.load(std::memory_order_relaxed) == 0;
    Head head = load_head(slot);
    const auto count = static_cast<std::uint16_t>(level_count < kDepthLevels ? level_count : kDepthLevels);
    (change.side == Side::bid ? head.bid_count : head.ask_count) = count;
    head.flags = maybe_bad ? DepthEntry::kMaybeBad : 0;

    slot.begin(sequence);
    if (first_time) store_all(slot, DepthEntry{});
    slot.store(offsetof(DepthEntry, ts_event), &ts_event, 8);
    slot.store(offsetof(DepthEntry, bid_count), &head, 8);
    const std::size_t base = change.side == Side::bid ? offsetof(DepthEntry, bid) : offsetof(DepthEntry, ask);
    const std::size_t last = change.last < kDepthLevels ? change.last : kDepthLevels;
    for (std::size_t i = change.first; i < last; ++i) {
      const DepthLevel level = level_at(i);
      slot.store(base + i * sizeof level, &level, sizeof level);
    }
    slot.end(sequence);
  }

  /// A hint: the best levels of both sides are about to be written.
  void prefetch(InstrumentId id) const noexcept {
    if (id.value >= slots_.size()) return;
    std::byte* const entry = reinterpret_cast<std::byte*>(&slots_[id.value]);
    platform::prefetch_for_write(entry);  // the head and the best bid
    platform::prefetch_for_write(entry + offsetof(DepthEntry, ask));
  }

  /// The book is empty from here on.
  void clear(InstrumentId id, Sequence sequence, UnixNanos ts_event) noexcept {
    DepthEntry empty;
    empty.ts_event = ts_event;
    replace(id, sequence, empty);
  }

  /// Writes all of `entry` but its stamp.
  void replace(InstrumentId id, Sequence sequence, const DepthEntry& entry) noexcept {
    if (id.value >= slots_.size()) return;
    DepthSlot& slot = slots_[id.value];
    slot.begin(sequence);
    store_all(slot, entry);
    slot.end(sequence);
  }

 private:
  struct Head {
    std::uint16_t bid_count;
    std::uint16_t ask_count;
    std::uint32_t flags;
  };
  static_assert(sizeof(Head) == 8);

  static Head load_head(const DepthSlot& slot) noexcept {
    const std::uint64_t word = slot.word[offsetof(DepthEntry, bid_count) / 8 - 1].load(std::memory_order_relaxed);
    return std::bit_cast<Head>(word);
  }

  static void store_all(DepthSlot& slot, const DepthEntry& entry) noexcept {
    slot.store(8, reinterpret_cast<const std::byte*>(&entry) + 8, sizeof entry - 8);
  }

  std::span<DepthSlot> slots_;
};

class DepthReader {
 public:
  explicit DepthReader(std::span<const DepthSlot> slots) noexcept : slots_(slots) {}

  [[nodiscard]] TableRead read(InstrumentId id, DepthEntry& out) const noexcept {
    return id.value < slots_.size() ? slots_[id.value].read(&out) : TableRead::never;
  }

 private:
  std::span<const DepthSlot> slots_;
};

}  // namespace tickplant::ringbuf
