// What a writer is about to add to the tables, noted where a successor finds it: sums (counts, volume, notional) cannot
// be told apart from sums with one record more, nor can open without high and low from a day that had opened;
// everything else in an entry can be written again from the record.
//
// Noted after the record is in the ring and before the first of its tables is touched; one note at a time. A successor
// puts the sums of a half-written entry back and applies the record again (ring_repair.hpp).
//
// Undo slot (gating_layout.hpp), in words of 8 bytes:
//
//   0  sequence       of the record, stored last: the note is whole
//   1  instrument
//   2  newest: update_count, trade_count, volume
//   5  image: its stamp, 0 = never written
//   6  image: volume, notional low, notional high, trade_count, open, high, low; only for trades
//
// Threads: the writer's own; the order of its stores matters to nobody but who looks at them after its death, for whom
// the order of the program is enough.
#pragma once

#include <atomic>
#include <span>

#include "ringbuf/gating_layout.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::ringbuf {

class TableUndo {
 public:
  /// Notes nothing: for tables that nobody takes over.
  TableUndo() noexcept = default;
  TableUndo(UndoSlot<>& slot, std::span<const ImageSlot> image, std::span<const NewestSlot> newest) noexcept
      : slot_(&slot), image_(image), newest_(newest) {}

  /// The record `sequence` of `instrument` is about to be applied.
  void note(Sequence sequence, InstrumentId instrument, bool is_trade) noexcept {
    if (slot_ == nullptr || instrument == kNoInstrument || instrument.value >= newest_.size()) return;
    in_program_order();
    UndoSlot<>& undo = *slot_;
    const NewestSlot& newest = newest_[instrument.value];
    const ImageSlot& image = image_[instrument.value];
    put(undo, 0, 0);  // nothing half noted counts
    in_program_order();
    put(undo, 1, instrument.value);
    unrolled<kNewestSums>([&](std::size_t i) { put(undo, 2 + i, get(newest.word[i])); });
    put(undo, 5, get(image.stamp));
    if (is_trade) unrolled<kImageSums>([&](std::size_t i) { put(undo, 6 + i, get(image.word[kImageSumsWord + i])); });
    in_program_order();
    put(undo, 0, sequence.value);
    in_program_order();
  }

  static constexpr std::size_t kNewestSums = 3;
  static constexpr std::size_t kImageSums = 7;  // with open, high, low
  static constexpr std::size_t kImageSumsWord = offsetof(ImageEntry, volume) / 8 - 1;

 private:
  static void in_program_order() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
  static std::uint64_t get(const std::atomic<std::uint64_t>& word) noexcept {
    return word.load(std::memory_order_relaxed);
  }
  static void put(UndoSlot<>& undo, std::size_t word, std::uint64_t value) noexcept {
    undo.word[word].store(value, std::memory_order_relaxed);
  }

  UndoSlot<>* slot_ = nullptr;
  std::span<const ImageSlot> image_;
  std::span<const NewestSlot> newest_;
};

static_assert(offsetof(ImageEntry, trade_count) == offsetof(ImageEntry, volume) + 24);
static_assert(offsetof(ImageEntry, low) == offsetof(ImageEntry, volume) + 48);
static_assert(offsetof(NewestEntry, update_count) == 8 && offsetof(NewestEntry, volume) == 24);

}  // namespace tickplant::ringbuf
