// The tick: 64 bytes, one cache line, the unit of every feed ring.
//
//   offset  bytes  field
//        0      8  stamp           the record's sequence; the ring owns it (broadcast_layout.hpp)
//        8      8  ts_event        venue clock, ns UTC
//       16      8  ts_recv         card, kernel or user receive time, ns UTC; never decreases within a ring
//       24      4  instrument      index into the instrument directory, 0 = none
//       28      1  type            RecordType
//       29      1  flags           RecordFlags
//       30      2  publish_delay   publish time - ts_recv in units of 64 ns, saturating at 65535 (4.2 ms)
//       32     32  body            by type: the other headers of this folder
//
// Little-endian, no padding, absent prices = INT64_MAX. A field that moves, changes width or changes meaning bumps
// kLayoutMajor (segment_layout.hpp) and every golden file.
//
// Threads: plain values; the ring's writer and readers copy them word by word.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "platform/check.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

using platform::UnixNanos;

enum class RecordType : std::uint8_t {
  none = 0,
  // from feeds
  trade = 1,
  quote = 2,
  order = 3,
  level = 4,
  book_clear = 5,
  status = 6,
  imbalance = 7,
  auction_prices = 8,
  trade_cancel = 9,
  gap = 10,
  source_position = 11,
  heartbeat = 12,
  session = 13,
  definition = 14,
  // from the plant
  command = 15,
  padding = 16,  // a sequence whose writer died between claiming and filling it: nothing happened
};

enum class RecordFlags : std::uint8_t {
  none = 0,
  end_of_event = 1u << 0,        // last record made from one venue message: derived values are consistent again
  snapshot = 1u << 1,            // state being re-told, not a new happening
  bad_clock = 1u << 2,           // ts_recv was clamped, or ts_event is implausible
  maybe_bad_book = 1u << 3,      // a gap or an unknown order: the book may be wrong
  possible_duplicate = 1u << 4,  // cannot be told apart from one already seen
  late = 1u << 5,                // event time lies before that of an earlier record
  correction = 1u << 6,          // replaces an earlier record
  delayed = 1u << 7,             // the source publishes with a known delay
};

[[nodiscard]] constexpr RecordFlags operator|(RecordFlags a, RecordFlags b) noexcept {
  return static_cast<RecordFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool has(RecordFlags flags, RecordFlags bit) noexcept {
  return (static_cast<std::uint8_t>(flags) & static_cast<std::uint8_t>(bit)) != 0;
}

inline constexpr std::size_t kRecordBytes = 64;
inline constexpr std::size_t kRecordBodyBytes = 32;
inline constexpr std::int64_t kPublishDelayUnitNanos = 64;

/// publish time - ts_recv as stored in a record: 64 ns units, 0 when negative, saturating at 65535.
[[nodiscard]] constexpr std::uint16_t encode_publish_delay(std::int64_t nanos) noexcept {
  if (nanos <= 0) return 0;
  const std::int64_t units = nanos / kPublishDelayUnitNanos;
  return units > 0xffff ? std::uint16_t{0xffff} : static_cast<std::uint16_t>(units);
}

struct alignas(8) RecordHeader {
  std::uint64_t stamp = 0;
  UnixNanos ts_event{};
  UnixNanos ts_recv{};
  InstrumentId instrument{};
  RecordType type = RecordType::none;
  RecordFlags flags = RecordFlags::none;
  std::uint16_t publish_delay = 0;
};

static_assert(sizeof(RecordHeader) == 32 && std::is_trivially_copyable_v<RecordHeader>);
static_assert(offsetof(RecordHeader, ts_event) == 8 && offsetof(RecordHeader, ts_recv) == 16);
static_assert(offsetof(RecordHeader, instrument) == 24 && offsetof(RecordHeader, type) == 28);
static_assert(offsetof(RecordHeader, flags) == 29 && offsetof(RecordHeader, publish_delay) == 30);

/// A body is a trivially copyable struct of exactly 32 bytes that names its RecordType.
template <class Body>
concept RecordBody = std::is_trivially_copyable_v<Body> &&
                     sizeof(Body) == kRecordBodyBytes&& std::has_unique_object_representations_v<Body>&& requires {
  Body::kType;
};

/// One tick as copied out of, or on its way into, a ring.
struct Record {
  RecordHeader header;
  std::array<std::byte, kRecordBodyBytes> body{};

  [[nodiscard]] Sequence sequence() const noexcept { return {header.stamp}; }

  /// The body as its type. The caller has looked at header.type: TP_DCHECKed.
  template <RecordBody Body>
  [[nodiscard]] Body as() const noexcept {
    TP_DCHECK(header.type == Body::kType);
    Body out;
    std::memcpy(&out, body.data(), sizeof out);
    return out;
  }
};

static_assert(sizeof(Record) == kRecordBytes && offsetof(Record, body) == 32 && std::is_trivially_copyable_v<Record>);

/// A record as whole words, which is what a ring copies: a word that was just stored in pieces is slow to load.
template <RecordBody Body>
[[nodiscard]] std::array<std::uint64_t, kRecordBytes / 8> record_words(const RecordHeader& header,
                                                                       const Body& body) noexcept {
  const auto word = [&](std::size_t i) {
    std::uint64_t value;
    std::memcpy(&value, reinterpret_cast<const std::byte*>(&body) + 8 * i, 8);
    return value;
  };
  return {header.stamp,
          static_cast<std::uint64_t>(header.ts_event.value),
          static_cast<std::uint64_t>(header.ts_recv.value),
          std::uint64_t{header.instrument.value} | static_cast<std::uint64_t>(header.type) << 32 |
              static_cast<std::uint64_t>(header.flags) << 40 | std::uint64_t{header.publish_delay} << 48,
          word(0),
          word(1),
          word(2),
          word(3)};
}

/// A record from its parts; type follows from the body.
template <RecordBody Body>
[[nodiscard]] Record make_record(InstrumentId instrument, UnixNanos ts_event, UnixNanos ts_recv, const Body& body,
                                 RecordFlags flags = RecordFlags::none, std::uint16_t publish_delay = 0) noexcept {
  const RecordHeader header{0, ts_event, ts_recv, instrument, Body::kType, flags, publish_delay};
  return std::bit_cast<Record>(record_words(header, body));
}

}  // namespace tickplant::ringbuf
