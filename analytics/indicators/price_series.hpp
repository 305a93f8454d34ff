// Earlier bars: closes and volumes as integers, as far back as anyone asked, and prices of the previous bar as doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analytics/indicators/indicator_node.hpp"
#include "analytics/indicators/lane_ring.hpp"

namespace tickplant::analytics {

/// A whole number of each bar, as far back as anyone asked.
template <class Value, BarBlock::Lanes<Value> BarBlock::*kColumn>
class ColumnSeries : public SeriesNode {
 public:
  void keep(std::int64_t bars) { ring_.keep(bars); }
  [[nodiscard]] Value ago(const BlockStep& step, std::size_t lane, std::int64_t bars) const noexcept {
    return ring_.ago(step.state, lane, bars);
  }

  void place(StateLayout& layout) override { ring_.place(layout); }
  void prepare(const BlockStep& step) const noexcept override { ring_.prefetch(step.state); }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (step.bars.has(lane)) ring_.push(step.state, lane, (step.bars.*kColumn)[lane]);
    }
  }

 private:
  LaneRing<Value> ring_;
};

/// In price units, for exact sums.
class Closes final : public ColumnSeries<std::int64_t, &BarBlock::close> {
 public:
  static constexpr std::string_view kKind = "closes";
  explicit Closes(NodePool&) {}
};

class Volumes final : public ColumnSeries<std::uint64_t, &BarBlock::volume> {
 public:
  static constexpr std::string_view kKind = "volumes";
  explicit Volumes(NodePool&) {}
};

enum class PriceOf : std::uint8_t { high, low, close };

/// A price of the bar before this one; 0 before the first.
class Previous final : public SeriesNode {
 public:
  static constexpr std::string_view kKind = "previous";
  Previous(NodePool&, PriceOf price) : price_(price) {}

  [[nodiscard]] const Doubles* of(const BlockStep& step) const noexcept { return value_.pairs(step.state); }

  void place(StateLayout& layout) override { layout.place(value_); }
  void update(const BlockStep& step) const noexcept override {
    const Doubles* price = price_ == PriceOf::high ? step.high : price_ == PriceOf::low ? step.low : step.close;
    for (std::size_t i = 0; i < kPairs; ++i) step.put(value_.pairs(step.state), i, price[i]);
  }

 private:
  PriceOf price_;
  DoubleField value_;
};

}  // namespace tickplant::analytics
