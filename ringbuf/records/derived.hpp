// What analytics says: 256 bytes, four cache lines, the unit of every derived ring. Little-endian, no padding.
//
//   offset  bytes  field
//        0      8  stamp         the record's sequence; the ring owns it
//        8      8  ts_event      event time it speaks of: the end of a window, the tick of a tick signal
//       16      8  cause_seq     the input that caused it (sequencer_layout.hpp)
//       24      8  input_first   cause sequences of the first and last input
//       32      8  input_last    that went into it; 0 = none
//       40      4  instrument
//       44      2  function      FunctionId: the entry of the functions table that says what this is
//       46      1  type          DerivedType
//       47      1  basis         Basis
//       48      4  revision      0, 1, 2, ... of the same key; the newest replaces the others
//       52      4  quality       Quality
//       56      8  ts_recv       of the input that caused it
//       64    192  body          by type
//
// Stable key of a record: (instrument, function, start of its window, revision, cause_seq).
//
// Threads: plain values.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "platform/check.hpp"
#include "platform/int128.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/price.hpp"
#include "ringbuf/records/quality.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::ringbuf {

/// What a derived record was computed by: an index into the functions table. 0 = none.
struct FunctionId {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(FunctionId, FunctionId) = default;
};

enum class DerivedType : std::uint8_t {
  none = 0,
  window_row = 1,
  indicator_values = 2,
  signal = 3,
  correction = 4,
  gap = 5,
  alert = 6,
};

/// When it was said: on a tick, when a window first fired (it may change), when it could no longer change.
enum class Basis : std::uint8_t { tick = 1, first = 2, final = 3 };

inline constexpr std::size_t kDerivedRecordBytes = 256;
inline constexpr std::size_t kDerivedBodyBytes = 192;
inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

struct alignas(8) DerivedHeader {
  std::uint64_t stamp = 0;
  platform::UnixNanos ts_event{};
  CauseSequence cause_seq{};
  CauseSequence input_first{};
  CauseSequence input_last{};
  InstrumentId instrument{};
  FunctionId function{};
  DerivedType type = DerivedType::none;
  Basis basis = Basis::tick;
  std::uint32_t revision = 0;
  Quality quality = Quality::none;
  platform::UnixNanos ts_recv{};
};
static_assert(sizeof(DerivedHeader) == 64 && offsetof(DerivedHeader, instrument) == 40 &&
              offsetof(DerivedHeader, type) == 46 && offsetof(DerivedHeader, ts_recv) == 56);

/// A body is a trivially copyable struct of exactly 192 bytes that names its DerivedType.
template <class Body>
concept DerivedBody = std::is_trivially_copyable_v<Body> && sizeof(Body) == kDerivedBodyBytes&& requires {
  Body::kType;
};

struct DerivedRecord {
  DerivedHeader header;
  std::array<std::byte, kDerivedBodyBytes> body{};

  /// The body as its type. The caller has looked at header.type: TP_DCHECKed.
  template <DerivedBody Body>
  [[nodiscard]] Body as() const noexcept {
    TP_DCHECK(header.type == Body::kType);
    Body out;
    std::memcpy(&out, body.data(), sizeof out);
    return out;
  }
};
static_assert(sizeof(DerivedRecord) == kDerivedRecordBytes && std::is_trivially_copyable_v<DerivedRecord>);

template <DerivedBody Body>
[[nodiscard]] DerivedRecord make_derived(DerivedHeader header, const Body& body) noexcept {
  DerivedRecord record;
  record.header = header;
  record.header.type = Body::kType;
  std::memcpy(record.body.data(), &body, sizeof body);
  return record;
}

/// Why a row was written.
enum class RowKind : std::uint8_t {
  on_time = 1,      // the window fired
  late = 2,         // a trade came after it had fired, or a trade was taken back: the whole row again
  provisional = 3,  // the window is still open
  carried = 4,      // nothing traded: the price before it
  final = 5,        // what it stays; not published, the newest row said it
};

enum class Trend : std::uint8_t { neutral = 0, bullish = 1, bearish = 2 };

/// One window of one instrument.
//  +0 start 8   +8 end 8   +16 count 8   +24 open 8   +32 high 8   +40 low 8   +48 close 8   +56 volume 8
//  +64 notional 16   +80 sum 16   +96 sum_of_squares 16   +112 first_time 8   +120 last_time 8   +128 vwap 8
//  +136 average 8   +144 deviation 8   +152 average_5min 8   +160 price_unit 8   +168 watermark 8   +176 kind 1
//  +177 trend 1   +178 is_volatile 1   +179 reserved 5   +184 index 8
struct WindowRowBody {
  static constexpr DerivedType kType = DerivedType::window_row;
  platform::UnixNanos start{};
  platform::UnixNanos end{};
  std::uint64_t count = 0;  // trades that move prices
  Price open = kNoPrice, high = kNoPrice, low = kNoPrice, close = kNoPrice;
  Size volume{};
  // Sums in counts of `price_unit` and of the size scale: low word, high word.
  std::array<std::uint64_t, 2> notional{}, sum{}, sum_of_squares{};
  platform::UnixNanos first_time{}, last_time{};                     // event times of the first and last trade
  double vwap = kNoValue, average = kNoValue, deviation = kNoValue;  // currency units
  double average_5min = kNoValue;  // mean price of the 5-minute window that ends with this one
  std::int64_t price_unit = 0;     // 1e-9
  platform::UnixNanos watermark{};
  RowKind kind = RowKind::on_time;
  Trend trend = Trend::neutral;
  std::uint8_t is_volatile = 0;  // (high - low) > 2 % of low
  std::array<std::uint8_t, 5> reserved{};
  std::uint64_t index = 0;  // windows by trades, volume and value: which one of the instrument, from 0
};
static_assert(DerivedBody<WindowRowBody> && offsetof(WindowRowBody, volume) == 56 &&
              offsetof(WindowRowBody, first_time) == 112 && offsetof(WindowRowBody, average_5min) == 152 &&
              offsetof(WindowRowBody, kind) == 176);

[[nodiscard]] constexpr std::array<std::uint64_t, 2> words_of(platform::Int128 value) noexcept {
  return {static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(static_cast<platform::Uint128>(value) >> 64)};
}
[[nodiscard]] constexpr platform::Int128 int128_of(std::array<std::uint64_t, 2> words) noexcept {
  return static_cast<platform::Int128>(platform::Uint128{words[1]} << 64 | words[0]);
}

/// Values of neighbouring outputs of the functions on one window: more than fit are told in several records.
//  +0 start 8   +8 end 8   +16 first_output 2   +18 count 2   +20 bar_index 4   +24 affected 4   +28 reserved 4
//  +32 value 20 x 8
struct IndicatorValuesBody {
  static constexpr DerivedType kType = DerivedType::indicator_values;
  static constexpr std::size_t kMaxValues = 20;
  platform::UnixNanos start{};
  platform::UnixNanos end{};
  std::uint16_t first_output = 0;
  std::uint16_t count = 0;
  std::uint32_t bar_index = 0;  // of the instrument on this window, from 0
  std::uint32_t affected = 0;   // bit i: what `quality` says can still be felt in value i
  std::uint32_t reserved = 0;
  std::array<double, kMaxValues> value{};  // NaN: warming up
};
static_assert(DerivedBody<IndicatorValuesBody> && offsetof(IndicatorValuesBody, value) == 32);

enum class SignalValue : std::uint8_t {
  golden = 1,
  death = 2,
  up = 3,
  down = 4,
  swing = 5,
  volume = 6,
  match = 7,  // of a pattern
};

/// What became of a provisional signal (basis first).
enum class SignalStatus : std::uint8_t { stands = 0, provisional = 1, confirmed = 2, withdrawn = 3 };

//  +0 start 8   +8 end 8   +16 index 8   +24 price 8   +32 value 4 x 8   +64 what 1   +65 status 1   +66 is_edge 1
//  +67 fired 1   +68 bound_count 4   +72 bound 15 x 8
struct SignalBody {
  static constexpr DerivedType kType = DerivedType::signal;
  // bits of `fired`
  static constexpr std::uint8_t kByZ = 1, kByRobustZ = 2, kByVolume = 4;  // which tests of the volume
  static constexpr std::uint8_t kMeanDeviation = 8;                       // the robust one, from the mean deviation
  static constexpr std::uint8_t kOverBars = 16;                           // a price change from close to close
  platform::UnixNanos start{};  // of the window; of a pattern: of its first event
  platform::UnixNanos end{};
  std::uint64_t index = 0;  // bar of the instrument on this window, from 0; ticks: 0
  Price price = kNoPrice;   // that made it so
  std::array<double, 4> value{kNoValue, kNoValue, kNoValue, kNoValue};  // docs/analytics.md says which
  SignalValue what = SignalValue::golden;
  SignalStatus status = SignalStatus::stands;
  std::uint8_t is_edge = 0;  // the first bar of a run
  std::uint8_t fired = 0;
  std::uint32_t bound_count = 0;
  std::array<std::uint64_t, 15> bound{};  // of a pattern: step << 56 | index of the event
};
static_assert(DerivedBody<SignalBody> && offsetof(SignalBody, what) == 64 && offsetof(SignalBody, bound) == 72);

enum class CorrectionKind : std::uint8_t {
  cancelled = 1,
  corrected = 2,
  late = 3,     // a trade came too late for these windows
  unknown = 4,  // the trade that is taken back is not known (any more)
};

/// What came too late to revise, and which windows it would have changed.
//  +0 trade_id 8   +8 trade_time 8   +16 old_price 8   +24 old_size 8   +32 new_price 8   +40 new_size 8   +48 kind 1
//  +49 window_count 1   +50 reserved 6   +56 start 8 x 8   +120 function 8 x 2   +136 reserved 56
struct CorrectionBody {
  static constexpr DerivedType kType = DerivedType::correction;
  static constexpr std::size_t kMaxWindows = 8;
  std::uint64_t trade_id = 0;
  platform::UnixNanos trade_time{};
  Price old_price = kNoPrice;
  Size old_size{};
  Price new_price = kNoPrice;
  Size new_size{};
  CorrectionKind kind = CorrectionKind::cancelled;
  std::uint8_t window_count = 0;  // named below, 8 at most
  std::array<std::uint8_t, 6> reserved_0{};
  std::array<platform::UnixNanos, kMaxWindows> start{};
  std::array<FunctionId, kMaxWindows> function{};
  std::array<std::uint8_t, 56> reserved_1{};
};
static_assert(DerivedBody<CorrectionBody> && offsetof(CorrectionBody, start) == 56 &&
              offsetof(CorrectionBody, function) == 120);

/// Input that the order has and this shard never saw: it was too slow, and the ring overwritten. What was computed
/// behind it bears gap_inside, and is not what the journal's input leads to.
//  +0 first 8   +8 count 8   +16 shard 4   +20 reserved 172
struct ResultGapBody {
  static constexpr DerivedType kType = DerivedType::gap;
  CauseSequence first{};    // place of the first
  std::uint64_t count = 0;  // inputs; runs of them where the order itself was overwritten
  std::uint32_t shard = 0;
  std::array<std::uint8_t, 172> reserved{};
};
static_assert(DerivedBody<ResultGapBody> && offsetof(ResultGapBody, shard) == 16);

enum class AlertSeverity : std::uint8_t { info = 0, warning = 1, critical = 2 };

/// A rule's condition has come true of an instrument. A shard says so among its results; the ring `alerts` has the same
/// record again, of all shards, numbered without a hole: its sequence there is the alert_seq.
//  +0 rule 4   +4 severity 1   +5 shard 1   +6 value_count 1   +7 reserved 1   +8 price 8   +16 source 8   +24 owner 4
//  +28 nth 4   +32 name 32   +64 value 10 x 8   +144 taken 12 x 4
struct AlertBody {
  static constexpr DerivedType kType = DerivedType::alert;
  static constexpr std::size_t kMaxValues = 10;
  static constexpr std::size_t kMaxShards = 12;
  static constexpr std::uint32_t kNoOwner = ~std::uint32_t{0};  // a rule of the plant's own files
  std::uint32_t rule = 0;  // a hash of owner and name: the same over restarts and changes of other rules
  AlertSeverity severity = AlertSeverity::warning;
  std::uint8_t shard = 0;
  std::uint8_t value_count = 0;
  std::uint8_t reserved = 0;
  Price price = kNoPrice;                  // the last trade's
  std::uint64_t source = 0;                // in `alerts`: the sequence of the same record in its shard's ring
  std::uint32_t owner = kNoOwner;          // uid
  std::uint32_t nth = 0;                   // alerts of this rule about this instrument before it
  std::array<char, 32> name{};             // the rule's, zero-padded
  std::array<double, kMaxValues> value{};  // of what the rule speaks of, in the order of its text; NaN: none
  // In `alerts`: by shard, the low half of the sequence up to which its ring had been looked through.
  std::array<std::uint32_t, kMaxShards> taken{};
};
static_assert(DerivedBody<AlertBody> && offsetof(AlertBody, price) == 8 && offsetof(AlertBody, name) == 32 &&
              offsetof(AlertBody, value) == 64 && offsetof(AlertBody, taken) == 144);

}  // namespace tickplant::ringbuf
