// Single records of a segment, by their ordinals: each block is read whole and checked once, against the index and its
// own checksums. Of a compressed segment what was expanded is kept, of a plain one the page cache has it.
//
// Threads: one. Memory: of compressed segments, what the BlockCache allows.
// Not here: which records (segment_index.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ringbuf/journal/index_layout.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

/// Payloads of blocks that took some expanding, those asked for last.
class BlockCache {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{256} << 20;
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // segment, offset in it

  explicit BlockCache(std::size_t bytes_max = kBytesMax) noexcept : bytes_max_(bytes_max) {}

  /// Valid until the next put(). Empty: it does not have it.
  [[nodiscard]] std::span<const std::byte> find(Key key);
  void put(Key key, std::vector<std::byte> payload);

 private:
  struct Entry {
    Key key;
    std::vector<std::byte> payload;
  };
  std::size_t bytes_max_, bytes_ = 0;
  std::list<Entry> entries_;  // asked for last: first
  std::map<Key, std::list<Entry>::iterator> by_key_;
};

class SegmentRecords {
 public:
  /// `cache` outlives it.
  SegmentRecords(const std::filesystem::path& folder, std::uint64_t number, BlockCache& cache)
      : segment_(open_segment(folder, number)), cache_(&cache) {}

  /// `blocks`: of its ring, by the index. Nothing: it is not there, or not what the index was made of.
  [[nodiscard]] std::optional<Record> at(std::span<const IndexBlock> blocks, std::uint32_t ordinal);

 private:
  [[nodiscard]] std::vector<std::byte> checked_payload(const IndexBlock& block) const;
  [[nodiscard]] std::span<const std::byte> expanded(std::span<const IndexBlock> blocks, const IndexBlock& block);

  OpenedSegment segment_;
  BlockCache* cache_;
  std::unordered_set<std::uint64_t> checked_;  // offsets of blocks
};

}  // namespace tickplant::ringbuf
