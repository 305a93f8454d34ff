// rsi(n): 100 x average gain / (average gain + average loss), both Wilder's over the changes of the close.
//
// On flat prices both averages shrink alike: RSI stays, then falls to 0 when their sum passes below 1e-14, as TA-Lib's.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/price_series.hpp"
#include "analytics/indicators/recursions.hpp"

namespace tickplant::analytics {

/// Below this a denominator counts as zero.
inline constexpr double kZero = 1e-14;

class Rsi final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "rsi";
  Rsi(NodePool& pool, std::int64_t n) : n_(n), previous_(pool.get<Previous>(PriceOf::close)) {}

  DoubleField rsi;

  void place(StateLayout& layout) override {
    layout.place(gain_);
    layout.place(loss_);
    layout.place(rsi);
  }
  void update(const BlockStep& step) const noexcept override {
    Doubles* const gain = gain_.pairs(step.state);
    Doubles* const loss = loss_.pairs(step.state);
    const Doubles* const previous = previous_.of(step);
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles change = step.close[i] - previous[i];
      const Doubles up = greater(change, zero), down = greater(-change, zero);
      Doubles new_gain, new_loss;
      if (step.fewest > n_ + 1) {
        new_gain = wilder_forward(gain[i], up, static_cast<double>(n_));
        new_loss = wilder_forward(loss[i], down, static_cast<double>(n_));
      } else {
        const Longs nth = step.count[i] - std::int64_t{1};  // change
        new_gain = wilder_from_start(gain[i], up, nth, n_);
        new_loss = wilder_from_start(loss[i], down, nth, n_);
      }
      step.put(gain, i, new_gain);
      step.put(loss, i, new_loss);
      const Doubles both = new_gain + new_loss;
      step.put(rsi.pairs(step.state), i, both < kZero ? zero : 100.0 * new_gain / both);
    }
  }

 private:
  std::int64_t n_;
  Previous& previous_;
  DoubleField gain_, loss_;
};

}  // namespace tickplant::analytics
