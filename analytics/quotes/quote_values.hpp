// What one quote says: spread, mid, microprice, imbalance of the resting sizes. Doubles are final quotients, for
// people; whether a value is beyond a limit is decided on the integers of the quote.
//
// Rounded once where numerator and denominator are below 2^53 (mid and spread: prices to four million), else within
// 2 ulp. NaN: the quote does not say.
//
// Threads: pure functions.
// Not here: over time (quote_window.hpp), over venues (nbbo/nbbo_builder.hpp).
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "config/analytics_config.hpp"
#include "platform/int128.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::analytics {

using platform::Int128;
using platform::Uint128;
using ringbuf::QuoteBody;

/// Of a quote's record.
[[nodiscard]] constexpr ringbuf::Quality quality_of(ringbuf::RecordFlags flags) noexcept {
  using ringbuf::Quality, ringbuf::RecordFlags;
  return (has(flags, RecordFlags::bad_clock) ? Quality::clock_suspect : Quality::none) |
         (has(flags, RecordFlags::maybe_bad_book) ? Quality::recovering : Quality::none);
}

enum class QuoteState : std::uint8_t { empty = 0, bid_only = 1, ask_only = 2, normal = 3, locked = 4, crossed = 5 };

[[nodiscard]] constexpr QuoteState state_of(const QuoteBody& quote) noexcept {
  if (!is_present(quote.bid_price)) return is_present(quote.ask_price) ? QuoteState::ask_only : QuoteState::empty;
  if (!is_present(quote.ask_price)) return QuoteState::bid_only;
  return quote.bid_price < quote.ask_price    ? QuoteState::normal
         : quote.bid_price == quote.ask_price ? QuoteState::locked
                                              : QuoteState::crossed;
}
[[nodiscard]] constexpr bool is_two_sided(const QuoteBody& quote) noexcept {
  return is_present(quote.bid_price) && is_present(quote.ask_price);
}

// ---- prices

/// ask - bid in 1e-9: 0 when locked, negative when crossed. Of a two-sided quote.
[[nodiscard]] constexpr Int128 spread_nano(const QuoteBody& quote) noexcept {
  return Int128{quote.ask_price.value} - quote.bid_price.value;
}
/// Twice the mid in 1e-9. Of a two-sided quote.
[[nodiscard]] constexpr Int128 twice_mid_nano(const QuoteBody& quote) noexcept {
  return Int128{quote.ask_price.value} + quote.bid_price.value;
}

/// In currency units.
[[nodiscard]] inline double spread_of(const QuoteBody& quote) noexcept {
  return is_two_sided(quote) ? static_cast<double>(spread_nano(quote)) / static_cast<double>(ringbuf::kPriceScale)
                             : ringbuf::kNoValue;
}
[[nodiscard]] inline double mid_of(const QuoteBody& quote) noexcept {
  return is_two_sided(quote)
             ? static_cast<double>(twice_mid_nano(quote)) / static_cast<double>(2 * ringbuf::kPriceScale)
             : ringbuf::kNoValue;
}
/// Of the mid without its sign; a mid of 0 has no basis points.
[[nodiscard]] inline double spread_bps_of(const QuoteBody& quote) noexcept {
  if (!is_two_sided(quote)) return ringbuf::kNoValue;
  const Int128 twice_mid = twice_mid_nano(quote);
  if (twice_mid == 0) return ringbuf::kNoValue;
  return static_cast<double>(spread_nano(quote) * 20'000) / static_cast<double>(twice_mid < 0 ? -twice_mid : twice_mid);
}
/// The mid, nearer to the side with less behind it: (bid x ask_size + ask x bid_size) / (bid_size + ask_size).
[[nodiscard]] inline double microprice_of(const QuoteBody& quote) noexcept {
  std::uint64_t bid_size = quote.bid_size.value, ask_size = quote.ask_size.value;
  if (!is_two_sided(quote) || (bid_size | ask_size) == 0) return ringbuf::kNoValue;
  if (const std::uint64_t high = (bid_size | ask_size) >> 62; high != 0) [[unlikely]] {
    bid_size >>= 2, ask_size >>= 2;  // weights of 62 bits, so that two products fit: more than a double holds
  }
  const Int128 weighted =
      Int128{quote.bid_price.value} * Int128{ask_size} + Int128{quote.ask_price.value} * Int128{bid_size};
  return static_cast<double>(weighted) /
         (static_cast<double>(Int128{bid_size} + Int128{ask_size}) * static_cast<double>(ringbuf::kPriceScale));
}

/// The spread against a price; unordered where one is missing.
[[nodiscard]] constexpr std::partial_ordering compare_spread(const QuoteBody& quote, ringbuf::Price limit) noexcept {
  if (!is_two_sided(quote) || !is_present(limit)) return std::partial_ordering::unordered;
  const Int128 spread = spread_nano(quote);
  return spread < limit.value   ? std::partial_ordering::less
         : spread > limit.value ? std::partial_ordering::greater
                                : std::partial_ordering::equivalent;
}
/// spread_bps_of() against a limit, exactly: below 2^109 against at most 2^127.
[[nodiscard]] constexpr std::partial_ordering compare_spread_bps(const QuoteBody& quote,
                                                                 config::Decimal limit) noexcept {
  if (!is_two_sided(quote) || twice_mid_nano(quote) == 0) return std::partial_ordering::unordered;
  const Int128 twice_mid = twice_mid_nano(quote);
  const Int128 left = spread_nano(quote) * 20'000 * config::kDecimalScale;
  const Int128 right = limit.nano * (twice_mid < 0 ? -twice_mid : twice_mid);
  return left < right   ? std::partial_ordering::less
         : left > right ? std::partial_ordering::greater
                        : std::partial_ordering::equivalent;
}

// ---- sizes

/// What rests on each side.
struct RestingSizes {
  Uint128 bid = 0;
  Uint128 ask = 0;
  friend constexpr bool operator==(const RestingSizes&, const RestingSizes&) = default;
};

/// At the top. An absent side has nothing.
[[nodiscard]] constexpr RestingSizes sizes_of(const QuoteBody& quote) noexcept {
  return {is_present(quote.bid_price) ? quote.bid_size.value : 0,
          is_present(quote.ask_price) ? quote.ask_size.value : 0};
}
/// Over the best `levels` of each side, as many as there are.
[[nodiscard]] inline RestingSizes sizes_of(const ringbuf::DepthEntry& depth, std::size_t levels) noexcept {
  RestingSizes sizes;
  const auto used = [levels](std::uint16_t count) {
    return std::min({levels, static_cast<std::size_t>(count), ringbuf::kDepthLevels});
  };
  for (std::size_t i = 0; i < used(depth.bid_count); ++i) sizes.bid += depth.bid[i].size.value;
  for (std::size_t i = 0; i < used(depth.ask_count); ++i) sizes.ask += depth.ask[i].size.value;
  return sizes;
}

/// (bid - ask) / (bid + ask): from -1, all on offer, to 1, all bid. NaN where nothing rests.
[[nodiscard]] inline double imbalance_of(const RestingSizes& sizes) noexcept {
  const Uint128 all = sizes.bid + sizes.ask;
  if (all == 0) return ringbuf::kNoValue;
  return static_cast<double>(static_cast<Int128>(sizes.bid - sizes.ask)) / static_cast<double>(all);
}
/// imbalance_of() against a limit, exactly.
[[nodiscard]] constexpr std::partial_ordering compare_imbalance(const RestingSizes& sizes,
                                                                config::Decimal limit) noexcept {
  const auto all = static_cast<Int128>(sizes.bid + sizes.ask);
  if (all == 0) return std::partial_ordering::unordered;
  // Beyond 1 a limit is beyond any imbalance, by however much: so the product stays within 128 bits.
  const std::int64_t nano = std::clamp(limit.nano, -2 * config::kDecimalScale, 2 * config::kDecimalScale);
  const Int128 left = static_cast<Int128>(sizes.bid - sizes.ask) * config::kDecimalScale;
  const Int128 right = nano * all;
  return left < right   ? std::partial_ordering::less
         : left > right ? std::partial_ordering::greater
                        : std::partial_ordering::equivalent;
}

}  // namespace tickplant::analytics
