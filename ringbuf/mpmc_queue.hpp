// Bounded, lossless queue with any number of producers and consumers (D. Vyukov's bounded MPMC queue): fan-in of
// alerts, requests from several stages to one. Two producers on one queue are slower than one each: prefer SPSC where
// you can.
//
// Elements leave in the order in which their positions were claimed. A producer stopped between claim and commit holds
// up what was pushed behind it, but nobody waits in here: try_pop says empty.
//
// Threads: any number, one object shared or one each. repair(): nobody else, that is the successor of a dead daemon.
// Not here: one producer and one consumer (spsc_queue.hpp), waking the other side (the caller's idle strategy).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/check.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/queue_layout.hpp"

namespace tickplant::ringbuf {

/// What repair() found.
struct QueueRepair {
  std::uint64_t never_pushed = 0;     // claimed by a producer that died before it was done
  std::uint64_t never_delivered = 0;  // claimed by a consumer that died before it was done; handed to the caller
  friend constexpr bool operator==(const QueueRepair&, const QueueRepair&) = default;
};

template <class T, template <class> class Atomic = std::atomic>
class MpmcQueue {
 public:
  using Control = QueueControl<Atomic>;
  using Cell = MpmcCell<T, Atomic>;

  /// Continues where the queue stands. `slot_count` is a power of two.
  MpmcQueue(Control& control, Cell* cells, std::uint64_t slot_count) noexcept
      : control_(&control), cells_(cells), mask_(slot_count - 1), lap_shift_(std::countr_zero(slot_count)) {
    TP_CHECK(slot_count >= 1 && (slot_count & mask_) == 0);
  }

  /// Over the bytes behind a segment's header page.
  [[nodiscard]] static MpmcQueue over(std::span<std::byte> payload,
                                      std::uint64_t slot_count) noexcept requires QueueElement<T> {
    return {object_at<Control>(payload, 0), array_at<Cell>(payload, sizeof(Control), slot_count).data(), slot_count};
  }

  PushResult try_push(const T& value) noexcept {
    std::uint64_t position = control_->tail.load(std::memory_order_relaxed);  // a guess: the cell's turn decides
    for (;;) {
      Cell& cell = cell_of(position);
      const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);  // Q5 <- Q8
      if (turn == free_for(position)) {
        // Relaxed: claiming only divides positions among producers; the data is ordered by the turn.
        if (!control_->tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;
        cell.value = value;
        // Q6 -> Q7: whoever sees the element announced sees all of it.
        cell.turn.store(holds(position), std::memory_order_release);
        return PushResult::ok;
      }
      if (turn < free_for(position)) return PushResult::full;     // the lap before has not been popped
      position = control_->tail.load(std::memory_order_relaxed);  // somebody else took this position
    }
  }

  PopResult try_pop(T& out) noexcept {
    std::uint64_t position = control_->head.load(std::memory_order_relaxed);  // a guess: the cell's turn decides
    for (;;) {
      Cell& cell = cell_of(position);
      const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);  // Q7 <- Q6
      if (turn == holds(position) || turn == passed_over(position)) {
        // Relaxed: as above, among consumers.
        if (!control_->head.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;
        if (turn == holds(position)) out = cell.value;
        // Q8 -> Q5: whoever sees the cell free may overwrite it; our read is done.
        cell.turn.store(free_for(position + mask_ + 1), std::memory_order_release);
        if (turn == holds(position)) return PopResult::ok;
      } else if (turn < holds(position)) {
        return PopResult::empty;  // not pushed, or claimed and not yet committed
      }
      position = control_->head.load(std::memory_order_relaxed);  // passed over, or somebody else took it
    }
  }

  /// Mends what dead producers and consumers left half-done: their claimed cells are marked to be passed over or freed.
  /// `undelivered(const T&)` gets each element that a consumer had claimed and not handed on, oldest first. May itself
  /// be killed and run again; an element may then be handed over twice.
  template <class Undelivered>
  QueueRepair repair(Undelivered&& undelivered) {
    const std::uint64_t head = control_->head.load(std::memory_order_acquire);
    const std::uint64_t tail = control_->tail.load(std::memory_order_acquire);
    QueueRepair found;
    // Popped positions whose cells no later push has claimed.
    for (std::uint64_t position = tail > mask_ ? tail - mask_ - 1 : 0; position < head; ++position) {
      Cell& cell = cell_of(position);
      const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);
      if (turn != holds(position) && turn != passed_over(position)) continue;
      if (turn == holds(position)) {
        undelivered(static_cast<const T&>(cell.value));
        ++found.never_delivered;
      }
      cell.turn.store(free_for(position + mask_ + 1), std::memory_order_release);
    }
    for (std::uint64_t position = head; position < tail; ++position) {
      Cell& cell = cell_of(position);
      if (cell.turn.load(std::memory_order_acquire) != free_for(position)) continue;
      cell.turn.store(passed_over(position), std::memory_order_release);
      ++found.never_pushed;
    }
    return found;
  }

 private:
  [[nodiscard]] Cell& cell_of(std::uint64_t position) const noexcept { return cells_[position & mask_]; }
  [[nodiscard]] std::uint64_t free_for(std::uint64_t position) const noexcept { return 4 * (position >> lap_shift_); }
  [[nodiscard]] std::uint64_t holds(std::uint64_t position) const noexcept { return free_for(position) + 1; }
  [[nodiscard]] std::uint64_t passed_over(std::uint64_t position) const noexcept { return free_for(position) + 2; }

  Control* control_;
  Cell* cells_;
  std::uint64_t mask_;
  int lap_shift_;
};

}  // namespace tickplant::ringbuf
