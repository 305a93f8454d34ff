// plus_di(n), minus_di(n): how much of the true range was movement of the high upwards, of the low downwards; adx(n):
// how one-sided that is, averaged. Wilder's sums: S - S/n + v, begun with the plain sum of n-1 bars.
//
// Which of the two moved more is decided on doubles, as TA-Lib does: movements that are equal in cents may differ
// there, in about one bar of a hundred, and we want its figures.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/price_series.hpp"
#include "analytics/indicators/recursions.hpp"
#include "analytics/indicators/rsi.hpp"
#include "analytics/indicators/trange.hpp"

namespace tickplant::analytics {

class DirectionalMovement final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "directional_movement";
  DirectionalMovement(NodePool& pool, std::int64_t n)
      : n_(n),
        previous_high_(pool.get<Previous>(PriceOf::high)),
        previous_low_(pool.get<Previous>(PriceOf::low)),
        range_(pool.get<TrueRange>()) {}

  DoubleField plus, minus;

  void place(StateLayout& layout) override {
    layout.place(plus_sum_);
    layout.place(minus_sum_);
    layout.place(range_sum_);
    layout.place(plus);
    layout.place(minus);
  }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const previous_high = previous_high_.of(step);
    const Doubles* const previous_low = previous_low_.of(step);
    const Doubles* const range = range_.range.pairs(step.state);
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles up = step.high[i] - previous_high[i], down = previous_low[i] - step.low[i];
      const Doubles fell = up < down ? down : zero, rose = up > down ? up : zero;
      const Doubles minus_sum = add(step, minus_sum_, i, greater(fell, zero));
      const Doubles plus_sum = add(step, plus_sum_, i, greater(rose, zero));
      const Doubles range_sum = add(step, range_sum_, i, range[i]);
      step.put(plus.pairs(step.state), i, range_sum < kZero ? zero : 100.0 * plus_sum / range_sum);
      step.put(minus.pairs(step.state), i, range_sum < kZero ? zero : 100.0 * minus_sum / range_sum);
    }
  }

 private:
  [[nodiscard]] Doubles add(const BlockStep& step, const DoubleField& field, std::size_t pair,
                            Doubles value) const noexcept {
    Doubles* const sums = field.pairs(step.state);
    const Doubles sum = sums[pair];
    Doubles next = sum - sum / static_cast<double>(n_) + value;
    if (step.fewest <= n_) {
      // The first bar has no previous one; up to n - 1 movements are just summed.
      const Longs nth = step.count[pair] - std::int64_t{1};
      next = nth < n_ ? sum + value : next;
      next = nth < std::int64_t{1} ? sum : next;
    }
    step.put(sums, pair, next);
    return next;
  }

  std::int64_t n_;
  Previous& previous_high_;
  Previous& previous_low_;
  TrueRange& range_;
  DoubleField plus_sum_, minus_sum_, range_sum_;
};

class Adx final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "adx";
  Adx(NodePool& pool, std::int64_t n) : n_(n), movement_(pool.get<DirectionalMovement>(n)) {}

  DoubleField average;

  void place(StateLayout& layout) override { layout.place(average); }
  void update(const BlockStep& step) const noexcept override {
    Doubles* const field = average.pairs(step.state);
    const Doubles* const plus = movement_.plus.pairs(step.state);
    const Doubles* const minus = movement_.minus.pairs(step.state);
    const Doubles zero = all_lanes(0);
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles both = plus[i] + minus[i];
      const Longs undefined = both < kZero;
      const Doubles index = undefined ? zero : 100.0 * absolute(minus[i] - plus[i]) / both;
      Doubles next = undefined ? field[i] : wilder_forward(field[i], index, static_cast<double>(n_));
      if (step.fewest <= 2 * n_) {
        const Longs nth = step.count[i] - n_;  // index; an undefined one adds nothing to the seed
        const Doubles seeding = wilder_from_start(field[i], index, nth, n_);
        next = nth > n_ ? next : seeding;
      }
      step.put(field, i, next);
    }
  }

 private:
  std::int64_t n_;
  DirectionalMovement& movement_;
};

}  // namespace tickplant::analytics
