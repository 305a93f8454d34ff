// A checkpoint: what had been computed up to one place in the order of everything, so that a replay begins there and
// not at the beginning. Bytes of the file; little-endian.
//
//   0x000  256  CheckpointHead
//   0x100  ...  sections, each at a multiple of 8: SectionHead, its bytes, zeros up to the next multiple of 8
//
// A file that says less than its head promises, or whose checksums differ, is no checkpoint. Version rule: kMajor grows
// when anything here changes its meaning; what a section holds is versioned by `build` (analytics: the same build
// only).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tickplant::ringbuf {

inline constexpr std::array<char, 8> kCheckpointMagic{'T', 'I', 'C', 'K', 'C', 'K', 'P', 'T'};

struct CheckpointHead {
  static constexpr std::uint16_t kMajor = 1;

  std::array<char, 8> magic = kCheckpointMagic;
  std::uint16_t major = kMajor;
  std::uint16_t reserved_0 = 0;
  std::uint32_t section_count = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t journal_id = 0;   // the journal whose order this is a place in
  std::uint64_t cause_seq = 0;    // everything up to here is in it
  std::uint64_t next_block = 0;   // of the journal: the first that may hold something behind it
  std::uint64_t segment = 0;      // where that block is
  std::uint64_t config_hash = 0;  // of the analytics config
  std::int64_t made_at = 0;       // ns UTC
  std::array<char, 64> plant_name{};
  std::array<char, 64> build{};  // version and commit of who computed it
  std::array<std::byte, 52> reserved_1{};
  std::uint32_t crc = 0;  // CRC32C of all before
};
static_assert(sizeof(CheckpointHead) == 256 && std::is_trivially_copyable_v<CheckpointHead>);
static_assert(std::has_unique_object_representations_v<CheckpointHead>);
static_assert(offsetof(CheckpointHead, cause_seq) == 32 && offsetof(CheckpointHead, plant_name) == 72);
static_assert(offsetof(CheckpointHead, crc) == 252);

enum class SectionKind : std::uint32_t {
  none = 0,
  positions = 1,  // RingPosition, one for each ring: ticks, the order, derived rings
  config = 2,     // texts of the analytics configs since computing began, canonical, oldest first
  analytics = 3,  // state of a shard's engine; index: the shard
  books = 4,      // of a feed; index: the feed
  images = 5,     // of a ring; index: the ring
  feeds = 6,      // numbers and names of the feeds that were computed with
};

struct SectionHead {
  SectionKind kind = SectionKind::none;
  std::uint32_t index = 0;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  // CRC32C of this head with 0 here, and of the bytes
  std::uint32_t reserved = 0;
};
static_assert(sizeof(SectionHead) == 24 && std::has_unique_object_representations_v<SectionHead>);

/// How far a ring was read, or written, at that place.
struct RingPosition {
  std::uint32_t ring = 0;  // RingId in the catalog
  std::uint32_t reserved = 0;
  std::uint64_t next = 0;  // sequence
  friend bool operator==(const RingPosition&, const RingPosition&) = default;
};
static_assert(sizeof(RingPosition) == 16 && std::has_unique_object_representations_v<RingPosition>);

}  // namespace tickplant::ringbuf
