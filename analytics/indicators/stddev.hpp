// stddev(n, k): k population standard deviations of the last n closes; bbands(n, k): that much around their mean.
//
// From integers, so that flat prices give 0 and not the root of what rounding left.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "analytics/indicators/close_window.hpp"
#include "analytics/indicators/sma.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

[[nodiscard]] inline double factor_of(std::int64_t nano) noexcept {
  return static_cast<double>(nano) / static_cast<double>(config::kDecimalScale);
}

class Stddev final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "stddev";
  Stddev(NodePool& pool, std::int64_t n, std::int64_t k_nano)
      : n_(static_cast<double>(n)), k_(factor_of(k_nano)), window_(pool.get<CloseWindow>(n)) {
    window_.with_squares();
  }

  DoubleField deviation;

  void place(StateLayout& layout) override { layout.place(deviation); }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t i = 0; i < kPairs; ++i) {
      const Doubles root{std::sqrt(window_.scaled_variance(step, 2 * i)),
                         std::sqrt(window_.scaled_variance(step, 2 * i + 1))};
      step.put(deviation.pairs(step.state), i, k_ * (root / (step.scale[i] * n_)));
    }
  }

 private:
  double n_, k_;
  CloseWindow& window_;
};

class BollingerBands final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "bbands";
  BollingerBands(NodePool& pool, std::int64_t n, std::int64_t k_nano)
      : middle_(pool.get<Sma>(n)), deviation_(pool.get<Stddev>(n, config::kDecimalScale)), k_(factor_of(k_nano)) {}

  DoubleField upper, lower;
  [[nodiscard]] const DoubleField& middle() const noexcept { return middle_.mean; }

  void place(StateLayout& layout) override {
    layout.place(upper);
    layout.place(lower);
  }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* const mean = middle_.mean.pairs(step.state);
    const Doubles* const deviation = deviation_.deviation.pairs(step.state);
    for (std::size_t i = 0; i < kPairs; ++i) {
      step.put(upper.pairs(step.state), i, mean[i] + k_ * deviation[i]);
      step.put(lower.pairs(step.state), i, mean[i] - k_ * deviation[i]);
    }
  }

 private:
  Sma& middle_;
  Stddev& deviation_;
  double k_;
};

}  // namespace tickplant::analytics
