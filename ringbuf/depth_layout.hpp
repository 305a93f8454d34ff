// Depth: ten levels a side for instruments with a book. An array of 512-byte entries behind the segment header; entry i
// is instrument i. Little-endian.
//
//   offset  bytes  field
//      0        8  stamp       sequence of the newest record applied, in the ring of the instrument's feed
//      8        8  ts_event    of that record
//     16        2  bid_count   levels in use, 0 to 10
//     18        2  ask_count
//     20        4  flags       bit 0: the book may be wrong (RecordFlags::maybe_bad_book)
//     24        8  reserved
//     32      240  bid         ten levels, best first
//    272      240  ask         ten levels, best first
//
//   level: +0 price 8, +8 size 8, +16 order_count 4, +20 reserved 4. Levels beyond the count are absent (price
//   INT64_MAX).
#pragma once

#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

using platform::UnixNanos;

inline constexpr std::size_t kDepthLevels = 10;

struct DepthLevel {
  Price price = kNoPrice;
  Size size{};
  std::uint32_t order_count = 0;
  std::uint32_t reserved = 0;
  friend constexpr bool operator==(const DepthLevel&, const DepthLevel&) = default;
};
static_assert(sizeof(DepthLevel) == 24 && offsetof(DepthLevel, order_count) == 16);

struct DepthEntry {
  static constexpr std::uint32_t kMaybeBad = 1;
  std::uint64_t stamp = 0;
  UnixNanos ts_event{};
  std::uint16_t bid_count = 0;
  std::uint16_t ask_count = 0;
  std::uint32_t flags = 0;
  std::uint64_t reserved = 0;
  std::array<DepthLevel, kDepthLevels> bid{};
  std::array<DepthLevel, kDepthLevels> ask{};
};

inline constexpr std::size_t kDepthEntryBytes = 512;
static_assert(sizeof(DepthEntry) == kDepthEntryBytes && std::is_trivially_copyable_v<DepthEntry>);
static_assert(offsetof(DepthEntry, bid_count) == 16 && offsetof(DepthEntry, flags) == 20);
static_assert(offsetof(DepthEntry, bid) == 32 && offsetof(DepthEntry, ask) == 272);

inline constexpr std::uint64_t kDepthSchema = schema_hash_of("depth/1 10 levels: price,size,order_count");

}  // namespace tickplant::ringbuf
