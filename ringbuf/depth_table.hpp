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

  /// Writes the levels of `change` anew. `level_at(index)` gives the book's level, best = 0, for indices below
  /// `level_count`, which is how many levels that side has now. `sequence` grows with each call for an instrument.
  template <class LevelAt>
  void update(InstrumentId id, Sequence sequence, UnixNanos ts_event, bool maybe_bad, DepthChange change,
              std::size_t level_count, LevelAt&& level_at) noexcept {
    if (id.value >= slots_.size()) return;
    DepthSlot& slot = slots_[id.value];
    const bool first_time = slot.stamp.load(std::memory_order_relaxed) == 0;
    const Head head = load_head(slot);
    const bool is_bid = change.side == Side::bid;
    const std::size_t count_before = is_bid ? head.bid_count : head.ask_count;
    const std::size_t count = level_count < kDepthLevels ? level_count : kDepthLevels;
    const std::size_t base = is_bid ? offsetof(DepthEntry, bid) : offsetof(DepthEntry, ask);

    slot.begin(sequence);
    if (first_time) [[unlikely]]
      store_all(slot, DepthEntry{});
    put(slot, offsetof(DepthEntry, ts_event), static_cast<std::uint64_t>(ts_event.value));
    auto* word = level_words(slot, base, change.first);
    for (std::size_t i = change.first, last = change.last < count ? change.last : count; i < last; ++i, word += 3)
      put_level(word, level_at(i));
    // Those that fell off the end; further ones are absent already. The count comes last: cut short before it, the
    // entry still says how far levels reach.
    word = level_words(slot, base, count);
    for (std::size_t i = count; i < count_before; ++i, word += 3) put_level(word, {});
    const auto now = static_cast<std::uint16_t>(count);
    const Head after{is_bid ? now : head.bid_count, is_bid ? head.ask_count : now,
                     maybe_bad ? DepthEntry::kMaybeBad : 0};
    put(slot, offsetof(DepthEntry, bid_count), after.word());
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
    [[nodiscard]] std::uint64_t word() const noexcept {
      return bid_count | std::uint64_t{ask_count} << 16 | std::uint64_t{flags} << 32;
    }
  };
  static_assert(sizeof(Head) == 8);

  static Head load_head(const DepthSlot& slot) noexcept {
    const std::uint64_t word = slot.word[offsetof(DepthEntry, bid_count) / 8 - 1].load(std::memory_order_relaxed);
    return std::bit_cast<Head>(word);
  }

  /// Words from registers.
  static void put(DepthSlot& slot, std::size_t offset, std::uint64_t value) noexcept {
    slot.word[offset / 8 - 1].store(value, std::memory_order_release);  // W5
  }
  static std::atomic<std::uint64_t>* level_words(DepthSlot& slot, std::size_t base, std::size_t index) noexcept {
    static_assert(sizeof(DepthLevel) == std::size_t{3} * 8);
    return slot.word.data() + base / 8 - 1 + 3 * index;
  }
  static void put_level(std::atomic<std::uint64_t>* word, const DepthLevel& level) noexcept {
    word[0].store(static_cast<std::uint64_t>(level.price.value), std::memory_order_release);  // W5
    word[1].store(level.size.value, std::memory_order_release);                               // W5
    word[2].store(std::uint64_t{level.order_count} | std::uint64_t{level.reserved} << 32,
                  std::memory_order_release);  // W5
  }

  [[gnu::noinline, gnu::cold]] static void store_all(DepthSlot& slot, const DepthEntry& entry) noexcept {
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
