// A closed bar, as indicators, signals and patterns take it: what one window says about one instrument.
//
// Eight instruments make a block: state that is updated together lies side by side, one lane each, so that the
// compiler works on them with vectors. A lane without a bar is left as it was.
//
// Threads: plain values.
// Not here: how a window comes about (windows/), indicators (indicators/).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "analytics/state_archive.hpp"
#include "platform/int128.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::analytics {

using platform::Int128;
using platform::Uint128;
using platform::UnixNanos;

/// Prices are counts of the instrument's price unit (`price_unit`, in 1e-9 of its currency).
struct Bar {
  UnixNanos start{};
  UnixNanos end{};
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::uint64_t volume = 0;  // in the instrument's size scale
  Int128 notional = 0;       // sum of price x size
  std::uint64_t count = 0;   // trades
  std::int64_t price_unit = 1;
  std::uint32_t quality = 0;  // ringbuf::Quality bits of its input
  std::uint32_t reserved = 0;

  void archive(StateArchive& archive) {
    archive(start, end, open, high, low, close, volume, notional, count, price_unit, quality);
  }
};

/// Correctly rounded: what strtod would make of the decimal text, for prices up to 9 million.
[[nodiscard]] inline double to_double(std::int64_t price, std::int64_t price_unit) noexcept {
  return static_cast<double>(price * price_unit) / static_cast<double>(ringbuf::kPriceScale);
}

inline constexpr std::size_t kLanes = 8;

/// One bar for some of eight neighbouring instruments.
struct BarBlock {
  template <class T>
  using Lanes = std::array<T, kLanes>;

  std::uint32_t mask = 0;         // bit i: lane i has a bar
  std::uint32_t new_session = 0;  // bit i: it is the first of its session
  Lanes<std::int64_t> open{}, high{}, low{}, close{};
  Lanes<std::uint64_t> volume{};
  Lanes<Int128> notional{};
  Lanes<std::int64_t> price_unit{};
  Lanes<double> open_price{}, high_price{}, low_price{}, close_price{};  // the same as doubles
  Lanes<std::uint32_t> quality{};

  void set(std::size_t lane, const Bar& bar) noexcept {
    mask |= 1u << lane;
    open[lane] = bar.open;
    high[lane] = bar.high;
    low[lane] = bar.low;
    close[lane] = bar.close;
    volume[lane] = bar.volume;
    notional[lane] = bar.notional;
    price_unit[lane] = bar.price_unit;
    open_price[lane] = to_double(bar.open, bar.price_unit);
    high_price[lane] = to_double(bar.high, bar.price_unit);
    low_price[lane] = to_double(bar.low, bar.price_unit);
    close_price[lane] = to_double(bar.close, bar.price_unit);
    quality[lane] = bar.quality;
  }
  [[nodiscard]] bool has(std::size_t lane) const noexcept { return (mask >> lane & 1u) != 0; }
};

}  // namespace tickplant::analytics
