// Finds an open order by its reference: one hash table for all instruments of a feed, two orders to a cache line.
//
//   home slot     top bits of reference x 2^64 / golden ratio
//
// References that follow each other, as engines number them, get homes as far apart as can be: orders that arrive
// together fill no line together. (Neighbours side by side save an add its cold line and cost three times that: where
// a few old orders are left, a new group overflows.)
//
// An order whose home line is full goes to the next line with a free slot; every line it goes past counts it. A search
// ends at a line that nothing went past, so there are no tombstones, an order never moves, and removing one touches its
// own line alone unless it was displaced. None goes further than kMaxDisplacement lines: every loop is bounded,
// whatever references an adversary invents.
//
// Threads: one. All memory is taken at construction.
// Not here: levels and books (order_book.hpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "feedhandlers/book/zeroed_array.hpp"
#include "feedhandlers/order_reference.hpp"
#include "platform/cache_line.hpp"
#include "platform/check.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers {

/// One open order. A slot with size 0 is free.
struct StoredOrder {
  OrderReference reference{};
  ringbuf::Price price{};
  ringbuf::Size size{};
  ringbuf::InstrumentId instrument{};
  ringbuf::Side side = ringbuf::Side::none;
  std::uint8_t went_past = 0;    // of the line, kept in its first slot: orders from here or before that lie behind
  std::uint16_t generation = 0;  // of the book when the order came (order_book.hpp)
};
static_assert(2 * sizeof(StoredOrder) == platform::kCacheLineBytes);

class OrderStore {
 public:
  static constexpr std::size_t kMaxDisplacement = 100;  // lines; two orders each: went_past stays within a byte

  /// Takes memory for `order_capacity` open orders at a load of at most two thirds. Throws SetupError.
  explicit OrderStore(std::size_t order_capacity);

  /// Brings the line where `reference` is or would be. A hint: does nothing else.
  void prefetch(OrderReference reference) const noexcept { platform::prefetch_for_read(&home_slot(reference)); }

  /// The side of the order if it is where it is mostly found. For hints: no loop, no branch, may be wrong.
  [[nodiscard]] ringbuf::Side side_hint(OrderReference reference) const noexcept { return home_slot(reference).side; }

  /// The open order, or nullptr. Stays where it is until it is erased.
  [[nodiscard]] StoredOrder* find(OrderReference reference) noexcept {
    StoredOrder& home = home_slot(reference);
    if (home.reference == reference && home.size.value != 0) [[likely]]
      return &home;
    StoredOrder& other = other_of_line(home);
    if (other.reference == reference && other.size.value != 0) return &other;
    return line_of(home)->went_past == 0 ? nullptr : find_displaced(reference);
  }

  /// A free slot for a reference that find() did not find, or nullptr when the store is full. To be filled by fill().
  [[nodiscard]] StoredOrder* free_slot(OrderReference reference) noexcept {
    if (size_ == capacity_) [[unlikely]]
      return nullptr;
    StoredOrder& home = home_slot(reference);
    if (home.size.value == 0) [[likely]]
      return &home;
    StoredOrder& other = other_of_line(home);
    return other.size.value == 0 ? &other : displaced_slot(reference);
  }

  /// Writes an order with a size above 0 into its free slot.
  void fill(StoredOrder& slot, OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side,
            ringbuf::Price price, ringbuf::Size size, std::uint16_t generation) noexcept {
    TP_DCHECK(slot.size.value == 0 && size.value > 0);
    slot.reference = reference;
    slot.price = price;
    slot.size = size;
    slot.instrument = instrument;
    slot.side = side;
    slot.generation = generation;
    ++size_;
  }

  void erase(StoredOrder& order) noexcept {
    order.size = {};
    --size_;
    StoredOrder* const home = line_of(home_slot(order.reference));
    if (line_of(order) != home) [[unlikely]]
      uncount(home, line_of(order));
  }

  /// Any slot, free or not, for walking over all of them.
  [[nodiscard]] StoredOrder& slot(std::size_t index) noexcept { return slots_[index]; }
  [[nodiscard]] const StoredOrder& slot(std::size_t index) const noexcept { return slots_[index]; }
  [[nodiscard]] std::size_t index_of(const StoredOrder& order) const noexcept {
    return static_cast<std::size_t>(&order - slots_.data());
  }
  [[nodiscard]] std::size_t slot_count() const noexcept { return slots_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  static constexpr std::size_t kLineSlots = 2;

  [[nodiscard]] std::size_t home_index(OrderReference reference) const noexcept {
    return static_cast<std::size_t>((reference.value * 0x9E3779B97F4A7C15ULL) >> home_shift_);
  }
  [[nodiscard]] StoredOrder& home_slot(OrderReference reference) noexcept { return slots_[home_index(reference)]; }
  [[nodiscard]] const StoredOrder& home_slot(OrderReference reference) const noexcept {
    return slots_[home_index(reference)];
  }

  /// The first slot of the line of a slot; the table starts at a page.
  [[nodiscard]] static StoredOrder* line_of(StoredOrder& slot) noexcept {
    return reinterpret_cast<StoredOrder*>(reinterpret_cast<std::uintptr_t>(&slot) & ~(platform::kCacheLineBytes - 1));
  }
  [[nodiscard]] static StoredOrder& other_of_line(StoredOrder& slot) noexcept {
    return *reinterpret_cast<StoredOrder*>(reinterpret_cast<std::uintptr_t>(&slot) ^ sizeof(StoredOrder));
  }

  [[nodiscard]] StoredOrder* find_displaced(OrderReference reference) noexcept;
  [[nodiscard]] StoredOrder* displaced_slot(OrderReference reference) noexcept;
  static void uncount(StoredOrder* home_line, const StoredOrder* line) noexcept;

  std::size_t capacity_;
  std::size_t size_ = 0;
  unsigned home_shift_;
  ZeroedArray<StoredOrder> slots_;  // kMaxDisplacement lines more than the homes need: no wrap-around
};
}  // namespace tickplant::feedhandlers
