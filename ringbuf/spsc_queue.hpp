// Bounded, lossless queue with one producer and one consumer: the cheapest hand-off between two stages of the plant.
//
// Nothing can tear: an element exists from the moment `tail` passes it until `head` does, and each moves by one store.
// A successor therefore just makes a new SpscProducer and SpscConsumer over the same bytes; an element whose pop did
// not return is popped again.
//
// Threads: SpscProducer: exactly one. SpscConsumer: exactly one, in the same or another process. Neither waits,
// allocates or makes a system call; each touches the other's cache line only when its cached copy says full or empty.
// Not here: several producers or consumers (mpmc_queue.hpp), waking the other side (the caller's idle strategy).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/check.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/queue_layout.hpp"

namespace tickplant::ringbuf {

template <class T, template <class> class Atomic = std::atomic>
class alignas(64) SpscProducer {
 public:
  using Control = QueueControl<Atomic>;

  /// Continues where the queue stands. `slot_count` is a power of two.
  SpscProducer(Control& control, T* cells, std::uint64_t slot_count) noexcept
      : control_(&control),
        cells_(cells),
        mask_(slot_count - 1),
        tail_(control.tail.load(std::memory_order_relaxed)),
        head_(control.head.load(std::memory_order_acquire)) {  // Q2 <- Q4
    TP_CHECK(slot_count >= 1 && (slot_count & mask_) == 0);
  }

  /// Over the bytes behind a segment's header page.
  [[nodiscard]] static SpscProducer over(std::span<std::byte> payload,
                                         std::uint64_t slot_count) noexcept requires QueueElement<T> {
    return {object_at<Control>(payload, 0), array_at<T>(payload, sizeof(Control), slot_count).data(), slot_count};
  }

  PushResult try_push(const T& value) noexcept {
    if (room(1) == 0) return PushResult::full;
    cells_[tail_ & mask_] = value;
    publish(1);
    return PushResult::ok;
  }

  /// Pushes as many of `values` as fit, from the front, visible all at once. Returns how many.
  std::size_t try_push(std::span<const T> values) noexcept {
    const std::size_t count = std::min<std::size_t>(values.size(), room(values.size()));
    for (std::size_t i = 0; i < count; ++i) cells_[(tail_ + i) & mask_] = values[i];
    if (count != 0) publish(count);
    return count;
  }

 private:
  /// Free cells, looked up anew only when the cached number is below `wanted`.
  std::uint64_t room(std::uint64_t wanted) noexcept {
    const std::uint64_t capacity = mask_ + 1;
    if (capacity - (tail_ - head_) < wanted) {
      head_ = control_->head.load(std::memory_order_acquire);  // Q2 <- Q4
    }
    return capacity - (tail_ - head_);
  }

  void publish(std::uint64_t count) noexcept {
    tail_ += count;
    // Q1 -> Q3: whoever sees the new tail sees the elements before it; otherwise a pop could read the previous lap.
    control_->tail.store(tail_, std::memory_order_release);
  }

  Control* control_;
  T* cells_;
  std::uint64_t mask_;
  std::uint64_t tail_;  // ours
  std::uint64_t head_;  // the consumer's, as last seen
};

template <class T, template <class> class Atomic = std::atomic>
class alignas(64) SpscConsumer {
 public:
  using Control = QueueControl<Atomic>;

  /// Continues where the queue stands. `slot_count` is a power of two.
  SpscConsumer(Control& control, const T* cells, std::uint64_t slot_count) noexcept
      : control_(&control),
        cells_(cells),
        mask_(slot_count - 1),
        head_(control.head.load(std::memory_order_relaxed)),
        tail_(control.tail.load(std::memory_order_acquire)) {  // Q3 <- Q1
    TP_CHECK(slot_count >= 1 && (slot_count & mask_) == 0);
  }

  /// Over the bytes behind a segment's header page.
  [[nodiscard]] static SpscConsumer over(std::span<std::byte> payload,
                                         std::uint64_t slot_count) noexcept requires QueueElement<T> {
    return {object_at<Control>(payload, 0), array_at<T>(payload, sizeof(Control), slot_count).data(), slot_count};
  }

  PopResult try_pop(T& out) noexcept {
    if (waiting(1) == 0) return PopResult::empty;
    out = cells_[head_ & mask_];
    release(1);
    return PopResult::ok;
  }

  /// Pops up to out.size() elements, oldest first, and frees their cells all at once. Returns how many.
  std::size_t try_pop(std::span<T> out) noexcept {
    const std::size_t count = std::min<std::size_t>(out.size(), waiting(out.size()));
    for (std::size_t i = 0; i < count; ++i) out[i] = cells_[(head_ + i) & mask_];
    if (count != 0) release(count);
    return count;
  }

 private:
  /// Elements to pop, looked up anew only when the cached number is below `wanted`.
  std::uint64_t waiting(std::uint64_t wanted) noexcept {
    if (tail_ - head_ < wanted) tail_ = control_->tail.load(std::memory_order_acquire);  // Q3 <- Q1
    return tail_ - head_;
  }

  void release(std::uint64_t count) noexcept {
    head_ += count;
    // Q4 -> Q2: whoever sees the new head may overwrite; our reads of those cells are done.
    control_->head.store(head_, std::memory_order_release);
  }

  Control* control_;
  const T* cells_;
  std::uint64_t mask_;
  std::uint64_t head_;  // ours
  std::uint64_t tail_;  // the producer's, as last seen
};

}  // namespace tickplant::ringbuf
