// Finds an open order by its reference: one hash table for all instruments of a feed, two orders to a cache line.
//
// Exchanges number orders upwards, so the references of a moment are neighbours. The hash keeps kNeighbours of them
// side by side and scatters only the groups: orders that arrive together share lines, and an add seldom opens a cold
// one.
//
//   reference   [ group ............................ | place ]
//   home slot     mix(group), top bits               | place      then the next free slot (linear probing)
//
// Removing shifts later orders back, so there are no tombstones and a full day leaves no trace. No order ever lies
// further than kMaxDisplacement from its home, which bounds every loop here, whatever references an adversary invents.
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
  std::uint8_t reserved[3] = {};
};
static_assert(sizeof(StoredOrder) == 32 && platform::kCacheLineBytes % sizeof(StoredOrder) == 0);

class OrderStore {
 public:
  static constexpr std::size_t kMaxDisplacement = 1024;

  /// Takes memory for `order_capacity` open orders at a load of at most two thirds. Throws SetupError.
  explicit OrderStore(std::size_t order_capacity);

  /// Brings the slots where `reference` is or would be. A hint: does nothing else.
  void prefetch(OrderReference reference) const noexcept { platform::prefetch_for_write(&slots_[home(reference)]); }

  /// The open order, or nullptr. Valid until the next insert or erase.
  [[nodiscard]] StoredOrder* find(OrderReference reference) noexcept {
    StoredOrder* slot = &slots_[home(reference)];
    for (const StoredOrder* const end = slot + kMaxDisplacement + 1; slot != end; ++slot) {
      if (slot->size.value == 0) return nullptr;
      if (slot->reference == reference) return slot;
    }
    return nullptr;
  }

  /// Where an order may be written. `slot` is nullptr when the store is full; `found` when the reference is open
  /// already.
  struct Place {
    StoredOrder* slot = nullptr;
    bool found = false;
  };
  [[nodiscard]] Place place_for(OrderReference reference) noexcept {
    StoredOrder* slot = &slots_[home(reference)];
    for (const StoredOrder* const end = slot + kMaxDisplacement + 1; slot != end; ++slot) {
      if (slot->size.value == 0) return {size_ < capacity_ ? slot : nullptr, false};
      if (slot->reference == reference) return {slot, true};
    }
    return {nullptr, false};
  }

  /// Writes an order with a size above 0 into a free place from place_for(), with no insert or erase in between.
  void insert(const Place& place, const StoredOrder& order) noexcept {
    TP_DCHECK(place.slot != nullptr && !place.found && order.size.value > 0);
    *place.slot = order;
    ++size_;
  }

  /// Removes an order from find(), or from place_for() where it was found. Moves others: pointers die.
  void erase(StoredOrder* order) noexcept {
    StoredOrder* hole = order;
    // An order beyond hole + kMaxDisplacement has its home behind the hole, so the search may end there.
    for (StoredOrder* slot = hole + 1; slot->size.value != 0 && slot - hole <= kReach; ++slot) {
      if (&slots_[home(slot->reference)] > hole) continue;
      *hole = *slot;
      hole = slot;
    }
    hole->size = {};
    --size_;
  }

  /// Cold: calls visit(StoredOrder) for every open order, in no order that means anything.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t index = 0; index < slots_.size(); ++index) {
      if (slots_[index].size.value != 0) visit(slots_[index]);
    }
  }

  /// Cold: erases every order for which `matches` holds, by a walk over all slots. Returns how many.
  template <typename Matches>
  std::size_t erase_if(Matches&& matches) noexcept {
    const std::size_t before = size_;
    for (std::size_t index = 0; index < slots_.size();) {
      StoredOrder& slot = slots_[index];
      // An erase pulls a later order into this slot: look at it again.
      if (slot.size.value != 0 && matches(static_cast<const StoredOrder&>(slot))) {
        erase(&slot);
      } else {
        ++index;
      }
    }
    return before - size_;
  }

  /// Cold: forgets every order. Touches only slots that hold one, so memory never used stays untouched.
  void clear() noexcept {
    for (std::size_t index = 0; size_ != 0; ++index) {
      if (slots_[index].size.value == 0) continue;
      slots_[index].size = {};
      --size_;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  static constexpr unsigned kNeighbourBits = 2;
  static constexpr std::uint64_t kNeighbours = 1U << kNeighbourBits;
  static constexpr std::ptrdiff_t kReach = kMaxDisplacement;

  [[nodiscard]] std::size_t home(OrderReference reference) const noexcept {
    const std::uint64_t group = reference.value >> kNeighbourBits;
    // 2^64 / golden ratio: lays consecutive groups as far apart as possible. The shift lets high bits take part.
    const std::uint64_t mixed = (group ^ (group >> 32)) * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>((mixed >> group_shift_) << kNeighbourBits | (reference.value & (kNeighbours - 1)));
  }

  std::size_t capacity_;
  std::size_t size_ = 0;
  unsigned group_shift_;
  ZeroedArray<StoredOrder> slots_;  // kMaxDisplacement more than homes, and one that stays free: no wrap-around
};

}  // namespace tickplant::feedhandlers
