// What the functions of a program are: which window, signal, pattern or output of an indicator an id stands for.
//
// Threads: immutable once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analytics/program.hpp"

namespace tickplant::cli {

struct FunctionPlace {
  enum class Kind : std::uint8_t { none, window, output, tick_value, quote_value, nbbo_value, signal, pattern };
  Kind kind = Kind::none;
  const analytics::SetProgram* set = nullptr;
  std::size_t spec = 0;   // window: its index; output, quote value: the one of its window
  std::size_t index = 0;  // output: of its graph; tick value: of its set; quote value: of its
                          // window; signal, pattern: in the set's config

  [[nodiscard]] const config::SignalConfig& signal() const { return set->config.signals[index]; }
  [[nodiscard]] const config::PatternConfig& pattern() const { return set->config.patterns[index]; }
};

class FunctionPlaces {
 public:
  explicit FunctionPlaces(const analytics::Program& program);

  [[nodiscard]] const FunctionPlace& operator[](ringbuf::FunctionId id) const { return places_[id.value]; }

 private:
  std::vector<FunctionPlace> places_;  // by function
};

/// "T60" for "T60", "bars.T60"; "ticks", "signals".
[[nodiscard]] std::string plain_source(const std::string& on);

}  // namespace tickplant::cli
