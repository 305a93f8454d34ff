// Second and third outputs of a function by names of their own: macd_signal(12, 26, 9), bbands_upper(20, 2).
//
// Threads: at set-up.
// Not here: functions (indicator_factory.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "analytics/indicators/indicator_graph.hpp"

namespace tickplant::analytics {

struct OutputName {
  std::string_view name, function;
  std::size_t offset;
};
inline constexpr std::array<OutputName, 7> kOutputNames{{{"macd_signal", "macd", 1},
                                                         {"macd_hist", "macd", 2},
                                                         {"bbands_upper", "bbands", 0},
                                                         {"bbands_middle", "bbands", 1},
                                                         {"bbands_lower", "bbands", 2},
                                                         {"stoch_k", "stoch", 0},
                                                         {"stoch_d", "stoch", 1}}};

/// Index of the output, which is added where it is new. Throws as IndicatorGraph::add().
inline std::size_t output_of(IndicatorGraph& graph, config::FunctionCall call) {
  for (const OutputName& each : kOutputNames) {
    if (call.name != each.name) continue;
    call.name = each.function;
    return graph.add(call) + each.offset;
  }
  return graph.add(call);
}

}  // namespace tickplant::analytics
