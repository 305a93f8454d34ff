// From a function's name in config to the nodes that compute it: the one list of indicators.
//
// Threads: at set-up.
// Not here: how functions are read (config/), how nodes run (indicator_graph.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/indicators/indicator_node.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

/// The longest window: a month of minutes. Its closes take 80 kB per instrument.
inline constexpr std::int64_t kMostBars = 10'000;
/// An output that a bar influences for ever.
inline constexpr std::uint64_t kUnboundedMemory = ~std::uint64_t{0};

struct MadeIndicator {
  struct Output {
    std::string_view column;
    const DoubleField* field;  // of a node in the pool
  };
  std::string function;      // "macd(12,26,9)", with what was left out
  std::string file_stem;     // "macd_12_26_9"
  std::int64_t first = 0;    // index of the first bar with a value
  std::uint64_t memory = 0;  // for how many bars a bad one is felt, itself included
  std::vector<Output> outputs;
};

/// Throws platform::SetupError: no such function, or parameters that it does not take.
[[nodiscard]] MadeIndicator make_indicator(NodePool& pool, const config::FunctionCall& call,
                                           const std::string& file_name);

/// "sma(20)": the call with the parameters that were left out; throws like make_indicator().
[[nodiscard]] std::string indicator_text(const config::FunctionCall& call, const std::string& file_name);

/// Of functions that never quite forget their first bars there is a second form, "ema_unstable(20,50)": its last
/// parameter says how many values are withheld.
[[nodiscard]] bool is_indicator(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string> indicator_names();

}  // namespace tickplant::analytics
