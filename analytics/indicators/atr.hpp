// atr(n): Wilder's average of the true range; natr(n): the same in percent of the close.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/recursions.hpp"
#include "analytics/indicators/trange.hpp"

namespace tickplant::analytics {

class Atr final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "atr";
  Atr(NodePool& pool, std::int64_t n) : n_(n), range_(pool.get<TrueRange>()) {}

  DoubleField average;

  void place(StateLayout& layout) override { layout.place(average); }
  void update(const BlockStep& step) const noexcept override {
    Doubles* const field = average.pairs(step.state);
    const Doubles* const range = range_.range.pairs(step.state);
    for (std::size_t i = 0; i < kPairs; ++i) {
      step.put(field, i,
               step.fewest > n_ + 1 ? wilder_forward(field[i], range[i], static_cast<double>(n_))
                                    : wilder_from_start(field[i], range[i], step.count[i] - std::int64_t{1}, n_));
    }
  }

 private:
  std::int64_t n_;
  TrueRange& range_;
};

class Natr final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "natr";
  Natr(NodePool& pool, std::int64_t n) : atr_(pool.get<Atr>(n)) {}

  DoubleField percent;

  void place(StateLayout& layout) override { layout.place(percent); }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const average = atr_.average.pairs(step.state);
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles close = step.close[i];
      step.put(percent.pairs(step.state), i, close == zero ? zero : average[i] / close * 100.0);
    }
  }

 private:
  Atr& atr_;
};

}  // namespace tickplant::analytics
