// sma(n): the mean of the last n closes, rounded once: of equal closes it is that close.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/close_window.hpp"

namespace tickplant::analytics {

class Sma final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "sma";
  Sma(NodePool& pool, std::int64_t n) : n_(static_cast<double>(n)), window_(pool.get<CloseWindow>(n)) {}

  DoubleField mean;

  void place(StateLayout& layout) override { layout.place(mean); }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles sum{window_.sum(step, 2 * i), window_.sum(step, 2 * i + 1)};
      step.put(mean.pairs(step.state), i, sum / (step.scale[i] * n_));
    }
  }

 private:
  double n_;
  CloseWindow& window_;
};

}  // namespace tickplant::analytics
