// How much shared memory a config asks for, segment by segment, before anything is allocated.
//
// The formulas repeat what ringbuf's layouts cost, since config does not know ringbuf; a test that knows both compares
// them. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"

namespace tickplant::config {

inline constexpr std::uint64_t kSegmentHeaderBytes = 4096;  // also the page a segment is rounded up to
inline constexpr std::uint64_t kHugePageBytes = 2u << 20;
inline constexpr std::uint64_t kRingControlBytes = 4096;
inline constexpr std::uint64_t kTickSlotBytes = 64;  // also of the sequencer ring
inline constexpr std::uint64_t kDerivedSlotBytes = 256;
inline constexpr std::uint64_t kInstrumentEntryBytes = 256;
inline constexpr std::uint64_t kInstrumentIndexBytes = 16;  // two indexes, two places of 4 bytes each per instrument
inline constexpr std::uint64_t kImageEntryBytes = 256;
inline constexpr std::uint64_t kNewestEntryBytes = 32;
inline constexpr std::uint64_t kDepthEntryBytes = 512;
inline constexpr std::uint64_t kDerivedImageEntryBytes = 1024;
inline constexpr std::uint64_t kTextControlBytes = 128;
inline constexpr std::uint64_t kGatingBytes = 16'384;

[[nodiscard]] constexpr std::uint64_t slot_bytes(SlotKind kind) noexcept {
  return kind == SlotKind::derived ? kDerivedSlotBytes : kTickSlotBytes;
}

/// Segment of a shard's derived records: "derived", "derived.1", ...
[[nodiscard]] std::string derived_ring_name(std::size_t shard);

struct SegmentSize {
  std::string name;               // as in the catalog: "ticks", "image.ticks", "instruments"
  std::uint64_t bytes = 0;        // with header, in whole pages; in huge ones where it is on them
  bool is_on_huge_pages = false;  // in memory.hugetlbfs_path, else in the runtime folder
};

/// Every segment whose size the config decides. Each ring of ticks has its own image, newest and depth, one entry per
/// instrument, and a gating page. Rings are on huge pages unless memory.huge_pages is never. Catalog, counters,
/// clock and functions are not here: they are small.
[[nodiscard]] std::vector<SegmentSize> segment_sizes(const PlantConfig& config);

/// Bytes an unprivileged user can still allocate on the file system of `path`, or of its nearest folder that exists.
/// nullopt: it cannot be told.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(std::string path);

}  // namespace tickplant::config
