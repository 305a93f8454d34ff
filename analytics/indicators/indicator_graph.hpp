// What is computed on the bars of one window, for every instrument of a set: a graph of nodes, each computed once
// however many functions build on it, over blocks of eight instruments.
//
// The graph is made at set-up and shared by all blocks; each block has a state of state_bytes(), plain bytes aligned to
// 64 that can be copied. A value is NaN where the definition has none; before `first` it is of no use.
//
// Threads: const functions from any thread; a state has one owner.
// Not here: which functions there are (indicator_factory.hpp), when a session starts (calendars/).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "analytics/bar.hpp"
#include "analytics/indicators/indicator_factory.hpp"
#include "analytics/indicators/indicator_node.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

struct IndicatorOutput {
  std::string function;           // "macd(12,26,9)"
  std::string file_stem;          // "macd_12_26_9": what files of its values are called after
  std::string column;             // "signal"
  std::int64_t first = 0;         // index of the first bar with a value
  std::uint64_t memory_bars = 0;  // for how many bars a bad one is felt, itself included; or kUnboundedMemory
};

class IndicatorGraph {
 public:
  /// Throws platform::SetupError for a function that there is not, or parameters that it does not take. `file_name`:
  /// what errors call the place where functions were written.
  IndicatorGraph(std::span<const config::FunctionCall> functions, std::string file_name);

  /// Index of the function's first output. One that is there already is not added again. Before the first start(): a
  /// state fits the graph as it is then.
  std::size_t add(const config::FunctionCall& function);

  [[nodiscard]] std::span<const IndicatorOutput> outputs() const noexcept { return outputs_; }
  /// Of one block, a multiple of 64.
  [[nodiscard]] std::size_t state_bytes() const noexcept { return layout_.bytes(); }

  /// The state before the first bar.
  void start(std::byte* state) const noexcept { layout_.start(state); }
  /// One instrument as before its first bar.
  void reset_lane(std::byte* state, std::size_t lane) const noexcept { layout_.reset_lane(state, lane); }
  void prefetch(const std::byte* state, std::size_t lane) const noexcept { layout_.prefetch(state, lane); }
  /// Lanes of `bars.mask` advance by one bar, the others stay the same bits.
  void update(std::byte* state, const BarBlock& bars) const noexcept;

  /// Bars since the start or the last reset.
  [[nodiscard]] std::int64_t bars(const std::byte* state, std::size_t lane) const noexcept {
    return values(state, count_.offset, std::int64_t{})[lane];
  }
  /// All lanes of an output, ready or not.
  [[nodiscard]] std::span<const double, kLanes> values(const std::byte* state, std::size_t output) const noexcept {
    return std::span<const double, kLanes>(values(state, places_[output].offset, double{}), kLanes);
  }
  [[nodiscard]] double value(const std::byte* state, std::size_t lane, std::size_t output) const noexcept {
    return values(state, output)[lane];
  }
  /// Outputs from `first` on, of one lane; NaN: not ready.
  void read(const std::byte* state, std::size_t lane, std::size_t first, std::span<double> out) const noexcept {
    const std::int64_t count = bars(state, lane);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Place& place = places_[first + i];
      const double found = values(state, place.offset, double{})[lane];
      out[i] = count > place.first ? found : std::numeric_limits<double>::quiet_NaN();
    }
  }
  [[nodiscard]] bool is_ready(const std::byte* state, std::size_t lane, std::size_t output) const noexcept {
    const double found = value(state, lane, output);
    return bars(state, lane) > places_[output].first && found == found;
  }

 private:
  struct Place {
    std::size_t offset;
    std::int64_t first;
    const DoubleField* field;
  };
  template <class T>
  [[nodiscard]] static const T* values(const std::byte* state, std::size_t offset, T) noexcept {
    return reinterpret_cast<const T*>(state + offset);
  }

  std::string file_name_;
  NodePool pool_;
  StateLayout layout_;
  LaneField<std::int64_t> count_;
  std::vector<IndicatorOutput> outputs_;
  std::vector<Place> places_;  // of outputs
};

}  // namespace tickplant::analytics
