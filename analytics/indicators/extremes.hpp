// max(n), min(n): the highest high and the lowest low of the last n bars, for all n that are asked for in one pass.
//
// The prices are moved along, one row per bar, instead of the place in a ring: then lanes with different numbers of
// bars still lie in the same rows, and a pass is vector code without a case.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "analytics/indicators/price_series.hpp"

namespace tickplant::analytics {

class Extremes final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "extremes";
  Extremes(NodePool&, PriceOf price) : is_high_(price == PriceOf::high) {}

  /// The extreme of n bars; the field stays where it is, its place may not.
  const DoubleField& over(std::int64_t n) {
    const auto after = std::find_if(windows_.begin(), windows_.end(), [&](const auto& each) { return each->n >= n; });
    if (after != windows_.end() && (*after)->n == n) return (*after)->extreme;
    return (*windows_.insert(after, std::make_unique<Window>(n)))->extreme;
  }

  void place(StateLayout& layout) override {
    for (const auto& window : windows_) layout.place(window->extreme);
    layout.place(earlier_, is_high_ ? -kInfinite : kInfinite, static_cast<std::size_t>(windows_.back()->n - 1));
  }
  void update(const BlockStep& step) const noexcept override {
    if (is_high_) {
      pass(step, step.high, [](Doubles a, Doubles b) { return greater(a, b); });
    } else {
      pass(step, step.low, [](Doubles a, Doubles b) { return smaller(a, b); });
    }
  }

 private:
  struct Window {
    explicit Window(std::int64_t bars) : n(bars) {}
    std::int64_t n;
    DoubleField extreme;
  };

  template <class Better>
  void pass(const BlockStep& step, const Doubles* price, Better better) const noexcept {
    Doubles extreme[kPairs], moves[kPairs];
    std::copy_n(price, kPairs, extreme);
    std::copy_n(price, kPairs, moves);
    Doubles* row = earlier_.pairs(step.state);
    std::int64_t seen = 1;
    for (const auto& window : windows_) {
      for (const std::int64_t n = window->n; seen < n; ++seen, row += kPairs) {
        for (std::size_t i = 0; i < kPairs; ++i) {
          const Doubles earlier = row[i];
          extreme[i] = better(extreme[i], earlier);
          step.put(row, i, moves[i]);
          moves[i] = earlier;
        }
      }
      for (std::size_t i = 0; i < kPairs; ++i) step.put(window->extreme.pairs(step.state), i, extreme[i]);
    }
  }

  static constexpr double kInfinite = std::numeric_limits<double>::infinity();
  bool is_high_;
  std::vector<std::unique_ptr<Window>> windows_;  // the shortest first
  DoubleField earlier_;                           // row 0: of the previous bar
};

}  // namespace tickplant::analytics
