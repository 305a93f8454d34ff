// trange: the high-low range of a bar, or its distance from the previous close where that is more.
#pragma once

#include <string_view>

#include "analytics/indicators/price_series.hpp"

namespace tickplant::analytics {

class TrueRange final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "trange";
  explicit TrueRange(NodePool& pool) : previous_(pool.get<Previous>(PriceOf::close)) {}

  DoubleField range;

  void place(StateLayout& layout) override { layout.place(range); }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const previous = previous_.of(step);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles above = absolute(step.high[i] - previous[i]), below = absolute(step.low[i] - previous[i]);
      step.put(range.pairs(step.state), i, greater(step.high[i] - step.low[i], greater(above, below)));
    }
  }

 private:
  Previous& previous_;
};

}  // namespace tickplant::analytics
