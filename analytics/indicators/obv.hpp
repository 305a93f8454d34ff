// obv: the volume of bars that closed higher less that of bars that closed lower, since the first bar; in the
// instrument's sizes, in 128 bits.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/close_window.hpp"

namespace tickplant::analytics {

class OnBalanceVolume final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "obv";
  explicit OnBalanceVolume(NodePool& pool) : closes_(pool.get<Closes>()) { closes_.keep(1); }

  DoubleField balance;

  void place(StateLayout& layout) override {
    layout.place(sum_);
    layout.place(balance);
  }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!step.bars.has(lane)) continue;
      const std::int64_t close = step.bars.close[lane], before = closes_.ago(step, lane, 1);
      const bool is_first = step.count[lane / 2][lane % 2] == 1;
      const Int128 volume = step.bars.volume[lane];
      Int128& sum = sum_.lanes(step.state)[lane];
      const Int128 sign = is_first || close > before ? 1 : close < before ? -1 : 0;
      sum += sign * volume;
      balance.lanes(step.state)[lane] = as_double(sum);
    }
  }

 private:
  Closes& closes_;
  LaneField<Int128> sum_;
};

}  // namespace tickplant::analytics
