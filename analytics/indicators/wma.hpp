// wma(n): the mean of the last n closes with weights n for the newest to 1 for the oldest.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/close_window.hpp"

namespace tickplant::analytics {

class Wma final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "wma";
  Wma(NodePool& pool, std::int64_t n)
      : weights_(static_cast<double>(n) * static_cast<double>(n + 1) / 2), window_(pool.get<CloseWindow>(n)) {
    window_.with_weights();
  }

  DoubleField mean;

  void place(StateLayout& layout) override { layout.place(mean); }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles sum{window_.weighted_sum(step, 2 * i), window_.weighted_sum(step, 2 * i + 1)};
      step.put(mean.pairs(step.state), i, sum / (step.scale[i] * weights_));
    }
  }

 private:
  double weights_;
  CloseWindow& window_;
};

}  // namespace tickplant::analytics
