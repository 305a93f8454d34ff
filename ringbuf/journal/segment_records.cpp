#include "ringbuf/journal/segment_records.hpp"

#include <algorithm>
#include <cstring>

#include "ringbuf/journal/columns_layout.hpp"
#include "ringbuf/journal/journal_chain.hpp"

namespace tickplant::ringbuf {

std::span<const std::byte> BlockCache::find(Key key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->payload;
}

void BlockCache::put(Key key, std::vector<std::byte> payload) {
  if (by_key_.contains(key)) return;
  bytes_ += payload.size();
  entries_.push_front({key, std::move(payload)});
  by_key_[key] = entries_.begin();
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= entries_.back().payload.size();
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

std::optional<Record> SegmentRecords::at(std::span<const IndexBlock> blocks, std::uint32_t ordinal) {
  const auto behind = std::ranges::upper_bound(blocks, ordinal, {}, &IndexBlock::first_ordinal);
  if (behind == blocks.begin() || !segment_.source) return std::nullopt;
  const IndexBlock& block = *(behind - 1);
  const std::uint32_t index = ordinal - block.first_ordinal;
  if (index >= block.count) return std::nullopt;
  const std::uint64_t at = std::uint64_t{index} * sizeof(Record);
  Record record;
  if (segment_.source.is_compressed()) {
    const auto payload = expanded(blocks, block);
    if (payload.size() < at + sizeof record) return std::nullopt;
    std::memcpy(static_cast<void*>(&record), payload.data() + at, sizeof record);
  } else {
    if (!checked_.contains(block.offset)) {
      if (checked_payload(block).size() < at + sizeof record) return std::nullopt;
      checked_.insert(block.offset);
    }
    const auto bytes = std::as_writable_bytes(std::span(&record, 1));
    const std::ptrdiff_t count = segment_.source.read(block.offset + sizeof(JournalBlockHeader) + at, bytes);
    if (count != static_cast<std::ptrdiff_t>(bytes.size())) return std::nullopt;
  }
  // A file that is used again says other sequences.
  if (record.header.stamp != block.first + index) return std::nullopt;
  return record;
}

/// Empty: it is not that block, or its payload is gone.
std::vector<std::byte> SegmentRecords::checked_payload(const IndexBlock& block) const {
  JournalBlockHeader header;
  const auto bytes = std::as_writable_bytes(std::span(&header, 1));
  if (segment_.source.read(block.offset, bytes) != static_cast<std::ptrdiff_t>(bytes.size())) return {};
  const bool is_it = header_fault(header) == BlockFault::none && header.header_crc == block.header_crc &&
                     header.first == block.first && header.count == block.count;
  if (!is_it || !segment_.source.keeps_payload(header.kind)) return {};
  std::vector<std::byte> payload(header.payload_bytes);
  if (segment_.source.read(block.offset + sizeof header, payload) != static_cast<std::ptrdiff_t>(payload.size()))
    return {};
  if (JournalChain::payload_fault(header, payload) != BlockFault::none) payload.clear();
  return payload;
}

/// The whole group is expanded for one block of it: the others of the ring are kept, too.
std::span<const std::byte> SegmentRecords::expanded(std::span<const IndexBlock> blocks, const IndexBlock& block) {
  const BlockCache::Key key{segment_.file.number, block.offset};
  if (const auto payload = cache_->find(key); !payload.empty()) return payload;
  const std::uint64_t group = block.offset / kColumnsGroupBytes;
  for (const IndexBlock& each : blocks) {
    if (each.offset / kColumnsGroupBytes != group || each.offset == block.offset) continue;
    if (std::vector<std::byte> payload = checked_payload(each); !payload.empty()) {
      cache_->put({segment_.file.number, each.offset}, std::move(payload));
    }
  }
  std::vector<std::byte> payload = checked_payload(block);
  if (payload.empty()) return {};
  cache_->put(key, std::move(payload));
  return cache_->find(key);
}

}  // namespace tickplant::ringbuf
