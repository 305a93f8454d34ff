// Averages that move with every trade: EMA over n trades, VWAP since the open of a session. Exact where it can be: the
// seed and both sums of the VWAP are integers, so what was taken back was never there.
//
// Threads: plain values, one per instrument and rule; copied as bytes.
// Not here: which trades count (TradeEligibility, the caller's), averages over bars (indicators/).
#pragma once

#include <compare>
#include <cstdint>
#include <type_traits>

#include "analytics/bar.hpp"
#include "analytics/indicators/recursions.hpp"
#include "analytics/state_archive.hpp"
#include "analytics/windows/totals.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// ema(n) on trades: seeded with the mean of the first n, then e += k (x - e) with k = 2 / (n + 1), as over bars.
struct TickEmaRule {
  std::uint64_t n = 1;  // at least 1
  double k = 1;

  [[nodiscard]] static TickEmaRule of(std::uint64_t n) noexcept { return {n, ema_k(static_cast<std::int64_t>(n))}; }
};

struct TickEma {
  Int128 seed = 0;     // sum of the first n prices, in price units
  double average = 0;  // currency units; of no meaning before the n-th trade
  std::uint64_t trades = 0;

  /// `price` in counts of `price_unit`.
  void on_trade(const TickEmaRule& rule, std::int64_t price, std::int64_t price_unit) noexcept {
    if (trades >= rule.n) [[likely]] {
      average = rule.k * (to_double(price, price_unit) - average) + average;
      return;
    }
    seed += price;
    if (++trades == rule.n) average = seed_average(price_unit);
  }
  void archive(StateArchive& archive) { archive(seed, average, trades); }

  /// NaN before the n-th trade.
  [[nodiscard]] double value(const TickEmaRule& rule) const noexcept {
    return trades >= rule.n ? average : ringbuf::kNoValue;
  }

 private:
  [[nodiscard]] double seed_average(std::int64_t price_unit) const noexcept {
    Totals first;
    first.sum = seed;
    first.count = trades;
    return average_of(first, price_unit);
  }
};
static_assert(sizeof(TickEma) == 32 && std::is_trivially_copyable_v<TickEma>);

/// Notional over volume since the last reset: what one window over the session would say.
struct TickVwap {
  Int128 notional = 0;  // price units x size
  std::uint64_t volume = 0;
  std::uint64_t reserved = 0;

  /// false: a sum would overflow; nothing was added.
  [[nodiscard]] bool on_trade(std::int64_t price, std::uint64_t size) noexcept {
    Int128 more;
    std::uint64_t larger;
    // |price| < 2^63 and size < 2^64: the product fits.
    if (__builtin_add_overflow(notional, Int128{price} * Int128{size}, &more) ||
        __builtin_add_overflow(volume, size, &larger)) [[unlikely]]
      return false;
    notional = more;
    volume = larger;
    return true;
  }
  /// Takes back a trade that on_trade() took.
  void on_cancel(std::int64_t price, std::uint64_t size) noexcept {
    notional -= Int128{price} * Int128{size};
    volume -= size;
  }
  /// A session opens.
  void reset() noexcept { *this = {}; }

  /// The VWAP against a price, exactly and without a division: for decisions on every tick. Unordered without volume.
  [[nodiscard]] std::partial_ordering compare(std::int64_t price) const noexcept {
    if (volume == 0) return std::partial_ordering::unordered;
    const Int128 as_if = Int128{price} * Int128{volume};  // the notional, had all traded at it
    return notional < as_if   ? std::partial_ordering::less
           : notional > as_if ? std::partial_ordering::greater
                              : std::partial_ordering::equivalent;
  }
  /// In currency units, correctly rounded; NaN without volume. For rows: it costs up to a hundred times an update.
  [[nodiscard]] double value(std::int64_t price_unit) const noexcept {
    Totals session;
    session.notional = notional;
    session.volume = volume;
    return vwap_of(session, price_unit);
  }

  friend bool operator==(const TickVwap&, const TickVwap&) = default;
};
static_assert(sizeof(TickVwap) == 32 && std::has_unique_object_representations_v<TickVwap>);

}  // namespace tickplant::analytics
