#include "analytics/indicators/indicator_graph.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ringbuf/records/price.hpp"

namespace tickplant::analytics {

IndicatorGraph::IndicatorGraph(std::span<const config::FunctionCall> functions, std::string file_name)
    : file_name_(std::move(file_name)) {
  layout_.place(count_);
  for (const config::FunctionCall& function : functions) add(function);
}

std::size_t IndicatorGraph::add(const config::FunctionCall& function) {
  MadeIndicator made = make_indicator(pool_, function, file_name_);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].function == made.function) return i;
  }
  const std::size_t index = outputs_.size();
  for (const MadeIndicator::Output& output : made.outputs) {
    outputs_.push_back({made.function, made.file_stem, std::string(output.column), made.first, made.memory});
    places_.push_back({0, made.first, output.field});
  }
  layout_ = {};
  layout_.place(count_);
  pool_.place(layout_);
  for (Place& place : places_) place.offset = place.field->offset;
  return index;
}

void IndicatorGraph::update(std::byte* state, const BarBlock& bars) const noexcept {
  if (bars.mask == 0) return;
  BlockStep step(state, bars);
  step.fewest = std::numeric_limits<std::int64_t>::max();
  Longs* const count = count_.pairs(state);
  for (std::size_t i = 0; i < kPairs; ++i) {
    step.active[i] = Longs{bars.has(2 * i) ? -1 : 0, bars.has(2 * i + 1) ? -1 : 0};
    count[i] = step.count[i] = count[i] - step.active[i];
    for (std::size_t lane = 0; lane < 2; ++lane) {
      if (bars.has(2 * i + lane)) step.fewest = std::min<std::int64_t>(step.fewest, count[i][lane]);
    }
    step.high[i] = load(bars.high_price.data(), i);
    step.low[i] = load(bars.low_price.data(), i);
    step.close[i] = load(bars.close_price.data(), i);
    const Doubles unit{static_cast<double>(bars.price_unit[2 * i]), static_cast<double>(bars.price_unit[2 * i + 1])};
    step.scale[i] = static_cast<double>(ringbuf::kPriceScale) / unit;
  }
  pool_.update(step);
}

}  // namespace tickplant::analytics
