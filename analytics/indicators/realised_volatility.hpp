// realised_volatility(n): the root of the sum of the last n squared log returns. Not annualised. NaN (not ready) while
// a return in the window is undefined, that is, next to a close that is not above 0.
//
// Squares are summed as integers of 2^-96: what leaves takes back exactly what it brought.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "analytics/indicators/lane_ring.hpp"
#include "analytics/indicators/log_return.hpp"
#include "analytics/indicators/price_series.hpp"

namespace tickplant::analytics {

class RealisedVolatility final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "realised_volatility";
  RealisedVolatility(NodePool& pool, std::int64_t n) : n_(n), previous_(pool.get<Previous>(PriceOf::close)) {
    squares_.keep(n);
  }

  DoubleField volatility;

  void place(StateLayout& layout) override {
    layout.place(sum_);
    layout.place(run_);
    layout.place(volatility);
    squares_.place(layout);
  }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!step.bars.has(lane)) continue;
      const double now = step.close[lane / 2][lane % 2], before = previous_.of(step)[lane / 2][lane % 2];
      std::int64_t& run = run_.lanes(step.state)[lane];
      const bool defined = now > 0 && before > 0;  // before the first bar it is 0
      run = defined ? run + 1 : 0;
      const double change = defined ? log_return(now, before) : 0;
      const double enters = change * change, leaves = squares_.ago(step.state, lane, n_);
      Int128& sum = sum_.lanes(step.state)[lane];
      sum += static_cast<Int128>(enters * 0x1p96) - static_cast<Int128>(leaves * 0x1p96);
      squares_.push(step.state, lane, enters);
      volatility.lanes(step.state)[lane] =
          run < n_ ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(static_cast<double>(sum) * 0x1p-96);
    }
  }

 private:
  std::int64_t n_;
  Previous& previous_;
  LaneRing<double> squares_;
  LaneField<Int128> sum_;
  LaneField<std::int64_t> run_;  // of defined returns, unbroken
};

}  // namespace tickplant::analytics
