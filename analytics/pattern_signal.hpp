// A match of a pattern as the record that clients read.
//
// Threads: pure.
#pragma once

#include <algorithm>

#include "analytics/patterns/pattern_match.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

/// `price`: at the event that completed it, in 1e-9. As many bound events as fit are named, step by step.
[[nodiscard]] inline ringbuf::SignalBody signal_of(const PatternMatch& match, UnixNanos end,
                                                   std::int64_t price) noexcept {
  ringbuf::SignalBody signal;
  signal.start = match.first_ts();
  signal.end = end;
  signal.index = match.last_index;
  signal.price = {price};
  signal.what = ringbuf::SignalValue::match;
  signal.value[0] = static_cast<double>(match.first_index());
  for (std::size_t step = 0; step < match.program.steps().size(); ++step) {
    for (const std::uint64_t index : match.listed(step)) {
      if (signal.bound_count < signal.bound.size()) {
        signal.bound[signal.bound_count] = std::uint64_t{step} << 56 | (index & ((std::uint64_t{1} << 56) - 1));
      }
      ++signal.bound_count;
    }
    signal.bound_count += static_cast<std::uint32_t>(match.left_out(step));
  }
  return signal;
}

}  // namespace tickplant::analytics
