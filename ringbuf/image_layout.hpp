// Image: where each instrument stands now. An array of 256-byte entries behind the segment header; entry i is
// instrument i, entry 0 is unused. Little-endian; absent prices = INT64_MAX.
//
//   offset  bytes  field
//      0        8  stamp             sequence of the newest record applied, in the ring of the instrument's feed
//      8        8  ts_event          of that record
//     16        8  bid_price
//     24        8  ask_price
//     32        8  bid_size
//     40        8  ask_size
//     48        1  trading_status    TradingStatus
//     49        1  short_sale        venue's code, 0 = never said
//     50        2  reserved
//     52        4  quality           Quality
//     56        8  ts_recv
//     64        8  last_price        of the last trade that may set it
//     72        8  last_size
//     80        8  last_trade_time   ts_event of that trade
//     88        8  last_trade_id
//     96        8  volume            of the day, eligible trades
//    104       16  notional          sum of price x size over the same trades: low word, high word
//    120        8  trade_count       of the day, eligible trades
//    128        8  open
//    136        8  high
//    144        8  low
//    152        8  previous_close    last price of the session before
//    160        4  trading_date      20190130, 0 = no session record yet
//    164        4  reserved
//    168        8  band_reference    price band in force (LULD collar)
//    176        8  band_upper
//    184        8  band_lower
//    192        8  auction_paired    newest auction interest
//    200        8  auction_imbalance
//    208        8  auction_reference
//    216        8  auction_near
//    224        8  auction_far
//    232        1  auction_side      Side
//    233       23  reserved
//
// A quote touches the first line only, a trade the first two (three when open, high or low move).
#pragma once

#include "platform/int128.hpp"
#include "ringbuf/records/price.hpp"
#include "ringbuf/records/quality.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

struct ImageEntry {
  std::uint64_t stamp = 0;
  UnixNanos ts_event{};
  Price bid_price = kNoPrice;
  Price ask_price = kNoPrice;
  Size bid_size{};
  Size ask_size{};
  TradingStatus trading_status = TradingStatus::unknown;
  char short_sale = 0;
  std::uint16_t reserved_0 = 0;
  Quality quality = Quality::none;
  UnixNanos ts_recv{};

  Price last_price = kNoPrice;
  Size last_size{};
  UnixNanos last_trade_time{};
  std::uint64_t last_trade_id = 0;
  Size volume{};
  std::uint64_t notional_low = 0;
  std::uint64_t notional_high = 0;
  std::uint64_t trade_count = 0;

  Price open = kNoPrice;
  Price high = kNoPrice;
  Price low = kNoPrice;
  Price previous_close = kNoPrice;
  std::int32_t trading_date = 0;
  std::uint32_t reserved_1 = 0;
  Price band_reference = kNoPrice;
  Price band_upper = kNoPrice;
  Price band_lower = kNoPrice;

  Size auction_paired{};
  Size auction_imbalance{};
  Price auction_reference = kNoPrice;
  Price auction_near = kNoPrice;
  Price auction_far = kNoPrice;
  Side auction_side = Side::none;
  std::array<std::uint8_t, 23> reserved_2{};

  /// Volume-weighted average price of the day in 1e-9, rounded to nearest; kNoPrice without volume.
  [[nodiscard]] Price vwap() const noexcept;
  /// last - previous_close in 1e-9; 0 when either is absent.
  [[nodiscard]] std::int64_t day_change() const noexcept;
};

inline constexpr std::size_t kImageEntryBytes = 256;
static_assert(sizeof(ImageEntry) == kImageEntryBytes && std::is_trivially_copyable_v<ImageEntry>);
static_assert(offsetof(ImageEntry, bid_price) == 16 && offsetof(ImageEntry, trading_status) == 48);
static_assert(offsetof(ImageEntry, quality) == 52 && offsetof(ImageEntry, ts_recv) == 56);
static_assert(offsetof(ImageEntry, last_price) == 64 && offsetof(ImageEntry, volume) == 96);
static_assert(offsetof(ImageEntry, notional_low) == 104 && offsetof(ImageEntry, trade_count) == 120);
static_assert(offsetof(ImageEntry, open) == 128 && offsetof(ImageEntry, previous_close) == 152);
static_assert(offsetof(ImageEntry, trading_date) == 160 && offsetof(ImageEntry, band_reference) == 168);
static_assert(offsetof(ImageEntry, auction_paired) == 192 && offsetof(ImageEntry, auction_side) == 232);

using platform::Int128;
using platform::Uint128;

inline Price ImageEntry::vwap() const noexcept {
  if (volume.value == 0) return kNoPrice;
  const auto notional = static_cast<Int128>(static_cast<Uint128>(notional_high) << 64 | notional_low);
  const auto half = static_cast<Int128>(volume.value / 2);
  const Int128 rounded = (notional + (notional < 0 ? -half : half)) / static_cast<Int128>(volume.value);
  return {static_cast<std::int64_t>(rounded)};
}

inline std::int64_t ImageEntry::day_change() const noexcept {
  return is_present(last_price) && is_present(previous_close) ? last_price.value - previous_close.value : 0;
}

inline constexpr std::uint64_t kImageSchema = schema_hash_of("image/1 256");

}  // namespace tickplant::ringbuf
