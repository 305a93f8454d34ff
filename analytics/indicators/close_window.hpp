// Sums over the last n closes, in integers: plain, weighted by age, of squares. Exact at any price level, so nothing
// drifts however long a plant runs. What leaves the window is subtracted; before n bars zeros leave.
//
// Not here: the averages made of them (sma.hpp, wma.hpp, stddev.hpp).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analytics/indicators/indicator_node.hpp"
#include "analytics/indicators/price_series.hpp"
#include "platform/int128.hpp"

namespace tickplant::analytics {

/// Rounded once, or twice beyond 2^63. Faster than what the compiler calls for all 128 bits.
[[nodiscard]] inline double as_double(Int128 value) noexcept {
  const auto low = static_cast<std::int64_t>(value);
  if (Int128{low} == value) return static_cast<double>(low);
  return static_cast<double>(static_cast<std::int64_t>(value >> 64)) * 0x1p64 +
         static_cast<double>(static_cast<std::uint64_t>(value));
}

class CloseWindow final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "close_window";
  CloseWindow(NodePool& pool, std::int64_t bars) : bars_(bars), closes_(pool.get<Closes>()) { closes_.keep(bars); }

  void with_weights() noexcept { weights_ = true; }
  void with_squares() noexcept { squares_ = true; }

  [[nodiscard]] double sum(const BlockStep& step, std::size_t lane) const noexcept {
    return as_double(sum_.lanes(step.state)[lane]);
  }
  /// Of weight x close: n for the newest, 1 for the oldest.
  [[nodiscard]] double weighted_sum(const BlockStep& step, std::size_t lane) const noexcept {
    return as_double(weighted_sum_.lanes(step.state)[lane]);
  }
  /// n^2 x variance = n x sum of squares - sum^2. Modulo 2^128, in which it fits although its parts may not.
  [[nodiscard]] double scaled_variance(const BlockStep& step, std::size_t lane) const noexcept {
    const auto sum = static_cast<Uint128>(sum_.lanes(step.state)[lane]);
    const auto squares = static_cast<Uint128>(sum_of_squares_.lanes(step.state)[lane]);
    return as_double(static_cast<Int128>(static_cast<Uint128>(bars_) * squares - sum * sum));
  }

  void place(StateLayout& layout) override {
    layout.place(sum_);
    if (weights_) layout.place(weighted_sum_);
    if (squares_) layout.place(sum_of_squares_);
  }

  void update(const BlockStep& step) const noexcept override {
    if (weights_) {
      squares_ ? add<true, true>(step) : add<true, false>(step);
    } else {
      squares_ ? add<false, true>(step) : add<false, false>(step);
    }
  }

 private:
  template <bool with_weights, bool with_squares>
  void add(const BlockStep& step) const noexcept {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!step.bars.has(lane)) continue;
      const std::int64_t enters = step.bars.close[lane], leaves = closes_.ago(step, lane, bars_);
      Int128& sum = sum_.lanes(step.state)[lane];
      if constexpr (with_weights) {
        weighted_sum_.lanes(step.state)[lane] += Int128{bars_} * enters - sum;  // each one older: less its sum
      }
      if constexpr (with_squares) {
        Int128& squares = sum_of_squares_.lanes(step.state)[lane];
        squares = static_cast<Int128>(static_cast<Uint128>(squares) + static_cast<Uint128>(Int128{enters} * enters) -
                                      static_cast<Uint128>(Int128{leaves} * leaves));
      }
      sum += Int128{enters} - leaves;
    }
  }

  std::int64_t bars_;
  Closes& closes_;
  bool weights_ = false, squares_ = false;
  LaneField<Int128> sum_, weighted_sum_, sum_of_squares_;
};

}  // namespace tickplant::analytics
