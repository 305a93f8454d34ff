// The price crosses an average tick by tick: two integer compares for a tick that stays on its side.
//
// Worth it where the average moves less often than the price. One that moves with every tick is compared as it is:
// CrossState::on_bar().
// Threads: values, one per instrument and rule.
#pragma once

#include <cstdint>
#include <type_traits>

#include "analytics/signals/cross.hpp"
#include "analytics/signals/cross_thresholds.hpp"

namespace tickplant::analytics {

/// Until the first average no price lies on a side.
struct TickCross {
  CrossThresholds thresholds{};
  CrossState state{};

  void on_average(const CrossRule& rule, double average, std::int64_t price_unit) noexcept {
    thresholds = CrossThresholds::around(average, rule.band, price_unit);
  }

  /// `tick_index` counts the instrument's ticks: confirm and cooldown are in ticks.
  [[nodiscard]] Cross on_tick(const CrossRule& rule, std::int64_t price, std::uint64_t tick_index) noexcept {
    const int now = thresholds.side(price);
    if (now == 0 || (now == state.side && state.run == 0)) [[likely]]
      return Cross::none;
    return state.on_side(rule, now, tick_index);
  }

  friend bool operator==(const TickCross&, const TickCross&) = default;
};
static_assert(sizeof(TickCross) == 32 && std::has_unique_object_representations_v<TickCross>);

}  // namespace tickplant::analytics
