// Broadcast ring: one writer, any number of readers in any process, overwriting. Behind the segment header (one page):
//
//   offset  bytes  field                   written by   read by
//   0x1000      8  published               the writer   joiners: newest sequence that is certainly complete, a bit late
//   0x1040      8  image_complete_through  the writer   joiners: tables hold everything up to here
//   0x1080      8  durable                 the journal  who wants to know what survives a power cut
//   0x10c0      8  first_sequence          the writer   joiners: first sequence of this segment's life, set once
//   0x1100      8  claimed                 the writers  each other, where they are several: newest sequence taken
//   0x1140    128  taken                   the writer   its successor, in the ring of alerts: by shard, 12 of them, how
//                                                       far its ring was looked through; [15]: newest record here then
//   0x11c0   3648  reserved
//   0x2000    S*n  slots                   the writer   readers; S = 64 (ticks) or 256 (derived), n a power of two
//
// The first five have a cache line each, `taken` has two. A ring has one writer (broadcast_writer.hpp), or several in
// one process that claim sequences from `claimed` (shared_broadcast_writer.hpp); to readers both are the same.
//
// Slot: word 0 is the stamp, the other words are the record from its byte 8 on. Sequence q lives in slot q mod n.
//
//   stamp                    means
//   0                        never written
//   q                        holds record q, complete
//   q + 2^63 (kWritingBit)   record q is being written; whatever was there is gone
//
// A slot that still says "being written" when its writer is dead holds no record; the successor writes that sequence.
//
// Protocol and its orderings: broadcast_writer.hpp and broadcast_reader.hpp. Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

inline constexpr std::uint64_t kWritingBit = std::uint64_t{1} << 63;

[[nodiscard]] constexpr std::uint64_t writing(std::uint64_t sequence) noexcept { return sequence | kWritingBit; }
[[nodiscard]] constexpr std::uint64_t ready(std::uint64_t sequence) noexcept { return sequence; }

inline constexpr std::size_t kTickSlotBytes = 64;
inline constexpr std::size_t kDerivedSlotBytes = 256;

template <std::size_t SlotBytes, template <class> class Atomic = std::atomic>
struct BroadcastSlot {
  static constexpr std::size_t kWords = SlotBytes / 8 - 1;
  Atomic<std::uint64_t> stamp;
  std::array<Atomic<std::uint64_t>, kWords> word;
};
static_assert(sizeof(BroadcastSlot<64>) == 64 && sizeof(BroadcastSlot<256>) == 256,
              "readers in other processes step by this");
static_assert(std::is_standard_layout_v<BroadcastSlot<64>>);

template <template <class> class Atomic = std::atomic>
struct BroadcastControl {
  alignas(64) Atomic<std::uint64_t> published;
  alignas(64) Atomic<std::uint64_t> image_complete_through;
  alignas(64) Atomic<std::uint64_t> durable;
  alignas(64) Atomic<std::uint64_t> first_sequence;
  alignas(64) Atomic<std::uint64_t> claimed;
  alignas(64) std::array<Atomic<std::uint64_t>, 16> taken;
  alignas(64) std::array<std::byte, 3648> reserved;
};
static_assert(sizeof(BroadcastControl<>) == platform::kPageBytes && std::is_standard_layout_v<BroadcastControl<>>);
static_assert(offsetof(BroadcastControl<>, image_complete_through) == 0x40 &&
              offsetof(BroadcastControl<>, durable) == 0x80);
static_assert(offsetof(BroadcastControl<>, first_sequence) == 0xc0 && offsetof(BroadcastControl<>, claimed) == 0x100);
static_assert(offsetof(BroadcastControl<>, taken) == 0x140 && offsetof(BroadcastControl<>, reserved) == 0x1c0);

/// What goes through a slot: a value of exactly its size whose first eight bytes are the sequence.
template <class Value, std::size_t SlotBytes>
concept SlotValue = std::is_trivially_copyable_v<Value> && sizeof(Value) == SlotBytes;

inline constexpr std::size_t kBroadcastSlotsOffset = kSegmentHeaderBytes + sizeof(BroadcastControl<>);
static_assert(kBroadcastSlotsOffset == 0x2000);

/// Bytes of a whole broadcast segment. `slot_count` is a power of two.
[[nodiscard]] constexpr std::uint64_t broadcast_segment_bytes(std::uint64_t slot_bytes,
                                                              std::uint64_t slot_count) noexcept {
  return kBroadcastSlotsOffset + slot_bytes * slot_count;
}

inline constexpr std::uint64_t kBroadcastSchema =
    schema_hash_of("broadcast/1 control:published,image_complete_through,durable,first_sequence slot:stamp,words");

}  // namespace tickplant::ringbuf
