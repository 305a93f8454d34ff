// stoch(K, k, d): where the close stands between the lowest low and the highest high of K bars, in percent, averaged
// over k bars (slowk), and that over d (slowd).
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/extremes.hpp"

namespace tickplant::analytics {

/// Mean of the last n values of a series; few, so that they are added up anew each time and nothing drifts.
class ShortMean {
 public:
  explicit ShortMean(std::int64_t n) : n_(static_cast<std::size_t>(n)) {}

  void place(StateLayout& layout) { layout.place(earlier_, 0.0, n_ - 1); }
  [[nodiscard]] Doubles update(const BlockStep& step, std::size_t pair, Doubles newest) const noexcept {
    Doubles* const rows = earlier_.pairs(step.state) + pair;  // the oldest first
    Doubles sum = all_lanes(0);
    for (std::size_t row = 0; row + 1 < n_; ++row) {
      sum = sum + rows[row * kPairs];
      const Doubles next = row + 2 < n_ ? rows[(row + 1) * kPairs] : newest;
      rows[row * kPairs] = step.active[pair] ? next : rows[row * kPairs];
    }
    return (sum + newest) / static_cast<double>(n_);
  }

 private:
  std::size_t n_;
  DoubleField earlier_;
};

class Stochastic final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "stoch";
  Stochastic(NodePool& pool, std::int64_t bars, std::int64_t slow_k_bars, std::int64_t slow_d_bars)
      : highest_(pool.get<Extremes>(PriceOf::high).over(bars)),
        lowest_(pool.get<Extremes>(PriceOf::low).over(bars)),
        slow_k_mean_(slow_k_bars),
        slow_d_mean_(slow_d_bars) {}

  DoubleField slow_k, slow_d;

  void place(StateLayout& layout) override {
    slow_k_mean_.place(layout);
    slow_d_mean_.place(layout);
    layout.place(slow_k);
    layout.place(slow_d);
  }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const highest = highest_.pairs(step.state);
    const Doubles* const lowest = lowest_.pairs(step.state);
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles range = highest[i] - lowest[i];
      const Doubles raw = range == zero ? zero : 100.0 * (step.close[i] - lowest[i]) / range;
      const Doubles k = slow_k_mean_.update(step, i, raw);
      const Doubles d = slow_d_mean_.update(step, i, k);
      step.put(slow_k.pairs(step.state), i, k);
      step.put(slow_d.pairs(step.state), i, d);
    }
  }

 private:
  const DoubleField& highest_;
  const DoubleField& lowest_;
  ShortMean slow_k_mean_, slow_d_mean_;
};

}  // namespace tickplant::analytics
