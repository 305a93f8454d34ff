// avg_volume(n): the mean volume of the last n bars, in the instrument's sizes.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/close_window.hpp"
#include "analytics/indicators/price_series.hpp"

namespace tickplant::analytics {

class AverageVolume final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "avg_volume";
  AverageVolume(NodePool& pool, std::int64_t n) : n_(n), volumes_(pool.get<Volumes>()) { volumes_.keep(n); }

  DoubleField mean;

  void place(StateLayout& layout) override {
    layout.place(sum_);
    layout.place(mean);
  }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!step.bars.has(lane)) continue;
      Int128& sum = sum_.lanes(step.state)[lane];
      sum += Int128{step.bars.volume[lane]} - Int128{volumes_.ago(step, lane, n_)};
      mean.lanes(step.state)[lane] = as_double(sum) / static_cast<double>(n_);
    }
  }

 private:
  std::int64_t n_;
  Volumes& volumes_;
  LaneField<Int128> sum_;
};

}  // namespace tickplant::analytics
