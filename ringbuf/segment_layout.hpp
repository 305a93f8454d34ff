// The first page of every segment: what it is, how big, whose, and whether anybody still writes it. Little-endian.
//
//   offset  bytes  field                written by        read by
//   0x000       8  magic "TICKPLNT"     creator           everyone, first of all
//   0x008       2  layout_major         creator           differs from ours: refused, with both numbers
//   0x00a       2  layout_minor         creator           higher than ours: the known part is read
//   0x00c       4  endian_probe         creator           0x01020304 in the writer's byte order
//   0x010       4  header_bytes         creator           4096
//   0x014       4  cache_line_bytes     creator           64
//   0x018       4  kind                 creator           SegmentKind
//   0x01c       4  reserved
//   0x020       8  schema_hash          creator           of the structs that live in this kind of segment
//   0x028       8  segment_bytes        creator           size of the whole file
//   0x030       8  slot_bytes           creator           size of one slot or entry
//   0x038       8  slot_count           creator           how many of them
//   0x040      64  plant_name           creator           text, zero-padded
//   0x080      64  segment_name         creator           text, zero-padded: "ticks", "image.ticks"
//   0x0c0       4  state                owner             SegmentState
//   0x0c4       4  writer_pid           owner
//   0x0c8       8  writer_start_time    owner             clock ticks since boot, field 22 of /proc/PID/stat
//   0x0d0       8  epoch                owner             1, then one more for each writer that took over
//   0x0d8       8  created_at           creator           ns UTC
//   0x100       8  heartbeat            housekeeping      ns UTC of the last sign of life
//   0x108       8  heartbeat_count      housekeeping
//   0x140       4  wake_word            housekeeping      readers may FUTEX_WAIT here; it counts wake-ups
//   0x144    3772  reserved
//
// A row group that somebody writes while others read has a cache line of its own (0x0c0, 0x100, 0x140).
//
// kLayoutMajor grows when a field moves, changes width or changes meaning; then readers refuse. kLayoutMinor grows when
// a reserved field gets a meaning that old readers may ignore. 1.1: broadcast `claimed`, kind gating, record type
// padding. 1.2: kinds functions and derived_image, run kind pause.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "platform/cache_line.hpp"

namespace tickplant::ringbuf {

inline constexpr std::array<char, 8> kSegmentMagic{'T', 'I', 'C', 'K', 'P', 'L', 'N', 'T'};
inline constexpr std::uint16_t kLayoutMajor = 1;
inline constexpr std::uint16_t kLayoutMinor = 3;
inline constexpr std::uint32_t kEndianProbe = 0x01020304;
inline constexpr std::size_t kSegmentHeaderBytes = platform::kPageBytes;

enum class SegmentKind : std::uint32_t {
  none = 0,
  catalog = 1,
  broadcast = 2,  // feed and derived rings
  sequencer = 3,  // a broadcast ring of runs
  spsc_queue = 4,
  mpmc_queue = 5,
  instruments = 6,
  image = 7,
  newest = 8,
  depth = 9,
  text = 10,
  counters = 11,
  clock = 12,
  gating = 13,  // plant-private
  functions = 14,
  derived_image = 15,
};

/// building: not announced yet, do not read. live: has a writer, or had one that died (look at heartbeat and pid).
/// closed: superseded, or shut down in order. Look whether another file has the name now: superseded, attach that one.
/// If not, a successor may take this one over, and it is live again.
enum class SegmentState : std::uint32_t { building = 0, live = 1, closed = 2 };

struct SegmentHeader {
  std::array<char, 8> magic;
  std::uint16_t layout_major;
  std::uint16_t layout_minor;
  std::uint32_t endian_probe;
  std::uint32_t header_bytes;
  std::uint32_t cache_line_bytes;
  SegmentKind kind;
  std::uint32_t reserved_0;
  std::uint64_t schema_hash;
  std::uint64_t segment_bytes;
  std::uint64_t slot_bytes;
  std::uint64_t slot_count;
  std::array<char, 64> plant_name;
  std::array<char, 64> segment_name;
  // one line: the owner
  std::atomic<SegmentState> state;
  std::atomic<std::uint32_t> writer_pid;
  std::atomic<std::uint64_t> writer_start_time;
  std::atomic<std::uint64_t> epoch;
  std::int64_t created_at;
  std::array<std::byte, 32> reserved_1;
  // one line: housekeeping
  std::atomic<std::int64_t> heartbeat;
  std::atomic<std::uint64_t> heartbeat_count;
  std::array<std::byte, 48> reserved_2;
  // one line: the futex word
  std::atomic<std::uint32_t> wake_word;
  std::array<std::byte, 3772> reserved_3;
};

static_assert(sizeof(SegmentHeader) == kSegmentHeaderBytes && std::is_standard_layout_v<SegmentHeader>);
static_assert(offsetof(SegmentHeader, kind) == 0x018 && offsetof(SegmentHeader, schema_hash) == 0x020);
static_assert(offsetof(SegmentHeader, plant_name) == 0x040 && offsetof(SegmentHeader, segment_name) == 0x080);
static_assert(offsetof(SegmentHeader, state) == 0x0c0 && offsetof(SegmentHeader, epoch) == 0x0d0);
static_assert(offsetof(SegmentHeader, heartbeat) == 0x100 && offsetof(SegmentHeader, wake_word) == 0x140);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(std::atomic<SegmentState>::is_always_lock_free && sizeof(std::atomic<std::uint64_t>) == 8);

/// FNV-1a over a description of the layout, for schema_hash: two builds that disagree about a struct refuse each other.
[[nodiscard]] constexpr std::uint64_t schema_hash_of(const char* description) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (; *description != '\0'; ++description) {
    hash = (hash ^ static_cast<std::uint8_t>(*description)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace tickplant::ringbuf
