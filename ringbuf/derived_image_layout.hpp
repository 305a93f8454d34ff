// Derived image: what was computed of each instrument last. An array of 1024-byte entries behind the segment header;
// entry i is instrument i, entry 0 is unused. Little-endian; absent prices = INT64_MAX, absent numbers = NaN.
//
//   offset  bytes  field
//      0        8  stamp                 how often it was written
//      8        8  sequence              newest derived record in it, in the ring of the instrument's shard
//     16        8  cause_seq             of that record
//     24        8  ts_event              of that record
//     32        4  instrument
//     36        2  shard
//     38        1  trend                 Trend, of the newest row that has an average
//     39        1  reserved
//     40        4  quality               Quality, of that record
//     44        2  first_indicator       FunctionId of indicator[0]; 0 = none
//     46        2  indicator_count       how many have been told
//     48        8  average_5min          mean price of the newest 5-minute window
//     56        8  indicator_end         end of the window the indicators are of
//     64     4*96  window                newest row of the first four windows of the instrument's set
//    448       32  cross                 newest cross
//    480       32  signal                newest other signal
//    512     64*8  indicator             newest values; NaN: warming up, or none
//
// A window, and a signal:
//   offset  bytes  field              offset  bytes  field
//        0      8  start                   0      8  time        ts_event of its record
//        8      8  end                     8      8  price
//       16      8  open                   16      8  value       value[0] of its record
//       24      8  high                   24      2  function    FunctionId; 0 = none yet
//       32      8  low                    26      1  what        SignalValue
//       40      8  close                  27      1  status      SignalStatus
//       48      8  volume                 28      1  basis       Basis
//       56      8  vwap                   29      3  reserved
//       64      8  average
//       72      8  deviation
//       80      4  count
//       84      4  quality
//       88      4  revision
//       92      2  function    FunctionId; 0 = none yet
//       94      1  kind        RowKind
//       95      1  is_volatile
#pragma once

#include "ringbuf/records/derived.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

struct DerivedWindow {
  UnixNanos start{};
  UnixNanos end{};
  Price open = kNoPrice, high = kNoPrice, low = kNoPrice, close = kNoPrice;
  Size volume{};
  double vwap = kNoValue, average = kNoValue, deviation = kNoValue;
  std::uint32_t count = 0;
  Quality quality = Quality::none;
  std::uint32_t revision = 0;
  FunctionId function{};
  RowKind kind{};
  std::uint8_t is_volatile = 0;
};

struct DerivedSignal {
  UnixNanos time{};
  Price price = kNoPrice;
  double value = kNoValue;
  FunctionId function{};
  SignalValue what{};
  SignalStatus status = SignalStatus::stands;
  Basis basis{};
  std::array<std::uint8_t, 3> reserved{};
};

inline constexpr std::size_t kDerivedImageWindows = 4;
inline constexpr std::size_t kDerivedImageIndicators = 64;
inline constexpr std::size_t kDerivedImageEntryBytes = 1024;

struct DerivedImageEntry {
  DerivedImageEntry() noexcept { indicator.fill(kNoValue); }

  std::uint64_t stamp = 0;
  Sequence sequence{};
  CauseSequence cause_seq{};
  UnixNanos ts_event{};
  InstrumentId instrument{};
  std::uint16_t shard = 0;
  Trend trend = Trend::neutral;
  std::uint8_t reserved = 0;
  Quality quality = Quality::none;
  FunctionId first_indicator{};
  std::uint16_t indicator_count = 0;
  double average_5min = kNoValue;
  UnixNanos indicator_end{};
  std::array<DerivedWindow, kDerivedImageWindows> window{};
  DerivedSignal cross{};
  DerivedSignal signal{};
  std::array<double, kDerivedImageIndicators> indicator;
};

static_assert(sizeof(DerivedWindow) == 96 && offsetof(DerivedWindow, volume) == 48 &&
              offsetof(DerivedWindow, count) == 80 && offsetof(DerivedWindow, function) == 92 &&
              offsetof(DerivedWindow, kind) == 94);
static_assert(sizeof(DerivedSignal) == 32 && offsetof(DerivedSignal, function) == 24 &&
              offsetof(DerivedSignal, basis) == 28);
static_assert(sizeof(DerivedImageEntry) == kDerivedImageEntryBytes && std::is_trivially_copyable_v<DerivedImageEntry>);
static_assert(offsetof(DerivedImageEntry, instrument) == 32 && offsetof(DerivedImageEntry, trend) == 38 &&
              offsetof(DerivedImageEntry, quality) == 40 && offsetof(DerivedImageEntry, average_5min) == 48);
static_assert(offsetof(DerivedImageEntry, window) == 64 && offsetof(DerivedImageEntry, cross) == 448 &&
              offsetof(DerivedImageEntry, signal) == 480 && offsetof(DerivedImageEntry, indicator) == 512);

inline constexpr const char* kDerivedImageSegmentName = "derived_image";
inline constexpr std::uint64_t kDerivedImageSchema = schema_hash_of("derived_image/1 1024 window:4x96 indicator:64");

}  // namespace tickplant::ringbuf
