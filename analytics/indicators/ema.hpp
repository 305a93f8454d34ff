// ema(n): k = 2 / (n + 1), seeded with the plain mean of the first n closes. Others seed with the first close; TA-Lib
// and we do not.
//
// `delay`: the average begins that many bars later, as the fast one of MACD does.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/indicator_node.hpp"
#include "analytics/indicators/recursions.hpp"

namespace tickplant::analytics {

class Ema final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "ema";
  Ema(NodePool&, std::int64_t n, std::int64_t delay) : n_(n), delay_(delay), k_(ema_k(n)) {}

  DoubleField average;  // until the seed: the sum

  void place(StateLayout& layout) override { layout.place(average); }
  void update(const BlockStep& step) const noexcept override {
    Doubles* const field = average.pairs(step.state);
    if (step.fewest > delay_ + n_) {
      for (std::size_t i = 0; i < kPairs; ++i) step.put(field, i, ema_forward(field[i], step.close[i], k_));
    } else {
      for (std::size_t i = 0; i < kPairs; ++i) {
        step.put(field, i, ema_from_start(field[i], step.close[i], step.count[i] - delay_, n_, k_));
      }
    }
  }

 private:
  std::int64_t n_, delay_;
  double k_;
};

}  // namespace tickplant::analytics
