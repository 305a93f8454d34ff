// What is computed on the bars of one window for each instrument of a set: indicators, signals on them, patterns over
// the bars. Shared by all shards.
//
// Threads: immutable once made.
// Not here: state (bar_functions.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analytics/indicators/indicator_graph.hpp"
#include "analytics/patterns/pattern_program.hpp"
#include "analytics/signals/signal_program.hpp"
#include "config/analytics_config.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// A pattern and the function it is published as.
struct NamedPattern {
  PatternProgram program;
  ringbuf::FunctionId function{};
  std::uint32_t index = 0;  // among the set's patterns
};

struct BarProgram {
  IndicatorGraph graph;
  SignalProgram signals = {};
  std::vector<NamedPattern> patterns = {};
  std::size_t published_outputs = 0;   // of the graph: those that config asked for; signals may have added others
  ringbuf::FunctionId first_output{};  // output i is function first_output + i
  std::vector<std::uint64_t> signal_memory = {};  // by signal of the set: for how many bars a bad one is felt
  bool has_first_rules = false;
  bool needs_average = false;  // a signal asks for ma_5min
  bool resets_at_session = false;

  [[nodiscard]] bool is_empty() const noexcept {
    return graph.outputs().empty() && signals.rules().empty() && patterns.empty();
  }
};

}  // namespace tickplant::analytics
