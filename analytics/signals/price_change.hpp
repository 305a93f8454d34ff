// The price has moved by so many basis points or more: within a window, from open to close, or over some bars, from
// close to close. Decided on integers, inclusive. Bars are counted, not minutes: a gap in time is skipped.
//
// Relative to what the price was, without its sign. From a price of 0 there is no relative change, and no hit.
// Threads: values, one state per instrument and rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "config/analytics_config.hpp"
#include "platform/int128.hpp"

namespace tickplant::analytics {

struct PriceChange {
  bool hit = false;
  bool edge = false;  // the first of a run of hits
  bool up = false;
  double percent = 0;  // of what the price was
};

/// |now - before| * 10^4 >= bps * |before|: below 2^108 and 2^127, so nothing overflows.
[[nodiscard]] inline bool price_changed(std::int64_t before, std::int64_t now, config::Decimal bps) noexcept {
  using platform::Uint128;
  if (before == 0) return false;
  const auto magnitude = [](std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  };
  const std::uint64_t moved = now < before ? static_cast<std::uint64_t>(before) - static_cast<std::uint64_t>(now)
                                           : static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(before);
  return Uint128{moved} * 10'000 * static_cast<std::uint64_t>(config::kDecimalScale) >=
         Uint128{magnitude(before)} * static_cast<std::uint64_t>(bps.nano);
}

/// `hit_before`: whether the bar before was a hit. Bounds `bps` > 0.
[[nodiscard]] inline PriceChange price_change(std::int64_t before, std::int64_t now, config::Decimal bps,
                                              bool hit_before) noexcept {
  if (!price_changed(before, now, bps)) return {};
  const double reference = static_cast<double>(before);
  const double moved = static_cast<double>(platform::Int128{now} - before);
  return {true, !hit_before, now > before, moved / (reference < 0 ? -reference : reference) * 100};
}

/// Closes of the last `horizon` bars, behind this header: horizon x 8 bytes. All zero: nothing seen yet.
struct PriceChangeState {
  std::uint64_t bars = 0;
  std::uint32_t next = 0;  // where the next close goes: over the one of `horizon` bars ago
  std::uint32_t hit = 0;   // 1: the last bar was a hit

  [[nodiscard]] static constexpr std::size_t bytes(std::uint32_t horizon) noexcept {
    return sizeof(PriceChangeState) + std::size_t{horizon} * sizeof(std::int64_t);
  }
};
static_assert(sizeof(PriceChangeState) == 16 && std::has_unique_object_representations_v<PriceChangeState>);

struct PriceChangeRule {
  config::Decimal bps{};      // more than 0
  std::uint32_t horizon = 0;  // bars; 0: from open to close

  /// What a bar would be: changes nothing. `closes` are the `horizon` closes behind the state.
  [[nodiscard]] PriceChange look(const PriceChangeState& state, const std::int64_t* closes, std::int64_t open,
                                 std::int64_t close) const noexcept {
    if (horizon != 0 && state.bars < horizon) return {};
    return price_change(horizon == 0 ? open : closes[state.next], close, bps, state.hit != 0);
  }

  [[nodiscard]] PriceChange on_bar(PriceChangeState& state, std::int64_t* closes, std::int64_t open,
                                   std::int64_t close) const noexcept {
    const PriceChange change = look(state, closes, open, close);
    state.hit = change.hit ? 1 : 0;
    if (horizon != 0) {
      closes[state.next] = close;
      state.next = state.next + 1 == horizon ? 0 : state.next + 1;
    }
    ++state.bars;
    return change;
  }
};

}  // namespace tickplant::analytics
