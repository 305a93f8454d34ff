// Keeps what was computed of each instrument last, for clients that ask "what is its average now?" rather than "how did
// it get there?".
//
// Threads: DerivedImageWriter: one for each shard, and an instrument belongs to one shard. DerivedImageReader: any
// thread of any process.
// Not here: history (the derived rings), what a function is called (functions_table.hpp).
#pragma once

#include <algorithm>
#include <span>

#include "ringbuf/derived_image_layout.hpp"

namespace tickplant::ringbuf {

using DerivedImageSlot = StampedEntry<kDerivedImageEntryBytes>;

class DerivedImageWriter {
 public:
  /// `slots`: one per instrument id, zeroed or left by a predecessor with the same functions. `window_places`: by
  /// function, the place of a window in an entry, from 1; 0: it has none.
  DerivedImageWriter(std::span<DerivedImageSlot> slots, std::span<const std::uint8_t> window_places,
                     std::uint16_t shard) noexcept
      : slots_(slots), window_places_(window_places), shard_(shard) {}

  /// Where the first of a window's outputs stands: whose values an entry shows.
  struct IndicatorRank {
    std::uint16_t set = kNotComputed;  // values of another set than the newest's give way
    std::uint16_t place = 0;           // of the window among those of its set: the first one stays
    static constexpr std::uint16_t kNotComputed = 0xffff;
  };

  /// From here on other functions are computed, by more ids. Windows keep their places. Both stay where they are until
  /// the next change.
  void change(std::span<const std::uint8_t> window_places, std::span<const IndicatorRank> indicator_ranks) noexcept {
    window_places_ = window_places;
    indicator_ranks_ = indicator_ranks;
  }

  /// Applies one published record; header.stamp is its ring sequence.
  void apply(const DerivedRecord& record) noexcept {
    const InstrumentId id = record.header.instrument;
    if (id == kNoInstrument || id.value >= slots_.size()) return;
    DerivedImageSlot& slot = slots_[id.value];
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
    switch (record.header.type) {
      case DerivedType::window_row: return on_row(slot, stamp, record, record.as<WindowRowBody>());
      case DerivedType::indicator_values: return on_values(slot, stamp, record, record.as<IndicatorValuesBody>());
      case DerivedType::signal: return on_signal(slot, stamp, record, record.as<SignalBody>());
      default: return;
    }
  }

 private:
  /// Marks the entry, stores its first line and whatever `store` does.
  template <class Store>
  void update(DerivedImageSlot& slot, std::uint64_t stamp, const DerivedRecord& record, DerivedImageEntry& head,
              Store&& store) noexcept {
    const Sequence next{(stamp & ~kWritingBit) + 1};
    head.sequence = {record.header.stamp};
    head.cause_seq = record.header.cause_seq;
    head.ts_event = record.header.ts_event;
    head.instrument = record.header.instrument;
    head.shard = shard_;
    head.quality = record.header.quality;
    slot.begin(next);
    if (stamp == 0) store_part(slot, DerivedImageEntry{}, kHeadEnd, sizeof head);
    store_part(slot, head, 8, kHeadEnd);
    store();
    slot.end(next);
  }

  void on_row(DerivedImageSlot& slot, std::uint64_t stamp, const DerivedRecord& record,
              const WindowRowBody& row) noexcept {
    DerivedImageEntry head = load_head(slot, stamp);
    if (row.average_5min == row.average_5min) {  // not NaN
      head.average_5min = row.average_5min;
      head.trend = row.trend;
    }
    const std::uint16_t function = record.header.function.value;
    const std::size_t place = function < window_places_.size() ? window_places_[function] : 0;
    DerivedWindow window;
    window.start = row.start;
    window.end = row.end;
    window.open = row.open;
    window.high = row.high;
    window.low = row.low;
    window.close = row.close;
    window.volume = row.volume;
    window.vwap = row.vwap;
    window.average = row.average;
    window.deviation = row.deviation;
    window.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(row.count, ~std::uint32_t{0}));
    window.quality = record.header.quality;
    window.revision = record.header.revision;
    window.function = record.header.function;
    window.kind = row.kind;
    window.is_volatile = row.is_volatile;
    const std::size_t at = offsetof(DerivedImageEntry, window) + (place - 1) * sizeof window;
    // A late trade writes an older window again: the newest one stays.
    const bool fits = place >= 1 && place <= kDerivedImageWindows &&
                      (stamp == 0 || end_of_window(slot, at) <= window.end ||
                       function_of_window(slot, at) != window.function.value);  // empty, or removed by a reload
    update(slot, stamp, record, head, [&] {
      if (fits) slot.store(at, &window, sizeof window);
    });
  }

  void on_values(DerivedImageSlot& slot, std::uint64_t stamp, const DerivedRecord& record,
                 const IndicatorValuesBody& values) noexcept {
    DerivedImageEntry head = load_head(slot, stamp);
    // Each output is a function of its own, and a record begins with that of its first one.
    const FunctionId function{static_cast<std::uint16_t>(record.header.function.value - values.first_output)};
    // Those of the set's first window that has any; of the others the ring tells.
    const bool is_earlier = head.first_indicator.value == 0 || comes_before(function, head.first_indicator);
    if (is_earlier) {
      head.first_indicator = function;
      head.indicator_count = 0;
    }
    const bool fits = function == head.first_indicator && values.end >= head.indicator_end;
    const std::size_t first = std::min<std::size_t>(values.first_output, kDerivedImageIndicators);
    const std::size_t count = std::min(
        {static_cast<std::size_t>(values.count), IndicatorValuesBody::kMaxValues, kDerivedImageIndicators - first});
    if (fits) {
      head.indicator_end = values.end;
      head.indicator_count = std::max(head.indicator_count, static_cast<std::uint16_t>(first + count));
    }
    update(slot, stamp, record, head, [&] {
      if (is_earlier && stamp != 0) {
        store_part(slot, DerivedImageEntry{}, offsetof(DerivedImageEntry, indicator), sizeof(DerivedImageEntry));
      }
      if (fits) slot.store(offsetof(DerivedImageEntry, indicator) + 8 * first, values.value.data(), 8 * count);
    });
  }

  void on_signal(DerivedImageSlot& slot, std::uint64_t stamp, const DerivedRecord& record,
                 const SignalBody& body) noexcept {
    DerivedImageEntry head = load_head(slot, stamp);
    DerivedSignal signal;
    signal.time = record.header.ts_event;
    signal.price = body.price;
    signal.value = body.value[0];
    signal.function = record.header.function;
    signal.what = body.what;
    signal.status = body.status;
    signal.basis = record.header.basis;
    const bool is_cross = body.what == SignalValue::golden || body.what == SignalValue::death;
    const std::size_t at = is_cross ? offsetof(DerivedImageEntry, cross) : offsetof(DerivedImageEntry, signal);
    update(slot, stamp, record, head, [&] { slot.store(at, &signal, sizeof signal); });
  }

  /// Before the first reload in the order of ids.
  [[nodiscard]] bool comes_before(FunctionId a, FunctionId b) const noexcept {
    const std::size_t count = indicator_ranks_.size();
    if (a.value >= count || b.value >= count) return a < b;
    const IndicatorRank left = indicator_ranks_[a.value], right = indicator_ranks_[b.value];
    return left.set != right.set || left.place < right.place;
  }

  static constexpr std::size_t kHeadEnd = offsetof(DerivedImageEntry, window);

  static void store_part(DerivedImageSlot& slot, const DerivedImageEntry& entry, std::size_t begin,
                         std::size_t end) noexcept {
    slot.store(begin, reinterpret_cast<const std::byte*>(&entry) + begin, end - begin);
  }
  [[nodiscard]] static std::uint64_t word_at(const DerivedImageSlot& slot, std::size_t offset) noexcept {
    return slot.word[offset / 8 - 1].load(std::memory_order_relaxed);
  }
  [[nodiscard]] static UnixNanos end_of_window(const DerivedImageSlot& slot, std::size_t at) noexcept {
    return {static_cast<std::int64_t>(word_at(slot, at + offsetof(DerivedWindow, end)))};
  }
  [[nodiscard]] static std::uint16_t function_of_window(const DerivedImageSlot& slot, std::size_t at) noexcept {
    static_assert(offsetof(DerivedWindow, function) == 88 + 4);
    return static_cast<std::uint16_t>(word_at(slot, at + 88) >> 32);
  }
  /// Our own last values: no other writer, so no need to look at the stamp again.
  [[nodiscard]] static DerivedImageEntry load_head(const DerivedImageSlot& slot, std::uint64_t stamp) noexcept {
    DerivedImageEntry entry;
    if (stamp == 0) return entry;
    for (std::size_t at = 8; at < kHeadEnd; at += 8) {
      const std::uint64_t word = word_at(slot, at);
      std::memcpy(reinterpret_cast<std::byte*>(&entry) + at, &word, 8);
    }
    return entry;
  }

  std::span<DerivedImageSlot> slots_;
  std::span<const std::uint8_t> window_places_;
  std::span<const IndicatorRank> indicator_ranks_;
  std::uint16_t shard_;
};

/// Entries that a dead writer left half written are emptied: what they said may be of two records. Returns how many.
/// Set-up, before there are writers.
inline std::size_t forget_half_written(std::span<DerivedImageSlot> slots) noexcept {
  std::size_t count = 0;
  for (DerivedImageSlot& slot : slots) {
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
    if ((stamp & kWritingBit) == 0) continue;
    // The stamp goes on growing: a reader that copied a part of it before finds out.
    const Sequence next{(stamp & ~kWritingBit) + 1};
    const DerivedImageEntry nothing;
    slot.begin(next);
    slot.store(8, reinterpret_cast<const std::byte*>(&nothing) + 8, sizeof nothing - 8);
    slot.end(next);
    ++count;
  }
  return count;
}

class DerivedImageReader {
 public:
  explicit DerivedImageReader(std::span<const DerivedImageSlot> slots) noexcept : slots_(slots) {}

  /// A consistent copy, or why there is none. An id beyond the table reads as `never`.
  [[nodiscard]] TableRead read(InstrumentId id, DerivedImageEntry& out) const noexcept {
    return id.value < slots_.size() ? slots_[id.value].read(&out) : TableRead::never;
  }
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

 private:
  std::span<const DerivedImageSlot> slots_;
};

}  // namespace tickplant::ringbuf
