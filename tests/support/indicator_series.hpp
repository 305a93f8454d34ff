// A graph of indicators over one block, for tests that look at one instrument at a time.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "analytics/bar.hpp"
#include "analytics/indicators/indicator_graph.hpp"

namespace tickplant::tests {

/// "macd(12,26,9)" or "obv" as config has it.
[[nodiscard]] inline config::FunctionCall call(const std::string& text) {
  config::FunctionCall result;
  const std::size_t open = text.find('(');
  result.name = text.substr(0, open);
  if (open == std::string::npos) return result;
  for (std::size_t at = open + 1; at < text.size();) {
    const std::size_t end = text.find_first_of(",)", at);
    const double value = std::stod(text.substr(at, end - at));
    result.parameters.push_back({static_cast<std::int64_t>(value * 1e9 + (value < 0 ? -0.5 : 0.5))});
    at = end + 1;
  }
  return result;
}

[[nodiscard]] inline std::vector<config::FunctionCall> calls(const std::vector<std::string>& texts) {
  std::vector<config::FunctionCall> result;
  for (const std::string& text : texts) result.push_back(call(text));
  return result;
}

/// State of one block, aligned and full of rubbish until start().
class BlockState {
 public:
  explicit BlockState(const analytics::IndicatorGraph& graph)
      : bytes_(graph.state_bytes()), state_(static_cast<std::byte*>(::operator new (bytes_, std::align_val_t{64}))) {
    std::memset(state_.get(), 0xa5, bytes_);
    graph.start(state_.get());
  }
  [[nodiscard]] std::byte* data() const noexcept { return state_.get(); }
  [[nodiscard]] std::vector<std::byte> copy() const { return {state_.get(), state_.get() + bytes_}; }

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { ::operator delete (memory, std::align_val_t{64}); }
  };
  std::size_t bytes_;
  std::unique_ptr<std::byte, Free> state_;
};

/// Bars of one instrument into one lane.
class IndicatorSeries {
 public:
  explicit IndicatorSeries(const std::vector<std::string>& functions, std::size_t lane = 0)
      : graph(calls(functions), "test.yaml"), state(graph), lane_(lane) {}

  void add(const analytics::Bar& bar) {
    analytics::BarBlock block;
    block.set(lane_, bar);
    graph.update(state.data(), block);
  }
  /// A bar whose prices are all that, in units of 1e-4.
  void add_close(std::int64_t price, std::uint64_t volume = 1) {
    analytics::Bar bar;
    bar.open = bar.high = bar.low = bar.close = price;
    bar.volume = volume;
    bar.notional = analytics::Int128{price} * volume;
    bar.price_unit = 100'000;
    add(bar);
  }
  /// nullopt: not ready.
  [[nodiscard]] std::optional<double> value(std::size_t output) const {
    if (!graph.is_ready(state.data(), lane_, output)) return std::nullopt;
    return graph.value(state.data(), lane_, output);
  }
  [[nodiscard]] std::optional<double> value(const std::string& function, const std::string& column) const {
    for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
      if (graph.outputs()[i].function == function && graph.outputs()[i].column == column) return value(i);
    }
    throw std::runtime_error("no output " + function + '.' + column);
  }
  void reset() const { graph.reset_lane(state.data(), lane_); }

  analytics::IndicatorGraph graph;
  BlockState state;

 private:
  std::size_t lane_;
};

/// All functions of the golden sets, 34 files of values and two of withheld ones.
[[nodiscard]] inline std::vector<std::string> golden_functions() {
  return {"sma(5)",
          "sma(20)",
          "sma(50)",
          "sma(200)",
          "ema(5)",
          "ema(12)",
          "ema(20)",
          "ema(26)",
          "ema(50)",
          "ema(200)",
          "wma(5)",
          "wma(20)",
          "stddev(5)",
          "stddev(20)",
          "bbands(5,2)",
          "bbands(20,2)",
          "rsi(2)",
          "rsi(14)",
          "macd(12,26,9)",
          "trange",
          "atr(14)",
          "natr(14)",
          "obv",
          "mom(10)",
          "roc(10)",
          "stoch(5,3,3)",
          "stoch(14,3,3)",
          "plus_di(14)",
          "minus_di(14)",
          "adx(14)",
          "min(20)",
          "max(20)",
          "ema_unstable(20,50)",
          "rsi_unstable(14,50)"};
}

}  // namespace tickplant::tests
