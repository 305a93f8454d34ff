// Instrument directory: what the small dense ids stand for. Behind the segment header (one page), little-endian,
// n = capacity, m = index_slots = the power of two from 2n up:
//
//   offset                 bytes  field         written by   read by
//   0x1000                     8  count         the writer   readers: entries 1 to count were written
//   0x1008                     8  version       the writer   readers: has anything changed since I looked?
//   0x1010                     8  refused       the writer   people: instruments that found the directory full
//   0x1018                     4  capacity      creator
//   0x101c                     4  index_slots   creator
//   0x1020                   224  reserved
//   0x1100                 256*n  entries       the writer   readers; instrument i is at 0x1000 + 256 * i
//   0x1100 + 256*n           4*m  key_index     the writer   readers
//   0x1100 + 256*n + 4*m     4*m  symbol_index  the writer   readers
//
// An entry; `venue` and `symbol` and all else above the line never change:
//   offset  bytes  field
//        0      8  stamp             version of the directory at the last change of the entry
//        8      4  id
//       12      2  feed              FeedId: who defined it first
//       14      1  size_scale        signed: a size of 1 is 10^size_scale units (0 shares, -8 for 1e-8 coins)
//       15      1  reserved
//       16      8  price_unit        all prices of the feed are multiples of it; in 1e-9 (100000 = 1e-4)
//       24      8  venue             MIC, text: "XNAS"
//       32     72  symbol            text: "AAPL"
//      104      4  next_same_symbol  id of another instrument with this symbol, 0 = none
//      108      4  reserved
//      ---
//      112      4  lot               round lot, in units of size 1; 0 = unknown
//      116      1  status            InstrumentStatus
//      117      1  kind              InstrumentKind
//      118      2  reserved
//      120      8  currency          text: "USD"
//      128     64  name              text: "Apple Inc."
//      192     32  sector            text
//      224     32  reserved
//
// Looking up "AAPL@XNAS": h = FNV-1a, 64 bits, over those nine bytes; slot = (h ^ h >> 32) mod m; go on slot by slot,
// at most m of them, until an id whose entry has this symbol and venue, or 0: unknown. Looking up "AAPL": the same in
// symbol_index over "AAPL"; the id found is the newest of its symbol, the others hang on next_same_symbol, always
// with smaller ids. Entries reached by an index are complete.
//
// Ids start at 1, are dense and never used again. Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

enum class InstrumentStatus : std::uint8_t { unknown = 0, active = 1, suspended = 2, delisted = 3 };

enum class InstrumentKind : std::uint8_t {
  unknown = 0,
  equity = 1,
  fund = 2,  // ETFs too
  warrant = 3,
  right = 4,
  bond = 5,
  future = 6,
  option = 7,
  currency_pair = 8,
  crypto_spot = 9,
  crypto_future = 10,  // perpetual ones too
  index = 11,
  consolidated = 12,  // several venues as one (NBBO), made by analytics
};

struct InstrumentsControl {
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> version;
  std::atomic<std::uint64_t> refused;
  std::uint32_t capacity;
  std::uint32_t index_slots;
  std::array<std::byte, 224> reserved;
};

struct InstrumentEntry {
  std::uint64_t stamp = 0;
  InstrumentId id{};
  FeedId feed{};
  std::int8_t size_scale = 0;
  std::uint8_t reserved_0 = 0;
  std::int64_t price_unit = 0;
  std::array<char, 8> venue{};
  std::array<char, 72> symbol{};
  InstrumentId next_same_symbol{};
  std::uint32_t reserved_1 = 0;
  // from here on it may change
  std::uint32_t lot = 0;
  InstrumentStatus status = InstrumentStatus::unknown;
  InstrumentKind kind = InstrumentKind::unknown;
  std::array<std::uint8_t, 2> reserved_2{};
  std::array<char, 8> currency{};
  std::array<char, 64> name{};
  std::array<char, 32> sector{};
  std::array<std::byte, 32> reserved_3{};
};

inline constexpr std::size_t kInstrumentEntryBytes = 256;

static_assert(sizeof(InstrumentsControl) == kInstrumentEntryBytes, "so that entry i is at 256 * i");
static_assert(offsetof(InstrumentsControl, refused) == 0x10 && offsetof(InstrumentsControl, capacity) == 0x18);
static_assert(sizeof(InstrumentEntry) == kInstrumentEntryBytes &&
              std::has_unique_object_representations_v<InstrumentEntry>);
static_assert(offsetof(InstrumentEntry, feed) == 12 && offsetof(InstrumentEntry, size_scale) == 14);
static_assert(offsetof(InstrumentEntry, price_unit) == 16 && offsetof(InstrumentEntry, venue) == 24);
static_assert(offsetof(InstrumentEntry, symbol) == 32 && offsetof(InstrumentEntry, next_same_symbol) == 104);
static_assert(offsetof(InstrumentEntry, lot) == 112 && offsetof(InstrumentEntry, status) == 116);
static_assert(offsetof(InstrumentEntry, currency) == 120 && offsetof(InstrumentEntry, name) == 128);
static_assert(offsetof(InstrumentEntry, sector) == 192 && offsetof(InstrumentEntry, reserved_3) == 224);

[[nodiscard]] constexpr std::uint32_t instruments_index_slots(std::uint32_t capacity) noexcept {
  return std::bit_ceil(2 * capacity);
}
[[nodiscard]] constexpr std::uint64_t instruments_key_index_offset(std::uint32_t capacity) noexcept {
  return kInstrumentEntryBytes * (std::uint64_t{capacity} + 1);
}
[[nodiscard]] constexpr std::uint64_t instruments_payload_bytes(std::uint32_t capacity) noexcept {
  return instruments_key_index_offset(capacity) + 2 * std::uint64_t{4} * instruments_index_slots(capacity);
}

inline constexpr std::uint64_t kInstrumentsSchema = schema_hash_of(
    "instruments/1 count,version,refused,capacity,index_slots id,feed,size_scale,price_unit,venue,symbol,"
    "next_same_symbol,lot,status,kind,currency,name,sector key_index,symbol_index fnv1a");

}  // namespace tickplant::ringbuf
