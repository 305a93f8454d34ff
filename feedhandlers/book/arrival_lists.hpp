// The open orders of each instrument in the order in which they came, as lists through the slots of an order store.
//
//   instrument -> first <-> second <-> ... <-> last        an order's links lie at the index of its slot
//
// What is open is linked, what is gone is not: the lists never hold more than the store, and cost 8 bytes a slot.
//
// Threads: one. All memory is taken at construction.
// Not here: the orders (order_store.hpp), keeping both together (queue_book.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/book/zeroed_array.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::feedhandlers {

class ArrivalLists {
 public:
  /// Throws SetupError.
  ArrivalLists(std::size_t instrument_count, std::size_t slot_count)
      : lists_(instrument_count), links_(slot_count, "queue order") {}

  /// Behind all others. `slot` is in no list.
  void append(ringbuf::InstrumentId instrument, std::size_t slot) noexcept {
    const auto link = static_cast<std::uint32_t>(slot + 1);
    List& list = lists_[instrument.value];
    links_[slot] = {list.last, kNone};
    (list.last == kNone ? list.first : links_[list.last - 1].next) = link;
    list.last = link;
  }

  /// `slot` is in the list of `instrument`.
  void remove(ringbuf::InstrumentId instrument, std::size_t slot) noexcept {
    List& list = lists_[instrument.value];
    const Link gone = links_[slot];
    (gone.previous == kNone ? list.first : links_[gone.previous - 1].next) = gone.next;
    (gone.next == kNone ? list.last : links_[gone.next - 1].previous) = gone.previous;
  }

  void clear(ringbuf::InstrumentId instrument) noexcept { lists_[instrument.value] = {}; }

  /// visit(slot) from the first to the last; it must not change the list.
  template <typename Visit>
  void for_each(ringbuf::InstrumentId instrument, Visit&& visit) const {
    for (std::uint32_t link = lists_[instrument.value].first; link != kNone; link = links_[link - 1].next)
      visit(std::size_t{link - 1});
  }

 private:
  static constexpr std::uint32_t kNone = 0;  // links are slots + 1
  struct Link {
    std::uint32_t previous;
    std::uint32_t next;
  };
  struct List {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };

  std::vector<List> lists_;
  ZeroedArray<Link> links_;
};

}  // namespace tickplant::feedhandlers
