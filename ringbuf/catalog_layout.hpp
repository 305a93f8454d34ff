// Catalog: what a plant has. A client attaches `catalog.seg` first and finds everything else from there. Behind the
// segment header (one page), little-endian:
//
//   offset    bytes  field           written by   read by
//   0x1000        8  version         the owner    readers: has anything changed since I looked?
//   0x1008        8  feed_count      the owner    readers
//   0x1010        8  segment_count   the owner    readers
//   0x1018       40  reserved
//   0x1040   256*64  feeds           the owner    readers; feed id i is entry i - 1
//   0x5040  256*512  segments        the owner    readers
//
// Feed entry:                                         Segment entry:
//   offset  bytes  field                                offset  bytes  field
//        0      8  stamp                                     0      8  stamp
//        8      2  id        1 and up                        8      4  kind        SegmentKind
//       10      6  reserved                                 12      2  feed        0 = of no single feed
//       16      8  venue     MIC, text                      14      2  reserved
//       24     32  name      text: "nasdaq"                 16      8  slot_bytes
//       56     32  protocol  text: "itch50"                 24      8  slot_count
//       88     40  time_zone text: "America/New_York"       32      8  epoch       grows when the file is replaced
//      128     64  ring      name of its ring's segment     40     64  name        text: "ticks"
//      192     64  entitlement_folder                       104   152  file        text: "us/ticks.seg", relative to
//                            text: "us", or empty                                  the plant's folder, or absolute
//
// The stamp is the catalog's version at the entry's last change (stamped_entry.hpp). Entries are appended, and change
// in place; id and name of an entry never change. Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

inline constexpr std::size_t kCatalogEntryBytes = 256;
inline constexpr std::uint32_t kCatalogFeedCapacity = 64;
inline constexpr std::uint32_t kCatalogSegmentCapacity = 512;

struct CatalogControl {
  std::atomic<std::uint64_t> version;
  std::atomic<std::uint64_t> feed_count;
  std::atomic<std::uint64_t> segment_count;
  std::array<std::byte, 40> reserved;
};

struct FeedEntry {
  std::uint64_t stamp = 0;
  FeedId id{};
  std::array<std::byte, 6> reserved{};
  std::array<char, 8> venue{};
  std::array<char, 32> name{};
  std::array<char, 32> protocol{};
  std::array<char, 40> time_zone{};
  std::array<char, 64> ring{};
  std::array<char, 64> entitlement_folder{};
};

struct SegmentEntry {
  std::uint64_t stamp = 0;
  SegmentKind kind = SegmentKind::none;
  FeedId feed{};
  std::array<std::byte, 2> reserved{};
  std::uint64_t slot_bytes = 0;
  std::uint64_t slot_count = 0;
  std::uint64_t epoch = 0;
  std::array<char, 64> name{};
  std::array<char, 152> file{};
};

static_assert(sizeof(CatalogControl) == 0x40 && offsetof(CatalogControl, segment_count) == 0x10);
static_assert(sizeof(FeedEntry) == kCatalogEntryBytes && std::has_unique_object_representations_v<FeedEntry>);
static_assert(offsetof(FeedEntry, venue) == 16 && offsetof(FeedEntry, name) == 24);
static_assert(offsetof(FeedEntry, protocol) == 56 && offsetof(FeedEntry, time_zone) == 88);
static_assert(offsetof(FeedEntry, ring) == 128 && offsetof(FeedEntry, entitlement_folder) == 192);
static_assert(sizeof(SegmentEntry) == kCatalogEntryBytes && std::has_unique_object_representations_v<SegmentEntry>);
static_assert(offsetof(SegmentEntry, feed) == 12 && offsetof(SegmentEntry, slot_bytes) == 16);
static_assert(offsetof(SegmentEntry, epoch) == 32 && offsetof(SegmentEntry, name) == 40);
static_assert(offsetof(SegmentEntry, file) == 104);

inline constexpr std::size_t kCatalogFeedsOffset = sizeof(CatalogControl);
inline constexpr std::size_t kCatalogSegmentsOffset = kCatalogFeedsOffset + kCatalogEntryBytes * kCatalogFeedCapacity;
inline constexpr std::size_t kCatalogPayloadBytes =
    kCatalogSegmentsOffset + kCatalogEntryBytes * kCatalogSegmentCapacity;
static_assert(kSegmentHeaderBytes + kCatalogSegmentsOffset == 0x5040);

inline constexpr const char* kCatalogSegmentName = "catalog";
inline constexpr std::uint64_t kCatalogSchema = schema_hash_of(
    "catalog/1 version,feed_count,segment_count id,venue,name,protocol,time_zone,ring,entitlement_folder "
    "kind,feed,slot_bytes,slot_count,epoch,name,file 64 512");

}  // namespace tickplant::ringbuf
