// Gating segment: one per ring of ticks, private to the plant (mode 0600, not in the catalog). Behind the header page:
//
//   offset  bytes  field          written by         read by
//   0x1000  64*16  reader lines   a lossless reader  the ring's writers, once a batch: how far may we go?
//   0x1400   1024  reserved
//   0x1800  64*31  writer lines   a writer           the other writers: how far is everything complete?
//   0x1fc0     64  reserved
//   0x2000  256*32 undo slots     a writer; the last  its successor: what was about to be changed
//                                 one: who repairs
//   0x4000   4096  reserved
//
// Reader line: +0 position 8: everything up to here has been read; kNotGating: nobody waits for this line.
// Writer line: +0 floor 8: its records from here on may not be in ring and tables yet; kNoFloor: all are.
// Undo slot: table_undo.hpp.
//
// Who dies takes the daemon along; the successor is alone when it clears reader and writer lines and uses the undo
// slots.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

inline constexpr std::size_t kGatingReaders = 16;
inline constexpr std::size_t kGatingWriters = 31;
inline constexpr std::size_t kRepairUndo = kGatingWriters;  // the undo slot of who repairs
inline constexpr std::size_t kUndoSlotBytes = 256;

inline constexpr std::uint64_t kNotGating = 0;  // zeroed memory: no reader
inline constexpr std::uint64_t kNoFloor = 0;    // zeroed memory: no writer

template <template <class> class Atomic = std::atomic>
struct alignas(64) GatingLine {
  Atomic<std::uint64_t> value;
};

/// The words of an undo slot are private to one writer; atomics keep their order for who looks after its death.
template <template <class> class Atomic = std::atomic>
struct alignas(64) UndoSlot {
  std::array<Atomic<std::uint64_t>, kUndoSlotBytes / 8> word;
};

template <template <class> class Atomic = std::atomic>
struct GatingPage {
  std::array<GatingLine<Atomic>, kGatingReaders> reader;
  std::array<std::byte, 1024> reserved_0;
  std::array<GatingLine<Atomic>, kGatingWriters> writer;
  std::array<std::byte, 64> reserved_1;
  std::array<UndoSlot<Atomic>, kGatingWriters + 1> undo;
  std::array<std::byte, 4096> reserved_2;
};

static_assert(sizeof(GatingPage<>) == 4 * platform::kPageBytes && std::is_standard_layout_v<GatingPage<>>);
static_assert(offsetof(GatingPage<>, writer) == 0x800 && offsetof(GatingPage<>, undo) == 0x1000);
static_assert(sizeof(UndoSlot<>) == kUndoSlotBytes);

/// Bytes of a whole gating segment.
[[nodiscard]] constexpr std::uint64_t gating_segment_bytes() noexcept {
  return kSegmentHeaderBytes + sizeof(GatingPage<>);
}

inline constexpr std::uint64_t kGatingSchema = schema_hash_of("gating/1 reader:16 writer:31 undo:256x32");

}  // namespace tickplant::ringbuf
