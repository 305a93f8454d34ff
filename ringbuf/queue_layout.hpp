// Queues: bounded and lossless, for hand-offs between the plant's own threads and processes. Behind the segment header:
//
//   offset  bytes  field    written by    read by
//   0x1000      8  tail     producers     consumers: position of the next push
//   0x1040      8  head     consumers     producers: position of the next pop
//   0x1080   3968  reserved
//   0x2000    S*n  cells    producers (MPMC: also consumers, the turn)
//
// Positions only grow; position p lives in cell p mod n, n a power of two. Zeroed memory is an empty queue.
//
//   SPSC cell   the element; S = its size
//   MPMC cell   +0 turn 8, +8 the element; S a multiple of 64
//
//   turn of the cell of position p, lap = p / n
//   4 lap        free for the push of p
//   4 lap + 1    holds the element of p
//   4 lap + 2    the producer of p died before it was done: to be passed over
//   4 lap + 4    popped: free for the push of p + n
//
// Plant-private: mode 0600, no reader outside the daemon, no promise to other programs. Who dies takes the daemon
// along, so its successor is alone when it repairs (mpmc_queue.hpp).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

enum class PushResult : std::uint8_t { ok, full };
enum class PopResult : std::uint8_t { ok, empty };

inline constexpr std::size_t kQueueElementBytesMax = 256;

/// What may lie in a queue in shared memory.
template <class T>
concept QueueElement = std::is_trivially_copyable_v<T> && sizeof(T) <= kQueueElementBytesMax && alignof(T) <= 8;

template <template <class> class Atomic = std::atomic>
struct QueueControl {
  alignas(64) Atomic<std::uint64_t> tail;
  alignas(64) Atomic<std::uint64_t> head;
  alignas(64) std::array<std::byte, 3968> reserved;
};
static_assert(sizeof(QueueControl<>) == platform::kPageBytes && std::is_standard_layout_v<QueueControl<>>);
static_assert(offsetof(QueueControl<>, head) == 0x40 && offsetof(QueueControl<>, reserved) == 0x80);

template <class T, template <class> class Atomic = std::atomic>
struct alignas(64) MpmcCell {
  Atomic<std::uint64_t> turn;
  T value;
};
static_assert(sizeof(MpmcCell<std::uint64_t>) == 64 && sizeof(MpmcCell<std::array<std::byte, 256>>) == 320);
static_assert(offsetof(MpmcCell<std::uint64_t>, value) == 8 && std::is_standard_layout_v<MpmcCell<std::uint64_t>>);

/// Bytes of a whole queue segment. `slot_count` is a power of two.
[[nodiscard]] constexpr std::uint64_t queue_segment_bytes(std::uint64_t slot_bytes, std::uint64_t slot_count) noexcept {
  return kSegmentHeaderBytes + sizeof(QueueControl<>) + slot_bytes * slot_count;
}

inline constexpr std::uint64_t kQueueSchema = schema_hash_of("queue/1 control:tail,head mpmc:turn,value");

}  // namespace tickplant::ringbuf
