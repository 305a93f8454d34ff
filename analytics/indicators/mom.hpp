// mom(n): the close less the close n bars ago; roc(n): the same in percent of the latter.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/price_series.hpp"

namespace tickplant::analytics {

/// The close n bars ago, as the bar had it.
class EarlierClose {
 public:
  EarlierClose(NodePool& pool, std::int64_t n) : n_(n), closes_(pool.get<Closes>()) { closes_.keep(n); }

  [[nodiscard]] Doubles of(const BlockStep& step, std::size_t pair) const noexcept {
    return Doubles{price(step, 2 * pair), price(step, 2 * pair + 1)};
  }

 private:
  [[nodiscard]] double price(const BlockStep& step, std::size_t lane) const noexcept {
    return to_double(closes_.ago(step, lane, n_), step.bars.price_unit[lane]);
  }
  std::int64_t n_;
  Closes& closes_;
};

class Momentum final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "mom";
  Momentum(NodePool& pool, std::int64_t n) : earlier_(pool, n) {}

  DoubleField difference;

  void place(StateLayout& layout) override { layout.place(difference); }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t i = 0; i < kPairs; ++i) {
      step.put(difference.pairs(step.state), i, step.close[i] - earlier_.of(step, i));
    }
  }

 private:
  EarlierClose earlier_;
};

class RateOfChange final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "roc";
  RateOfChange(NodePool& pool, std::int64_t n) : earlier_(pool, n) {}

  DoubleField percent;

  void place(StateLayout& layout) override { layout.place(percent); }
  void update(const BlockStep& step) const noexcept override {
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles before = earlier_.of(step, i);
      step.put(percent.pairs(step.state), i, before == zero ? zero : (step.close[i] / before - 1.0) * 100.0);
    }
  }

 private:
  EarlierClose earlier_;
};

}  // namespace tickplant::analytics
